"""When one round is over: not before all that it learnt is written, and no later."""

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from alerts.outbox.outcomes import UNREACHABLE
from archive import sources
from archive.archive import Archive
from archive.schema import check_whole
from archive.sources import SourceState
from tests.feeds.desk import TICK, Clock, desk
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import refuse
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.peers.virtual_time import VirtualTimeLoop, run
from tests.pipeline.house import feed_source, house, settings_of, write_config
from wirewatch.demo.botapi import Chat, Refusal
from wirewatch.once import run_once
from wirewatch.rooms import Durations, utc_now


async def test_what_failed_is_told_however_long_it_takes_to_be_written(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.script("/lost", Reply(b"", status=404))
    folder = write_config(
        tmp_path / "config", [feed_source("lost", site.url("/lost"), every="1h")], api, chat
    )
    write_back = sources.write_back

    def slowly(conn: Connection, states: Sequence[SourceState]) -> None:
        time.sleep(0.3)
        write_back(conn, states)

    monkeypatch.setattr(sources, "write_back", slowly)
    (told,) = await run_once(settings_of(folder))
    assert told.startswith("lost: ")


def test_the_results_of_a_round_do_not_wait_for_the_next_look_at_the_clock(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> None:
        async with PeerNewsroom(clock=loop.time) as site:
            site.script("/feed", Reply(b"", status=500))
            wanted: list[dict[str, Any]] = [{"name": "s", "url": site.url("/feed"), "every": "1h"}]
            async with desk(Clock(loop), tmp_path, wanted) as here:
                here.poller.due_by = here.clock()
                here.poller.tick()
                began = loop.time()
                while not here.states()["s"].polls or not here.poller.idle:
                    await asyncio.sleep(0.01)
                assert loop.time() - began < TICK.total_seconds()

    run(story)


@pytest.mark.parametrize(
    ("module", "function", "told"),
    [
        ("wirewatch.telling", "tell", "tell failed and waits for the next round, see above"),
        ("archive.sources", "claim_due", r"the poller broke \d+ times, see above"),
        ("archive.wake", "waiting", r"the jobs broke \d+ times, see above"),
    ],
)
async def test_a_round_in_which_something_fails_for_good_ends_and_says_so(
    api: BotApiPeer,
    chat: Chat,
    site: PeerNewsroom,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    function: str,
    told: str,
) -> None:
    site.script("/feed", rss(["Laos opens a dam"]))
    sources = [feed_source("feed", site.url("/feed"), every="1h")]
    folder = write_config(tmp_path / "config", sources, api, chat)

    def fails(*_given: Any, **_named: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(f"{module}.{function}", fails)
    monkeypatch.setattr("wirewatch.jobs.RETRY", timedelta(milliseconds=10))
    monkeypatch.setattr("wirewatch.daemon.AGAIN", 0.01)
    wrong = await run_once(settings_of(folder))
    # It may break once more before that is looked at.
    assert any(re.fullmatch(told, line) for line in wrong), wrong


async def test_a_round_ends_without_a_telegram_that_is_out_of_reach_and_the_next_one_sends(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirewatch.once.TRIES", 3)
    site.script("/feed", rss([item("Laos opens a dam", published=utc_now() - timedelta(hours=1))]))
    folder = write_config(
        tmp_path / "config", [feed_source("feed", site.url("/feed"), every="1h")], api, chat
    )
    await api.stop()
    async with asyncio.timeout(60):
        assert await run_once(settings_of(folder)) == [UNREACHABLE]
    await api.start()
    async with asyncio.timeout(60):
        assert await run_once(settings_of(folder)) == []
    assert "Laos opens a dam" in api.ledger.messages[0].text


async def test_a_round_whose_token_is_refused_says_so(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss([item("Laos opens a dam", published=utc_now() - timedelta(hours=1))]))
    folder = write_config(
        tmp_path / "config", [feed_source("feed", site.url("/feed"), every="1h")], api, chat
    )
    api.faults.add(refuse(Refusal(401, "Unauthorized")), times=None)
    async with asyncio.timeout(60):
        (wrong,) = await run_once(settings_of(folder))
    assert "@BotFather" in wrong


async def test_a_first_round_is_told_in_one_digest_as_soon_as_it_has_met_everything(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    names = [f"feed{number}" for number in range(40)]
    for name in names:
        site.script(f"/{name}", rss([item(f"Laos opens the dam of {name}", published=utc_now())]))
    sources = [feed_source(name, site.url(f"/{name}"), every="1h") for name in names]
    folder = write_config(tmp_path / "config", sources, api, chat)
    began = time.monotonic()
    assert await run_once(settings_of(folder)) == []
    # A daemon would wait a minute for more of its kind.
    assert time.monotonic() - began < Durations().settle.total_seconds()
    (message,) = api.ledger.messages
    assert message.text.startswith("Catching up · 40 articles")


async def test_rounds_look_the_archive_through_once_a_day_and_a_daemon_at_each_start(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bool] = []

    def noted(*given: Any) -> bool:
        checked.append(check_whole(*given))
        return checked[-1]

    monkeypatch.setattr("wirewatch.opening.check_whole", noted)
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(
        tmp_path / "config", [feed_source("feed", site.url("/feed"), every="1h")], api, chat
    )
    for _ in range(2):
        await run_once(settings_of(folder))
    async with house(folder):
        pass
    await run_once(settings_of(folder))
    assert checked == [True, False, True, False]


@pytest.mark.parametrize("rhythm", [{"every": "30d"}, {"every": None, "cron": "0 0 29 2 *"}])
async def test_a_source_of_a_long_rhythm_is_not_asked_at_each_start(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, rhythm: dict[str, Any]
) -> None:
    site.script("/feed", rss(["Quiet"]))
    listed = [feed_source("seldom", site.url("/feed"), **rhythm)]
    folder = write_config(tmp_path / "config", listed, api, chat)
    for _ in range(3):
        assert await run_once(settings_of(folder)) == []
    assert len(site.seen("/feed")) == 1


async def test_what_is_too_much_for_one_digest_goes_with_the_next_at_once(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.digests.MOST", 3)
    site.script("/feed", rss([item(f"Laos opens dam {number}", published=utc_now()) for number in range(7)]))
    folder = write_config(
        tmp_path / "config", [feed_source("feed", site.url("/feed"), every="1h")], api, chat
    )
    assert await run_once(settings_of(folder)) == []
    heads = [message.text.splitlines()[0] for message in api.ledger.messages]
    assert heads == [f"Catching up · {count}" for count in ("3 articles", "3 articles", "1 article")]


@pytest.mark.parametrize(
    ("skips", "fetch"),
    [(True, {}), (False, {"every": "3d", "min_every": "3d", "max_every": "9d"})],
    ids=["skipDays", "seldom by fetch"],
)
async def test_an_adaptive_source_that_is_due_in_days_is_left_alone_at_each_start_and_edit(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, skips: bool, fetch: dict[str, str]
) -> None:
    # Open again at the earliest in two days.
    days = {(utc_now() + timedelta(days=ahead)).strftime("%A") for ahead in range(3)} if skips else set()
    skipped = "".join(f"<day>{day}</day>" for day in sorted(days))
    feed = rss(["Quiet"]).replace("</channel>", f"<skipDays>{skipped}</skipDays></channel>")
    site.script("/feed", feed)
    listed = [feed_source("seldom", site.url("/feed"), every=None)]
    folder = write_config(tmp_path / "config", listed, api, chat, fetch=fetch)
    due = set()
    for turn in range(3):
        assert await run_once(settings_of(folder)) == []
        with closing(Archive(folder / "wirewatch.db")) as archive:
            due |= {state.due_at for state in archive.read_now(sources.all_states)}
        # Edited, so that the archive learns it anew.
        (folder / "watches.yaml").write_text(f"watches: [{{name: laos, query: Laos OR more{turn}}}]")
    assert len(due) == len(site.seen("/feed")) == 1
