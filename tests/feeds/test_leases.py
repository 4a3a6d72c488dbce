"""A poll that takes longer than its lease, because it waits behind others, is not begun a second time."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.feeds.desk import Clock, desk
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.peers.virtual_time import VirtualTimeLoop, run

COUNT = 28


def test_polls_that_wait_longer_than_their_lease_are_made_once(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            # All at one host, which is asked by one at a time: the last waits for more than ten minutes.
            wanted = [
                {
                    "name": f"s-{n}",
                    "url": f"http://127.0.0.1:{site.port}/{n}",
                    "every": "6h",
                    "full_text": "never",
                }
                for n in range(COUNT)
            ]
            for n in range(COUNT):
                site.script(f"/{n}", Reply(rss([f"News of {n}"]), before=25.0))
            async with desk(Clock(loop), tmp_path, wanted, min_delay="1s") as here:
                assert COUNT * timedelta(seconds=25) > here.rooms.durations.lease
                await here.passes(timedelta(minutes=22))
                asked = Counter(seen.target for seen in site.requests)
                assert asked == {f"/{n}": 1 for n in range(COUNT)}
                assert {state.polls for state in here.states().values()} == {1}
                assert len(here.articles()) == COUNT

    run(story)


def test_polls_that_were_under_way_while_the_machine_slept_are_made_once(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            wanted = [
                {"name": "s", "url": f"http://127.0.0.1:{site.port}/s", "every": "6h", "full_text": "never"}
            ]
            site.script("/s", Reply(rss(["News"]), before=25.0))
            async with desk(Clock(loop), tmp_path, wanted) as here:
                await here.passes(timedelta(seconds=10))
                here.sleep(timedelta(hours=1))
                await here.passes(timedelta(minutes=5))
                assert [seen.target for seen in site.requests] == ["/s"]
                assert [state.polls for state in here.states().values()] == [1]

    run(story)
