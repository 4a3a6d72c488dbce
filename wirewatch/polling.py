"""Which sources are polled now?

`Poller` claims due rows in batches whenever the clock ticks and polls them side by side. Results
of unchanged polls are written back together, once a second or a hundred rows; a crash loses only
those, and the polls repeat. A poll may wait long for its host's turn or for a child process: its lease
is renewed for as long as it runs. After a sleep or a restart what is overdue is spread over `SPREAD`.
What a poll does is `wirewatch/pipeline.py`.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from time import monotonic

from sqlalchemy import Connection

from archive import sources
from archive.sources import SourceState
from wirewatch.offline import LOOK
from wirewatch.pipeline import gather
from wirewatch.rooms import Rooms

log = logging.getLogger("wirewatch")

AT_ONCE = 64
# With those that only wait for their turn: the many sources of one slow host must not hold up the others.
UNDER_WAY = 1024
WRITE_BACK = 100
# The clock is looked at every second: if it has not been for so long, everything is overdue at once.
GAP = timedelta(minutes=1)
SPREAD = timedelta(seconds=30)


@dataclass(slots=True)
class Backlog:
    """What was overdue at `woke`, and how many of it have been started since."""

    woke: datetime
    overdue: int
    started: int = 0

    def room(self, now: datetime) -> int:
        """How many more may be started by `now`, so that they lie evenly over `SPREAD`."""
        return ceil(self.overdue * min((now - self.woke) / SPREAD, 1)) + 1 - self.started

    def is_over(self, now: datetime) -> bool:
        """Whether everything that was overdue may have been started."""
        return now - self.woke >= SPREAD or now < self.woke


class Poller:
    """Polls what is due at each `tick()` until cancelled: `await poller.run()`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._tick = asyncio.Event()
        self._running: dict[asyncio.Task[None], SourceState] = {}
        self._renewed_at: datetime | None = None
        self._unchanged: list[SourceState] = []
        self._next_due: datetime | None = None
        self._looked_at: datetime | None = None
        self._backlog: Backlog | None = None
        self._tried_at: datetime | None = None
        # Only what was due by then is polled; None: whatever becomes due.
        self.due_by: datetime | None = None
        # Sources whose poll ended in a fault of ours.
        self.broken: set[str] = set()

    @property
    def idle(self) -> bool:
        """Whether no poll is under way and every result has been written."""
        return not self._running and not self._unchanged

    def tick(self) -> None:
        """Look for due sources now."""
        self._tick.set()

    def replan(self) -> None:
        """Look for due sources, whatever was known of their times."""
        self._next_due = None
        self._tick.set()

    async def run(self) -> None:
        """Poll for ever; on cancellation write back what is known and leave the rest to its lease."""
        try:
            while True:
                await self._tick.wait()
                self._tick.clear()
                await self.start_due()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            await self._write_back()

    async def start_due(self) -> int:
        """Claim and start what is due, as far as there is room, and write what polls gave; how many."""
        now = self._rooms.clock()
        await self._renew(now)
        room = await self._room(now)
        if room <= 0:
            await self._write_back()
            return 0
        now = min(now, self.due_by or now)
        lease, done = self._rooms.durations.lease, tuple(self._unchanged)

        def step(conn: Connection) -> tuple[list[SourceState], datetime | None]:
            sources.write_back(conn, done)
            return sources.claim_due(conn, now, lease, room), sources.next_due(conn, now)

        due, following = await self._rooms.archive.write(step)
        del self._unchanged[: len(done)]
        # When that is due which ended meanwhile, the archive does not know yet.
        known = [state.due_at for state in self._unchanged]
        self._next_due = min(known if following is None else [following, *known], default=None)
        if self._backlog is not None:
            self._backlog.started += len(due)
        for state in due:
            task = asyncio.create_task(self._poll(state), name=f"poll {state.source}")
            self._running[task] = state
            task.add_done_callback(self._ended)
        return len(due)

    async def _room(self, now: datetime) -> int:
        """How many polls may begin now; 0 also where nothing is due."""
        before, self._looked_at = self._looked_at, now
        if self._next_due is not None and now < self._next_due:
            return 0
        if (before is None or now - before > GAP) and self.due_by is None:
            # What ended just before a sleep is overdue too, and the archive does not know yet since when.
            await self._write_back()
            overdue = await self._rooms.archive.read(lambda conn: sources.count_overdue(conn, now - GAP))
            self._backlog = Backlog(now, overdue) if overdue else None
        room = min(AT_ONCE - max(len(self._running) - self._waiting(), 0), UNDER_WAY - len(self._running))
        if self.due_by is not None:
            return room
        if self._rooms.reach.offline_since is not None:
            return self._room_offline(now)
        if self._backlog is not None and self._backlog.is_over(now):
            self._backlog = None
        return min(room, self._backlog.room(now)) if self._backlog is not None else room

    def _waiting(self) -> int:
        """How many polls wait for their turn at a host or a child process; as do some pages, so about."""
        tools = self._rooms.tools
        return tools.client.turns.waiting + tools.reading.waiting + tools.crawling.waiting

    async def _renew(self, now: datetime) -> None:
        """Renew the leases of all polls under way, twice in a lease, and first after a sleep."""
        lease = self._rooms.durations.lease
        if self._renewed_at is not None and timedelta() <= now - self._renewed_at < lease / 2:
            return
        self._renewed_at, held = now, list(self._running.values())
        if held:
            await self._rooms.archive.write(lambda conn: sources.renew(conn, held, now + lease))

    def _room_offline(self, now: datetime) -> int:
        """One look now and then whether the net is back: more would only fail alike."""
        # Once it is back, much is overdue.
        self._looked_at = None
        if self._running or (self._tried_at is not None and timedelta() <= now - self._tried_at < LOOK):
            return 0
        self._tried_at = now
        return 1

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        is_due = self._next_due is not None and self._next_due <= self._rooms.clock()
        # In a single round no more results may come to be written with these.
        is_last = self.due_by is not None and not self._running
        if is_due or is_last or len(self._unchanged) >= WRITE_BACK:
            self._tick.set()

    async def _poll(self, state: SourceState) -> None:
        if state.source not in self._rooms.rules.sources:
            return
        began, measures = monotonic(), self._rooms.measures
        try:
            polled = await gather(self._rooms, state)
        except Exception:
            # A fault of ours: the source is asked again when its lease ends, the others go on.
            log.exception("the poll of %s broke", state.source)
            self.broken.add(state.source)
            measures.polled("broke", monotonic() - began, 0)
            return
        measures.polled(polled.result, monotonic() - began, polled.new)
        if not polled.written:
            self._unchanged.append(polled.state)
        self._next_due = min(self._next_due or polled.state.due_at, polled.state.due_at)

    async def _write_back(self) -> None:
        done = tuple(self._unchanged)
        if done:
            await self._rooms.archive.write(lambda conn: sources.write_back(conn, done))
            # Only now: until then a round is not over.
            del self._unchanged[: len(done)]
