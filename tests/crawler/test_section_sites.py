"""Forty sites without a feed and without selectors: are their articles found, and nothing else?

Over three front pages each. In the default run the pages are looked at as the spider does; a few sites, and
all of them at full size, are crawled over the network by the crawl process.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import lxml.html
import pytest
import pytest_asyncio

from crawler.children import Child
from crawler.source import Source
from crawler.spiders.errand import CrawlSettings, prepare
from crawler.spiders.gather import gather_section
from crawler.spiders.links import guessed_links
from crawler.turns import HostTurns
from tests.crawler.section_sites import SectionSite, all_pairings, front, sites, stories
from tests.crawler.site import Answer, Asked, Site, reply, running

FRONTS = 3


@dataclass
class Score:
    """How many article links were listed, found of them, and taken wrongly."""

    listed: int = 0
    found: int = 0
    wrong: int = 0

    def count(self, want: set[str], got: set[str]) -> None:
        self.listed += len(want)
        self.found += len(want & got)
        self.wrong += len(got - want)

    def __str__(self) -> str:
        return f"{self.found} of {self.listed} found, {self.wrong} wrong"

    @property
    def is_good(self) -> bool:
        """At least 90% found, and of what was taken at most 3% wrong."""
        return self.found >= 0.9 * self.listed and self.wrong <= 0.03 * (self.found + self.wrong)


def wanted(site: SectionSite, changes: int, base: str) -> set[str]:
    return {urljoin(base, story.url) for story in stories(site, changes)}


def judged(found: Iterable[SectionSite], fronts: int = FRONTS) -> Score:
    score, base = Score(), "https://ours.example/news/"
    for site in found:
        for changes in range(fronts):
            tree = lxml.html.document_fromstring(front(site, changes))
            score.count(wanted(site, changes, base), {link.url for link in guessed_links(tree, base)})
    return score


def test_the_articles_of_forty_sites_are_found_over_three_front_pages() -> None:
    assert len(sites()) == 40
    score = judged(sites())
    assert score.is_good, score


@pytest.mark.parametrize("site", sites(), ids=lambda site: str(site.name))
def test_no_site_is_lost(site: SectionSite) -> None:
    score = judged([site])
    assert score.found >= 0.8 * score.listed, score


@pytest.mark.full
def test_the_articles_of_every_pairing_are_found() -> None:
    score = judged(all_pairings(), 1)
    assert score.is_good, score


# Over the network


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child() -> AsyncIterator[Child]:
    child = Child("crawl", prepare=prepare)
    yield child
    await child.close()


class Front:
    """A site on loopback that shows its front page, and further list pages where one asks for them."""

    def __init__(self, site: SectionSite) -> None:
        self.site = site
        self.changes = 0

    def __call__(self, asked: Asked) -> Answer:
        if asked.path not in ("/news/", "/news/?page=2"):
            return reply(status=404)
        # Behind the front page lies what it showed at first.
        text = front(self.site, 0 if "page" in asked.path else self.changes)
        return reply(text, Content_Type="text/html; charset=utf-8")


async def crawled(child: Child, chosen: Iterable[SectionSite]) -> Score:
    score = Score()
    settings = CrawlSettings(min_delay=0.0, allow_private=("127.0.0.1",))
    async with AsyncExitStack() as stack:
        for site in chosen:
            shown = Front(site)
            open_: Site = await stack.enter_async_context(running(shown))
            base, mark = open_.url("/news/"), None
            source = Source(name="ours", type="section", url=base, timezone=ZoneInfo("Asia/Vientiane"))
            want: set[str] = set()
            got: set[str] = set()
            for shown.changes in range(FRONTS):
                known = replace(settings, known=mark)
                result = await gather_section(child, HostTurns(0), source, known)
                assert result.error is None, site.name
                mark = result.mark
                want |= wanted(site, shown.changes, base)
                got |= {entry.link for entry in result.entries}
            score.count(want, got)
    return score


@pytest.mark.asyncio(loop_scope="module")
async def test_a_few_of_the_sites_are_crawled_over_three_front_pages(child: Child) -> None:
    score = await crawled(child, sites()[3:40:14])
    assert score.is_good, score


@pytest.mark.full
@pytest.mark.asyncio(loop_scope="module")
async def test_all_of_the_sites_are_crawled_over_three_front_pages(child: Child) -> None:
    score = await crawled(child, sites())
    print(score)
    assert score.is_good, score
