"""How does an article's page come to be read, and who is charged when it is not?"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from crawler.children import Child
from crawler.client import Client
from crawler.pages import reading
from crawler.pages.errand import prepare
from crawler.pages.reading import PageResult, read_page
from crawler.robots import Robots
from crawler.source import FetchSettings, Source
from tests.crawler import tasks
from tests.crawler.site import Answer, Asked, reply, running
from wirewatch.demo import acceptance

pytestmark = pytest.mark.asyncio(loop_scope="module")


SOURCE = Source(name="ours", url="http://127.0.0.1/", timezone=ZoneInfo("Asia/Vientiane"))
HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child() -> AsyncIterator[Child]:
    child = Child("reading", prepare=prepare)
    yield child
    await child.close()


async def read(
    child: Child, respond: dict[str, Answer], path: str = "/a", deadline: float = 8.0
) -> PageResult:
    def answer(asked: Asked) -> Answer:
        return respond.get(asked.path, reply(status=404))

    async with running(answer) as site, Client(HERE) as client:
        result = await read_page(client, Robots(client), child, site.url(path), SOURCE, deadline=deadline)
        ASKED[:] = site.paths
        return result


ASKED: list[str] = []
GOOD = reply(acceptance.PAGE, Content_Type="text/html; charset=utf-8")


async def test_a_page_is_fetched_and_read_in_the_child(child: Child) -> None:
    result = await read(child, {"/b": GOOD, "/a": reply(status=302, Location="/b")})
    assert result.page is not None
    assert result.page.title == acceptance.TITLE
    assert (result.charge, result.note, result.hung, result.url[-2:]) == (None, "", False, "/b")


async def test_robots_txt_is_obeyed(child: Child) -> None:
    rules = reply(
        "User-agent: *\nDisallow: /a\nUser-agent: Wirewatch\nDisallow: /b", Content_Type="text/plain"
    )
    assert (await read(child, {"/robots.txt": rules, "/a": GOOD})).page is not None
    result = await read(child, {"/robots.txt": rules, "/b": GOOD}, "/b")
    assert (result.page, result.charge) == (None, "site-says-no")
    assert "robots.txt disallows" in result.note
    assert ASKED == ["/robots.txt"]


async def test_a_robots_txt_that_cannot_be_had_means_not_now(child: Child) -> None:
    result = await read(child, {"/robots.txt": reply(status=503), "/a": GOOD})
    assert (result.page, result.charge, ASKED) == (None, "source", ["/robots.txt"])
    assert "cannot be had now: it answers 503" in result.note


async def test_robots_txt_is_asked_once_a_day(child: Child) -> None:
    now = [0.0]
    async with running(lambda _: reply("")) as site, Client(HERE) as client:
        robots = Robots(client, lambda: now[0])
        for now[0] in (0.0, 3600.0, 24 * 3600.0 - 1, 24 * 3600.0):
            assert await robots.permission(site.url("/a")) == "allowed"
    assert len(site.paths) == 2


@pytest.mark.parametrize(
    ("status", "charge"), [(403, "site-says-no"), (451, "site-says-no"), (404, "source"), (500, "source")]
)
async def test_a_refusal_and_a_failure_are_told_apart(child: Child, status: int, charge: str) -> None:
    result = await read(child, {"/a": reply(status=status)})
    assert (result.page, result.charge) == (None, charge)
    assert f"answers {status}" in result.note


async def test_a_wall_is_marked_and_its_text_is_not_kept(child: Child) -> None:
    wall = reply("<title>Just a moment...</title><p>Checking your browser</p>", Content_Type="text/html")
    result = await read(child, {"/a": wall})
    assert (result.page, result.verdict, result.charge) == (None, "bot-wall", "site-says-no")


async def test_what_is_no_page_is_nobodys_fault(child: Child) -> None:
    result = await read(child, {"/a": reply(b"%PDF", Content_Type="application/pdf")})
    assert (result.page, result.charge) == (None, None)
    assert "is application/pdf, not a page" in result.note


async def test_a_page_that_hangs_is_charged_to_its_source_and_the_next_is_read(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await read(child, {"/a": GOOD})).page is not None
    with monkeypatch.context() as broken:
        broken.setattr(reading, "run_extract", tasks.hang_on_page)
        hung, *_ = await asyncio.gather(read(child, {"/a": GOOD}, deadline=1.0))
    assert (hung.page, hung.charge, hung.hung) == (None, "source", True)
    assert "could not be read: the reading process was killed after" in hung.note
    assert (await read(child, {"/a": GOOD})).page is not None


async def test_a_private_address_is_not_asked(child: Child) -> None:
    async with running(lambda _: GOOD) as site, Client(FetchSettings()) as client:
        result = await read_page(client, Robots(client), child, site.url(), SOURCE)
    assert (result.page, site.connections) == (None, 0)


async def test_a_key_of_the_source_is_shown_to_its_own_host_alone(child: Child) -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))

    def answer(asked: Asked) -> Answer:
        return GOOD if asked.path == "/a" else reply(status=404)

    async with (
        running(answer) as own,
        running(answer, "127.0.0.2") as linked,
        Client(settings) as client,
    ):
        source = replace(SOURCE, url=own.url("/feed"), headers={"Authorization": "secret"})
        for site in (own, linked):
            result = await read_page(client, Robots(client), child, site.url("/a"), source, deadline=8.0)
            assert result.page is not None
    assert [asked.headers.get("authorization") for asked in own.asked] == [None, "secret"]
    assert [asked.headers.get("authorization") for asked in linked.asked] == [None, None]
