"""How does work that can hang, swell or crash run without harm to the daemon?

In a child process that can be killed, which a thread cannot. `wirewatch run` has two: one reads
pages and doubtful feeds, one crawls. A `Child` starts its process at first use, runs one task at a
time, kills it at the task's deadline and ends the process after an idle minute. The child inherits
no secret: neither `WIREWATCH_*` nor `CREDENTIALS_DIRECTORY`. What runs in it is decided by the
caller; the daemon's process never imports Scrapy or trafilatura.
"""

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

MEMORY = 1024 * 1024 * 1024
IDLE = 60.0
# A new process must have imported what it needs within this many seconds, on a busy machine too.
START = 60.0


class ChildError(Exception):
    """A task in a child process had no result."""


class ChildTimeout(ChildError):
    """The task was killed at its deadline."""


class ChildDied(ChildError):
    """The process died under the task, or ran out of memory."""


class ChildUnavailable(ChildError):
    """The process does not start. No task is to blame."""


class Child:
    """One child process, started and ended as needed.

    `name` is for messages. `memory` is the address space in bytes that the process may have.
    `prepare` runs first in each new process, uncharged to any task: the imports that are slow.
    `idle` is in seconds. Use from one event loop; `close` it there. `starts` and `losses` count the
    processes that came up, and the tasks that took theirs with them: by deadline, memory or a crash.
    """

    def __init__(
        self,
        name: str,
        *,
        memory: int = MEMORY,
        prepare: Callable[[], None] | None = None,
        idle: float = IDLE,
    ) -> None:
        self.name = name
        self._memory = memory
        self._prepare = prepare
        self._idle = idle
        self.starts = 0
        self.losses = 0
        # Tasks behind the one that runs.
        self.waiting = 0
        self._pool: ProcessPool | None = None
        self._ready = False
        self._turn = asyncio.Lock()
        self._ending: asyncio.TimerHandle | None = None
        self._ends: set[asyncio.Task[None]] = set()

    async def run(self, task: Callable[P, T], deadline: float, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `task(*args, **kwargs)` in the child; arguments and result are pickled.

        `deadline` is in seconds from the task's own start. Raises ChildTimeout or ChildDied when
        the task is to blame, ChildUnavailable when none is, and whatever the task itself raises.
        Tasks that wait behind a killed one run in a new process.
        """
        self.waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self.waiting -= 1
        try:
            if self._ending is not None:
                self._ending.cancel()
            return await self._attempt(task, deadline, args, kwargs)
        except (ChildTimeout, ChildDied):
            self.losses += 1
            raise
        finally:
            self._ending = asyncio.get_running_loop().call_later(self._idle, self._end_idle)
            self._turn.release()

    async def close(self) -> None:
        """Kill what runs and end the process."""
        if self._ending is not None:
            self._ending.cancel()
        await self._drop()
        await asyncio.gather(*self._ends)

    @property
    def running(self) -> bool:
        """Whether there is a process now."""
        return self._pool is not None

    async def _attempt(
        self, task: Callable[..., T], deadline: float, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> T:
        # With all of multiprocessing slow to load, and few rounds need a child.
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        pool = await self._ready_pool()
        future = pool.schedule(task, args=args, kwargs=kwargs)
        try:
            return await self._finish(future, deadline)
        except ProcessExpired as error:
            self._ready = False
            raise ChildDied(f"the {self.name} process died ({_exit(error)})") from error
        except BrokenProcessPool as error:
            await self._drop()
            raise ChildDied(f"the {self.name} process died") from error
        except MemoryError as error:
            await self._drop()
            raise ChildDied(f"the {self.name} process needed more than {self._memory >> 20} MiB") from error

    async def _ready_pool(self) -> "ProcessPool":
        """A pool whose process answers: each new process, also one after a kill, is awaited here."""
        from pebble import ProcessExpired

        from crawler.child_pool import new_pool

        for last in (False, True):
            try:
                if self._pool is None:
                    self._pool = new_pool(self._memory)
                if not self._ready:
                    await self._finish(self._pool.schedule(self._prepare or _nothing), START)
                    self._ready = True
                    self.starts += 1
                # Raises where the process died while idle.
                await self._finish(self._pool.schedule(_nothing), START)
                return self._pool
            except (ProcessExpired, RuntimeError, ChildTimeout) as error:
                await self._drop()
                if last:
                    raise ChildUnavailable(f"the {self.name} process does not start: {error}") from error
        raise AssertionError("unreachable")

    async def _finish(self, future: "Future[T]", deadline: float) -> T:
        """The result, waiting on the event loop's monotonic clock; past it the process is killed."""
        waiter = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait({waiter}, timeout=deadline)
        except asyncio.CancelledError:
            self._ready = False
            waiter.cancel()
            raise
        if not done:
            self._ready = False
            waiter.cancel()
            raise ChildTimeout(f"the {self.name} process was killed after {deadline:g} s")
        return waiter.result()

    def _end_idle(self) -> None:
        if not self._turn.locked():
            end = asyncio.ensure_future(self._drop())
            self._ends.add(end)
            end.add_done_callback(self._ends.discard)

    async def _drop(self) -> None:
        pool, self._pool, self._ready = self._pool, None, False
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)


def _nothing() -> None:
    """The task that only a living process can finish."""


def _exit(error: "ProcessExpired") -> str:
    code = error.exitcode
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
