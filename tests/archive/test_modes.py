"""What the archive is made of can be read by its owner alone, whatever the umask."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import run_alone
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline.house import feed_source, until, write_config


@pytest.fixture
def lax() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {file.name: oct(file.stat().st_mode & 0o777) for file in folder.iterdir()}


@pytest.mark.usefixtures("lax")
async def test_no_file_of_an_archive_is_open_to_others(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with BotApiPeer() as api, PeerNewsroom() as site:
        site.script("/feed", rss(["Quiet"]))
        chat, sources = api.supergroup("The desk"), [feed_source("post", site.url("/feed"))]
        config = write_config(tmp_path / "config", sources, api, chat, archive=str(state / "wirewatch.db"))

        async def wirewatch(*words: str | Path) -> None:
            done = await asyncio.to_thread(run_alone, *words, "--config", config)
            assert done.code == 0, done.err

        words = ["-m", "wirewatch", "run", "--config", config]
        daemon = await asyncio.create_subprocess_exec(sys.executable, *words)
        try:
            await until(lambda: site.seen("/feed"), 40)
            assert modes(tmp_path)["state"] == "0o700"
            at_work = modes(state)
            await wirewatch("backup", state / "copy")
        finally:
            daemon.terminate()
            assert await asyncio.wait_for(daemon.wait(), 15) == 0
        (state / "wirewatch.db.lock").unlink()
        await wirewatch("restore", state / "copy")
    found = at_work | modes(state)
    assert {
        "wirewatch.db",
        "wirewatch.db-wal",
        "wirewatch.db-shm",
        "wirewatch.db.lock",
        "copy",
    } <= found.keys()
    assert any(name.endswith(".before-restore") for name in found)
    assert set(found.values()) == {"0o600"}, found
