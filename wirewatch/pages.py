"""What does the reading of a page leave in the archive?

A page that was read gives its article text and lets it be told; one that failed is given up with
the reason, but for one that may have failed for want of a net, and a page that hung is charged to its
source. Reading is `crawler/pages/reading.py`.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive import articles, sources
from archive.articles import StoredArticle
from archive.events import Event
from archive.wake import wake
from crawler.reach import is_worth_another_try
from wirewatch.reports import report
from wirewatch.rooms import Rooms

if TYPE_CHECKING:
    from crawler.pages.reading import PageResult


def give_up(conn: Connection, rooms: Rooms, stored: StoredArticle, note: str) -> None:
    """Tell the article without its page, for the reason `note`."""
    now = rooms.clock()
    articles.page_failed(conn, stored.id, note, now)
    wake(conn, "tell", "", now)


def must_wait(rooms: Rooms, stored: StoredArticle, result: "PageResult") -> bool:
    """Whether the page stays wanted: nobody has answered for it, and this machine may be to blame."""
    now = rooms.clock()
    failed_at = rooms.unanswered.setdefault(stored.id, now) if result.unanswered else now
    waits = result.unanswered and is_worth_another_try(rooms.reach, failed_at, stored.found_at, now)
    if not waits:
        rooms.unanswered.pop(stored.id, None)
    return waits


def put_off(conn: Connection, rooms: Rooms, stored: StoredArticle, result: "PageResult") -> None:
    """Tell the article meanwhile without its page, which stays wanted."""
    now = rooms.clock()
    articles.page_waits(conn, stored.id, result.note, now)
    wake(conn, "tell", "", now)


def keep(conn: Connection, rooms: Rooms, stored: StoredArticle, result: "PageResult") -> None:
    """Keep what the page gave, or why it gave nothing."""
    now = rooms.clock()
    if result.page is None:
        paywalled = result.verdict == "paywall"
        articles.page_failed(conn, stored.id, result.note, now, paywalled=paywalled)
    else:
        articles.page_read(conn, stored.id, _changes(stored, result, now), now)
    if result.hung:
        before = sources.page_hung(conn, stored.article.source, now)
        if before == 0:
            event = Event(now, "page-hung", stored.article.source, f"{stored.article.url}: {result.note}")
            report(rooms.rules.settings, conn, event)
    elif result.page is not None:
        sources.page_well(conn, stored.article.source)
    wake(conn, "tell", "", now)


def _changes(stored: StoredArticle, result: "PageResult", now: datetime) -> dict[str, object]:
    """What the page knows better than the feed did."""
    from crawler.feeds.dates import believable

    page = result.page
    assert page is not None  # noqa: S101 - the caller looked
    changes: dict[str, object] = {"body": page.body}
    if page.cut:
        changes["page_note"] = "the page shows only the beginning of the text"
    article = stored.article
    if not article.title and page.title:
        changes["title"] = page.title
    better = {"none": 0, "day": 1, "assumed": 2, "stated": 3}
    published = believable(page.published, now) if page.published is not None else None
    if published is not None and better[page.trust] > better[article.trust]:
        changes |= {"published": published, "trust": page.trust}
    if article.language is None and page.language:
        changes["language"] = page.language
    return changes
