"""What does a section page announce?

The spider for outlets without a feed: it reads a list page, and the pages after it to a bound, and
yields an `Entry` for each article link. The article pages themselves are read elsewhere
(`crawler/pages/reading.py`), as for every other type of source. An outlet that needs a spider of its
own takes this one and says what is different: `links` and `following` (`crawler/spiders/kcna.py`).
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any, Self

import aiohttp
from lxml.html import HtmlElement
from parsel import Selector
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure
from yarl import URL

from crawler.client import DEADLINE
from crawler.entry import Entry
from crawler.fetch_errors import FetchError, Refused, TooSlow, Unnamed, Unreachable, in_plain_words
from crawler.pages.continuation import next_part
from crawler.proxies import parse_proxy
from crawler.source import Source
from crawler.spiders.errand import CrawlTrouble
from crawler.spiders.items import make_entry
from crawler.spiders.links import FoundLink, guessed_links, selected_links

# DESIGN §10.
ENTRIES = 500

_LOGIN = re.compile(r"(?<=://)[^/?#@]*@")


class UnknownSource(LookupError):
    """No source has the name that was asked for."""


class SectionSpider(Spider):
    """`scrapy crawl section -a source=NAME`, or with a Source as the daemon runs it.

    `pages` bounds the list pages read, `known` is the `mark` of the last crawl. After the crawl
    `failure` says in plain words why nothing was found, or is None, with its kind in `trouble`, or with
    the `status` and the `retry_after` of the server's answer, and `mark` stands for what was listed.
    """

    name = "section"
    # List pages of one crawl at most.
    most_pages = 3
    # Where the first page is as it was, nothing is new on those behind it, and they are not asked for.
    first_page_tells = True

    def __init__(
        self, source: Source, pages: int | str | None = None, known: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.failure: str | None = None
        self.trouble: CrawlTrouble | None = None
        self.status: int | None = None
        self.retry_after: str | None = None
        self.mark = ""
        self._known = known
        self._left = int(pages or self.most_pages)
        self._asked: set[str] = set()
        self._seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider for `source`, a Source or the name of one in the setting WIREWATCH_SOURCES."""
        source = kwargs.get("source", "")
        if isinstance(source, str):
            kwargs["source"] = source = _named(source, crawler.settings.get("WIREWATCH_SOURCES") or {})
            if source.proxy is not None:
                crawler.settings.set("WIREWATCH_PROXY", source.proxy, priority="spider")
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        for request in self._requests([self.source.url]):
            yield request

    def _requests(self, urls: Iterable[str]) -> Iterator[Request]:
        """Requests for list pages that were not asked for, as far as the bound allows."""
        headers = dict(self.source.headers)
        if self.source.user_agent:
            headers["User-Agent"] = self.source.user_agent
        for url in urls:
            if self._left > 0 and url not in self._asked:
                self._left -= 1
                self._asked.add(url)
                # A redirect back to the same address must fail as a loop, not end in silence as a duplicate.
                yield Request(url, self.parse, headers=headers, errback=self.failed, dont_filter=True)

    def parse(self, response: Response, **_: Any) -> Iterator[Entry | Request]:
        """The entries of one list page, then the pages after it."""
        if not isinstance(response, TextResponse):
            self._fail(f"{response.url} is not a page of text")
            return
        links = [link for link in self.links(response) if link.title]
        if not self.mark or not self.first_page_tells:
            self.mark = _mark(self.mark, links)
        fresh = 0
        for link in links:
            if link.url not in self._seen and len(self._seen) < ENTRIES:
                self._seen.add(link.url)
                fresh += 1
                yield self._entry(link)
        if not self._seen:
            self._fail(self._nothing(response.url))
        # A page with nothing new is the end, or the same page again.
        if (fresh or not self.first_page_tells) and not (self.first_page_tells and self.mark == self._known):
            yield from self._requests(self.following(response))

    def _entry(self, link: FoundLink) -> Entry:
        zone = self.source.timezone
        # Relative ones bear the login that stands in the address of the page.
        url = _LOGIN.sub("", link.url, count=1)
        return make_entry(url, link.title, summary=link.summary, date=link.date, zone=zone, why=link.why)

    def links(self, response: TextResponse) -> list[FoundLink]:
        """The article links of a list page, in its order."""
        base = response.urljoin(response.css("base::attr(href)").get() or "")
        if self.source.selectors.articles is None:
            return guessed_links(_tree(response.selector), base)
        # `a::attr(href)` and `a` mean the same here: the element is wanted.
        css = self.source.selectors.articles.split("::")[0]
        return selected_links((_tree(found) for found in response.css(css)), base)

    def following(self, response: TextResponse) -> list[str]:
        """The list pages that come after this one."""
        css = self.source.selectors.next
        if css is None:
            found = next_part(_tree(response.selector), response.url)
            return [found] if found else []
        href = response.css(css if "::" in css else f"{css}::attr(href)").get()
        return [response.urljoin(href.strip())] if href else []

    def _nothing(self, url: str) -> str:
        if self.source.selectors.articles is not None and self.name == SectionSpider.name:
            return f"{url}: selectors.articles matches no link; the page's structure may have changed"
        if self.name != SectionSpider.name:
            return f"{url}: the spider {self.name} found no article; the page's structure may have changed"
        return f"{url}: no article links were recognised; give selectors.articles for this source"

    def failed(self, failure: Failure) -> None:
        """Remember in plain words why a list page could not be had."""
        error, url = failure.value, failure.request.url  # type: ignore[attr-defined]
        match error:
            case HttpError():
                self._refused(error.response)
            case IgnoreRequest() if "robots.txt" in str(error):
                self._fail(f"robots.txt disallows {url}")
            case IgnoreRequest():
                self._fail(f"{url} is not asked: {error}", "refused")
            # Scrapy's own errors repeat what aiohttp's say.
            case BaseException(__cause__=(aiohttp.ClientError() | TimeoutError()) as cause):
                said = self.settings.get("WIREWATCH_PROXY")
                proxy = parse_proxy(said) if said else None
                told = in_plain_words(cause, URL(url), proxy, DEADLINE)
                self._fail(str(told), _kind(told))
            case _:
                self._fail(f"{url} could not be had: {str(error) or type(error).__name__}")

    def _refused(self, response: Response) -> None:
        if self.failure is None and not self._seen:
            self.status = response.status
            said = response.headers.get("Retry-After")
            self.retry_after = said.decode("ascii", "replace") if said is not None else None
        self._fail(f"{response.url} answers {response.status}")

    def _fail(self, reason: str, trouble: CrawlTrouble = "other") -> None:
        # The first reason is the cause; a later page that fails costs its own entries only.
        if self.failure is None and not self._seen:
            self.failure, self.trouble = reason, trouble


def _kind(told: FetchError) -> CrawlTrouble:
    match told:
        case Unnamed():
            return "unnamed"
        case Unreachable() | TooSlow():
            return "unreachable"
        case Refused():
            return "refused"
        case _:
            return "other"


def _named(name: str, sources: Mapping[str, Source]) -> Source:
    """The source called `name`; UnknownSource where there is none."""
    if name not in sources:
        close = get_close_matches(name, sources, 1)
        hint = f", did you mean {close[0]}" if close else ""
        raise UnknownSource(
            f"no source is called {name!r}{hint}: give -a source=NAME with a name of the config"
        )
    return sources[name]


def _mark(before: str, links: Iterable[FoundLink]) -> str:
    """What stands for these links, and for what was listed `before`."""
    listed = "\n".join([before, *(f"{link.url}\t{link.title}" for link in links)])
    return blake2b(listed.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _tree(selector: Selector) -> HtmlElement:
    root = selector.root
    if not isinstance(root, HtmlElement):
        raise TypeError(f"expected a selector of an HTML element, found {type(root).__name__}")
    return root
