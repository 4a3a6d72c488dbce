"""Wirewatch notices that nothing comes in or goes out, says so once, and a dead man's switch hears it."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from archive import deliveries, events, sources
from archive.archive import Archive
from archive.backlog import Heap
from archive.deliveries import NewDelivery
from crawler.client import Client
from crawler.source import FetchSettings
from tests.conftest import SetClock
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.pipeline import house
from tests.pipeline.test_housekeeping import amend
from wirewatch.daemon import running
from wirewatch.demo.botapi import Chat
from wirewatch.heartbeat import Heartbeat, halts, silent_since
from wirewatch.rooms import Rooms
from wirewatch.vigil import Vigil

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Watch:
    """A heart that beats once a minute of the set clock, over an archive with one source."""

    def __init__(
        self, archive: Archive, clock: SetClock, client: Client, ping_url: str | None = None
    ) -> None:
        self.archive, self.clock = archive, clock
        settings = SimpleNamespace(
            ping_url=ping_url, silent_after=timedelta(hours=6), sources=["post"], channels=(), ops=None
        )
        rooms = SimpleNamespace(
            archive=archive,
            clock=clock,
            rules=SimpleNamespace(settings=settings),
            tools=SimpleNamespace(client=client),
            vigil=None,
        )
        self.rooms = cast(Rooms, rooms)
        self.heart = Heartbeat(self.rooms)

    def gathered(self) -> None:
        now = self.clock()

        def step(conn: Any) -> None:
            claimed = sources.claim(conn, "post", now, timedelta())
            assert claimed is not None
            sources.write_back(conn, [claimed._replace(last_success_at=now, last_polled_at=now)])

        self.archive.write_now(step)

    def owes(self, chat: str = "telegram:1") -> int:
        new = NewDelivery("desk", "notice", {}, False, chat)
        return self.archive.write_now(lambda conn: deliveries.add(conn, [new], self.clock()))[0][0]

    async def pass_by(self, *, gathering: bool = False, **time: float) -> None:
        """So much time, with a beat every minute."""
        for _ in range(int(timedelta(**time) / timedelta(minutes=1))):
            self.clock.forward(minutes=1)
            if gathering:
                self.gathered()
            await self.heart.beat()

    def told(self) -> list[str]:
        return [event.kind for event in reversed(self.archive.read_now(events.latest))]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(FetchSettings(allow_private=("127.0.0.0/8",), min_delay=timedelta())) as opened:
        yield opened


@pytest.fixture
def watch(archive: Archive, clock: SetClock, client: Client) -> Watch:
    return Watch(archive, clock, client)


async def test_a_silence_is_told_once_and_its_end_once(watch: Watch) -> None:
    await watch.pass_by(gathering=True, hours=1)
    await watch.pass_by(hours=6)
    assert watch.told() == []
    await watch.pass_by(hours=8)
    assert watch.told() == ["silent"]
    await watch.pass_by(gathering=True, hours=1)
    assert watch.told() == ["silent", "silence-over"]
    await watch.pass_by(hours=7)
    assert watch.told() == ["silent", "silence-over", "silent"]


async def test_it_says_since_when(watch: Watch) -> None:
    await watch.pass_by(gathering=True, minutes=30)
    await watch.pass_by(hours=7)
    (event,) = watch.archive.read_now(events.latest)
    assert event.text == (
        "nothing was gathered from any source since 2026-11-24 08:30 UTC; see `wirewatch status`"
    )


async def test_a_restart_neither_tells_a_silence_again_nor_takes_it_to_be_over(
    watch: Watch, client: Client
) -> None:
    await watch.pass_by(gathering=True, hours=1)
    await watch.pass_by(hours=7)
    again = Watch(watch.archive, watch.clock, client)
    await again.pass_by(hours=8)
    assert watch.told() == ["silent"]
    await again.pass_by(gathering=True, minutes=1)
    assert watch.told() == ["silent", "silence-over"]


async def test_a_machine_that_slept_was_not_silent(watch: Watch) -> None:
    await watch.pass_by(gathering=True, hours=1)
    watch.clock.forward(hours=9)
    await watch.pass_by(hours=5)
    assert watch.told() == []


def test_time_before_the_start_is_no_silence() -> None:
    assert silent_since(NOON - timedelta(days=3), Vigil(NOON, NOON)) == NOON
    assert silent_since(None, Vigil(NOON, NOON)) == NOON


def test_a_clock_that_is_set_back_begins_a_new_vigil() -> None:
    back = NOON - timedelta(hours=3)
    assert Vigil(NOON - timedelta(days=1), NOON).look(back) == Vigil(back, back)


@pytest.mark.parametrize(
    ("changes", "stuck"),
    [
        ({}, True),
        ({"due": NOON - timedelta(minutes=9)}, False),
        ({"due": None}, False),
        ({"chat_sent_at": NOON - timedelta(minutes=1)}, False),
        ({"chat_sent_at": NOON - timedelta(minutes=11)}, True),
        ({"chat_waits_until": NOON + timedelta(minutes=1)}, False),
        ({"state": "dead"}, False),
    ],
)
def test_the_outbox_halts_when_what_is_due_does_not_go(changes: dict[str, Any], stuck: bool) -> None:
    heap = Heap("desk", "pending", 1, NOON, None, 0, NOON - timedelta(minutes=11), None, None)
    vigil = Vigil(NOON - timedelta(hours=1), NOON)
    assert halts(replace(heap, **changes), vigil, NOON) is stuck


def test_what_lay_there_while_nothing_ran_is_not_stuck() -> None:
    heap = Heap("desk", "pending", 1, NOON, None, 0, NOON - timedelta(days=1), None, None)
    assert not halts(heap, Vigil(NOON, NOON), NOON)


@pytest.fixture
def pinged(sqlite_archive: Archive, clock: SetClock, client: Client, site: PeerNewsroom) -> Watch:
    for path in ("/ping/secret/start", "/ping/secret", "/ping/secret/fail"):
        site.script(path, "OK")
    return Watch(sqlite_archive, clock, client, site.url("/ping/secret"))


def asked(site: PeerNewsroom) -> list[int]:
    return [len(site.seen(f"/ping/secret{suffix}")) for suffix in ("/start", "", "/fail")]


async def test_the_switch_hears_of_start_success_and_silence(pinged: Watch, site: PeerNewsroom) -> None:
    await pinged.pass_by(gathering=True, minutes=3)
    assert asked(site) == [1, 3, 0]
    await pinged.pass_by(hours=6)
    assert asked(site) == [1, 363, 0]
    await pinged.pass_by(minutes=2)
    assert asked(site) == [1, 363, 2]
    await pinged.pass_by(gathering=True, minutes=1)
    assert asked(site) == [1, 364, 2]


async def test_the_switch_hears_of_a_stuck_outbox(pinged: Watch, site: PeerNewsroom) -> None:
    await pinged.pass_by(gathering=True, minutes=1)
    pinged.owes()
    await pinged.pass_by(gathering=True, minutes=10)
    assert asked(site) == [1, 11, 0]
    await pinged.pass_by(gathering=True, minutes=1)
    assert asked(site) == [1, 11, 1]


async def test_a_query_stays_behind_the_path(
    sqlite_archive: Archive, clock: SetClock, client: Client, site: PeerNewsroom
) -> None:
    site.script("/p%20q/start?create=1", "OK")
    site.script("/p%20q?create=1", "OK")
    watch = Watch(sqlite_archive, clock, client, site.url("/p%20q/?create=1"))
    await watch.pass_by(gathering=True, minutes=1)
    assert [request.target for request in site.requests] == ["/p%20q/start?create=1", "/p%20q?create=1"]


async def test_a_failing_ping_is_one_line_and_hides_the_address(
    pinged: Watch, site: PeerNewsroom, caplog: pytest.LogCaptureFixture
) -> None:
    well, broken = Reply("OK"), Reply("", status=503)
    moved = Reply("", status=302, headers={"Location": site.url("/other/secret")})
    site.script("/ping/secret", well, broken, moved, broken, well, well)
    with caplog.at_level(logging.INFO, "wirewatch"):
        await pinged.pass_by(gathering=True, minutes=6)
    assert caplog.messages == ["ping_url: the server answered with 503", "ping_url: answers again"]


async def test_a_ping_that_leads_elsewhere_is_told_without_saying_where(
    pinged: Watch, site: PeerNewsroom, caplog: pytest.LogCaptureFixture
) -> None:
    site.script("/ping/secret", Reply("", status=302, headers={"Location": site.url("/other/secret")}))
    with caplog.at_level(logging.INFO, "wirewatch"):
        await pinged.pass_by(gathering=True, minutes=2)
    (line,) = caplog.messages
    assert "redirects" in line
    assert "secret" not in line


async def test_a_private_address_is_not_asked_unless_it_is_allowed(
    sqlite_archive: Archive, clock: SetClock, site: PeerNewsroom, caplog: pytest.LogCaptureFixture
) -> None:
    site.script("/ping/secret", "OK")
    async with Client(FetchSettings()) as guarded:
        watch = Watch(sqlite_archive, clock, guarded, site.url("/ping/secret"))
        with caplog.at_level(logging.INFO, "wirewatch"):
            await watch.pass_by(gathering=True, minutes=2)
    assert asked(site) == [0, 0, 0]
    (line,) = caplog.messages
    assert "allow_private" in line
    assert "secret" not in line


async def test_the_daemon_pings_at_its_start(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Quiet"]))
    site.script("/ping/secret/start", "OK")
    site.script("/ping/secret", "OK")
    folder = house.write_config(
        tmp_path / "config", [house.feed_source("post", site.url("/feed"))], api, chat
    )
    amend(folder, ping_url=site.url("/ping/secret"), http={"listen": None})
    async with running(house.settings_of(folder), house.FAST):
        await house.until(lambda: sum(asked(site)) >= 2)
    assert asked(site) == [1, 1, 0]
