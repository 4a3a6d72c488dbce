"""Killed at every boundary of the outbox and restarted: is any alert lost, does any stand twice uncounted?

The ledger of the stand-in is the truth. By default some sixty kills; `make crash` sets
WIREWATCH_KILL_STEP=1 and WIREWATCH_KILLS=1000.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from archive import deliveries
from archive.archive import Archive
from archive.deliveries import Delivery
from archive.schema import prepare
from tests.outbox.crash_nursery import now
from tests.outbox.office import Office
from tests.peers import faults
from tests.peers.botapi import BotApiPeer

ROOT = Path(__file__).parents[2]
# Every other boundary, and few random kills: enough for each day, see above for all.
STEP = int(os.environ.get("WIREWATCH_KILL_STEP", "2"))
RANDOM_KILLS = int(os.environ.get("WIREWATCH_KILLS", "48")) // 2
# The last run of all clears what the kills have left (seconds).
PATIENCE = 60 + RANDOM_KILLS
FEWEST_BOUNDARIES = 20
Nursery = Callable[[dict[str, Any]], Awaitable[int]]


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    """Runs one child; its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.outbox.crash_nursery",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def run(order: dict[str, Any]) -> int:
        stdin.write(json.dumps(order).encode() + b"\n")
        return int(await asyncio.wait_for(stdout.readline(), PATIENCE))

    yield run
    stdin.close()
    await process.wait()


class Town:
    """A channel, a group and a private chat, alerts for them, and the program that keeps dying."""

    def __init__(
        self, archive: Archive, api: BotApiPeer, nursery: Nursery, path: Path, **settings: Any
    ) -> None:
        self.archive, self.api, self.nursery, self.path = archive, api, nursery, path
        reader = api.person("Reader")
        self.chats = {
            "channel": api.channel("Desk"),
            "group": api.group("Desk", reader),
            "reader": api.private(reader),
        }
        self.office = Office(archive, api)
        for name, chat in self.chats.items():
            self.office.channel(name, chat.id, **settings)
        self.settings = settings
        self.added = 0
        self.ids: dict[tuple[str, str], int] = {}

    def add(self) -> None:
        """One alert for every chat."""
        self.added += 1
        for name in self.chats:
            self.office.clock.wall = now()
            self.ids[name, f"Alert {self.added}"] = self.office.alert(name, self.added)

    async def run(self, kill_at: int = 0) -> int:
        channels = [{"name": name, "chat": chat.id, **self.settings} for name, chat in self.chats.items()]
        order = {"archive": str(self.path), "api_url": self.api.api_url, "token": self.api.token}
        return await self.nursery({**order, "channels": channels, "kill_at": kill_at})

    def copies(self) -> Counter[tuple[str, str]]:
        """How often each alert stands in each chat."""
        return Counter(
            (name, message.content.text.splitlines()[0])
            for name, chat in self.chats.items()
            for message in chat.messages.values()
            if message.by_bot
        )

    def expected(self) -> set[tuple[str, str]]:
        return set(self.ids)

    def rows(self) -> dict[tuple[str, str], Delivery]:
        """What the archive knows of each alert."""
        return {alerted: self.office.delivery(id_) for alerted, id_ in self.ids.items()}


@pytest.fixture
def town_archive(tmp_path: Path) -> Any:
    opened = Archive(tmp_path / "crash.db")
    prepare(opened)
    yield opened
    opened.close()


async def test_killed_at_boundaries_every_alert_stands_exactly_once(
    town_archive: Archive, api: BotApiPeer, nursery: Nursery, tmp_path: Path
) -> None:
    town = Town(town_archive, api, nursery, tmp_path / "crash.db")
    town.add()
    assert await town.run() == 0
    kill_at, status = 0, -signal.SIGKILL
    while status == -signal.SIGKILL:
        kill_at += STEP
        town.add()
        status = await town.run(kill_at)
        # What it left behind is mended before the next one dies.
        assert await town.run() == 0
    # All boundaries there are: three chats with a claim, a request and a record each.
    assert kill_at > FEWEST_BOUNDARIES
    assert town.copies() == dict.fromkeys(town.expected(), 1)
    counted = town_archive.read_now(lambda conn: dict(deliveries.tallies(conn)))
    assert counted["unknown"] >= counted["found"] > 0
    assert counted["misfires"] == 0


@pytest.mark.parametrize("settings", [{}, {"buttons": False}], ids=["looking", "not looking"])
async def test_killed_at_random_amid_faults_nothing_is_lost_and_extra_copies_are_counted(
    town_archive: Archive, api: BotApiPeer, nursery: Nursery, tmp_path: Path, settings: dict[str, Any]
) -> None:
    town = Town(town_archive, api, nursery, tmp_path / "crash.db", **settings)
    dice = random.Random(1)
    faulty = [
        faults.drop_before_reading(), faults.drop_after_reading(), faults.drop_after_accepting(),
        faults.half_reply(), faults.server_error(), faults.bad_gateway(accept=True), faults.flood(1),
        faults.accept_late(0.1),
    ]  # fmt: skip
    town.add()
    assert await town.run() == 0
    killed = 0
    while killed < RANDOM_KILLS:
        town.add()
        for chat in town.chats.values():
            if dice.random() < 0.4:
                api.faults.add(dice.choice(faulty), chat=chat.id)
            if dice.random() < 0.3:
                api.post_as_other(chat)
            if dice.random() < 0.3:
                api.leave_hole(chat)
        killed += await town.run(dice.randint(1, 30)) == -signal.SIGKILL
    api.faults.clear()
    assert await town.run() == 0
    copies = town.copies()
    for (name, headline), row in town.rows().items():
        assert 1 <= copies[name, headline] <= 1 + row.resent, f"{headline} in {name}: {row}"
        assert row.resent <= row.unknown
    assert town_archive.read_now(deliveries.open_count) == 0
