"""A machine that sleeps or loses its net blames no source, and comes back without a stampede."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from archive import facts
from archive.sources import SourceState
from tests.feeds.desk import Clock, desk
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.peers.virtual_time import VirtualTimeLoop, run
from wirewatch import offline

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
COUNT = 30


def feeds(port: int, count: int = COUNT) -> list[dict[str, str]]:
    return [
        {
            "name": f"s-{n}",
            "url": f"http://outlet-{n}.example:{port}/feed",
            "every": "15m",
            "full_text": "never",
        }
        for n in range(count)
    ]


def charged(states: dict[str, SourceState]) -> list[str]:
    return [name for name, state in states.items() if state.failures]


def test_without_net_no_source_is_charged_and_it_is_told_once(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with (
            PeerNewsroom(clock=loop.time) as site,
            desk(Clock(loop), tmp_path, feeds(site.port), min_delay="1s") as here,
        ):
            site.script("/feed", rss(["A quiet day"]))
            await here.passes(HOUR)
            before, polls = here.states(), len(site.requests)
            here.net(cut=True)
            await here.passes(3 * HOUR)
            assert here.events() == [("offline", "this machine")]
            # The first two cannot be told from hosts that are down, and that is forgiven below.
            assert len(charged(here.states())) <= 2
            assert max(state.failures for state in here.states().values()) <= 1
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
        async with (
            PeerNewsroom(clock=loop.time) as site,
            desk(Clock(loop), tmp_path, feeds(site.port), min_delay="1s") as here,
        ):
            site.script("/feed", rss(["A quiet day"]))
            await here.passes(HOUR)
            here.net(lost={"outlet-1.example", "outlet-2.example", "outlet-3.example"})
            await here.passes(3 * HOUR)
            assert charged(here.states()) == ["s-1", "s-2", "s-3"]
            assert sorted(here.events()) == [("source-failing", f"s-{n}") for n in (1, 2, 3)]

    run(story)


def test_what_is_overdue_after_a_sleep_is_spread_and_met_as_a_gap(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with (
            PeerNewsroom(clock=loop.time) as site,
            desk(Clock(loop), tmp_path, feeds(site.port, 120), min_delay="1s") as here,
        ):
            site.script("/feed", rss(["A quiet day"]))
            await here.passes(HOUR)
            woke, before = loop.time(), len(site.requests)
            here.sleep(9 * HOUR)
            await here.passes(10 * MINUTE)
            starts = Counter(int((seen.time - woke) // 10) for seen in site.requests[before:])
            assert sum(starts[window] for window in range(4)) == 120
            assert max(starts[window] for window in range(4)) <= 120 / 3 + 2
            assert charged(here.states()) == []

    run(story)


def test_an_answer_after_a_restart_ends_what_the_run_before_had_told(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            site.script("/feed", Reply(rss(["A quiet day"])))
            async with desk(Clock(loop), tmp_path, feeds(site.port, 3)) as here:
                since = here.clock().isoformat()
                here.rooms.archive.write_now(lambda conn: facts.put(conn, offline.FACT, since))
                await here.passes(HOUR)
                assert here.events() == [("online", "this machine")]

    run(story)
