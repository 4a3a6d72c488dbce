"""`wirewatch poll SOURCE...`: what would a poll of these sources do?

Printing only; the poll is `wirewatch/trial.py`.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.times import shown

if TYPE_CHECKING:
    from archive.archive import Archive
    from wirewatch.settings import Settings
    from wirewatch.trial import Announced, Trial

MOST_SHOWN = 40
_CONTACTS = {
    "live": "would be told singly",
    "catch-up": "first contact, young: would go into a catch-up digest",
    "old": "first contact, old or undated: would only be recorded",
}


@click.command()
@click.argument("names", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--apply", "really", is_flag=True, help="Do it, and keep what is new.")
@config_option
def command(names: tuple[str, ...], really: bool) -> None:
    """Ask sources now and show what a poll would do: entries, which are new, which watches fire.

    Writes nothing, and asks disabled sources too. With --apply it is the daemon's own poll, due or
    not; it may run beside a daemon, which then reads pages and sends what comes of it. Ends with 1 if
    a source gave nothing.
    """
    config = settings()
    known = {source.name for source in config.sources}
    disabled = {source.name: source for source in config.disabled}
    for name in names:
        if name in disabled and really:
            raise click.UsageError(f"{name} is disabled: nothing of it is kept before it is enabled")
        if name not in known and name not in disabled:
            raise click.UsageError(f"no source is called {name}: see `wirewatch sources`")
    # A source is looked at before it is enabled.
    looked_at = tuple(disabled[name] for name in names if name in disabled)
    config = replace(config, sources=config.sources + looked_at)
    with opened(config, create=True) as archive:
        run = _apply(config, archive, names) if really else _try(config, archive, names)
        failed = asyncio.run(run)
    if failed:
        sys.exit(FAILURE)


async def _try(config: "Settings", archive: "Archive", names: tuple[str, ...]) -> int:
    from wirewatch.trial import tools_of, trial

    failed = 0
    async with tools_of(config, archive) as rooms:
        for name in names:
            tried = await trial(rooms, name)
            failed += tried.error is not None
            for line in _lines(tried, rooms.clock(), config.timezone):
                click.echo(line)
    return failed


async def _apply(config: "Settings", archive: "Archive", names: tuple[str, ...]) -> int:
    from wirewatch.trial import Leased, apply, tools_of

    failed = 0
    async with tools_of(config, archive) as rooms:
        for name in names:
            try:
                applied = await apply(rooms, name)
            except Leased:
                click.echo(f"{name}: a poll of it is under way already", err=True)
                failed += 1
                continue
            if applied.state.error is not None:
                click.echo(f"{name}: {applied.state.error}")
                failed += 1
            else:
                due = shown(applied.state.due_at, rooms.clock(), config.timezone)
                click.echo(f"{name}: {applied.new} new articles were kept; due again {due}")
    return failed


def _lines(tried: "Trial", now: datetime, zone: tzinfo) -> list[str]:
    if tried.error is not None:
        return [f"{tried.source}: {tried.error}"]
    lines = [f"{tried.source}: {tried.entries} entries, {tried.known} known, {len(tried.announced)} new"]
    for announced in tried.announced[:MOST_SHOWN]:
        lines += _entry(announced, now, zone)
    if len(tried.announced) > MOST_SHOWN:
        lines.append(f"  and {len(tried.announced) - MOST_SHOWN} more")
    return lines


def _entry(announced: "Announced", now: datetime, zone: tzinfo) -> list[str]:
    new = announced.new
    published = "undated" if new.published is None else shown(new.published, now, zone)
    watches = ", ".join(
        f"{match.watch} ({', '.join(dict.fromkeys(hit.text for hit in match.hits)) or 'by its fields'})"
        for match in announced.matches
    )
    page = "; its page would be read" if new.page == "wanted" else ""
    guessed = [f"    found by {announced.why}: {new.url}"] if announced.why else []
    return [
        f"  {new.title or new.url}",
        *guessed,
        f"    {published}; {_CONTACTS[new.contact]}{page}",
        f"    fires: {watches or 'no watch'}",
    ]
