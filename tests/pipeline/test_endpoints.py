"""Health and metrics over a real socket, as a supervisor and Prometheus ask for them."""

import logging
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from archive import deliveries, figures, sources
from archive.archive import Archive
from archive.deliveries import NewDelivery
from crawler.health import STATES
from tests.conftest import SetClock
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline import house
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_whole_path import entry
from wirewatch import endpoints
from wirewatch.daemon import Daemon, running
from wirewatch.demo.botapi import Chat
from wirewatch.endpoints import Figures, exposition, why_not_ready
from wirewatch.rooms import Rooms

Samples = dict[tuple[str, str], float]


def samples(body: str) -> Samples:
    """The value of each sample by its name and its one label's value."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }


@pytest.fixture
def folder(api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path) -> Path:
    site.script("/feed", rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"]))
    source = house.feed_source("post", site.url("/feed"))
    made = house.write_config(tmp_path / "config", [source], api, chat)
    return amend(made, http={"listen": "127.0.0.1:0"})


@pytest.fixture
async def daemon(folder: Path) -> AsyncIterator[Daemon]:
    async with running(house.settings_of(folder), house.FAST) as started:
        yield started


async def get(daemon: Daemon, path: str) -> tuple[int, str, str]:
    assert daemon.listening is not None
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{daemon.listening}{path}") as answer,
    ):
        return answer.status, await answer.text(), answer.headers["Content-Type"]


async def test_it_is_alive_and_ready_on_loopback(daemon: Daemon) -> None:
    assert daemon.listening is not None
    assert daemon.listening.host == "127.0.0.1"
    assert (await get(daemon, "/healthz"))[:2] == (200, "ok\n")
    assert (await get(daemon, "/readyz"))[:2] == (200, "ready\n")
    assert (await get(daemon, "/other"))[0] == 404


async def test_metrics_say_what_happened(daemon: Daemon, api: BotApiPeer) -> None:
    await house.until(lambda: bool(api.ledger.messages))
    await house.until(lambda: daemon.idle)
    status, body, kind = await get(daemon, "/metrics")
    found = samples(body)
    assert status == 200
    assert kind.startswith("text/plain; version=")
    assert found["wirewatch_sources", "ok"] == 1
    assert sum(number for (name, _), number in found.items() if name == "wirewatch_sources") == 1
    assert found["wirewatch_articles", ""] == 2
    assert found["wirewatch_matches_total", "laos"] == 1
    assert found["wirewatch_matches_total", "north-korea"] == 0
    assert found["wirewatch_deliveries", "sent"] == 1
    assert found["wirewatch_outbox_pending", ""] == 0
    assert found["wirewatch_outbox_oldest_seconds", ""] == 0
    assert found["wirewatch_archive_bytes", ""] > 4096
    assert found["wirewatch_loop_lag_seconds", ""] >= 0
    assert [value for (name, _), value in found.items() if name == "wirewatch_build_info"] == [1]


def test_every_figure_is_read_back_as_it_was_written() -> None:
    body = exposition(
        Figures(dict.fromkeys(STATES, 3), 12, {'a"\\\nb': 5}, 2, 61.5, {"dead": 4}, 0.25, 8192, False, 1e9)
    ).decode()
    found = samples(body)
    assert {value for (name, _), value in found.items() if name == "wirewatch_sources"} == {3}
    assert found["wirewatch_matches_total", 'a"\\\nb'] == 5
    assert found["wirewatch_outbox_oldest_seconds", ""] == 61.5
    assert found["wirewatch_loop_lag_seconds", ""] == 0.25
    # Only ours, not what the library knows of the process.
    assert all(name.startswith("wirewatch_") for name, _ in found)


async def test_a_port_in_use_is_told_in_one_line_and_the_work_goes_on(
    folder: Path, api: BotApiPeer, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        amend(folder, http={"listen": where})
        with caplog.at_level(logging.INFO, "wirewatch"):
            async with running(house.settings_of(folder), house.FAST) as daemon:
                assert daemon.listening is None
                await house.until(lambda: bool(api.ledger.messages))
    (line,) = [message for message in caplog.messages if "metrics" in message]
    assert where in line
    assert "in use" in line


async def test_null_switches_it_off(folder: Path) -> None:
    amend(folder, http={"listen": None})
    async with running(house.settings_of(folder), house.FAST) as daemon:
        assert daemon.listening is None


async def test_the_port_is_free_again_after_the_end(folder: Path) -> None:
    async with running(house.settings_of(folder), house.FAST) as daemon:
        where = daemon.listening
    assert where is not None
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(tuple(where))


def rooms_of(archive: Archive, *names: str) -> Rooms:
    rules = SimpleNamespace(sources=dict.fromkeys(names))
    return cast(Rooms, SimpleNamespace(archive=archive, rules=rules, clock=lambda: datetime.now(UTC)))


async def test_it_is_not_ready_before_every_source_is_planned(archive: Archive) -> None:
    now = datetime.now(UTC)
    archive.write_now(lambda conn: sources.keep_sources(conn, ["post"], now))
    assert await why_not_ready(rooms_of(archive, "post")) is None
    assert await why_not_ready(rooms_of(archive, "post", "wire")) == "1 sources have not been planned yet"


async def test_it_is_not_ready_while_the_archive_may_not_be_written(tmp_path: Path) -> None:
    opened = Archive(tmp_path / "wirewatch.db")
    endpoints_rooms = rooms_of(opened)
    # Without its schema nothing can be written.
    problem = await why_not_ready(endpoints_rooms)
    opened.close()
    assert problem is not None
    assert "no such table" in problem


async def test_it_is_not_ready_while_another_program_holds_the_archive(
    sqlite_archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "WRITE_WAIT", 0.05)
    with sqlite_archive.engine.connect() as other:
        other.execution_options(begin_immediate=True)
        with other.begin():
            problem = await why_not_ready(rooms_of(sqlite_archive))
    assert problem == "the archive could not be written within 0.05 s"


async def test_the_oldest_open_delivery_is_found(archive: Archive, clock: SetClock) -> None:
    assert archive.read_now(figures.oldest_open) is None
    new = NewDelivery("desk", "notice", {}, False, "telegram:1")
    first, second = (
        archive.write_now(lambda conn: deliveries.add(conn, [new], clock.forward(minutes=1)))[0][0]
        for _ in range(2)
    )
    assert archive.read_now(figures.oldest_open) == clock() - timedelta(minutes=1)
    archive.write_now(
        lambda conn: conn.execute(text(f"update delivery set state = 'uncertain' where id = {first}"))
    )
    # That one is held for a person.
    assert archive.read_now(figures.oldest_open) == clock()
    assert second > first


def test_the_size_is_that_of_the_database(archive: Archive) -> None:
    assert archive.read_now(figures.size) > 4096
