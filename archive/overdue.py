"""Which alerts lie unsent for so long that they are no news any more, and how do they become a digest?

Statements on `delivery` and `digest_item`. What such a digest says is `alerts/outbox/late.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, select, update

from archive.deliveries import OPEN, Delivery, from_row
from archive.insert import insert
from archive.tables import delivery as table
from archive.tables import digest_item

REASON = "late"


def alerts(conn: Connection, chat: str, before: datetime) -> list[Delivery]:
    """The alerts of `chat` made before then that wait and of which no copy can stand, in order."""
    edit = table.alias("edit")
    edited = exists().where(edit.c.edits == table.c.id)
    chosen = select(table).where(_unsent(chat), table.c.kind == "alert", table.c.created_at < before, ~edited)
    return [from_row(row) for row in conn.execute(chosen.order_by(table.c.id))]


def digests(conn: Connection, chat: str) -> list[Delivery]:
    """The digests of `chat` that wait and of which no copy can stand, in order."""
    chosen = select(table).where(_unsent(chat), table.c.kind == "digest")
    return [from_row(row) for row in conn.execute(chosen.order_by(table.c.id))]


def _unsent(chat: str) -> ColumnElement[bool]:
    waits = table.c.state.in_(("pending", "waiting"))
    return OPEN & (table.c.chat == chat) & waits & (table.c.unknown == 0) & (table.c.resent == 0)


def replace(
    conn: Connection, rows: Sequence[Delivery], parts: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Let these rows of one channel say `parts`, each a digest, in the places of the first of them.

    There are at least as many rows as parts; those left over go, and their articles are in the digest.
    """
    first, ids = rows[0], [row.id for row in rows]
    articles = [row.article for row in rows if row.article is not None]
    for row, content in zip(rows, parts, strict=False):
        conn.execute(
            update(table)
            .where(table.c.id == row.id)
            .values(kind="digest", content=content, article=None, story=None, reply_to=None, silent=False,
                    plain=False, changed_at=now)
        )  # fmt: skip
    conn.execute(update(digest_item).where(digest_item.c.delivery.in_(ids)).values(delivery=first.id))
    if articles:
        conn.execute(
            insert(conn, digest_item).on_conflict_do_nothing(index_elements=["channel", "article"]),
            [
                {
                    "channel": first.channel, "article": article, "reason": REASON, "added_at": now,
                    "due_at": now, "delivery": first.id,
                }
                for article in articles
            ],
        )  # fmt: skip
    conn.execute(update(table).where(table.c.reply_to.in_(ids)).values(reply_to=None))
    conn.execute(delete(table).where(table.c.id.in_(ids[len(parts) :])))
