"""`wirewatch sources`: how does each source fare?

Printing only; the one word a source is `crawler/health.py`.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from archive.spans import length
from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.tables import table
from wirewatch.cli.times import distance, machine

if TYPE_CHECKING:
    from archive.sources import SourceState
    from crawler.health import State
    from crawler.source import FetchSettings, Source

    Row = tuple[Source, State, SourceState | None]

KEYS = ("state", "name", "success", "new", "failures", "due", "requests", "bytes")
MIB = 1024 * 1024


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a source, in place of a table.")
@click.option("--sort", type=click.Choice(KEYS), default="state", help="By what; default: the worst first.")
@config_option
def command(as_json: bool, sort: str) -> None:
    """Show how each source fares: its state, last success, last new article, what went wrong.

    States: ok, stale (silent far beyond its rhythm), moved, waiting (failed once, is tried again),
    failing, blocked (the site refuses us), empty (answers without entries), never polled.
    """
    config = settings()
    from archive import sources
    from crawler.health import health_of
    from wirewatch.rooms import utc_now

    now = utc_now()
    with opened(config) as archive:
        states = {state.source: state for state in archive.read_now(sources.all_states)}
    rows: list[Row] = []
    for source in config.sources:
        state = states.get(source.name)
        rows.append((source, health_of(source, state, config.fetch, now), state))
    _sort(rows, sort)
    if as_json:
        from wirewatch.article_lines import print_line

        for row in rows:
            click.echo(print_line(_as_json(row, config.fetch)))
        return
    head = ("source", "state", "success", "new", "rhythm", "failures", "due", "requests", "MiB", "error")
    click.echo(table(head, [_cells(row, config.fetch, now) for row in rows]), nl=False)


def _sort(rows: "list[Row]", key: str) -> None:
    """By `key`, names within it; of times what never was first, then the longest ago; the most first."""
    from crawler.health import STATES

    never = datetime.min.replace(tzinfo=UTC)

    def order(row: "Row") -> tuple[object, str]:
        source, health, state = row
        by: dict[str, object] = {
            "state": STATES.index(health),
            "name": 0,
            "success": (state and state.last_success_at) or never,
            "new": (state and state.last_new_at) or never,
            "failures": -(state.failures if state else 0),
            "due": state.due_at if state else never,
            "requests": -(state.requests if state else 0),
            "bytes": -(state.bytes if state else 0),
        }
        return by[key], source.name

    rows.sort(key=order)


def _rhythm(source: "Source", state: "SourceState | None", fetch: "FetchSettings") -> "timedelta | str":
    """How often a source is asked: its cron line, or the interval, given or learnt."""
    from crawler.polling import interval_of

    if source.cron is not None:
        return source.cron
    if source.every is not None or state is None:
        return source.every or fetch.every
    return min(max(interval_of(state, fetch), fetch.min_every), fetch.max_every)


def _cells(row: "Row", fetch: "FetchSettings", now: datetime) -> tuple[str, ...]:
    source, health, state = row
    rhythm = _rhythm(source, state, fetch)
    said = rhythm if isinstance(rhythm, str) else f"every {length(rhythm)}"
    if state is None:
        return source.name, health, "never", "never", said, "0", "", "0", "0", ""
    return (
        source.name,
        health,
        distance(state.last_success_at, now),
        distance(state.last_new_at, now),
        said,
        str(state.failures),
        distance(state.due_at, now),
        str(state.requests),
        f"{state.bytes / MIB:.1f}",
        state.error or _to_do(health, state),
    )


def _to_do(health: "State", state: "SourceState") -> str:
    """What to do about a source that answers and is not ok."""
    match health:
        case "moved":
            return f"has moved for good to {state.moved_to}; write that address into its url"
        case "stale":
            return "answers, but has had nothing new for long; see whether it moved"
        case _:
            return ""


def _as_json(row: "Row", fetch: "FetchSettings") -> dict[str, object]:
    source, health, state = row
    rhythm = _rhythm(source, state, fetch)
    return {
        "name": source.name,
        "state": health,
        "last_success": machine(state.last_success_at) if state else None,
        "last_new": machine(state.last_new_at) if state else None,
        "every": None if isinstance(rhythm, str) else rhythm.total_seconds(),
        "cron": source.cron,
        "polls": state.polls if state else 0,
        "requests": state.requests if state else 0,
        "bytes": state.bytes if state else 0,
        "failures": state.failures if state else 0,
        "due": machine(state.due_at) if state else None,
        "error": state.error if state else None,
        "error_since": machine(state.error_since) if state else None,
        "moved_to": state.moved_to if state and health == "moved" else None,
    }
