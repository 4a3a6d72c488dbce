"""Which articles are one event?

Statements on `story`. Whether an article joins a story is decided in `alerts/stories/`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from archive.insert import prepared
from archive.tables import story as table


def open_story(conn: Connection, fingerprint: int | None, now: datetime) -> int:
    """A new story; its number."""
    row = {"fingerprint": fingerprint, "opened_at": now, "grown_at": now}
    id_: int = conn.execute(_open(conn), row).scalar_one()
    return id_


@prepared(table)
def _open(new: Any) -> Any:
    return new.returning(table.c.id)


def with_fingerprints(conn: Connection, prints: Sequence[int], since: datetime) -> dict[int, int]:
    """The newest story that grew after `since` for each of `prints` that one bears."""
    rows = conn.execute(_WITH_FINGERPRINTS, {"prints": list(prints), "since": since})
    return {row.fingerprint: row.id for row in rows}


_WITH_FINGERPRINTS = (
    select(table.c.fingerprint, table.c.id)
    .where(
        table.c.fingerprint.in_(bindparam("prints", expanding=True)), table.c.grown_at > bindparam("since")
    )
    .order_by(table.c.id)
)


def grow(conn: Connection, story: int, now: datetime) -> None:
    """An article has joined the story."""
    conn.execute(update(table).where(table.c.id == story).values(grown_at=now))
