"""Do spiders find the articles of sites without a feed, politely and safely?"""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from archive.sources import SourceState
from crawler.children import Child
from crawler.client import Client
from crawler.gathering import Tools
from crawler.source import FetchSettings, Selectors, Source
from crawler.spiders.errand import CrawlSettings, prepare, run_crawl
from crawler.spiders.gather import gather_pages, gather_section
from crawler.turns import HostTurns
from tests.crawler import tasks
from tests.crawler.site import Answer, Asked, Site, never, reply, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = CrawlSettings(contact="desk@example.org", min_delay=0.0, allow_private=("127.0.0.1",))
VIENTIANE = ZoneInfo("Asia/Vientiane")


def source(site: Site | None = None, path: str = "/news", **more: Any) -> Source:
    url = site.url(path) if site else f"http://127.0.0.1:9{path}"
    return Source(name="ours", type="section", url=url, timezone=VIENTIANE, **more)


def html(body: str) -> bytes:
    page = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>Ours</title></head><body>{body}</body></html>"
    )
    return reply(page, Content_Type="text/html; charset=utf-8")


def title(page: int, number: int) -> str:
    return f"Story {number} of page {page}, told in a headline of its own"


def listing(page: int, last: int = 9) -> bytes:
    items = "".join(
        f"<div class=item><h3><a href='/story-{page}-{n}'>{title(page, n)}</a></h3>"
        f"<p>What story {n} of page {page} says in the few words that a teaser has.</p>"
        f"<span>24/11/2026 1{n}:05</span></div>"
        for n in range(3)
    )
    following = f"<a class=next href='/news?page={page + 1}'>Next</a>" if page < last else ""
    return html(f"<nav><a href='/about'>About us and our long history</a></nav>{items}{following}")


def paged(asked: Asked) -> Answer:
    path, _, query = asked.path.partition("?page=")
    return listing(int(query or 1)) if path == "/news" else reply(status=404)


def of(pages: Mapping[str, Answer]) -> Callable[[Asked], Answer]:
    return lambda asked: pages.get(asked.path, reply(status=404))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child() -> AsyncIterator[Child]:
    child = Child("crawl", prepare=prepare)
    yield child
    await child.close()


SELECTORS = Selectors(articles=".item h3 a::attr(href)", next="a.next")


# One crawl


async def test_the_entries_of_a_section_in_the_pages_order(child: Child) -> None:
    async with running(paged) as site:
        result = await gather_section(child, HostTurns(0), source(site, selectors=SELECTORS), HERE)
    assert result.error is None
    assert [entry.title for entry in result.entries] == [
        title(page, n) for page in (1, 2, 3) for n in range(3)
    ]
    first = result.entries[0]
    assert first.link == site.url("/story-1-0")
    assert first.summary == "What story 0 of page 1 says in the few words that a teaser has."
    assert (first.published, first.trust) == (datetime(2026, 11, 24, 3, 5, tzinfo=UTC), "assumed")


async def test_a_login_in_the_address_is_in_no_link(child: Child) -> None:
    async with running(paged) as site:
        login = replace(source(site), url=site.url("/news").replace("//", "//me:pass@"))
        result = await gather_section(child, HostTurns(0), login, HERE)
    links = [entry.link for entry in result.entries]
    assert links
    assert all(link.startswith(f"http://127.0.0.1:{site.port}/story-") for link in links)


async def test_pagination_is_bounded_and_article_pages_are_not_fetched(child: Child) -> None:
    async with running(paged) as site:
        result = await gather_section(child, HostTurns(0), source(site, selectors=SELECTORS), HERE)
    assert site.paths == ["/robots.txt", "/news", "/news?page=2", "/news?page=3"]
    assert result.requests == 4


async def test_a_front_page_that_is_as_it_was_is_not_paged_through(child: Child) -> None:
    wanted = Selectors(articles=".item h3 a", next="a.next")
    async with running(paged) as site:
        first = await gather_section(child, HostTurns(0), source(site, selectors=wanted), HERE)
        again = replace(HERE, known=first.mark)
        second = await gather_section(child, HostTurns(0), source(site, selectors=wanted), again)
    assert (first.requests, second.requests) == (4, 2)
    assert (second.mark, len(second.entries)) == (first.mark, 3)


@pytest.mark.parametrize(
    "control",
    [
        "<div class=pagination><a href='/news?page=2'>2</a></div>",
        "<link rel=next href='/news?page=2'>",
        "<a class='load-more' href='/news?page=2'>Load more</a>",
        "<button data-url='/news?page=2'>ເບິ່ງເພີ່ມ</button>",
    ],
)
async def test_the_next_list_page_is_found_without_a_selector(child: Child, control: str) -> None:
    pages = {"/news": listing(1).replace(b"<a class=next href='/news?page=2'>Next</a>", b"")}
    body = pages["/news"].partition(b"\r\n\r\n")[2].decode().replace("</body>", f"{control}</body>")
    pages = {
        "/news": reply(body, Content_Type="text/html; charset=utf-8"),
        "/news?page=2": listing(2, last=2),
    }
    async with running(of(pages)) as site:
        result = await gather_section(child, HostTurns(0), source(site), HERE)
    assert site.paths == ["/robots.txt", "/news", "/news?page=2"]
    assert len(result.entries) == 6


async def test_a_next_link_that_leads_in_a_circle_ends_the_crawl(child: Child) -> None:
    pages = {"/news": listing(1), "/news?page=2": listing(1)}
    async with running(of(pages)) as site:
        result = await gather_section(child, HostTurns(0), source(site, selectors=SELECTORS), HERE)
    assert len(result.entries) == 3
    assert site.paths == ["/robots.txt", "/news", "/news?page=2"]


async def test_a_crawl_says_who_it_is_and_sends_the_sources_headers(child: Child) -> None:
    async with running(paged) as site:
        await gather_section(child, HostTurns(0), source(site), HERE)
        own = source(site, headers={"Accept-Language": "lo"}, user_agent="Own/2")
        await gather_section(child, HostTurns(0), own, HERE)
    agents = [asked.headers["user-agent"] for asked in site.asked]
    assert agents[0] == agents[1]
    assert agents[0].startswith("Wirewatch/")
    assert agents[0].endswith("(+desk@example.org)")
    assert agents[4:] == ["Own/2"] * 4
    assert site.asked[5].headers["accept-language"] == "lo"


async def test_a_key_is_shown_to_the_sources_host_alone(child: Child) -> None:
    keys = {"X-Key": "secret", "Authorization": "secret", "Accept-Language": "lo"}
    here = replace(HERE, allow_private=("127.0.0.0/8",))
    async with running(paged, "127.0.0.2") as other:
        following = f"<a class=next href='{other.url('/news?page=2')}'>Next</a>"
        first = html(f"<div class=item><h3><a href='/1'>{title(0, 1)}</a></h3></div>{following}")
        leads = {"/old": reply(status=302, Location=other.url("/news")), "/news": first}
        async with running(of(leads)) as site:
            for path in leads:
                listed = source(site, path, headers=keys, selectors=SELECTORS)
                result = await gather_section(child, HostTurns(0), listed, here)
                assert result.error is None
    pages = [asked.headers for asked in site.asked if asked.path in leads]
    assert [headers["x-key"] for headers in pages] == ["secret"] * 2
    asked = [asked.headers for asked in other.asked if asked.path != "/robots.txt"]
    assert len(asked) > 2
    assert all(headers["accept-language"] == "lo" for headers in asked)
    assert all({"x-key", "authorization", "referer"}.isdisjoint(headers) for headers in asked)


async def test_between_two_requests_lies_the_minimum_delay(child: Child) -> None:
    patient = CrawlSettings(min_delay=0.3, allow_private=("127.0.0.1",))
    async with running(paged) as site:
        await gather_section(child, HostTurns(0), source(site, selectors=SELECTORS), HERE)
        started = monotonic()
        await gather_section(child, HostTurns(0), source(site, selectors=SELECTORS), patient)
        assert monotonic() - started > 0.9
    assert site.most_open == 1


async def test_the_host_is_granted_to_the_crawl(child: Child) -> None:
    turns, order = HostTurns(0), []

    def noting(asked: Asked) -> Answer:
        order.append(asked.path)
        return paged(asked)

    async with running(noting) as site:
        crawling = asyncio.ensure_future(
            gather_section(child, turns, source(site, selectors=SELECTORS), HERE)
        )
        await asyncio.sleep(0)
        async with turns.grant("127.0.0.1"):
            order.append("somebody else")
        await crawling
    assert order == ["/robots.txt", "/news", "/news?page=2", "/news?page=3", "somebody else"]


# What goes wrong


async def test_robots_txt_is_respected(child: Child) -> None:
    pages = {"/robots.txt": reply("User-agent: *\nDisallow: /news"), "/news": listing(1)}
    async with running(of(pages)) as site:
        result = await gather_section(child, HostTurns(0), source(site), HERE)
    assert site.paths == ["/robots.txt"]
    assert (result.entries, result.error) == ((), f"robots.txt disallows {site.url('/news')}")


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({}, "answers 404"),
        ({"/news": reply(status=403)}, "answers 403"),
        ({"/news": html("<p>Nothing here</p>")}, "no article links were recognised"),
        ({"/news": reply(b"\x00\x01", Content_Type="application/pdf")}, "is not a page of text"),
        ({"/news": reply(b"")}, "no article links were recognised"),
        ({"/news": reply(status=302, Location="/news")}, "max redirections reached"),
    ],
    ids=["404", "403", "nothing", "pdf", "empty", "loop"],
)
async def test_what_went_wrong_is_said_in_plain_words(
    child: Child, pages: dict[str, Answer], words: str
) -> None:
    async with running(of(pages)) as site:
        result = await gather_section(child, HostTurns(0), source(site), HERE)
    assert result.entries == ()
    assert result.error is not None
    assert words in result.error
    assert "127.0.0.1" in result.error


@pytest.mark.parametrize(
    ("answer", "words"),
    [(reply(status=407), "it wants a login (407): give it in proxy_file"),
     (reply(status=502), "it answers 502"), (b"SSH-2.0-x\r\n\r\n", "sent no proper HTTP response")],
)  # fmt: skip
async def test_what_a_proxy_does_is_told_without_its_password(
    child: Child, answer: bytes, words: str
) -> None:
    async with running(lambda _: answer) as site:
        proxy = site.url("").replace("//", "//me:rosebud@")
        settings = replace(HERE, proxy=proxy, allow_private=("ours.test",))
        wanted = Source(name="ours", type="section", url="https://ours.test/news")
        result = await gather_section(child, HostTurns(0), wanted, settings)
    assert result.error is not None
    assert words in result.error
    assert "rosebud" not in result.error


async def test_a_selector_that_matches_nothing_is_named(child: Child) -> None:
    async with running(paged) as site:
        wanted = source(site, selectors=Selectors(articles=".gone a"))
        result = await gather_section(child, HostTurns(0), wanted, HERE)
    assert "selectors.articles matches no link" in str(result.error)


async def test_a_crawl_that_nobody_answered_is_told_from_one_that_was_refused(child: Child) -> None:
    async with running(of({})) as site, running(never) as gone:
        wrong = await gather_section(child, HostTurns(0), source(site), HERE)
    down = await gather_section(child, HostTurns(0), source(gone), HERE)
    private = await gather_section(child, HostTurns(0), source(gone), CrawlSettings(min_delay=0))
    assert [result.trouble for result in (wrong, down, private)] == ["other", "unreachable", "refused"]


async def test_a_crawl_whose_name_no_server_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    wanted = Source(name="ours", type="section", url="http://news.example/news")
    result = await asyncio.to_thread(run_crawl, wanted, CrawlSettings(min_delay=0))
    assert (result.entries, result.trouble) == ((), "unnamed")


async def test_a_type_without_a_spider_is_told(child: Child) -> None:
    result = await gather_section(
        child, HostTurns(0), Source(name="x", type="no-such", url="http://127.0.0.1/"), HERE
    )
    assert result.error == "there is no spider 'no-such'; `scrapy list` names those there are"


async def test_a_crawl_that_hangs_is_killed_and_the_host_and_the_next_crawl_are_free(child: Child) -> None:
    async def never_ending(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    turns = HostTurns(0)
    async with running(paged) as good, running(lambda _: never_ending) as bad:
        assert (await gather_section(child, turns, source(good), HERE)).error is None
        hung, fine = await asyncio.gather(
            gather_section(child, turns, source(bad), HERE, deadline=1.0),
            gather_section(child, turns, source(good), HERE),
        )
    assert (hung.killed, hung.entries) == (True, ())
    assert "was ended: the crawl process was killed after 1 s" in str(hung.error)
    assert (fine.killed, len(fine.entries)) == (False, 9)


async def test_a_crawl_that_dies_costs_one_source_one_round(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(paged) as site:
        with monkeypatch.context() as broken:
            broken.setattr("crawler.spiders.gather.run_crawl", tasks.die_on_crawl)
            died = await gather_section(child, HostTurns(0), source(site), HERE)
        assert died.killed
        assert "the crawl process died" in str(died.error)
        assert len((await gather_section(child, HostTurns(0), source(site), HERE)).entries) == 9


# Safety


async def test_a_private_address_is_not_asked(child: Child) -> None:
    async with running(never) as trap:
        result = await gather_section(child, HostTurns(0), source(trap), CrawlSettings(min_delay=0))
        assert trap.connections == 0
    assert "leads to a private or reserved address" in str(result.error)


@pytest.mark.parametrize("host", ["127.0.0.2", "2130706434", "0x7f.2", "[::ffff:127.0.0.2]"])
async def test_a_redirect_into_private_space_reaches_nobody(child: Child, host: str) -> None:
    async with running(never, "127.0.0.2") as trap:
        pages = {"/news": reply(status=302, Location=f"http://{host}:{trap.port}/latest/meta-data")}
        async with running(of(pages)) as site:
            result = await gather_section(child, HostTurns(0), source(site), HERE)
        assert trap.connections == 0
    assert result.entries == ()
    assert result.error is not None


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "data:text/html,<a href=x>y</a>", "ftp://127.0.0.1/x"]
)
async def test_a_redirect_out_of_http_gives_nothing(child: Child, target: str) -> None:
    async with running(of({"/news": reply(status=302, Location=target)})) as site:
        result = await gather_section(child, HostTurns(0), source(site), HERE)
    assert result.entries == ()
    assert result.error is not None


async def test_a_bomb_is_cut(child: Child) -> None:
    bomb = reply(gzip.compress(bytes(64 * 1024 * 1024)), Content_Encoding="gzip", Content_Type="text/html")
    async with running(of({"/news": bomb})) as site:
        result = await gather_section(child, HostTurns(0), source(site), HERE, deadline=20)
    assert (result.entries, result.killed) == ((), False)
    assert result.error is not None


async def test_a_proxy_is_used(child: Child) -> None:
    def by_proxy(asked: Asked) -> Answer:
        return listing(1, last=1) if asked.path.endswith("/news") else reply(status=404)

    async with running(by_proxy) as proxy:
        settings = CrawlSettings(min_delay=0, proxy=proxy.url(), allow_private=("ours.test",))
        wanted = Source(name="ours", type="section", url="http://ours.test/news")
        result = await gather_section(child, HostTurns(0), wanted, settings)
    assert len(result.entries) == 3
    assert proxy.paths == ["http://ours.test/robots.txt", "http://ours.test/news"]


# One poll


def tools(client: Client, child: Child) -> Tools:
    fetch = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))
    return Tools(client=client, reading=child, crawling=child, fetch=fetch, contact="desk@example.org")


async def test_a_poll_gives_entries_then_unchanged_then_a_failure(child: Child) -> None:
    now = datetime(2026, 11, 24, 6, tzinfo=UTC)
    pages: dict[str, Answer] = {"/news": listing(1)}
    async with running(of(pages)) as site, Client(FetchSettings()) as client:
        room = tools(client, child)
        first = await gather_pages(source(site), SourceState("ours", now), room, now)
        assert (first.outcome, len(first.entries)) == ("entries", 3)
        known = SourceState("ours", now, body_hash=first.body_hash)
        again = await gather_pages(source(site), known, room, now)
        assert (again.outcome, again.entries, again.body_hash) == ("unchanged", (), first.body_hash)
        pages.clear()
        failed = await gather_pages(source(site), known, room, now)
        assert (failed.outcome, failed.trouble) == ("failed", "missing")
        assert failed.error == f"{site.url('/news')}: the address leads nowhere (404): look up the new one"
        pages["/news"] = reply(status=429, Retry_After="600")
        site.asked.clear()
        throttled = await gather_pages(source(site), known, room, now)
        assert (throttled.trouble, throttled.retry_after) == ("throttled", timedelta(minutes=10))
        # Whoever says that this is too much is not asked at once again.
        assert site.paths == ["/robots.txt", "/news"]
