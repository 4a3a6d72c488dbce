"""Many sources that can only be asked one after the other hold up nobody else."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from crawler.children import Child
from crawler.spiders.errand import CrawlResult
from tests.feeds.desk import Clock, desk
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.peers.virtual_time import VirtualTimeLoop, run
from wirewatch.polling import AT_ONCE

MANY = 2 * AT_ONCE
SLOW = 25.0


def source(name: str, url: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "url": url, "every": "15m", "full_text": "never", **keys}


def waits(site: PeerNewsroom) -> list[float]:
    """The seconds from the start to the first request for `/on-time`, and between each two."""
    times = [0.0, *(seen.time for seen in site.requests if seen.target == "/on-time")]
    return [later - earlier for earlier, later in pairwise(times)]


def test_the_many_sources_of_a_slow_host_hold_up_no_other(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            at = f".example:{site.port}"
            wanted = [source(f"s-{n}", f"http://slow{at}/{n}") for n in range(MANY)]
            wanted.append(source("well", f"http://well{at}/on-time", every="5m"))
            for n in range(MANY):
                site.script(f"/{n}", Reply(rss([f"News of {n}"]), before=SLOW))
            site.script("/on-time", rss(["News"]))
            async with desk(Clock(loop), tmp_path, wanted, min_delay="1s") as here:
                await here.passes(timedelta(minutes=25))
                found = waits(site)
                assert len(found) >= 4
                assert found[0] < 60
                assert max(found) < 6 * 60
                # And those are asked one at a time, each in its turn.
                asked = [seen.target for seen in site.requests if seen.target != "/on-time"]
                assert len(asked) == len(set(asked)) > 50

    run(story)


class SlowChild(Child):
    """A process in which every task takes its time."""

    async def _attempt(self, *_: Any) -> Any:
        await asyncio.sleep(SLOW)
        return CrawlResult((), 0, "the crawl found nothing")


def test_crawls_hold_up_no_feed(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            at = f".example:{site.port}"
            wanted = [source(f"s-{n}", f"http://h{n}{at}/", type="section") for n in range(MANY)]
            wanted.append(source("well", f"http://well{at}/on-time", every="5m"))
            site.script("/on-time", rss(["News"]))
            with patch("tests.feeds.desk.Child", SlowChild):
                async with desk(Clock(loop), tmp_path, wanted, min_delay="1s") as here:
                    await here.passes(timedelta(minutes=40))
            found = waits(site)
            assert len(found) >= 7
            assert found[0] < 60
            assert max(found) < 6 * 60

    run(story)
