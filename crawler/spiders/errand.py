"""What travels between the daemon and the crawl process?

Plain values, and the two functions that run there. They stand apart from the spiders, because the
daemon must be able to name them without importing Scrapy.
"""

from dataclasses import dataclass
from typing import Literal

from crawler.entry import Entry
from crawler.source import Source


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """What `wirewatch.yaml` says to spiders.

    `min_delay` is in seconds between two requests; `pages` bounds the list pages of one crawl, None
    leaves it to the spider. `known` is the mark of the last crawl. After `seconds` no further page is
    asked for, and what was found is given; 0 means never.
    """

    contact: str | None = None
    min_delay: float = 1.0
    proxy: str | None = None
    allow_private: tuple[str, ...] = ()
    pages: int | None = None
    known: str | None = None
    seconds: float = 0.0


# Of `crawler/gathering.py`'s troubles those that a crawl tells apart.
CrawlTrouble = Literal["unreachable", "unnamed", "refused", "other"]


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """The entries of one crawl in the page's order, how many requests it made (robots.txt too), and
    in plain words what went wrong, or None, with its kind. `killed` where the crawl process had to be
    ended. An equal `mark` at the next crawl means that nothing changed; "" where there is none. `status`
    is what the server answered in place of a list page, with its `Retry-After`, where that is the error."""

    entries: tuple[Entry, ...]
    requests: int
    error: str | None = None
    killed: bool = False
    mark: str = ""
    trouble: CrawlTrouble | None = None
    status: int | None = None
    retry_after: str | None = None


def prepare() -> None:
    """In a new crawl process: the imports that take a while, charged to no crawl."""
    import crawler.spiders.crawl  # noqa: F401


def run_crawl(source: Source, settings: CrawlSettings) -> CrawlResult:
    """`crawler.spiders.crawl.crawl`, imported where it runs."""
    from crawler.spiders.crawl import crawl

    return crawl(source, settings)
