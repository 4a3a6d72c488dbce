"""Do the spiders of single outlets read these outlets' pages?

The pages are our own words in the structure that the outlets' sites have: short lists behind a menu
whose addresses are hashes, in two layouts; links that a script opens.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from crawler.children import Child
from crawler.pages.extract import extract
from crawler.source import Source
from crawler.spiders.errand import CrawlResult, CrawlSettings, prepare
from crawler.spiders.gather import gather_section
from crawler.turns import HostTurns
from tests.crawler.site import Answer, Asked, Site, reply, running
from tests.test_shipped_sources import BY_NAME

pytestmark = pytest.mark.asyncio(loop_scope="module")
HERE = CrawlSettings(min_delay=0.0, allow_private=("127.0.0.1",))
PYONGYANG = ZoneInfo("Asia/Pyongyang")

MENU_2026 = "".join(
    f'<li><a href="/en/article/list/{hash_}">{name}</a></li>'
    for hash_, name in (("6a47", "Top News"), ("1afa", "Politics"), ("2f7d", "Economy"))
)
MENU_BEFORE = "".join(
    f'<li><a href="/en/category/articles/q/{hash_}.kcmsf">{name}</a></li>'
    for hash_, name in (("1ee9", "Latest News"), ("54c0", "Revolutionary Activities"))
)


def page(menu: str, content: str) -> bytes:
    text = (
        f"<html><body><div class=head><ul>{menu}</ul></div><div class=container>{content}</div></body></html>"
    )
    return reply(text, Content_Type="text/html; charset=utf-8")


def row_2026(number: int, day: str = "2026.11.24") -> str:
    title = f"A dam was completed in county {number}"
    link = f'<a href="/en/article/q/{number:032x}">{title} <nobr>[{day}]</nobr></a>'
    return f'<div class="article"><div class="title">{link}</div></div>'


def row_before(number: int) -> str:
    anchor = f'<a href="/en/article/q/{number:032x}.kcmsf">A dam was completed in county {number}</a>'
    return f'<li>{anchor}<span class="publish-time">[2026.11.24.]</span></li>'


def in_2026(asked: Asked) -> Answer:
    lists = {
        "/en": (1, 2),
        "/en/article/list/6a47": (1, 2, 3),
        "/en/article/list/1afa": (3, 4),
        "/en/article/list/2f7d": (5,),
    }
    if asked.path not in lists:
        return reply(status=404)
    return page(MENU_2026, "".join(map(row_2026, lists[asked.path])))


def in_the_layout_before(asked: Asked) -> Answer:
    lists = {
        "/en": (),
        "/en/category/articles/q/1ee9.kcmsf": (1, 2),
        "/en/category/articles/q/54c0.kcmsf": (2, 3),
    }
    if asked.path not in lists:
        return reply(status=404)
    rows = "".join(map(row_before, lists[asked.path]))
    return page(MENU_BEFORE, f'<ul class="article-link">{rows}</ul>')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child() -> AsyncIterator[Child]:
    child = Child("crawl", prepare=prepare)
    yield child
    await child.close()


async def crawl(child: Child, site: Site, type_: str, path: str = "/en", **more: str) -> CrawlResult:
    source = Source(name="ours", type=type_, url=site.url(path), timezone=PYONGYANG)
    return await gather_section(
        child, HostTurns(0), source, CrawlSettings(0.0, allow_private=("127.0.0.1",), **more)
    )  # type: ignore[arg-type]


async def test_every_list_of_the_menu_is_read_and_each_article_announced_once(child: Child) -> None:
    async with running(in_2026) as site:
        result = await crawl(child, site, "kcna")
    assert result.error is None
    assert sorted(site.paths[2:]) == [f"/en/article/list/{hash_}" for hash_ in ("1afa", "2f7d", "6a47")]
    assert sorted(entry.title for entry in result.entries) == [
        f"A dam was completed in county {n}" for n in range(1, 6)
    ]
    assert {entry.published for entry in result.entries} == {datetime(2026, 11, 23, 15, tzinfo=UTC)}
    assert {entry.trust for entry in result.entries} == {"day"}


async def test_the_layout_before_is_read_too(child: Child) -> None:
    async with running(in_the_layout_before) as site:
        result = await crawl(child, site, "kcna")
    assert sorted(entry.title[-1] for entry in result.entries) == ["1", "2", "3"]
    assert {entry.published for entry in result.entries} == {datetime(2026, 11, 23, 15, tzinfo=UTC)}


async def test_what_is_new_on_a_list_behind_an_unchanged_front_page_is_found(child: Child) -> None:
    changed = False

    def answer(asked: Asked) -> Answer:
        more = asked.path == "/en/article/list/2f7d" and changed
        return page(MENU_2026, row_2026(5) + row_2026(6)) if more else in_2026(asked)

    async with running(answer) as site:
        first = await crawl(child, site, "kcna")
        again = await crawl(child, site, "kcna", known=first.mark)
        changed = True
        third = await crawl(child, site, "kcna", known=first.mark)
    assert again.mark == first.mark
    assert third.mark != first.mark
    assert len(third.entries) == 6


async def test_a_slow_site_gives_what_it_gave_in_time(child: Child) -> None:
    menu = "".join(f'<a href="/en/article/list/{n}">List {n}</a>' for n in range(14))

    def slow(asked: Asked) -> Answer:
        number = int(asked.path.rpartition("/")[2]) if "list" in asked.path else 99

        async def answer(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.8)
            writer.write(page(menu, row_2026(number)))

        return answer if asked.path.startswith("/en") else reply(status=404)

    async with running(slow) as site:
        source = Source(name="ours", type="kcna", url=site.url("/en"), timezone=PYONGYANG)
        result = await gather_section(child, HostTurns(0), source, HERE, deadline=8.0)
    assert not result.killed
    assert 0 < len(result.entries) < 15


async def test_a_redesign_is_told_as_one(child: Child) -> None:
    async with running(lambda _: page("", "<p>Welcome</p>")) as site:
        result = await crawl(child, site, "kcna")
    assert "the spider kcna found no article" in str(result.error)


@pytest.mark.parametrize(
    "page_of_the_site",
    [
        "<div class=container><article><h1>{title}</h1><p>{text}</p><p>{text}</p></article></div>",
        "<article-main-title>{title}</article-main-title><div class=article-content-body>"
        "<div class=content-wrapper><p>{text}</p><p>{text}</p></div></div>",
    ],
    ids=["2026", "before"],
)
async def test_the_shipped_entry_reads_an_article_of_either_layout(page_of_the_site: str) -> None:
    kcna = BY_NAME["kcna"]
    assert (kcna.type, kcna.enabled) == ("kcna", False)
    text = "The dam in the county was completed ahead of schedule and will water the fields below it."
    html = page_of_the_site.format(title="A dam was completed", text=text)
    menu = "<ul><li><a href='/en/article/list/1'>Top News</a></li></ul>"
    read = extract(
        f"<html><title>KCNA</title><body>{menu}{html}</body></html>", kcna.url, selectors=kcna.selectors
    )
    assert (read.title, set(read.body.split("\n\n"))) == ("A dam was completed", {text})


async def test_links_that_a_script_opens_are_followed(child: Child) -> None:
    rows = "".join(
        f"<tr><td class=centerArticleFirstTitle><table><tr><td><a href=\"javascript:article_open('index.php?"
        f"strPageID=SF01_02_01&newsID=2026-11-24-000{n}')\">Workers of mill {n} overfulfil their plan</a>"
        "</td></tr></table></td></tr>"
        for n in range(3)
    )
    async with running(lambda _: page("", f"<table>{rows}</table>")) as site:
        result = await crawl(child, site, "rodong", "/en/")
    assert [entry.title for entry in result.entries] == [
        f"Workers of mill {n} overfulfil their plan" for n in range(3)
    ]
    assert result.entries[0].link == site.url("/en/index.php?strPageID=SF01_02_01&newsID=2026-11-24-0000")
