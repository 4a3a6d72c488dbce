"""The clock is set, the machine sleeps: what is due is done, nothing waits for a day that has passed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import sources
from tests.conftest import SetClock
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import FAST, feed_source, headlines, settings_of, until, write_config
from wirewatch.daemon import running
from wirewatch.demo.botapi import Chat
from wirewatch.status import judge, look


@pytest.mark.parametrize("step", [timedelta(days=-1), timedelta(days=1), timedelta(hours=9)])
async def test_after_a_step_sources_are_asked_and_articles_told(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, step: timedelta
) -> None:
    clock = SetClock(datetime.now(UTC))
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(
        tmp_path / "config", [feed_source("post", site.url("/feed"), every="10m")], api, chat
    )
    async with running(settings_of(folder), FAST, clock) as daemon:
        await until(lambda: bool(site.seen("/feed")) and daemon.idle)
        clock.now += step
        await until(lambda: len(site.seen("/feed")) > 1 and daemon.idle)
        site.script("/feed", rss([item("Laos opens a bridge", published=clock()), "Quiet"]))
        clock.forward(minutes=12)
        await until(lambda: len(site.seen("/feed")) > 2)

        def told() -> bool:
            clock.forward(milliseconds=50)
            return bool(api.ledger.messages)

        await until(told)
        state = await daemon.rooms.archive.read(lambda conn: sources.get_state(conn, "post"))
    assert "Laos opens a bridge" in api.ledger.messages[0].text
    assert len(headlines(api)) == 1
    assert state is not None
    assert state.due_at - clock() < timedelta(minutes=12)


async def test_a_source_of_a_long_rhythm_does_not_wait_for_a_day_that_has_not_come(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    clock = SetClock(datetime.now(UTC))
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(
        tmp_path / "config", [feed_source("post", site.url("/feed"), every="30d")], api, chat
    )
    async with running(settings_of(folder), FAST, clock) as daemon:
        await until(lambda: bool(site.seen("/feed")) and daemon.idle)
        clock.now -= timedelta(days=1)
        await until(lambda: len(site.seen("/feed")) > 1)


async def test_whoever_asks_right_after_a_sleep_hears_that_it_works(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    clock = SetClock(datetime.now(UTC))
    site.script("/feed", rss(["Quiet"]))
    settings = settings_of(
        write_config(tmp_path / "config", [feed_source("post", site.url("/feed"), every="10m")], api, chat)
    )
    async with running(settings, FAST, clock) as daemon:
        await until(lambda: bool(site.seen("/feed")) and daemon.idle)
        # What follows hangs, so that nothing is polled.
        site.script("/feed", Reply("", before=600.0))
        clock.now += timedelta(hours=9)
        seen = await asyncio.to_thread(look, daemon.rooms.archive, clock())
    status = judge(seen, settings, clock())
    assert status.works, status.answer
