"""What waits for a channel's next digest?

Statements on `digest_item`: an article waits there until a digest delivery takes it, in the same
transaction that writes that delivery, so nothing is told twice or missed between two digests.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from archive.insert import prepared
from archive.tables import article
from archive.tables import digest_item as table
from archive.wake import wake


def add(conn: Connection, channel: str, article_id: int, reason: str, now: datetime, due: datetime) -> None:
    """Let an article wait for the channel's digest that goes at `due`; once is enough."""
    row = {"channel": channel, "article": article_id, "reason": reason, "added_at": now, "due_at": due}
    conn.execute(_add(conn), row)


@prepared(table)
def _add(new: Any) -> Any:
    return new.on_conflict_do_nothing(index_elements=["channel", "article"])


def has(conn: Connection, channel: str, article_id: int) -> bool:
    """Whether the article is, or will be, in a digest of the channel."""
    return conn.execute(_HAS, {"of": channel, "id": article_id}).first() is not None


_HAS = select(table.c.article).where(table.c.channel == bindparam("of"), table.c.article == bindparam("id"))


def due(conn: Connection, channel: str, now: datetime) -> list[tuple[int, str]]:
    """The articles whose digest goes now, each with the reason, in the order in which they came.

    With the first that catches up go all others that do: what was met within seconds is one message.
    """
    waiting = conn.execute(_WAITING, {"of": channel}).all()
    going = {row.reason for row in waiting if row.due_at <= now}
    return [
        (row.article, row.reason)
        for row in waiting
        if row.due_at <= now or ("catch-up" in going and row.reason == "catch-up")
    ]


_WAITING = (
    select(table.c.article, table.c.reason, table.c.due_at)
    .where(table.c.channel == bindparam("of"), table.c.delivery.is_(None))
    .order_by(table.c.added_at, table.c.article)
)


def next_due(conn: Connection) -> dict[str, datetime]:
    """When the next digest of each channel goes that has articles waiting."""
    rows = conn.execute(
        select(table.c.channel, func.min(table.c.due_at))
        .where(table.c.delivery.is_(None))
        .group_by(table.c.channel)
    )
    return {row[0]: row[1] for row in rows}


def wake_waiting(conn: Connection) -> None:
    """Wake the digest of every channel that has articles waiting, each at its time."""
    for channel, due in sorted(next_due(conn).items()):
        wake(conn, "digest", channel, due)


def stories_waiting(conn: Connection, stories: Sequence[int]) -> set[tuple[str, int]]:
    """Which of `stories` have an article waiting for a digest, as (channel, story)."""
    rows = conn.execute(_STORIES_WAITING, {"stories": list(stories)})
    return {(row.channel, row.story) for row in rows}


_STORIES_WAITING = (
    select(table.c.channel, article.c.story)
    .join(article, article.c.id == table.c.article)
    .where(article.c.story.in_(bindparam("stories", expanding=True)), table.c.delivery.is_(None))
)


def take(conn: Connection, channel: str, articles: Sequence[int], delivery: int) -> None:
    """These articles are in that digest now."""
    conn.execute(
        update(table)
        .where(table.c.channel == channel, table.c.article.in_(list(articles)))
        .values(delivery=delivery)
    )


def given_up(conn: Connection, channels: Sequence[str], before: datetime) -> list[str]:
    """Channels other than `channels` for which an article waits since before then."""
    overdue = select(table.c.channel).where(table.c.delivery.is_(None), table.c.due_at < before)
    return sorted(set(conn.execute(overdue.distinct()).scalars()) - set(channels))


def release(conn: Connection, channel: str) -> int:
    """Let nothing wait for the channel's digest any more; how many articles did."""
    waiting = delete(table).where(table.c.channel == channel, table.c.delivery.is_(None))
    return conn.execute(waiting).rowcount
