"""What can be counted or measured in the archive, for metrics?

Figures that no step of the work needs. Counting articles and deliveries is in the files of their
tables; how figures are named and shown is `wirewatch/endpoints.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from archive import facts, noted, stories
from archive.deliveries import OPEN
from archive.retention import FORGOTTEN
from archive.tables import article, delivery, match, source_state


def matches_by_watch(conn: Connection) -> dict[str, int]:
    """How often each watch has ever fired, removed articles included: these numbers never fall."""
    kept = {
        row[0]: row[1] for row in conn.execute(select(match.c.watch, func.count()).group_by(match.c.watch))
    }
    gone: dict[str, int] = facts.get(conn, FORGOTTEN) or {}
    return {watch: kept.get(watch, 0) + gone.get(watch, 0) for watch in sorted(kept.keys() | gone.keys())}


def oldest_open(conn: Connection) -> datetime | None:
    """When the oldest delivery was made that may still be sent; None where all are done.

    What is held for a person does not count.
    """
    held = (delivery.c.state == "uncertain") & delivery.c.not_before.is_(None)
    return conn.execute(select(func.min(delivery.c.created_at)).where(OPEN, ~held)).scalar()


def queues(conn: Connection, now: datetime) -> dict[str, int]:
    """How much work lies before each step: polls due, pages wanted, articles to be told and to be indexed."""
    due = source_state.c.active & (source_state.c.due_at <= now) & source_state.c.lease_until.is_(None)
    # Written as in their partial indexes, or SQLite would read the whole table.
    untold = text("told_at is null") & (article.c.tell_after <= now)
    waiting = {"polls": due, "pages": text("page = 'wanted'"), "articles": untold}
    found = {
        name: conn.execute(select(func.count()).where(chosen).select_from(_TABLES[name])).scalar_one()
        for name, chosen in waiting.items()
    }
    return {**found, "index": noted.behind(conn)}


_TABLES = {"polls": source_state, "pages": article, "articles": article}


@dataclass(frozen=True, slots=True)
class Day:
    """What came of a span of time: articles that were found, those of them on which a watch fired, alerts
    that were sent, articles that were withheld."""

    articles: int
    matched: int
    alerts: int
    withheld: int


def day(conn: Connection, since: datetime) -> Day:
    """What has come since then."""
    found = article.c.found_at > since
    fired = select(func.count(match.c.article.distinct())).join(article, article.c.id == match.c.article)
    sent = (delivery.c.kind == "alert") & (delivery.c.sent_at > since)
    return Day(
        conn.execute(select(func.count()).select_from(article).where(found)).scalar_one(),
        conn.execute(fired.where(found)).scalar_one(),
        conn.execute(select(func.count()).select_from(delivery).where(sent)).scalar_one(),
        stories.withheld_since(conn, since),
    )


def size(conn: Connection) -> int:
    """How large the database is, in bytes, without SQLite's write-ahead log."""
    if conn.dialect.name == "postgresql":
        return int(conn.execute(text("select pg_database_size(current_database())")).scalar_one())
    pages = "select page_count * page_size from pragma_page_count(), pragma_page_size()"
    return int(conn.execute(text(pages)).scalar_one())
