"""What waits for a channel's next digest?

Statements on `digest_item`: an article waits there until a digest delivery takes it, in the same
transaction that writes that delivery, so nothing is told twice or missed between two digests.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from archive.insert import prepared
from archive.one_of import one_of
from archive.tables import digest_item as table
from archive.wake import wake

# Articles of one digest: what waits beyond goes with the next, at once.
MOST = 1_000


class Item(NamedTuple):
    """An article that is to wait for the channel's digest that goes at `due_at`."""

    channel: str
    article: int
    reason: str
    due_at: datetime


def add(conn: Connection, items: Sequence[Item], now: datetime) -> None:
    """Let these wait; once is enough."""
    if items:
        conn.execute(_add(conn), [{**one._asdict(), "added_at": now} for one in items])


@prepared(table)
def _add(new: Any) -> Any:
    return new.on_conflict_do_nothing(index_elements=["channel", "article"])


def holding(conn: Connection, articles: Iterable[int]) -> dict[tuple[str, int], bool]:
    """Which of `articles` are, or will be, in a digest: of (channel, article) whether it still waits."""
    rows = conn.execute(_HOLDING, {"articles": list(articles)})
    return {(row.channel, row.article): row.delivery is None for row in rows}


_HOLDING = select(table.c.channel, table.c.article, table.c.delivery).where(
    one_of(table.c.article, "articles")
)


def due(conn: Connection, channel: str, now: datetime) -> list[tuple[int, str]]:
    """The articles whose digest goes now, each with the reason, in the order in which they came; of very
    many the first.

    With the first that catches up go all others that do: what was met within seconds is one message.
    """
    waiting = conn.execute(_WAITING, {"of": channel}).all()
    going = {row.reason for row in waiting if row.due_at <= now}
    found = (
        (row.article, row.reason)
        for row in waiting
        if row.due_at <= now or ("catch-up" in going and row.reason == "catch-up")
    )
    return list(islice(found, MOST))


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


def catch_up(conn: Connection, now: datetime, ahead: timedelta) -> None:
    """What catches up within `ahead` goes now: nothing more of its kind comes."""
    sooner = (
        update(table)
        .where(table.c.delivery.is_(None), table.c.reason == "catch-up")
        .where(table.c.due_at > now, table.c.due_at <= now + ahead)
        .values(due_at=now)
        .returning(table.c.channel)
    )
    for channel in sorted(set(conn.execute(sooner).scalars())):
        wake(conn, "digest", channel, now)


def wake_waiting(conn: Connection) -> None:
    """Wake the digest of every channel that has articles waiting, each at its time."""
    for channel, due in sorted(next_due(conn).items()):
        wake(conn, "digest", channel, due)


def take(conn: Connection, channel: str, articles: Sequence[int], delivery: int) -> None:
    """These articles are in that digest now."""
    conn.execute(
        update(table)
        .where(table.c.channel == channel, table.c.article.in_(list(articles)))
        .values(delivery=delivery)
    )


def from_ahead(conn: Connection, now: datetime) -> list[tuple[str, str]]:
    """The channels, and the reasons, for which something waits that was added at a time to come: the clock
    was set back since."""
    rows = conn.execute(select(table.c.channel, table.c.reason).where(*_ahead(now)).distinct())
    return sorted((row.channel, row.reason) for row in rows)


def not_later(conn: Connection, channel: str, reason: str, now: datetime, due: datetime) -> None:
    """Let what was added at a time to come wait until `due` at most, as if it were added now."""
    added = (*_ahead(now), table.c.channel == channel, table.c.reason == reason)
    conn.execute(update(table).where(*added, table.c.due_at > due).values(due_at=due))
    conn.execute(update(table).where(*added).values(added_at=now))


def _ahead(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (table.c.delivery.is_(None), table.c.added_at > now)


def drop(conn: Connection, channel: str, articles: Sequence[int]) -> None:
    """These wait for the channel's digest no more."""
    conn.execute(_DROP, {"of": channel, "articles": list(articles)})


_DROP = delete(table).where(
    table.c.channel == bindparam("of"), table.c.delivery.is_(None), one_of(table.c.article, "articles")
)


def given_up(conn: Connection, channels: Sequence[str], before: datetime) -> list[str]:
    """Channels other than `channels` for which an article waits since before then."""
    overdue = select(table.c.channel).where(table.c.delivery.is_(None), table.c.due_at < before)
    return sorted(set(conn.execute(overdue.distinct()).scalars()) - set(channels))


def release(conn: Connection, channel: str) -> int:
    """Let nothing wait for the channel's digest any more; how many articles did."""
    waiting = delete(table).where(table.c.channel == channel, table.c.delivery.is_(None))
    return conn.execute(waiting).rowcount
