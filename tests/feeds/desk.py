"""A newsroom's polling without the rest of the daemon: real archive, claims, client and sockets, on
time that a test lets pass."""

import asyncio
import socket
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aiohttp.abc import AbstractResolver, ResolveResult
from ruamel.yaml import YAML
from sqlalchemy import select

from alerts.outbox.worker import Outbox
from archive import sources
from archive.archive import Archive
from archive.schema import prepare
from archive.sources import SourceState
from archive.tables import article, event
from crawler.children import Child
from crawler.client import Client
from crawler.gathering import Tools
from crawler.reach import Reach
from crawler.robots import Robots
from crawler.turns import HostTurns
from tests.peers.virtual_time import VirtualTimeLoop
from tests.pipeline.house import settings_of
from wirewatch.polling import Poller
from wirewatch.rooms import Durations, Rooms, Rulebook

START = datetime(2026, 10, 19, 6, 0, tzinfo=UTC)
TICK = timedelta(seconds=10)


class LoopbackNames(AbstractResolver):
    """Every name is at home; those in `lost` are not known, and with `cut` none is."""

    def __init__(self) -> None:
        self.lost: frozenset[str] = frozenset()
        self.cut = False
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if self.cut or host in self.lost:
            raise OSError(socket.EAI_AGAIN, "temporary failure in name resolution")
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass


@dataclass
class Clock:
    """The wall clock: it goes with the loop's, and stands ahead of it by what the machine slept."""

    loop: VirtualTimeLoop
    start: datetime = START
    slept: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=self.loop.time()) + self.slept


@dataclass
class Desk:
    """What a test looks at and turns."""

    rooms: Rooms
    poller: Poller
    clock: Clock
    names: LoopbackNames

    async def passes(self, span: timedelta) -> None:
        """Let the daemon's clock tick for `span`."""
        end = self.clock() + span
        while self.clock() < end:
            self.poller.tick()
            await asyncio.sleep(TICK.total_seconds())

    def sleep(self, span: timedelta) -> None:
        """The machine's lid is closed for `span`."""
        self.clock.slept += span

    def forget(self) -> None:
        """What was known of the net is gone, as with a process that was killed."""
        self.rooms.reach, self.rooms.maybe_offline = Reach(), True

    def net(self, *, cut: bool = False, lost: Collection[str] = ()) -> None:
        """From now on no name is known, or those in `lost` are not."""
        self.names.cut, self.names.lost = cut, frozenset(lost)

    def states(self) -> dict[str, SourceState]:
        return {state.source: state for state in self.rooms.archive.read_now(sources.all_states)}

    def events(self) -> list[tuple[str, str]]:
        """(kind, subject) of all that operators were told, in order."""
        rows = self.rooms.archive.read_now(
            lambda conn: conn.execute(select(event).order_by(event.c.id)).all()
        )
        return [(row.kind, row.subject) for row in rows]

    def articles(self) -> list[Any]:
        return list(self.rooms.archive.read_now(lambda conn: conn.execute(select(article)).all()))


class _CountingClient(Client):
    """Knows how many requests are between being sent and being answered."""

    in_flight = 0

    async def _ask(self, *args: Any) -> Any:
        self.in_flight += 1
        try:
            return await super()._ask(*args)
        finally:
            self.in_flight -= 1


def _config(folder: Path, wanted: Sequence[Mapping[str, Any]], fetch: Mapping[str, Any]) -> Path:
    (folder / "sources").mkdir(parents=True)
    yaml = YAML()
    main = {"shipped": [], "fetch": {"allow_private": ["127.0.0.1"], **fetch}}
    yaml.dump(main, folder / "wirewatch.yaml")
    yaml.dump({"sources": [dict(source) for source in wanted]}, folder / "sources" / "test.yaml")
    return folder


@asynccontextmanager
async def desk(
    clock: Clock, folder: Path, wanted: Sequence[Mapping[str, Any]], **fetch: Any
) -> AsyncIterator[Desk]:
    """The polling of `wanted` sources, as a user writes them, running by `clock`."""
    loop = clock.loop
    config = settings_of(_config(folder / "config", wanted, fetch))
    manners, names = config.fetch, LoopbackNames()
    archive = Archive(folder / "wirewatch.db")
    prepare(archive)
    archive.write_now(lambda conn: sources.keep_outlets(conn, config.outlets))
    archive.write_now(lambda conn: sources.keep_sources(conn, [s.name for s in config.sources], clock()))
    async with AsyncExitStack() as stack:
        # By the real clock hardly any time passes, and no connection or name would ever be too old.
        stack.enter_context(patch("aiohttp.connector.monotonic", loop.time))
        stack.callback(archive.close)
        turns = HostTurns(manners.min_delay.total_seconds(), loop.time)
        client = await stack.enter_async_context(_CountingClient(manners, turns=turns, resolver=names))
        loop.on_the_wire = lambda: client.in_flight > 0
        tools = Tools(client, Child("reading"), Child("crawling"), manners, None)
        rooms = Rooms(
            Rulebook.compile(config), archive, tools, Robots(client), partial(Outbox, archive, {}, {}, clock),
            clock, durations=Durations(tick=TICK),
        )  # fmt: skip
        poller = Poller(rooms)
        polling = asyncio.create_task(poller.run())
        try:
            yield Desk(rooms, poller, clock, names)
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
