"""`wirewatch mute`: what is muted where, until when and by whom; and muting from the terminal.

Parsing and printing; rows are `archive/mutes.py`, what a mute keeps back is `alerts/muting.py`.
"""

import getpass
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.numbers import is_number
from wirewatch.cli.spans import span
from wirewatch.cli.tables import table
from wirewatch.cli.times import machine, shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from archive.archive import Archive
    from archive.mutes import Kind, Mute
    from wirewatch.settings import Settings

# Ended ones listed with --all.
LATEST = 200


class Target(NamedTuple):
    """What is to be muted: `watch:laos`, `source:laotian-times`, `story:17`."""

    kind: "Kind"
    key: str


def _target(_ctx: click.Context, _option: click.Parameter, value: str | None) -> Target | None:
    if value is None:
        return None
    kind, _, key = value.partition(":")
    if kind == "watch" and key:
        return Target("watch", key)
    if kind == "source" and key:
        return Target("source", key)
    if kind == "story" and is_number(key):
        return Target("story", str(int(key)))
    raise click.BadParameter("expected watch:NAME, source:NAME or story:NUMBER")


@click.command()
@click.argument("target", required=False, callback=_target, metavar="[WHAT]")
@click.option("--for", "length", callback=span, metavar="TIME", help="Mute WHAT for 1h, 1d, 7d …")
@click.option("--end", is_flag=True, help="Let WHAT be heard again now.")
@click.option("--channel", "channels", multiple=True, metavar="C", help="Only there; may be repeated.")
@click.option("--why", metavar="TEXT", help="A note for those who list it.")
@click.option("--all", "everything", is_flag=True, help="List mutes that have ended as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a mute, in place of a table.")
@config_option
def command(
    target: Target | None,
    length: timedelta | None,
    end: bool,
    channels: tuple[str, ...],
    why: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """List what is muted, or mute WHAT: watch:NAME, source:NAME or story:NUMBER.

    A mute belongs to a chat, ends by itself, and keeps back new messages; what it kept back is
    counted. Without --channel it is set, or ended, for every channel but ops.
    """
    if (target is None) != (length is None and not end) or (length is not None and end):
        raise click.UsageError("give WHAT with --for TIME or with --end, or nothing to list")
    config = settings()
    from wirewatch.rooms import utc_now

    now = utc_now()
    with opened(config) as archive:
        if target is None:
            _list(config, archive, now, channels, everything=everything, as_json=as_json)
            return
        chats = _chats(config, archive, channels)
        if length is not None:
            _check(config, archive, target)
            _mute(config, archive, target, chats, now, length, why)
        elif not _end(archive, target, chats, now):
            click.echo(f"{target.kind}:{target.key} is not muted there", err=True)
            sys.exit(FAILURE)


def _chats(config: "Settings", archive: "Archive", names: Sequence[str]) -> list[str]:
    """The chats of these channels, of all but ops without names, as they go by now."""
    from alerts.channels.senders import chat_key
    from archive import chats

    known = {channel.name: channel for channel in config.channels}
    for name in names:
        if name not in known:
            raise click.UsageError(f"no channel is called {name}: there are {', '.join(known)}")
    wanted = names or [name for name in known if name != config.ops]
    keys = [chat_key(known[name]) for name in wanted]
    found = archive.read_now(lambda conn: [chats.known_as(conn, key) for key in keys])
    return list(dict.fromkeys(found))


def _check(config: "Settings", archive: "Archive", target: Target) -> None:
    """What is to be muted must exist: a name that nobody bears would keep nothing back."""
    from archive import sources, stories
    from wirewatch.config_errors import nearest

    kind, key = target
    if kind == "story":
        if not archive.read_now(lambda conn: stories.exists(conn, int(key))):
            raise click.ClickException(f"the archive knows no story {key}")
        return
    known = {watch.name for watch in config.watches}
    if kind == "source":
        known = {source.name for source in config.sources} | {outlet.name for outlet in config.outlets}
        # Outlets that an aggregator names are in no config.
        known |= {key} if archive.read_now(lambda conn: sources.knows_outlet(conn, key)) else set()
    if key not in known:
        meant = nearest(key, known)
        raise click.ClickException(
            f"no {kind} is called {key}" + (f", did you mean {meant}" if meant else "")
        )


def _mute(
    config: "Settings",
    archive: "Archive",
    target: Target,
    chats: Sequence[str],
    now: datetime,
    length: timedelta,
    why: str | None,
) -> None:
    from archive import mutes

    until = now + length
    new = [mutes.NewMute(target.kind, target.key, chat, until, _user(), None, why) for chat in chats]
    archive.write_now(lambda conn: mutes.add(conn, new, now))
    click.echo(f"{target.kind}:{target.key} is muted until {shown(until, now, config.timezone)}")


def _end(archive: "Archive", target: Target, chats: Sequence[str], now: datetime) -> int:
    from archive import chats as chat_rows
    from archive import mutes

    def step(conn: "Connection") -> int:
        ids = [
            mute.id
            for mute in mutes.active(conn, now)
            if (mute.kind, mute.key) == target and chat_rows.known_as(conn, mute.chat) in chats
        ]
        return mutes.end(conn, ids, now)

    ended, _ = archive.write_now(step)
    if ended:
        click.echo(f"{target.kind}:{target.key} is heard again")
    return ended


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number and no name.
        return "the command line"


def _list(
    config: "Settings",
    archive: "Archive",
    now: datetime,
    names: Sequence[str],
    *,
    everything: bool,
    as_json: bool,
) -> None:
    from alerts.channels.senders import chat_key
    from archive import chats, mutes
    from archive.members import members_of

    wanted = set(_chats(config, archive, names)) if names else None

    def read(conn: "Connection") -> "list[tuple[Mute, str, str]]":
        rows = mutes.latest(conn, LATEST) if everything else mutes.active(conn, now)
        stories = members_of(conn, [int(mute.key) for mute in rows if mute.kind == "story"])
        called: dict[str, list[str]] = {}
        for channel in config.channels:
            called.setdefault(chats.known_as(conn, chat_key(channel)), []).append(channel.name)
        found = []
        for mute in rows:
            chat = chats.known_as(conn, mute.chat)
            story = stories.get(int(mute.key), []) if mute.kind == "story" else []
            if wanted is None or chat in wanted:
                where = ", ".join(called.get(chat, ())) or chat
                found.append((mute, where, story[0].title if story else ""))
        return found

    rows = archive.read_now(read)
    if as_json:
        from wirewatch.article_lines import print_line

        for mute, where, title in rows:
            click.echo(print_line(_as_json(mute, where, title, now)))
        return
    if not rows:
        click.echo("nothing is muted")
        return
    cells = [
        (
            f"{mute.kind}:{mute.key}",
            where,
            shown(mute.until, now, config.timezone) if mute.until > now else "ended",
            mute.by,
            shown(mute.since, now, config.timezone),
            str(mute.held),
            " · ".join(part for part in (mute.why, title) if part),
        )
        for mute, where, title in rows
    ]
    click.echo(table(("what", "channel", "until", "by", "since", "kept back", "why"), cells), nl=False)


def _as_json(mute: "Mute", where: str, title: str, now: datetime) -> dict[str, object]:
    return {
        "id": mute.id,
        "kind": mute.kind,
        "key": mute.key,
        "chat": mute.chat,
        "channels": where.split(", "),
        "since": machine(mute.since),
        "until": machine(mute.until),
        "active": mute.until > now,
        "by": mute.by,
        "user": mute.user,
        "why": mute.why,
        "kept_back": mute.held,
        "title": title or None,
    }
