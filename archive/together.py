"""How do many small writes share a transaction?

Its begin and end, and the pages that a few rows lie on, cost more than the rows. So writes of one kind
that wait for the writer at the same time are made one; where nobody else waits, nobody is waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
R = TypeVar("R")
Step = Callable[[Connection, Sequence[T]], Sequence[R]]

# Rows of one transaction, as far as several things share it: more would keep others from the writer for too
# long.
MOST = 500


class _Waiting(NamedTuple, Generic[T, R]):
    """What is to be written, about how many rows that makes, and who waits for it."""

    one: T
    rows: int
    future: asyncio.Future[R]


class Together(Generic[T, R]):
    """`step` writes several things in order, and gives the result of each; `write` is the archive's.

    What is written together shares no fate: where that fails, each is written in a transaction of its own.
    """

    def __init__(self, write: Callable[[Callable[[Connection], Any]], Awaitable[Any]], step: Step[T, R]):
        self._write = write
        self._step = step
        self._waiting: list[_Waiting[T, R]] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, one: T, rows: int) -> R:
        """Write `one`, about so many rows, alone or with others; its result, once it is committed."""
        mine: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(one, rows, mine))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="writes together")
        return await mine

    async def _run(self) -> None:
        while self._waiting:
            # Whoever was cancelled meanwhile has left nothing that is to be kept.
            waiting = [each for each in self._waiting if not each.future.cancelled()]
            room = sum(rows <= MOST for rows in accumulate(each.rows for each in waiting))
            taken, self._waiting = waiting[: max(room, 1)], waiting[max(room, 1) :]
            if not await self._written(taken) and len(taken) > 1:
                for single in taken:
                    await self._written([single])

    async def _written(self, taken: Sequence[_Waiting[T, R]]) -> bool:
        """Write these; whether that was all right. Of a single one its future hears what was not."""
        try:
            results = await self._write(partial(self._step_of, [each.one for each in taken]))
        except Exception as error:  # noqa: BLE001 - whoever wrote it hears of it
            if len(taken) == 1 and not taken[0].future.cancelled():
                taken[0].future.set_exception(error)
            return False
        for each, result in zip(taken, results, strict=True):
            if not each.future.cancelled():
                each.future.set_result(result)
        return True

    def _step_of(self, some: Sequence[T], conn: Connection) -> Sequence[R]:
        return self._step(conn, some)
