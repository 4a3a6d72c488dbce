"""The daemon as a process: it starts, refuses a second one, ends in good order, and runs one round."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import sources
from archive.archive import Archive
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import delay
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.pipeline.house import feed_source, headlines, house, until, write_config
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_whole_path import entry
from wirewatch.demo.botapi import Chat


async def wirewatch(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wirewatch", *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_with_0_while_a_message_is_on_its_way(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, number: signal.Signals
) -> None:
    site.script("/feed", rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    api.faults.add(delay(1), "sendMessage")
    daemon = await wirewatch("run", "--config", str(folder))
    await until(lambda: any(asked.method == "sendMessage" for asked in api.requests), 30)
    daemon.send_signal(number)
    said, _ = await asyncio.wait_for(daemon.communicate(), 10)
    assert daemon.returncode == 0, said.decode()
    # What was on its way was waited for and recorded: nothing is sent again.
    again = await wirewatch("run", "--once", "--config", str(folder))
    said, _ = await asyncio.wait_for(again.communicate(), 40)
    assert again.returncode == 0, said.decode()
    assert headlines(api) == ["Laos opens a bridge"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_round_with_0_while_a_message_is_on_its_way(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, number: signal.Signals
) -> None:
    site.script("/feed", rss([entry("Laos opens a bridge")]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    api.faults.add(delay(1), "sendMessage")
    first = await wirewatch("run", "--once", "--config", str(folder))
    await until(lambda: any(asked.method == "sendMessage" for asked in api.requests), 30)
    first.send_signal(number)
    said, _ = await asyncio.wait_for(first.communicate(), 10)
    assert first.returncode == 0, said.decode()
    again = await wirewatch("run", "--once", "--config", str(folder))
    said, _ = await asyncio.wait_for(again.communicate(), 40)
    assert again.returncode == 0, said.decode()
    assert len(api.ledger.messages) == 1


SIGNALLED = """
import os
from wirewatch import config_cache
from wirewatch.cli import main

daemon, load = os.getpid(), config_cache.load


def signalled(*given):
    os.kill(daemon, {number})
    return load(*given)


config_cache.load = signalled
main()
"""


def signalled_while_it_reads(config: Path, number: signal.Signals, *words: str) -> tuple[int, str]:
    program = SIGNALLED.format(number=int(number))
    ended = subprocess.run(
        [sys.executable, "-c", program, *words, "--config", config],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


# The daemon has its config read by a fork, a round reads it itself.
@pytest.mark.parametrize("words", [["run"], ["run", "--once"]])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_while_its_config_is_read(
    words: list[str], number: signal.Signals, tmp_path: Path
) -> None:
    assert signalled_while_it_reads(tmp_path, number, *words) == (0, "")


def test_a_reload_while_its_config_is_read_ends_nothing(tmp_path: Path) -> None:
    # Wrong, so that it ends by itself.
    (tmp_path / "wirewatch.yaml").write_text("version: 2\n")
    code, said = signalled_while_it_reads(tmp_path, signal.SIGHUP, "run")
    assert (code, said.splitlines()[-1]) == (78, "The config has 1 mistake: nothing was done.")


async def test_a_second_daemon_ends_with_1_and_names_the_first(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    first = await wirewatch("run", "--config", str(folder))
    await until(lambda: bool(site.seen("/feed")), 30)
    second = await wirewatch("run", "--config", str(folder))
    said, _ = await asyncio.wait_for(second.communicate(), 30)
    first.terminate()
    assert await asyncio.wait_for(first.wait(), 10) == 0
    assert second.returncode == 1
    assert f"process {first.pid} on " in said.decode()
    assert "Traceback" not in said.decode()


async def test_one_round_tells_what_failed_and_ends_with_1(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss([entry("Laos opens a bridge", hours=1), "Quiet"]))
    site.script("/bad", Reply("", status=500))
    listed = [feed_source("post", site.url("/feed"), every="1h"), feed_source("bad", site.url("/bad"))]
    folder = write_config(tmp_path / "config", listed, api, chat)
    round_ = await wirewatch("run", "--once", "--config", str(folder))
    said, _ = await asyncio.wait_for(round_.communicate(), 60)
    assert round_.returncode == 1
    assert "bad: " in said.decode()
    assert "500" in said.decode()
    assert "Laos opens a bridge" in api.ledger.messages[0].text


async def test_the_token_is_in_nothing_that_it_wrote(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    daemon = await wirewatch("run", "--config", str(folder))
    await until(lambda: bool(api.ledger.messages), 30)
    shown = Path(f"/proc/{daemon.pid}/cmdline").read_bytes()
    await api.stop()
    await asyncio.sleep(1.5)
    daemon.terminate()
    said, _ = await asyncio.wait_for(daemon.communicate(), 10)
    token = api.token.encode()
    written = [path for path in folder.rglob("*") if path.is_file() and path.name != "telegram.token"]
    assert written
    assert token not in shown
    assert token not in said
    assert all(token not in path.read_bytes() for path in written)


async def test_a_secret_address_of_a_source_is_in_nothing_that_it_wrote(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    # It moves for good, and takes its key along.
    site.script("/feed", Reply(status=301, headers={"Location": "/moved?key=hunter2secret"}))
    site.script("/moved", rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"]), Reply(status=500))
    source = feed_source("post", "")
    del source["url"]
    folder = write_config(tmp_path / "config", [{**source, "url_file": "../../address"}], api, chat)
    (tmp_path / "address").write_text(site.url("/feed?key=hunter2secret"))
    daemon = await wirewatch("run", "--config", str(folder))
    await until(lambda: len(site.seen("/moved")) > 2 and bool(api.ledger.messages), 30)
    daemon.terminate()
    said, _ = await asyncio.wait_for(daemon.communicate(), 10)
    assert b"hunter2secret" not in said
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in written if b"hunter2secret" in path.read_bytes()] == []


async def test_a_source_that_is_gone_from_the_config_is_asked_no_more_and_keeps_its_history(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Quiet"]))
    site.script("/other", rss(["Calm"]))
    first = write_config(
        tmp_path / "config",
        [feed_source("post", site.url("/feed")), feed_source("other", site.url("/other"))],
        api,
        chat,
    )
    for sources_file in (None, "sources: [{name: other, url: 'URL', every: 1h, full_text: never}]\n"):
        if sources_file is not None:
            asked = len(site.seen("/feed"))
            (first / "sources" / "test.yaml").write_text(sources_file.replace("URL", site.url("/other")))
        round_ = await wirewatch("run", "--once", "--config", str(first))
        await asyncio.wait_for(round_.wait(), 60)
    assert len(site.seen("/feed")) == asked
    archive = Archive(first / "wirewatch.db")
    kept = archive.read_now(lambda conn: sources.get_state(conn, "post"))
    archive.close()
    assert kept is not None
    assert kept.first_success_at is not None


async def test_an_archive_that_is_locked_for_a_while_costs_time_and_nothing_else(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.archive.BUSY_WAIT", 0.05)
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: len(site.seen("/feed")) > 2)
        with closing(sqlite3.connect(folder / "wirewatch.db", isolation_level=None)) as other:
            other.execute("begin immediate")
            polled = len(site.seen("/feed"))
            await asyncio.sleep(1)
            # What was under way when the lock came may still have asked.
            assert len(site.seen("/feed")) <= polled + 1
            site.script("/feed", rss([entry("Laos opens a bridge"), "Quiet"]))
            other.execute("rollback")
        await until(lambda: bool(api.ledger.messages), 30)
    assert headlines(api) == ["Laos opens a bridge"]


async def test_a_first_start_makes_the_folder_of_its_archive(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    amend(folder, archive=str(tmp_path / "state" / "wirewatch" / "archive.db"))
    async with house(folder):
        await until(lambda: bool(site.seen("/feed")))
    assert (tmp_path / "state" / "wirewatch" / "archive.db").is_file()


async def test_a_source_does_not_wait_for_the_lease_of_a_dead_daemon(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder) as daemon:
        await until(lambda: bool(site.seen("/feed")) and daemon.idle)
    archive = Archive(folder / "wirewatch.db")
    now, lease = datetime.now(UTC), timedelta(minutes=10)
    claimed, _ = archive.write_now(lambda conn: sources.claim(conn, "post", now, lease))
    assert claimed is not None
    archive.close()
    polled = len(site.seen("/feed"))
    async with house(folder):
        await until(lambda: len(site.seen("/feed")) > polled)
