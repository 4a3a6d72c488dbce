"""Servers that do not keep to HTTP are polled on, and harm no other source."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crawler.site import Answer, Asked, reply, running
from tests.feeds.desk import Clock, Desk, desk
from tests.feeds.newsroom import rss
from tests.peers.virtual_time import VirtualTimeLoop, run

FEED = rss("<title>A dam</title><link>http://a.example/dam</link>", "<title>A road</title><link>/road</link>")


def lived(folder: Path, odd: Callable[[Asked], Answer], look: Callable[[Desk], None]) -> None:
    """Two hours with three sources, of which the first is answered by `odd`; `look` sees what came of it."""

    def respond(asked: Asked) -> Answer:
        return odd(asked) if asked.path == "/0" else reply(FEED, ETag='"1"')

    async def story(loop: VirtualTimeLoop) -> None:
        async with running(respond) as site:
            wanted = [
                {"name": f"s-{n}", "url": site.url(f"/{n}", f"h{n}.example"), "every": "15m",
                 "full_text": "never"}
                for n in range(3)
            ]  # fmt: skip
            async with desk(Clock(loop), folder, wanted) as here:
                await here.passes(timedelta(hours=2))
                look(here)

    run(story)


def test_a_validator_that_is_no_text_stops_nobody(tmp_path: Path) -> None:
    def odd(asked: Asked) -> Answer:
        if "if-modified-since" in asked.headers:
            return reply(status=304, ETag="XX").replace(b"XX", b'"\xff"')
        return reply(FEED, Last_Modified="Mon, 19 Oct 2026 05:00:00 GMT", ETag="XX").replace(b"XX", b'"\xff"')

    def look(here: Desk) -> None:
        states = here.states()
        assert not here.poller.broken
        assert [states[f"s-{n}"].polls >= 7 for n in range(3)] == [True] * 3
        assert (states["s-0"].failures, states["s-0"].etag) == (0, None)

    lived(tmp_path, odd, look)


def test_a_304_that_nobody_asked_for_is_no_success(tmp_path: Path) -> None:
    def look(here: Desk) -> None:
        state = here.states()["s-0"]
        # What comes later is met for the first time, and not told singly.
        assert (state.first_success_at, state.failures > 1) == (None, True)
        assert "nothing has changed (304)" in (state.error or "")
        assert ("source-failing", "s-0") in here.events()

    lived(tmp_path, lambda _: reply(status=304), look)


@pytest.mark.parametrize("status", [400, 403, 412])
def test_a_server_that_refuses_conditions_is_asked_without(tmp_path: Path, status: int) -> None:
    def odd(asked: Asked) -> Answer:
        return reply(status=status) if "if-none-match" in asked.headers else reply(FEED, ETag='"1"')

    def look(here: Desk) -> None:
        state = here.states()["s-0"]
        # Now and then one is refused, but what is new is found.
        assert state.last_success_at is not None
        assert here.clock() - state.last_success_at < timedelta(hours=1)
        assert here.events() == []

    lived(tmp_path, odd, look)
