"""Health and metrics over a real socket, as a supervisor and Prometheus ask for them."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
from sqlalchemy import text

from archive import deliveries, figures, sources
from archive.archive import Archive
from archive.deliveries import NewDelivery
from tests.conftest import SetClock
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline import house
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_whole_path import entry
from wirewatch import endpoints
from wirewatch.browser_guard import NOT_FROM_THERE, NOT_HERE, is_loopback, refusal
from wirewatch.daemon import Daemon, running
from wirewatch.demo.botapi import Chat
from wirewatch.endpoints import why_not_ready
from wirewatch.rooms import Rooms


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


async def ask(daemon: Daemon, method: str, path: str, **headers: str) -> tuple[int, str]:
    assert daemon.listening is not None
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{daemon.listening}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_a_reload_that_is_asked_for_says_what_came_of_it(
    daemon: Daemon, folder: Path, site: PeerNewsroom
) -> None:
    await house.until(lambda: len(site.seen("/feed")) > 1)
    right = (folder / "watches.yaml").read_text()
    assert await ask(daemon, "POST", "/-/reload") == (200, "the config is in force\n")
    (folder / "watches.yaml").write_text("watches:\n  - name: laos\n    query: Laos AND\n")
    status, said = await ask(daemon, "POST", "/-/reload")
    assert status == 400
    assert "watches.yaml:3:5: " in said
    assert await ask(daemon, "POST", "/-/reload") == (400, said)
    (folder / "watches.yaml").write_text(right.replace("laos", "lao-news"))
    assert (await ask(daemon, "POST", "/-/reload"))[0] == 200
    # It is in force when it is answered.
    assert "lao-news" in daemon.rooms.rules.watches
    assert (await ask(daemon, "GET", "/-/reload"))[0] == 405


async def test_those_who_ask_at_once_are_all_answered(daemon: Daemon, folder: Path) -> None:
    (folder / "watches.yaml").write_text("watches: [{name: laos, query: ')'}]\n")
    answers = await asyncio.gather(*(ask(daemon, "POST", "/-/reload") for _ in range(5)))
    assert [status for status, _ in answers] == [400] * 5


async def test_a_reload_that_cannot_be_written_yet_is_no_success(
    daemon: Daemon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "RELOAD_WAIT", 0.3)
    archive = daemon.rooms.archive
    with archive.engine.connect() as other:
        other.execution_options(begin_immediate=True)
        with other.begin():
            status, said = await ask(daemon, "POST", "/-/reload")
    assert status == 503
    assert "see the log" in said


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_name_that_was_made_to_point_here_is_refused(daemon: Daemon, path: str) -> None:
    assert daemon.listening is not None
    port = daemon.listening.port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
    ):
        status, said = await ask(daemon, "GET", path, Host=host)
        assert (status, "wirewatch_" in said) == (403, False), host
    for host in ("localhost", f"localhost:{port}", "127.0.0.1", f"[::1]:{port}", "127.8.0.1:80"):
        assert (await ask(daemon, "GET", path, Host=host))[0] == 200, host


async def test_a_page_in_a_browser_cannot_have_the_config_read(daemon: Daemon) -> None:
    before = daemon.rooms.config
    assert daemon.listening is not None
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{daemon.listening}"},
        {"Host": "evil.example"},
    ):
        assert (await ask(daemon, "POST", "/-/reload", **headers))[0] == 403
    assert daemon.rooms.config is before


def test_who_opened_it_to_a_network_is_asked_by_any_name_and_set_going_from_here_alone() -> None:
    named = {"Host": "wirewatch:9177"}
    assert refusal("GET", named, here="172.18.0.2", there="172.18.0.3") is None
    assert refusal("POST", named, here="172.18.0.2", there="172.18.0.3") == NOT_FROM_THERE
    # A page on this machine may reach it by loopback all the same.
    assert refusal("GET", named, here="127.0.0.1", there="127.0.0.1") == NOT_HERE
    # What is no browser need not say which host it asks for.
    assert refusal("POST", {}, here="127.0.0.1", there="127.0.0.1") is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("LocalHost", True), ("", False), ("0.0.0.0", False), ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("local", False),
    ],
)  # fmt: skip
def test_what_is_surely_this_machine(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


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
