"""Is an article's page worth fetching, and may it be fetched now?

How it is read is `crawler/pages/reading.py`, what that leaves in the archive `wirewatch/pages.py`.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive import sources
from archive.article import Article
from crawler.source import Source

if TYPE_CHECKING:
    from alerts.matching import Watchlist

# After so many pages in a row that hung, a source's pages are left alone for a while.
HUNG_IN_A_ROW = 3
REST = timedelta(hours=1)


def wants_page(source: Source, article: Article, watchlist: "Watchlist", *, may_fire: bool) -> bool:
    """Whether the article's page is worth fetching: see DESIGN §2, step 2.

    `auto` asks for it where the feed gave a teaser and some watch, of those that `may_fire`, hangs on the
    body.
    """
    if source.full_text == "never" or article.body is not None or not article.url:
        return False
    return source.full_text == "always" or (may_fire and watchlist.wants_body(article))


def why_not(conn: Connection, source: str, now: datetime) -> str | None:
    """Why no page of this source is read now; None where nothing speaks against it."""
    state = sources.get_state(conn, source)
    if state is None or state.pages_hung < HUNG_IN_A_ROW or state.page_hung_at is None:
        return None
    if now - state.page_hung_at >= REST:
        return None
    return f"the last {state.pages_hung} pages of this source hung; they are left alone for an hour"
