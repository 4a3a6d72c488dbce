"""How is a whole archive read without holding it, or that part of it which may fit?

In batches of their own, so that no long read keeps the archive's journal from being tidied, and no more
than one batch is in memory.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from archive import articles, indexing
from archive.archive import Archive
from archive.articles import StoredArticle
from archive.sought import Sought

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


def articles_that_may_fit(
    archive: Archive, sought: Sought, moment: datetime | None
) -> Iterator[StoredArticle]:
    """Those of `articles_since` that have what is sought, and others, in the same order."""
    may_fit = archive.read_now(lambda conn: indexing.candidates(conn, sought))
    if may_fit is None:
        yield from articles_since(archive, moment)
        return
    for start in range(0, len(may_fit), BATCH):
        ids = may_fit[start : start + BATCH]
        yield from archive.read_now(lambda conn, ids=ids: articles.among(conn, ids, moment or _EVER))  # type: ignore[misc]
