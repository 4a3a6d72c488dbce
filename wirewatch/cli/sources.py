"""`wirewatch sources`: how does each source fare?

Printing only; the one word a source is `crawler/health.py`.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.tables import table
from wirewatch.cli.times import distance, machine

if TYPE_CHECKING:
    from archive.sources import SourceState
    from crawler.health import State

    Row = tuple[str, State, SourceState | None]

KEYS = ("state", "name", "success", "new", "failures", "due")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a source, in place of a table.")
@click.option("--sort", type=click.Choice(KEYS), default="state", help="By what; default: the worst first.")
@config_option
def command(as_json: bool, sort: str) -> None:
    """Show how each source fares: its state, last success, last new article, what went wrong.

    States: ok, stale (silent far beyond its rhythm), moved, waiting (failed once, is tried again),
    failing, empty (answers without entries), never polled.
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
        rows.append((source.name, health_of(source, state, config.fetch, now), state))
    _sort(rows, sort)
    if as_json:
        from wirewatch.article_lines import print_line

        for row in rows:
            click.echo(print_line(_as_json(row)))
        return
    head = ("source", "state", "success", "new", "failures", "due", "error")
    click.echo(table(head, [_cells(row, now) for row in rows]), nl=False)


def _sort(rows: "list[Row]", key: str) -> None:
    """By `key`, names within it; of times what never was first, then the longest ago."""
    from crawler.health import STATES

    never = datetime.min.replace(tzinfo=UTC)

    def order(row: "Row") -> tuple[object, str]:
        name, health, state = row
        by: dict[str, object] = {
            "state": STATES.index(health),
            "name": 0,
            "success": (state and state.last_success_at) or never,
            "new": (state and state.last_new_at) or never,
            "failures": -(state.failures if state else 0),
            "due": state.due_at if state else never,
        }
        return by[key], name

    rows.sort(key=order)


def _cells(row: "Row", now: datetime) -> tuple[str, ...]:
    name, health, state = row
    if state is None:
        return name, health, "never", "never", "0", "", ""
    return (
        name,
        health,
        distance(state.last_success_at, now),
        distance(state.last_new_at, now),
        str(state.failures),
        distance(state.due_at, now),
        state.error or "",
    )


def _as_json(row: "Row") -> dict[str, object]:
    name, health, state = row
    return {
        "name": name,
        "state": health,
        "last_success": machine(state.last_success_at) if state else None,
        "last_new": machine(state.last_new_at) if state else None,
        "polls": state.polls if state else 0,
        "failures": state.failures if state else 0,
        "due": machine(state.due_at) if state else None,
        "error": state.error if state else None,
        "error_since": machine(state.error_since) if state else None,
        "moved_to": state.moved_to if state and health == "moved" else None,
    }
