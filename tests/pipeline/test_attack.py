"""An attacker's newsroom: every guard tried at once over real sockets, on the real daemon.

Honest outlets beside it are told on time, memory stays bounded, and the traps at forbidden addresses
see no byte. The daemon runs in a process of its own, so that its memory is its own.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from sqlalchemy import select

from archive import sources
from archive.archive import Archive
from archive.sources import SourceState
from archive.tables import article
from tests.peers.attacker import Attacker, Babble, Mute, documents, redirect, spellings
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, TrapServer, item, rss
from tests.pipeline.house import until, write_config
from wirewatch.demo.botapi import Chat

MIB = 1 << 20
# With three feeds of the honest outlets. A machine under load may take long, but not for ever (seconds).
HONEST = 3
PATIENCE = 240.0
ON_TIME = 15.0
# Of the daemon and of its reading process, which has a limit of 1 GiB of addresses.
MOST_MEMORY = 450 * MIB
MOST_CHILD = 900 * MIB
# What looks like an attack and is only odd: it is read.
INSIDE = "links-inside"
READ_WELL = {INSIDE, "wild-charset", "many-entries", "one-title", "markup-title", "laughs", "quadratic"}


@dataclass
class Honest:
    """Outlets that publish one article after the other while the others attack."""

    site: PeerNewsroom
    published: dict[str, float] = field(default_factory=dict)
    _out: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in range(HONEST):
            self.site.script(f"/honest-{number}", rss(["Quiet"]))

    def feeds(self) -> list[dict[str, Any]]:
        names = [f"honest-{n}" for n in range(HONEST)]
        return [
            {"name": name, "url": f"http://{name}.example:{self.site.port}/{name}", "every": "100ms",
             "full_text": "never"} for name in names
        ]  # fmt: skip

    def are_met(self) -> bool:
        """Whether each feed has been polled twice: the first contact is over."""
        return all(len(self.site.seen(f"/honest-{n}")) > 1 for n in range(HONEST))

    def publish(self) -> None:
        """The next article, in the feed whose turn it is."""
        number = len(self.published)
        title = f"Laos report {number}"
        self._out.insert(0, item(title, published=datetime.now(UTC) - timedelta(seconds=1)))
        self.site.script(f"/honest-{number % HONEST}", rss(["Quiet", *self._out[::HONEST][:20]]))
        self.published[title] = asyncio.get_running_loop().time()

    async def go_on(self) -> None:
        while True:
            self.publish()
            await asyncio.sleep(0.5)


@dataclass
class Peaks:
    """The most memory that the daemon and any of its children held at any time, in bytes."""

    daemon: int = 0
    child: int = 0

    async def watch(self, pid: int) -> None:
        while True:
            self.daemon = max(self.daemon, _peak(pid))
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                self.child = max(self.child, _peak(int(child)))
            await asyncio.sleep(0.1)


def _peak(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


def states(folder: Path) -> dict[str, SourceState]:
    archive = Archive(folder / "wirewatch.db")
    try:
        return {state.source: state for state in archive.read_now(sources.all_states)}
    finally:
        archive.close()


def found(folder: Path) -> Sequence[Any]:
    archive = Archive(folder / "wirewatch.db")
    try:
        return archive.read_now(lambda conn: conn.execute(select(article)).all())
    finally:
        archive.close()


@pytest.mark.parametrize(
    "everything",
    [pytest.param(False, id="transport"),
     pytest.param(True, id="all", marks=[pytest.mark.full, pytest.mark.timeout(600)])],
)  # fmt: skip
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, addresses are 127.0.1.x")
async def test_attacks_cost_others_nothing_and_reach_nobody(
    api: BotApiPeer, chat: Chat, tmp_path: Path, everything: bool
) -> None:
    folder = tmp_path / "config"
    async with AsyncExitStack() as stack:
        attacker = await stack.enter_async_context(Attacker("127.0.1.1"))
        mute = await stack.enter_async_context(Mute("127.0.1.1"))
        babble = await stack.enter_async_context(Babble("127.0.1.1"))
        trap = await stack.enter_async_context(TrapServer("127.0.0.66"))
        six = await stack.enter_async_context(TrapServer("::1"))
        honest = Honest(await stack.enter_async_context(PeerNewsroom("127.0.1.2")))
        inside = dict(spellings(trap.port, six.port))
        attacker.leading(inside)
        attacker.attacks["rebinding"] = redirect(f"http://rebinding.attack.example:{trap.port}/again")
        if not everything:
            for name in documents():
                del attacker.attacks[name]
        attacks = {
            **{name: attacker.address(name) for name in attacker.attacks},
            **{f"direct-{name}": to for name, to in inside.items()},
            "tls-plain": attacker.address("tls-plain").replace("http:", "https:"),
            "tls-mute": f"https://mute.attack.example:{mute.port}/",
            "tls-babble": f"https://babble.attack.example:{babble.port}/",
        }
        wanted = [*honest.feeds(), *_sources(attacks)]
        write_config(folder, wanted, api, chat, fetch={"allow_private": ["127.0.1.0/24"]})
        # Ten megabytes take their time on a busy machine.
        said = {"names": _names(attacks), "deadline": 15.0 if everything else 3.0}
        (folder / "attack.json").write_text(json.dumps(said))

        peaks = Peaks()
        with (folder / "daemon.log").open("w") as log:
            daemon = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.pipeline.attack_program", str(folder), stdout=log, stderr=log
            )
        watching = asyncio.create_task(peaks.watch(daemon.pid))
        try:
            await until(honest.are_met, PATIENCE)
            publishing = asyncio.create_task(honest.go_on())
            await _until_all_were_polled(folder, attacks)
            publishing.cancel()
            await until(lambda: told(api).keys() >= honest.published.keys(), PATIENCE)
        finally:
            watching.cancel()
            daemon.send_signal(signal.SIGTERM)
            await daemon.wait()

    delays = [told(api)[title] - at for title, at in honest.published.items()]
    print(f"\n{len(attacks)} attacks; most memory: daemon {peaks.daemon / MIB:.0f} MiB, a child "
          f"{peaks.child / MIB:.0f} MiB; {len(delays)} honest articles, half told in {median(delays):.1f} s, "
          f"all in {max(delays):.1f} s")  # fmt: skip
    assert daemon.returncode == 0
    assert (trap.connections, six.connections) == (0, 0)
    assert max(delays) < ON_TIME
    assert peaks.daemon < MOST_MEMORY
    assert peaks.child < MOST_CHILD
    assert not [request for request in attacker.requests if "cookie" in request.headers]
    _assert_each_ended_as_it_should(folder, attacks, inside)


def _sources(attacks: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "url": url,
            "every": "1h",
            "full_text": "always" if name == INSIDE else "never",
        }
        for name, url in attacks.items()
    ]


def _names(attacks: dict[str, str]) -> dict[str, list[list[str]]]:
    """The DNS of the attacker, who gives another answer the second time, and of the honest."""
    names = {f"{name}.attack.example": [["127.0.1.1"]] for name in [*attacks, "mute", "babble"]}
    names |= {f"honest-{n}.example": [["127.0.1.2"]] for n in range(HONEST)}
    names["rebinding.attack.example"] = [["127.0.1.1"], ["127.0.0.66"]]
    return names | {"inside.example": [["127.0.0.66"]]}


def _assert_each_ended_as_it_should(folder: Path, attacks: dict[str, str], inside: dict[str, str]) -> None:
    after = states(folder)
    well = {name for name in attacks if after[name].failures == 0}
    assert {name for name in well if not name.startswith("entity-")} <= READ_WELL
    led_inside = [f"{how}-{name}" for how in ("direct", "redirect") for name in inside] + ["rebinding"]
    assert {after[name].trouble for name in led_inside} == {"refused"}
    rows = found(folder)
    assert not [row.title for row in rows if "root:" in row.title or "haha" in row.title]
    assert max(len(row.title.encode()) for row in rows) <= 4096
    # Some of the spellings are one address.
    pages = [row.page for row in rows if row.source == INSIDE]
    assert len(pages) > 5
    assert set(pages) == {"failed"}


def told(api: BotApiPeer) -> dict[str, float]:
    """The moment of each honest article's alert."""
    return {act.text.split("\n")[0]: act.monotonic for act in api.ledger.messages}


async def _until_all_were_polled(folder: Path, names: Collection[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            after = await asyncio.to_thread(states, folder)
            missing = [name for name in names if after[name].last_polled_at is None]
            if not missing and not any(row.page == "wanted" for row in found(folder)):
                return
            await asyncio.sleep(0.5)
