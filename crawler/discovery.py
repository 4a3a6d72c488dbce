"""Where on this site are its articles announced?

Asks for the page, for the feeds and sections it names, for the sitemaps that robots.txt names, then for
the addresses where feeds and sitemaps usually lie, a dozen requests or two, each host a second apart.
What a page offers is `crawler/survey.py`; which find makes the best source is `best_of`.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal
from urllib.parse import urljoin, urlsplit

from crawler.children import ChildError
from crawler.client import Response
from crawler.entry import Entry
from crawler.feeds.item import FULL_TEXT
from crawler.feeds.parse import FeedError, parse_feed
from crawler.fetch_errors import FetchError
from crawler.gathering import Tools
from crawler.pages.reading import PageResult, read_page
from crawler.refusals import refusal
from crawler.robots import Robots
from crawler.sitemap import SitemapError, parse_sitemap
from crawler.source import Source
from crawler.survey import Survey, survey

FEED_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
SITEMAP_PATHS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml", "/sitemap_index.xml")
DEADLINE = 20.0
# So many feeds, sitemaps and sections are looked at.
MOST = 6
# A list of fewer article links may be chance.
FEWEST = 4
STALE = timedelta(days=60)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NO_FEED = (b"<html", b"<!doctype html", b"<urlset", b"<sitemapindex")


@dataclass(frozen=True, slots=True)
class Find:
    """A place that announces articles: how many, of what time the newest is, and for feeds how many
    carry the full text; `shapes` are those of a section's article addresses, `titled` is False for a
    sitemap of bare addresses."""

    type: Literal["feed", "sitemap", "section"]
    url: str
    name: str = ""
    entries: int = 0
    newest: datetime | None = None
    full: int = 0
    titled: bool = True
    language: str | None = None
    shapes: tuple[str, ...] = ()
    samples: tuple[Entry, ...] = ()


@dataclass(slots=True)
class Discovery:
    """What was found on the site of `url`, and in plain words what could not be had (`notes`).

    `page` tells how the newest article's page could be read, None where none was tried.
    """

    url: str
    title: str = ""
    language: str | None = None
    finds: list[Find] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    page: PageResult | None = None


async def discover(url: str, tools: Tools, robots: Robots, now: datetime) -> Discovery:
    """Look for what announces articles at `url` and on its site. Never raises for what a site does."""
    search = _Search(Discovery(url), tools, robots, now)
    await search.run()
    best = best_of(search.found, now)
    if best is not None and best.samples:
        source = Source(name="discovered", url=url)
        search.found.page = await read_page(
            tools.client, robots, tools.reading, best.samples[0].link, source, deadline=DEADLINE
        )
    return search.found


def best_of(found: Discovery, now: datetime) -> Find | None:
    """The find that makes the best source: a live feed, else a news sitemap, else a section, else what
    there is; of several the one with the most, and the first of equals."""

    def rank(find: Find) -> tuple[bool, int, int]:
        is_live = find.type == "section" or (find.newest is not None and now - find.newest < STALE)
        kind = {"feed": 3, "section": 1}.get(find.type, 2 if find.titled else 0)
        return is_live, kind, min(find.entries, 10)

    usable = [find for find in found.finds if find.entries]
    return max(usable, key=rank, default=None)


class _Search:
    """One look over a site, step by step."""

    def __init__(self, found: Discovery, tools: Tools, robots: Robots, now: datetime) -> None:
        self.found = found
        self._tools = tools
        self._robots = robots
        self._now = now
        self._asked: set[str] = set()
        # With the login that may stand in it, which no answer bears.
        self._home = found.url

    async def run(self) -> None:
        response = await self._get(self.found.url, tell=True)
        if response is None:
            return
        self.found.url = response.url
        if await self._feed(response) or await self._sitemap(response):
            return
        seen = await self._survey(response)
        self.found.title, self.found.language = seen.title, seen.language
        self._list(response.url, seen, "the page itself")
        await self._each(seen.feeds, self._feed)
        if not any(find.type == "feed" for find in self.found.finds):
            await self._each(self._at_root(FEED_PATHS), self._feed)
        stated = await self._robots.sitemaps(response.url)
        await self._each(stated or self._at_root(SITEMAP_PATHS), self._sitemap)
        for place, name in seen.menu[:MOST]:
            await self._each([place], partial(self._section, name=name))

    def _at_root(self, paths: Iterable[str]) -> list[str]:
        return [urljoin(self.found.url, path) for path in paths]

    async def _each(self, urls: Iterable[str], look: Callable[[Response], Awaitable[bool]]) -> None:
        for url in list(urls)[:MOST]:
            response = await self._get(url)
            if response is not None:
                await look(response)

    async def _get(self, url: str, *, tell: bool = False) -> Response | None:
        """The answer to a request for `url`; None where there is none, which is a note if `tell`."""
        if url in self._asked:
            return None
        self._asked.add(url)
        try:
            permission = await self._robots.permission(url, deadline=DEADLINE)
            if permission == "disallowed":
                self.found.notes.append(f"robots.txt disallows {url}")
                return None
            if permission != "allowed":
                why = self._robots.why_silent(url)
                self.found.notes.append(f"robots.txt cannot be had, so nobody asks for {url}: {why}")
                return None
            response = await self._tools.client.get(url, home=self._home, deadline=DEADLINE)
        except (FetchError, ValueError) as error:
            if tell:
                self.found.notes.append(str(error))
            return None
        if response.status == 200 and response.body.strip():
            return response
        if tell:
            self.found.notes.append(refusal(response, self._now).error or f"{url} answers nothing")
        return None

    async def _feed(self, response: Response) -> bool:
        head = response.body[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        if not head.startswith((b"<", b"{")) or any(mark in head for mark in _NO_FEED):
            return False
        kind = response.headers.get("Content-Type")
        try:
            feed = await self._tools.reading.run(
                parse_feed, DEADLINE, response.body, response.url, content_type=kind, now=self._now
            )
        except (FeedError, ChildError):
            return False
        if not feed.entries and b"rss" not in head and b"feed" not in head:
            return False
        full = sum(len(entry.content) >= FULL_TEXT for entry in feed.entries)
        count = len(feed.entries)
        self._add(Find("feed", response.url, "", count, full=full, language=feed.language), feed.entries)
        return True

    async def _sitemap(self, response: Response) -> bool:
        if not response.body.startswith((b"\x1f\x8b", b"<", b"\xef", b" ", b"\n")):
            return False
        try:
            sitemap = await self._tools.reading.run(
                parse_sitemap, DEADLINE, response.body, response.url, now=self._now
            )
        except (SitemapError, ChildError):
            return False
        if sitemap.leads_to and not sitemap.entries:
            before = len(self.found.finds)
            await self._each(sitemap.leads_to[:2], self._sitemap)
            below = self.found.finds[before:]
            del self.found.finds[before:]
            entries = tuple(entry for find in below for entry in find.samples)
            titled = any(find.titled for find in below)
            count = sum(find.entries for find in below)
            self._add(Find("sitemap", response.url, "an index", count, titled=titled), entries)
            return True
        if sitemap.entries:
            titled = any(entry.title for entry in sitemap.entries)
            self._add(Find("sitemap", response.url, "", len(sitemap.entries), titled=titled), sitemap.entries)
        return bool(sitemap.entries)

    async def _section(self, response: Response, *, name: str) -> bool:
        seen = await self._survey(response)
        self._list(response.url, seen, name)
        return True

    async def _survey(self, response: Response) -> Survey:
        kind = response.headers.get("Content-Type")
        try:
            return await self._tools.reading.run(survey, DEADLINE, response.body, response.url, kind)
        except ChildError as error:
            self.found.notes.append(f"{response.url} could not be read: {error}")
            return Survey("", None, (), (), (), ())

    def _list(self, url: str, seen: Survey, name: str) -> None:
        if len(seen.links) >= FEWEST:
            entries = tuple(Entry(link, title) for link, title in seen.links)
            self._add(Find("section", url, name, len(entries), shapes=seen.shapes), entries)

    def _add(self, find: Find, entries: tuple[Entry, ...]) -> None:
        times = [entry.published for entry in entries if entry.published is not None]
        samples = sorted(entries, key=lambda entry: entry.published or _LONG_AGO, reverse=True)
        if "comments" not in urlsplit(find.url).path:
            self.found.finds.append(
                replace(find, newest=max(times, default=None), samples=tuple(samples[:3]))
            )
