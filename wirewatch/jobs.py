"""Who runs the jobs that were woken?

`Jobs`, the embedded engine: one table and asyncio tasks. It runs job(key) after the transaction
that woke it, never two at once for a key, again if it was woken meanwhile, and later if it
failed. A crash leaves the row, so the job runs again. The verb itself is `archive/wake.py`.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeAlias

from sqlalchemy import Connection

from archive import wake as wakes
from archive.archive import Archive
from archive.wake import Wake

log = logging.getLogger("wirewatch")

Job: TypeAlias = Callable[[str], Awaitable[None]]

# Jobs of one name that run at once, so that no kind of work keeps another from its turn. Pages that
# are read take memory; a chat that is delivered to mostly waits for its pace.
AT_ONCE = 32
MORE_AT_ONCE = {"deliver": 256}
# A job that failed is tried again after this; the sweep would find its work a little later.
RETRY = timedelta(seconds=5)
# The clock may be set while nobody wakes us; look at least this often (seconds).
LONGEST_SLEEP = 5.0


class Jobs:
    """Runs jobs by name until cancelled: `await Jobs(...).run()`."""

    def __init__(self, archive: Archive, jobs: Mapping[str, Job], clock: Callable[[], datetime]) -> None:
        self._archive = archive
        self._jobs = jobs
        self._clock = clock
        self._woken = asyncio.Event()
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._places = {name: MORE_AT_ONCE.get(name, AT_ONCE) for name in jobs}
        # Keys whose job ended since the last look began: what that look read of them is out of date.
        self._just_ended: set[tuple[str, str]] = set()
        self._looking = True
        # How often each key has failed since it last went well.
        self.failures: Counter[tuple[str, str]] = Counter()
        archive.on_wake = self._woken.set

    @property
    def idle(self) -> bool:
        """Whether no job is running, and none was woken that has not been looked at."""
        return not (self._running or self._looking or self._woken.is_set())

    async def run(self) -> None:
        """Start what is due, then sleep until the next is, or somebody wakes."""
        try:
            while True:
                self._looking = True
                self._woken.clear()
                await self._sleep_until(await self._start_due())
        finally:
            await self._stop()

    async def _start_due(self) -> datetime | None:
        """Start what is due and has room; when the next of those that wait is due."""
        now = self._clock()
        room, full = self._room(), self._full()
        limit = max(room.values()) + len(self._running)
        self._just_ended.clear()
        waiting = await self._archive.read(lambda conn: wakes.waiting(conn, limit, full))
        for due in waiting:
            key = (due.job, due.key)
            busy = key in self._running or key in self._just_ended
            if due.after > now or busy or room.setdefault(due.job, 1) <= 0:
                continue
            room[due.job] -= 1
            task = asyncio.create_task(self._run_one(due), name=f"{due.job} {due.key}")
            self._running[key] = task
            task.add_done_callback(partial(self._ended, key))
        # Where every place is taken, what is due waits for one that ends, which wakes.
        running, full = set(self._running), self._full()
        rest = [one.after for one in waiting if (one.job, one.key) not in running and one.job not in full]
        if rest or len(waiting) < limit:
            return min(rest, default=None)
        return await self._archive.read(lambda conn: wakes.next_wake(conn, running, full))

    def _room(self) -> dict[str, int]:
        """How many more jobs of each name may begin."""
        taken = Counter(name for name, _ in self._running)
        return {name: places - taken[name] for name, places in self._places.items()}

    def _full(self) -> list[str]:
        return [name for name, room in self._room().items() if room <= 0]

    def _ended(self, key: tuple[str, str], _task: asyncio.Task[None]) -> None:
        del self._running[key]
        self._just_ended.add(key)
        # It may have been woken while it ran, and somebody may wait for its place.
        self._woken.set()

    async def _run_one(self, due: Wake) -> None:
        try:
            job = self._jobs.get(due.job)
            if job is not None:
                await job(due.key)
            await self._archive.write_together(_finish, due, 1)
            self.failures.pop((due.job, due.key), None)
        except Exception:
            self.failures[due.job, due.key] += 1
            # One bad key must not stop the others; its row stays and it runs again.
            log.exception("job %s %s failed and runs again in %s", due.job, due.key, RETRY)
            await self._rest(due)

    async def _rest(self, failed: Wake) -> None:
        """Let a key that failed wait, also where not even that can be written."""
        try:
            await self._archive.write(lambda conn: wakes.postpone(conn, failed, self._clock() + RETRY))
        except Exception:
            # Its row says that it is due: it would run again at once, for ever.
            log.exception("that %s %s waits cannot be written", failed.job, failed.key)
            await asyncio.sleep(RETRY.total_seconds())

    async def _sleep_until(self, later: datetime | None) -> None:
        # On the daemon's beat (`wirewatch/beat.py`).
        wait = LONGEST_SLEEP - monotonic() % LONGEST_SLEEP
        if later is not None:
            wait = min(max((later - self._clock()).total_seconds(), 0.0), wait)
        self._looking = False
        # Not asyncio.wait_for: on Python 3.11 it can swallow a cancellation that comes as it is woken.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._woken.wait()

    async def _stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _finish(conn: Connection, done: Sequence[Wake]) -> Sequence[None]:
    # In the order in which others wake many.
    for one in sorted(done, key=lambda wake: (wake.job, wake.key)):
        wakes.finish(conn, one)
    return [None] * len(done)
