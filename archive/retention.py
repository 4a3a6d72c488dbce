"""What may be forgotten, and how is it removed?

Statements across the tables that hang on `article`. `old_bodies`, `old_deliveries`, `old_articles` and
`old_stories` choose rows and are for a reader; their counterparts work on chosen rows in short
transactions and look again whether each may go, since the daemon goes on meanwhile. When that happens
is `wirewatch/housekeeping.py`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update

from archive import facts, noted
from archive.tables import article, delivery, digest_item, identity, match, placement, story

# Chosen at once; who works through them asks again until there are none.
MOST = 50_000
# A page without dates may list its newest articles for years. So many of a source stay known whatever
# their age, or they would look new.
LISTED = 500
# How many matches of each watch have been removed: a counter must not fall.
FORGOTTEN = "matches_forgotten"


def old_bodies(conn: Connection, before: datetime) -> list[int]:
    """Articles found before then that still have their body."""
    chosen = select(article.c.id).where(_has_old_body(before)).order_by(article.c.id).limit(MOST)
    return list(conn.execute(chosen).scalars())


def empty_bodies(conn: Connection, ids: Sequence[int], before: datetime) -> int:
    """Empty the bodies of these articles; of how many."""
    chosen = select(article.c.id).where(article.c.id.in_(ids), _has_old_body(before))
    emptied = list(conn.execute(chosen).scalars())
    noted.note_changed(conn, emptied)
    return conn.execute(update(article).where(article.c.id.in_(emptied)).values(body=None)).rowcount


def _has_old_body(before: datetime) -> ColumnElement[bool]:
    return and_(article.c.body.is_not(None), article.c.found_at < before, _settled_article())


def old_deliveries(conn: Connection, before: datetime) -> list[int]:
    """Deliveries that ended before then and that no other row leans on.

    An alert stays as long as its article: told again, that would come a second time.
    """
    going = select(article.c.id).where(_waits_for_nothing(before), _is_dated_before(before))
    may_go = or_(delivery.c.kind != "alert", delivery.c.article.is_(None), delivery.c.article.in_(going))
    chosen = select(delivery.c.id).where(_is_old_delivery(before), may_go).order_by(delivery.c.id).limit(MOST)
    return list(conn.execute(chosen).scalars())


def remove_deliveries(conn: Connection, ids: Sequence[int], before: datetime) -> int:
    """Remove these deliveries; how many."""
    chosen = delivery.c.id.in_(ids) & _is_old_delivery(before)
    return conn.execute(delete(delivery).where(chosen)).rowcount


def _is_old_delivery(before: datetime) -> ColumnElement[bool]:
    later = delivery.alias("later")
    return and_(
        delivery.c.state.in_(("sent", "dead")),
        delivery.c.changed_at < before,
        delivery.c.recheck_at.is_(None),
        # What is edited or answered stays as long as the edit or answer.
        ~exists().where(later.c.edits == delivery.c.id),
        ~exists().where(later.c.reply_to == delivery.c.id),
        # A digest stays as long as the articles that were in it.
        ~exists().where(digest_item.c.delivery == delivery.c.id),
    )


def old_articles(conn: Connection, before: datetime) -> list[int]:
    """Articles found before then that wait for nothing and that no delivery names.

    One whose date is later stays, and so do the newest without a date of each source: met again,
    they would not be known to be old.
    """
    old = _is_unneeded(before) & _is_dated_before(before)
    chosen = select(article.c.id).where(old).order_by(article.c.id).limit(MOST)
    return list(conn.execute(chosen).scalars())


def _is_dated_before(before: datetime) -> ColumnElement[bool]:
    place = func.row_number().over(partition_by=article.c.source, order_by=article.c.id.desc())
    undated = select(article.c.id, place.label("place")).where(article.c.published.is_(None)).subquery()
    beyond = select(undated.c.id).where(undated.c.place > LISTED)
    return or_(article.c.published < before, article.c.id.in_(beyond))


def remove_articles(conn: Connection, ids: Sequence[int], before: datetime) -> int:
    """Remove these articles with their identities, matches and places in digests; how many."""
    chosen = select(article.c.id).where(article.c.id.in_(ids), _is_unneeded(before))
    gone = list(conn.execute(chosen).scalars())
    if gone:
        _count_forgotten(conn, gone)
        noted.note_changed(conn, gone)
        for table in (identity, match, placement, digest_item):
            conn.execute(delete(table).where(table.c.article.in_(gone)))
        conn.execute(delete(article).where(article.c.id.in_(gone)))
    return len(gone)


def _is_unneeded(before: datetime) -> ColumnElement[bool]:
    return and_(_waits_for_nothing(before), ~exists().where(delivery.c.article == article.c.id))


def _waits_for_nothing(before: datetime) -> ColumnElement[bool]:
    return and_(
        article.c.found_at < before,
        _settled_article(),
        ~exists().where(digest_item.c.article == article.c.id, digest_item.c.delivery.is_(None)),
    )


def _settled_article() -> ColumnElement[bool]:
    return and_(article.c.told_at.is_not(None), article.c.page != "wanted")


def _count_forgotten(conn: Connection, articles: Sequence[int]) -> None:
    rows = conn.execute(
        select(match.c.watch, func.count()).where(match.c.article.in_(articles)).group_by(match.c.watch)
    )
    counts = {row[0]: row[1] for row in rows}
    if counts:
        before = facts.get(conn, FORGOTTEN) or {}
        facts.put(conn, FORGOTTEN, before | {name: before.get(name, 0) + n for name, n in counts.items()})


def old_stories(conn: Connection, before: datetime) -> list[int]:
    """Stories that last grew before then and of which nothing is left."""
    chosen = select(story.c.id).where(_is_empty_story(before)).order_by(story.c.id).limit(MOST)
    return list(conn.execute(chosen).scalars())


def remove_stories(conn: Connection, ids: Sequence[int], before: datetime) -> int:
    """Remove these stories; how many."""
    return conn.execute(delete(story).where(story.c.id.in_(ids), _is_empty_story(before))).rowcount


def _is_empty_story(before: datetime) -> ColumnElement[bool]:
    return and_(
        story.c.grown_at < before,
        ~exists().where(article.c.story == story.c.id),
        ~exists().where(delivery.c.story == story.c.id),
    )
