"""Which articles are one event?

Statements on `story`. Whether an article joins a story is decided in `alerts/stories/`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from archive.insert import insert
from archive.tables import story as table


def open_story(conn: Connection, fingerprint: int | None, now: datetime) -> int:
    """A new story; its number."""
    statement = insert(conn, table).returning(table.c.id)
    row = {"fingerprint": fingerprint, "opened_at": now, "grown_at": now}
    id_: int = conn.execute(statement, row).scalar_one()
    return id_


def with_fingerprints(conn: Connection, prints: Sequence[int], since: datetime) -> dict[int, int]:
    """The newest story that grew after `since` for each of `prints` that one bears."""
    rows = conn.execute(
        select(table.c.fingerprint, table.c.id)
        .where(table.c.fingerprint.in_(list(prints)), table.c.grown_at > since)
        .order_by(table.c.id)
    )
    return {row.fingerprint: row.id for row in rows}


def grow(conn: Connection, story: int, now: datetime) -> None:
    """An article has joined the story."""
    conn.execute(update(table).where(table.c.id == story).values(grown_at=now))
