"""What does a chat not want to hear for a while?

Statements on `mute`. A row is never changed but to end it, to count what it kept back, or where the clock
was wrong: it says who muted what, when, until when and why. What a mute keeps back is decided in
`alerts/muting.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from archive.insert import insert
from archive.tables import mute as table

Kind = Literal["watch", "source", "story"]


@dataclass(frozen=True, slots=True)
class NewMute:
    """`key` is a watch's name, an outlet's or source's name, or a story's number; `by` names who mutes
    it for people, `user` is that one's number with Telegram, None on the command line."""

    kind: Kind
    key: str
    chat: str
    until: datetime
    by: str
    user: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """One row. `held` counts the articles that it kept back."""

    id: int
    kind: Kind
    key: str
    chat: str
    since: datetime
    until: datetime
    by: str
    user: int | None
    why: str | None
    held: int


def add(conn: Connection, new: Sequence[NewMute], now: datetime) -> list[int]:
    """Mute these from now on, each in place of one that is in force for the same; the rows' ids."""
    ids = []
    for mute in new:
        same = (table.c.kind == mute.kind, table.c.key == mute.key, table.c.chat == mute.chat)
        conn.execute(update(table).where(*same, table.c.until > now).values(until=now))
        row = {name: getattr(mute, name) for name in NewMute.__slots__}
        statement = insert(conn, table).returning(table.c.id)
        ids.append(conn.execute(statement, {**row, "since": now, "held": 0}).scalar_one())
    return ids


def active(conn: Connection, now: datetime) -> list[Mute]:
    """All that are in force, the one that ends first before the others."""
    return [_from_row(row) for row in conn.execute(_ACTIVE, {"now": now})]


_ACTIVE = select(table).where(table.c.until > bindparam("now")).order_by(table.c.until, table.c.id)


def latest(conn: Connection, limit: int) -> list[Mute]:
    """The newest rows, ended ones too, newest first."""
    return [_from_row(row) for row in conn.execute(select(table).order_by(table.c.id.desc()).limit(limit))]


def end(conn: Connection, ids: Iterable[int], now: datetime) -> int:
    """End these now; how many were in force."""
    chosen = (table.c.id.in_(list(ids)), table.c.until > now)
    return conn.execute(update(table).where(*chosen).values(until=now)).rowcount


def not_longer(conn: Connection, now: datetime) -> None:
    """Let those that began at a time to come last as long as they were to, from now on: the clock was set
    back since."""
    for mute in map(_from_row, conn.execute(select(table).where(table.c.since > now)).all()):
        values = {"since": now, "until": now + (mute.until - mute.since)}
        conn.execute(update(table).where(table.c.id == mute.id).values(values))


def move_story(conn: Connection, old: int, new: int) -> None:
    """What is muted of the story `old` is muted of `new`, which its articles belong to now."""
    chosen = (table.c.kind == "story", table.c.key == str(old))
    conn.execute(update(table).where(*chosen).values(key=str(new)))


def count_held(conn: Connection, ids: Iterable[int]) -> None:
    """Each of these has kept back one article more."""
    conn.execute(update(table).where(table.c.id.in_(list(ids))).values(held=table.c.held + 1))


def forget(conn: Connection, before: datetime) -> int:
    """Remove what ended before then; how many rows."""
    return conn.execute(delete(table).where(table.c.until < before)).rowcount


def _from_row(row: Row[Any]) -> Mute:
    return Mute(**{name: row._mapping[name] for name in Mute.__slots__})
