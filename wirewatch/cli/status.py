"""`wirewatch status`: is it working, and if not, what is wrong since when and what to do?

Printing only; the verdict is `wirewatch/status.py`.
"""

import sys
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened_at
from wirewatch.cli.config_option import config_option, locations, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.times import machine, shown
from wirewatch.config_errors import ConfigErrors
from wirewatch.settings import Settings

if TYPE_CHECKING:
    from wirewatch.status import Seen, Status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object in place of text.")
@config_option
def command(as_json: bool) -> None:
    """Tell in one line whether it works; then what does not, since when, and what to do.

    Ends with 0 only if a daemon is alive, gathers and delivers.
    """
    config: Settings | ConfigErrors
    try:
        config = settings()
        where, zone = config.archive, config.timezone
    except ConfigErrors as wrong:
        # A daemon that is running goes on with the config before.
        config = wrong
        from wirewatch.config_reading import load_archive

        where, zone = load_archive(locations())
    from wirewatch.rooms import utc_now
    from wirewatch.status import judge

    now = utc_now()
    status = judge(_seen(where, now), config, now)
    if as_json:
        from wirewatch.article_lines import print_line

        click.echo(print_line(_as_json(status)))
    else:
        for line in _lines(status, now, zone):
            click.echo(line)
    if not status.works:
        sys.exit(FAILURE)


def _seen(where: Path | str, now: datetime) -> "Seen":
    from wirewatch.status import look, nothing_yet

    if isinstance(where, Path) and not where.is_file():
        return nothing_yet(where)
    with opened_at(where) as archive:
        return look(archive, now)


def _lines(status: "Status", now: datetime, zone: tzinfo) -> list[str]:
    seen = status.seen
    lines = [status.answer]
    if seen.holder is not None:
        lines.append(f"The daemon is {seen.holder}; {seen.articles} articles are known.")
    for problem in status.problems:
        since = "" if problem.since is None else f", since {shown(problem.since, now, zone)}"
        again = "" if problem.again is None else f"; asked again {shown(problem.again, now, zone)}"
        mark = "!" if problem.stops else "-"
        lines += ["", f"{mark} {problem.what}{since}{again}", f"  → {problem.remedy}"]
    if status.coming:
        lines += ["", "Next:"]
        lines += [f"  {coming.what}: {shown(coming.at, now, zone)}" for coming in status.coming]
    if seen.withheld:
        lines += ["", f"Withheld in a day, since their story had them: {seen.withheld} (`wirewatch stories`)"]
        lines += [
            f"  {shown(one.at, now, zone)} story {one.story} · {one.outlet}: {one.title}"
            for one in seen.withheld_latest
        ]
        if seen.withheld > len(seen.withheld_latest):
            lines.append(f"  and {seen.withheld - len(seen.withheld_latest)} more")
    if any(seen.tallies.values()):
        tallies = ", ".join(f"{name} {count}" for name, count in seen.tallies.items())
        lines += ["", f"Messages whose arrival was not known: {tallies}"]
    if seen.events:
        lines += ["", "Last events:"]
        lines += [f"  {shown(e.at, now, zone)} {e.kind} {e.subject}: {e.text}" for e in seen.events]
    return lines


def _as_json(status: "Status") -> dict[str, object]:
    seen = status.seen
    states = list(status.health.values())
    return {
        "working": status.works,
        "answer": status.answer,
        "daemon": None if seen.holder is None else {"process": seen.holder.process, "host": seen.holder.host},
        "problems": [
            {
                "what": p.what,
                "since": machine(p.since),
                "remedy": p.remedy,
                "stops": p.stops,
                "again": machine(p.again),
            }
            for p in status.problems
        ],
        "next": [{"what": c.what, "at": machine(c.at)} for c in status.coming],
        "articles": seen.articles,
        "withheld": seen.withheld,
        "withheld_latest": [
            {
                "article": one.article,
                "story": one.story,
                "outlet": one.outlet,
                "title": one.title,
                "at": machine(one.at),
            }
            for one in seen.withheld_latest
        ],
        "sources": {state: states.count(state) for state in dict.fromkeys(states)},
        "deliveries": dict(seen.counts),
        "unknown_outcomes": dict(seen.tallies),
        "events": [
            {"at": machine(e.at), "kind": e.kind, "subject": e.subject, "text": e.text} for e in seen.events
        ],
    }
