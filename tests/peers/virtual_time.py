"""Time that passes only while nobody works: a fortnight in seconds, with real sockets and threads.

`run` drives a coroutine on a loop whose clock jumps to the next timer as soon as no socket is ready
and no thread is at work. Sleeps, time-outs and turns at a host last as long as they say, by that
clock; what runs is the real code. For child processes and servers elsewhere it is not meant.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")

# What was sent over loopback is there at once; a kernel under load may take this long (seconds).
PATIENCE = 0.02


class _Selector(selectors.DefaultSelector):
    """Never sleeps while time can be let pass instead."""

    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None or self.loop.at_work:
            return super().select(None if timeout is None else PATIENCE)
        if self.loop.on_the_wire():
            ready = super().select(PATIENCE)
        if not ready:
            self.loop.passed += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`on_the_wire` says whether an answer may still be under way; `passed` are seconds."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.at_work = 0
        self.on_the_wire: Callable[[], bool] = lambda: False
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.passed

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """As every loop's, but time stands while the thread works."""
        self.at_work += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._back)
        return future

    def _back(self, _future: "asyncio.Future[Any]") -> None:
        self.at_work -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """As every loop's, but time stands while its threads end: Python 3.12 and later bound it."""
        self.at_work += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self.at_work -= 1


def run(make: Callable[[VirtualTimeLoop], Coroutine[Any, Any, T]]) -> T:
    """The result of `make(loop)`, run to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualTimeLoop)
        return runner.run(make(loop))
