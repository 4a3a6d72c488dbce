"""A source keeps its rhythm, whatever else happens in the moment in which its poll ends."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive import sources
from tests.feeds.desk import START, Clock, desk
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.peers.virtual_time import VirtualTimeLoop, run

LATER = START + timedelta(seconds=20)


def test_a_poll_that_ends_while_others_are_claimed(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            site.script("/often", Reply(b"", status=500, before=25.0))
            site.script("/seldom", Reply(rss(["News"])))
            wanted = [
                {"name": name, "url": site.url(f"/{name}"), "every": every, "full_text": "never"}
                for name, every in (("often", "2m"), ("seldom", "6h"))
            ]
            async with desk(Clock(loop), tmp_path, wanted, min_delay="0s") as here:
                archive, write, waited = here.rooms.archive, here.rooms.archive.write, False
                archive.write_now(lambda conn: sources.reschedule(conn, {"seldom": LATER}))

                async def held_up(*step: Any, **how: Any) -> Any:
                    nonlocal waited
                    result = await write(*step, **how)
                    if here.clock() >= LATER and not waited:
                        waited = True
                        await asyncio.sleep(15)
                    return result

                archive.write = held_up  # type: ignore[method-assign]
                await here.passes(timedelta(minutes=8))
                assert sum(seen.target == "/often" for seen in site.requests) > 1

    run(story)
