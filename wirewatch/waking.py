"""What is woken now and then, whatever else happens, and how often?

Jobs that look for themselves whether they have anything to do: at the start by `wake_now`, then by
APScheduler. They are only woken here, since ending the scheduler would cancel what it runs. What each
does is said in `wirewatch/daemon.py`; what a sleep of the machine or a set clock means, in
`wirewatch/clock_steps.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive.wake import wake
from wirewatch.rooms import utc_now

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

WOKEN = {
    "sweep": timedelta(minutes=1),
    "heartbeat": timedelta(minutes=1),
    "daily": timedelta(minutes=1),
    "index": timedelta(minutes=5),
    "housekeeping": timedelta(days=1),
}


def wake_now(jobs: Iterable[str], now: datetime, conn: Connection) -> None:
    """Wake these now."""
    for job in jobs:
        wake(conn, job, "", now)


class Waking:
    """Calls `wake_jobs` with the names in `woken` as often as that says, with those that are woken as often
    in one call, until cancelled: `await w.run()`."""

    def __init__(
        self, wake_jobs: Callable[[Sequence[str]], Awaitable[None]], woken: Mapping[str, timedelta] = WOKEN
    ) -> None:
        self._wake_jobs = wake_jobs
        self._woken = woken
        self._scheduler: AsyncIOScheduler | None = None

    async def run(self) -> None:
        """Wake for ever, each for the first time when its time has passed once."""
        first = min(self._woken.values())
        await asyncio.sleep(first.total_seconds())
        # Slow to load, and a single round is mostly over before that.
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(job_defaults=defaults, timezone="UTC")
        for often in set(self._woken.values()):
            self._scheduler.add_job(
                self._wake_jobs,
                "interval",
                [[job for job, said in self._woken.items() if said == often]],
                seconds=often.total_seconds(),
                next_run_time=utc_now() + often - first,
            )
        self._scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    def hurry(self) -> None:
        """The clock was set: let each be woken now, and then as often as before."""
        if self._scheduler is None:
            return
        for job in self._scheduler.get_jobs():
            # The scheduler goes by the wall clock: set back, it would sleep until that has caught up.
            job.modify(next_run_time=utc_now())
