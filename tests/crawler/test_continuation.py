"""Is a text that goes on elsewhere read to its end, and one that is cut marked as cut?"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import lxml.html
import pytest
import pytest_asyncio

from crawler.children import Child
from crawler.client import Client
from crawler.pages.continuation import next_part
from crawler.pages.errand import prepare
from crawler.pages.extract import extract
from crawler.pages.reading import PARTS, PageResult, read_page
from crawler.pages.verdicts import judge_redirect
from crawler.robots import Robots
from crawler.source import FetchSettings, Source
from tests.crawler.site import Answer, Site, reply, running

HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))
BASE = "https://ours.example"
PARAGRAPH = "Paragraph {n} of the long report tells what was seen at the port on the {n}th day of the flood."


def paragraphs(first: int, last: int) -> list[str]:
    return [PARAGRAPH.format(n=n) for n in range(first, last)]


def page(lines: list[str], below: str = "", head: str = "") -> str:
    text = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<html><head><title>A long report</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<h1>A long report</h1><div class=text>{text}</div>{below}<footer>Ours</footer></body></html>"
    )


def following(url: str, anchor: str) -> str | None:
    tree = lxml.html.document_fromstring(page(paragraphs(0, 3), anchor))
    found = next_part(tree, BASE + url)
    return found.removeprefix(BASE) if found else None


@pytest.mark.parametrize(
    ("here", "anchor", "there"),
    [
        ("/news/77", "<a href='?page=2'>2</a>", "/news/77?page=2"),
        ("/news/77?page=2", "<a href='?page=1'>1</a><a href='?page=3'>3</a>", "/news/77?page=3"),
        ("/news/77?id=5", "<a href='?id=5&p=2'>Next page</a>", "/news/77?id=5&p=2"),
        ("/c/77.html", "<a href='/c/77_2.html'>下一页</a>", "/c/77_2.html"),
        ("/c/77_2.html", "<a href='/c/77.html'>上一页</a><a href='/c/77_3.html'>下一页</a>", "/c/77_3.html"),
        ("/a-slug/", "<div class=page-links><a href='/a-slug/2/'>2</a></div>", "/a-slug/2/"),
        ("/a-slug/page/2/", "<a rel=next href='/a-slug/page/3/'>›</a>", "/a-slug/page/3/"),
        ("/news/77", "<a href='/news/77?page=2'>다음 페이지</a>", "/news/77?page=2"),
        ("/news/77", "<a href='/news/77?page=2'>หน้าถัดไป</a>", "/news/77?page=2"),
        ("/news/77", "<a href='/news/77?full=1'>Read more</a>", "/news/77?full=1"),
        ("/news/77", "<a href='/news/77/full'>Continue reading</a>", "/news/77/full"),
        ("/c/77.html", "<a href='/c/77_all.html'>阅读全文</a>", None),
        ("/news/77", "<a href='/news/77?view=all'>ອ່ານຕໍ່</a>", "/news/77?view=all"),
    ],
)
def test_where_a_text_goes_on(here: str, anchor: str, there: str | None) -> None:
    assert following(here, anchor) == there


@pytest.mark.parametrize(
    ("here", "anchor"),
    [
        ("/news/77", "<a rel=next href='/news/78'>The next story</a>"),
        ("/news/1", "<a href='/news/2'>Next</a>"),
        ("/?p=122", "<a href='/?p=123'>Next</a>"),
        ("/story", "<a href='/story-2'>Story, the second of that name</a>"),
        ("/news/77", "<a href='https://other.example/news/77?page=2'>2</a>"),
        ("/news/77", "<a href='/news/78'>Read more</a>"),
        ("/news/77", "<a href='/news/?page=2'>2</a>"),
        ("/news/77", "<a href='/news/77?page=3'>3</a>"),
        ("/news/77", "<a href='http://[broken'>2</a>"),
        ("/news/77", "<a href='/news/77?page=2#comments'>Comments of page two</a>"),
    ],
)
def test_other_stories_are_no_next_part(here: str, anchor: str) -> None:
    assert following(here, anchor) is None


def test_a_read_more_without_an_address_is_a_cut() -> None:
    lines = paragraphs(0, 3)
    cut = extract(page(lines, "<button>Read more</button>"), f"{BASE}/news/77")
    assert cut.cut
    assert cut.body.split("\n\n") == lines
    assert not extract(page(lines), f"{BASE}/news/77").cut
    elsewhere = page(
        lines, "<section><h3>Other news</h3><p>Something else</p><a href='/9'>Read more</a></section>"
    )
    assert not extract(elsewhere, f"{BASE}/news/77").cut


@pytest.mark.parametrize("hiding", ["style='display:none'", "class='collapsed-text'", "hidden"])
def test_what_a_read_more_only_hides_is_read(hiding: str) -> None:
    lines = paragraphs(0, 9)
    rest = "".join(f"<p>{line}</p>" for line in lines[7:])
    shown = "".join(f"<p>{line}</p>" for line in lines[:7])
    body = f"<div>{shown}<p><a href='#' onclick='more()'>Read more</a></p><div {hiding}>{rest}</div></div>"
    whole = extract(f"<html><body><h1>A long report</h1>{body}</body></html>", f"{BASE}/news/77")
    assert whole.body.split("\n\n") == lines
    assert not whole.cut


# Read over the network


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child() -> AsyncIterator[Child]:
    child = Child("reading", prepare=prepare)
    yield child
    await child.close()


def html(text: str) -> bytes:
    return reply(text, Content_Type="text/html; charset=utf-8")


async def read(child: Child, pages: Mapping[str, Answer], path: str = "/r") -> tuple[PageResult, Site]:
    source = Source(name="ours", url="http://127.0.0.1/")
    async with (
        running(lambda asked: pages.get(asked.path, reply(status=404))) as site,
        Client(HERE) as client,
    ):
        result = await read_page(client, Robots(client), child, site.url(path), source, deadline=20)
    return result, site


@pytest.mark.asyncio(loop_scope="module")
async def test_an_article_on_three_pages_is_read_to_its_end(child: Child) -> None:
    parts = {
        "/r": html(page(paragraphs(0, 4), "<a href='/r?page=2'>2</a><a href='/r?page=3'>3</a>")),
        "/r?page=2": html(page(paragraphs(4, 8), "<a href='/r?page=3'>Next</a>")),
        "/r?page=3": html(page(paragraphs(8, 11), "<a href='/r?page=2'>Previous</a>")),
    }
    result, site = await read(child, parts)
    assert result.page is not None
    assert result.page.body.split("\n\n") == paragraphs(0, 11)
    assert (result.page.title, result.page.cut) == ("A long report", False)
    assert site.paths == ["/robots.txt", "/r", "/r?page=2", "/r?page=3"]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_whole_text_behind_a_read_more_is_read_once(child: Child) -> None:
    parts = {
        "/r": html(page(paragraphs(0, 3), "<a href='/r?full=1'>Read the full story</a>")),
        "/r?full=1": html(page(paragraphs(0, 9))),
    }
    result, _ = await read(child, parts)
    assert result.page is not None
    assert result.page.body.split("\n\n") == paragraphs(0, 9)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_second_page_that_cannot_be_had_leaves_the_first_marked_as_cut(child: Child) -> None:
    result, _ = await read(child, {"/r": html(page(paragraphs(0, 4), "<a href='/r?page=2'>2</a>"))})
    assert result.page is not None
    assert (result.page.body.split("\n\n"), result.page.cut) == (paragraphs(0, 4), True)


@pytest.mark.asyncio(loop_scope="module")
async def test_parts_without_end_are_bounded(child: Child) -> None:
    parts = {
        f"/r?page={n}": html(
            page(paragraphs(n, n + 1) * 1 + ["x" * 80], f"<a href='/r?page={n + 1}'>{n + 1}</a>")
        )
        for n in range(1, 20)
    }
    result, site = await read(child, parts, "/r?page=1")
    assert len(site.paths) == 1 + PARTS
    assert result.page is not None
    assert result.page.cut


# Led elsewhere


@pytest.mark.parametrize(
    ("led_to", "verdict"),
    [
        ("https://ours.example/", "not-found"),
        ("https://www.ours.example/en/", "not-found"),
        ("https://ours.example/index.php", "not-found"),
        ("https://ours.example/404.html", "not-found"),
        ("https://ours.example/login?next=/news/77", "paywall"),
        ("https://accounts.ours.example/sign-in", "paywall"),
        ("https://consent.ours.example/collect?id=1", "consent"),
        ("https://ours.example/news/77-a-better-slug", None),
        ("https://www.ours.example/news/77", None),
        ("https://ours.example/?p=77", None),
    ],
)
def test_what_it_means_to_be_led_elsewhere(led_to: str, verdict: str | None) -> None:
    assert judge_redirect(f"{BASE}/news/77", led_to) == verdict


@pytest.mark.asyncio(loop_scope="module")
async def test_an_article_that_leads_to_the_front_page_is_gone(child: Child) -> None:
    pages = {"/r": reply(status=302, Location="/"), "/": html(page(paragraphs(0, 5)))}
    result, _ = await read(child, pages)
    assert (result.page, result.verdict, result.charge) == (None, "not-found", "source")
    assert result.note.endswith("it says that there is no such page")
