"""A machine that sleeps or loses its net blames no source, and comes back without a stampede."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from archive import facts
from archive.sources import SourceState
from crawler.children import Child
from tests.feeds.desk import START, TICK, Clock, Desk, desk
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.peers.virtual_time import VirtualTimeLoop, run
from wirewatch import offline, pipeline

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
COUNT = 30


def feeds(port: int, count: int = COUNT) -> list[dict[str, str]]:
    return [feed(port, n) for n in range(count)]


def feed(port: int, number: int, **rhythm: str) -> dict[str, str]:
    url = f"http://outlet-{number}.example:{port}/feed"
    return {"name": f"s-{number}", "url": url, "full_text": "never", **(rhythm or {"every": "15m"})}


@asynccontextmanager
async def open_desk(
    loop: VirtualTimeLoop, folder: Path, wanted: Callable[[int], list[dict[str, str]]]
) -> AsyncIterator[tuple[PeerNewsroom, Desk]]:
    """A site whose feed is quiet, and a desk that polls what is `wanted` of the site's port."""
    async with (
        PeerNewsroom(clock=loop.time) as site,
        desk(Clock(loop), folder, wanted(site.port), min_delay="1s") as here,
    ):
        site.script("/feed", rss(["A quiet day"]))
        yield site, here


def charged(states: dict[str, SourceState]) -> list[str]:
    return [name for name, state in states.items() if state.failures]


def test_without_net_no_source_is_charged_and_it_is_told_once(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, feeds) as (site, here):
            await here.passes(HOUR)
            before, polls = here.states(), len(site.requests)
            here.net(cut=True)
            await here.passes(3 * HOUR)
            assert here.events() == [("offline", "this machine")]
            assert charged(here.states()) == []
            assert len(site.requests) == polls
            told = here.rooms.archive.read_now(offline.since)
            assert told is not None
            here.net(cut=False)
            await here.passes(HOUR)
            assert here.events() == [("offline", "this machine"), ("online", "this machine")]
            assert charged(here.states()) == []
            assert here.rooms.archive.read_now(lambda conn: facts.get(conn, offline.FACT)) is None
            after = here.states()
            assert all(after[name].last_success_at > before[name].last_success_at for name in before)  # type: ignore[operator]

    run(story)


def test_a_host_that_is_down_while_others_answer_is_charged(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, feeds) as (_, here):
            await here.passes(HOUR)
            here.net(lost={"outlet-1.example", "outlet-2.example", "outlet-3.example"})
            await here.passes(3 * HOUR)
            assert charged(here.states()) == ["s-1", "s-2", "s-3"]
            assert sorted(here.events()) == [("source-failing", f"s-{n}") for n in (1, 2, 3)]

    run(story)


async def assert_spread(site: PeerNewsroom, here: Desk, count: int) -> None:
    """After a night's sleep each of so many sources is asked once, a third of them in any ten seconds."""
    woke, before = here.clock.loop.time(), len(site.requests)
    here.sleep(9 * HOUR)
    await here.passes(10 * MINUTE)
    starts = Counter(int((seen.time - woke) // 10) for seen in site.requests[before:])
    assert sum(starts[window] for window in range(4)) == count
    assert max(starts[window] for window in range(4)) <= count / 3 + 2
    assert charged(here.states()) == []


def test_what_is_overdue_after_a_sleep_is_spread_and_met_as_a_gap(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, partial(feeds, count=120)) as (site, here):
            await here.passes(HOUR)
            await assert_spread(site, here, 120)

    run(story)


def test_a_gap_is_one_though_the_first_poll_after_it_fails(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, partial(feeds, count=1)) as (site, here):
            await here.passes(HOUR)
            here.sleep(30 * HOUR)
            now = here.clock()
            meanwhile = rss(
                [
                    item("The dam is open", published=now - 2 * HOUR),
                    item("The dam is full", published=now - 28 * HOUR),
                ]
            )
            site.script("/feed", Reply(b"", status=503), meanwhile)
            await here.passes(4 * HOUR)
            met = {row.title: row.contact for row in here.articles()[1:]}
            assert met == {"The dam is open": "catch-up", "The dam is full": "old"}
            await here.passes(HOUR)
            site.script("/feed", rss([item("The dam is loved", published=here.clock())]))
            await here.passes(HOUR)
            assert here.articles()[-1].contact == "live"

    run(story)


def on_the_hour(port: int) -> list[dict[str, str]]:
    return [feed(port, n, cron="0 * * * *") for n in range(60)]


def test_what_ended_just_before_a_sleep_is_spread_too(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, on_the_hour) as (site, here):
            await here.passes(HOUR)
            before = len(site.requests)
            # All are asked at this one tick, and written at the next.
            await here.passes(TICK)
            assert len(site.requests) == before + 60
            assert {state.due_at for state in here.states().values()} == {START + HOUR}
            await assert_spread(site, here, 60)

    run(story)


def test_an_answer_after_a_restart_ends_what_the_run_before_had_told(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, partial(feeds, count=3)) as (_, here):
            since = here.clock().isoformat()
            here.rooms.archive.write_now(lambda conn: facts.put(conn, offline.FACT, since))
            await here.passes(HOUR)
            assert here.events() == [("online", "this machine")]

    run(story)


@pytest.mark.parametrize("count", [1, 2])
def test_with_one_host_or_two_no_source_is_charged_when_no_name_server_answers(
    tmp_path: Path, count: int
) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, partial(feeds, count=count)) as (site, here):
            await here.passes(HOUR)
            polls = len(site.requests)
            here.net(cut=True)
            await here.passes(3 * HOUR)
            assert charged(here.states()) == []
            assert here.events() == [("offline", "this machine")]
            assert len(site.requests) == polls
            here.net(cut=False)
            await here.passes(HOUR)
            assert charged(here.states()) == []
            assert here.events() == [("offline", "this machine"), ("online", "this machine")]

    run(story)


def often_and_seldom(port: int) -> list[dict[str, str]]:
    return [feed(port, 0), feed(port, 1, every="6h")]


@pytest.mark.parametrize("killed", [False, True])
def test_what_one_host_is_charged_in_an_outage_is_taken_back_when_the_other_is_lost_too(
    tmp_path: Path, killed: bool
) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, often_and_seldom) as (_, here):
            await here.passes(HOUR)
            here.net(cut=True)
            await here.passes(3 * HOUR)
            asked = here.names.asked.count("outlet-0.example")
            state = here.states()["s-0"]
            assert (state.failures, state.trouble) == (1, "unnamed")
            if killed:
                here.forget()
            await here.passes(4 * HOUR)
            assert here.names.asked.count("outlet-0.example") > asked
            assert here.events() == [("offline", "this machine")]
            state = here.states()["s-0"]
            assert (state.failures, state.error, state.error_since, state.trouble) == (0, None, None, None)
            assert state.due_at <= here.clock() - 5 * HOUR
            here.net(cut=False)
            await here.passes(HOUR)
            assert here.events() == [("offline", "this machine"), ("online", "this machine")]
            assert charged(here.states()) == []

    run(story)


def test_one_of_two_hosts_that_is_down_is_charged_once_the_other_has_answered(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, often_and_seldom) as (_, here):
            await here.passes(HOUR)
            here.net(lost={"outlet-0.example"})
            await here.passes(4 * HOUR)
            assert here.events() == []
            await here.passes(3 * HOUR)
            assert here.events() == [("source-failing", "s-0")]
            assert charged(here.states()) == ["s-0"]

    run(story)


def test_the_only_host_is_charged_when_it_is_down(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with desk(Clock(loop), tmp_path, feeds(9, 1), min_delay="1s") as here:
            await here.passes(HOUR)
            assert charged(here.states()) == ["s-0"]
            assert here.events() == [("source-failing", "s-0")]

    run(story)


# Pages

PAGE = "<html><head><title>Ministers meet</title></head><body><article><h1>Ministers meet</h1>" + "".join(
    f"<p>The ministers spoke about the river, its banks and the villages there, part {n}.</p>"
    for n in range(12)
)


class InThread:
    """Reads a page without a process: a test's time cannot pass in another one."""

    waiting = 0

    async def run(self, task: Callable[..., Any], _deadline: float, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(task, *args, **kwargs)


async def announced(site: PeerNewsroom, here: Desk) -> None:
    """One article, whose page is wanted and was not asked for yet."""
    tools = replace(here.rooms.tools, reading=cast(Child, InThread()))
    here.rooms.tools = tools
    link = f"http://pages.example:{site.port}/ministers-meet"
    site.script("/feed", rss([item("Ministers meet", link=link, published=here.clock())]))
    await here.passes(MINUTE)
    assert [row.page for row in here.articles()] == ["wanted"]


def reader(port: int) -> list[dict[str, str]]:
    url = f"http://post.example:{port}/feed"
    return [{"name": "post", "url": url, "every": "15m", "full_text": "always"}]


def test_a_page_that_fails_while_the_machine_is_offline_is_read_when_the_net_is_back(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, reader) as (site, here):
            site.script("/ministers-meet", Reply(PAGE, headers={"Content-Type": "text/html"}))
            await announced(site, here)
            here.net(cut=True)
            await pipeline.read(here.rooms, "post")
            (row,) = here.articles()
            assert (row.page, row.tell_after <= here.clock()) == ("wanted", True)
            await here.passes(3 * HOUR)
            assert here.rooms.reach.offline_since is not None
            asked = here.names.asked.count("pages.example")
            await pipeline.read(here.rooms, "post")
            assert [row.page for row in here.articles()] == ["wanted"]
            assert here.names.asked.count("pages.example") == asked
            here.net(cut=False)
            await here.passes(HOUR)
            await pipeline.read(here.rooms, "post")
            (row,) = here.articles()
            assert (row.page, row.page_note) == ("read", None)
            assert "the villages there, part 11" in row.body

    run(story)


def test_a_page_that_nobody_gives_while_others_answer_is_asked_for_once_more_and_given_up(
    tmp_path: Path,
) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, reader) as (site, here):
            await announced(site, here)
            here.net(lost={"pages.example"})
            await pipeline.read(here.rooms, "post")
            assert [row.page for row in here.articles()] == ["wanted"]
            await here.passes(HOUR)
            await pipeline.read(here.rooms, "post")
            (row,) = here.articles()
            assert row.page == "failed"
            assert "cannot be had" in row.page_note

    run(story)


def test_a_page_is_given_up_a_day_after_its_article_was_found(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with open_desk(loop, tmp_path, reader) as (site, here):
            await announced(site, here)
            here.net(lost={"pages.example"})
            here.sleep(25 * HOUR)
            await pipeline.read(here.rooms, "post")
            assert [row.page for row in here.articles()] == ["failed"]

    run(story)
