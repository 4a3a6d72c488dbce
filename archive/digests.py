"""What waits for a channel's next digest?

Statements on `digest_item`: an article waits there until a digest delivery takes it, in the same
transaction that writes that delivery, so nothing is told twice or missed between two digests.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from archive.insert import insert
from archive.tables import digest_item as table


def add(conn: Connection, channel: str, article: int, reason: str, now: datetime) -> None:
    """Let `article` wait for the channel's next digest; once is enough."""
    conn.execute(
        insert(conn, table).on_conflict_do_nothing(index_elements=["channel", "article"]),
        {"channel": channel, "article": article, "reason": reason, "added_at": now},
    )


def waiting(conn: Connection, channel: str) -> list[tuple[int, str]]:
    """The articles that wait, each with the reason, in the order in which they came."""
    rows = conn.execute(
        select(table.c.article, table.c.reason)
        .where(table.c.channel == channel, table.c.delivery.is_(None))
        .order_by(table.c.added_at, table.c.article)
    )
    return [(row.article, row.reason) for row in rows]


def take(conn: Connection, channel: str, articles: Sequence[int], delivery: int) -> None:
    """These articles are in that digest now."""
    conn.execute(
        update(table)
        .where(table.c.channel == channel, table.c.article.in_(list(articles)))
        .values(delivery=delivery)
    )


def channels_waiting(conn: Connection) -> dict[str, int]:
    """How many articles wait, by channel."""
    rows = conn.execute(
        select(table.c.channel, func.count()).where(table.c.delivery.is_(None)).group_by(table.c.channel)
    )
    return {row[0]: row[1] for row in rows}
