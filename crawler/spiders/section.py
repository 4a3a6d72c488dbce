"""What does a section page announce?

The spider for outlets without a feed: it reads a list page, and the pages after it to a bound, and
yields an `Entry` for each article link. The article pages themselves are read elsewhere
(`crawler/pages/reading.py`), as for every other type of source.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from lxml.html import HtmlElement
from parsel import Selector
from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.client import brief
from crawler.entry import Entry
from crawler.source import Source
from crawler.spiders.catalogue import find_source
from crawler.spiders.items import make_entry
from crawler.spiders.links import FoundLink, guessed_links, selected_links

# As many list pages are read at most; a poll each quarter of an hour needs the first.
PAGES = 3
# DESIGN §10.
ENTRIES = 500


class SectionSpider(Spider):
    """`scrapy crawl section -a source=NAME`, or with a Source as the daemon runs it.

    `pages` bounds the list pages read. After the crawl `failure` says in plain words why nothing
    was found, or is None.
    """

    name = "section"

    def __init__(self, source: Source | str, pages: int | str = PAGES, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = find_source(source) if isinstance(source, str) else source
        self.failure: str | None = None
        self._left = int(pages)
        self._seen: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        yield self._request(self.source.url)

    def _request(self, url: str) -> Request:
        headers = dict(self.source.headers)
        if self.source.user_agent:
            headers["User-Agent"] = self.source.user_agent
        # A redirect back to the same address must fail as a loop, not end in silence as a duplicate.
        return Request(url, self.parse, headers=headers, errback=self.failed, dont_filter=True)

    def parse(self, response: Response, **_: Any) -> Iterator[Entry | Request]:
        """The entries of one list page, then the page after it."""
        self._left -= 1
        if not isinstance(response, TextResponse):
            self._fail(f"{response.url} is not a page of text")
            return
        fresh = 0
        for link in self._links(response):
            if link.title and link.url not in self._seen and len(self._seen) < ENTRIES:
                self._seen.add(link.url)
                fresh += 1
                yield make_entry(
                    link.url, link.title, summary=link.summary, date=link.date, zone=self.source.timezone
                )
        if not self._seen:
            self._fail(self._nothing(response.url))
        # A page with nothing new is the end, or the same page again.
        if fresh and self._left > 0 and (following := self._next(response)) is not None:
            yield self._request(following)

    def _links(self, response: TextResponse) -> list[FoundLink]:
        base = response.urljoin(response.css("base::attr(href)").get() or "")
        if self.source.selectors.articles is None:
            return guessed_links(_tree(response.selector), base)
        # `a::attr(href)` and `a` mean the same here: the element is wanted.
        css = self.source.selectors.articles.split("::")[0]
        return selected_links((_tree(found) for found in response.css(css)), base)

    def _next(self, response: TextResponse) -> str | None:
        css = self.source.selectors.next
        if css is None:
            return None
        href = response.css(css if "::" in css else f"{css}::attr(href)").get()
        url = response.urljoin(href.strip()) if href else None
        return url if url != response.url else None

    def _nothing(self, url: str) -> str:
        if self.source.selectors.articles is not None:
            return f"{url}: selectors.articles matches no link; the page's structure may have changed"
        return f"{url}: no article links were recognised; give selectors.articles for this source"

    def failed(self, failure: Failure) -> None:
        """Remember in plain words why a list page could not be had."""
        error, url = failure.value, failure.request.url  # type: ignore[attr-defined]
        match error:
            case HttpError():
                self._fail(f"{url} answers {error.response.status}")
            case IgnoreRequest() if "robots.txt" in str(error):
                self._fail(f"robots.txt disallows {url}")
            case IgnoreRequest():
                self._fail(f"{url} is not asked: {error}")
            case _:
                self._fail(f"{url} could not be had: {brief(str(error)) or type(error).__name__}")

    def _fail(self, reason: str) -> None:
        # The first reason is the cause; a later page that fails costs its own entries only.
        if self.failure is None and not self._seen:
            self.failure = reason


def _tree(selector: Selector) -> HtmlElement:
    root = selector.root
    if not isinstance(root, HtmlElement):
        raise TypeError(f"expected a selector of an HTML element, found {type(root).__name__}")
    return root
