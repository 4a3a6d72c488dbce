"""How is a whole archive read without holding it?

In batches of their own, so that no long read keeps the archive's journal from being tidied, and no more
than one batch is in memory.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from archive import articles
from archive.archive import Archive
from archive.articles import StoredArticle

BATCH = 500
_EVER = datetime.min.replace(tzinfo=UTC)


def articles_since(archive: Archive, moment: datetime | None) -> Iterator[StoredArticle]:
    """Every article that was published after `moment` (found, where it bears no time), in the order in
    which they were found; all of them without a moment."""
    after = 0
    while batch := archive.read_now(
        lambda conn, after=after: articles.since(conn, moment or _EVER, after, BATCH)  # type: ignore[misc]
    ):
        yield from batch
        after = batch[-1].id
