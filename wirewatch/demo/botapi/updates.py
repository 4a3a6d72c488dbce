"""Which updates wait for the bot, and who gets them?

The queue behind getUpdates: confirmation by offset, the kinds that were asked for, the long poll, and
the rule that a second poller ends the first. Nothing here knows what an update says.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from wirewatch.demo.botapi.refusals import OTHER_POLLER, conflict

LONGEST_POLL_S = 50
LONGEST_KEPT_S = 24 * 3600
_CONFLICT_PAUSE_S = 3
_ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class _Update:
    id: int
    pushed: float
    body: dict[str, Any]


class Updates:
    """The updates of one bot. `monotonic` gives seconds, `sleep` waits them."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._ids = itertools.count(100_000_001)
        self._waiting: list[_Update] = []
        self._allowed: frozenset[str] | None = None
        self._poll: asyncio.Future[bool] | None = None
        self._last_conflict = float("-inf")

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    def push(self, kind: str, body: dict[str, Any]) -> None:
        """Queue one update, unless its kind was not asked for by the last getUpdates."""
        if kind in _ONLY_ON_REQUEST if self._allowed is None else kind not in self._allowed:
            return
        number = next(self._ids)
        self._waiting.append(_Update(number, self._monotonic(), {"update_id": number, kind: body}))
        self.end_poll()

    def end_poll(self) -> None:
        """Let the long poll under way return at once with what there is."""
        self._end_poll(terminated=False)

    def forget(self) -> None:
        """Drop everything that waits."""
        self._waiting.clear()

    async def get(
        self, offset: int, limit: int, wait_s: float, allowed: list[str] | None
    ) -> list[dict[str, Any]]:
        """What waits, at once or within `wait_s` seconds; Refusal if another poller came meanwhile."""
        self._end_poll(terminated=True)
        if allowed is not None:
            self._allowed = frozenset(allowed) or None
        self._confirm(offset)
        if not self._waiting and wait_s > 0:
            await self._wait(min(wait_s, LONGEST_POLL_S))
        return [update.body for update in self._waiting[:limit]]

    async def _wait(self, wait_s: float) -> None:
        poll: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._poll = poll
        alarm: asyncio.Future[None] = asyncio.ensure_future(self._sleep(wait_s))
        try:
            await asyncio.wait((poll, alarm), return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
            if self._poll is poll:
                self._poll = None
        if poll.done() and poll.result():
            await self._pause_conflicts()
            raise conflict(OTHER_POLLER)

    def _confirm(self, offset: int) -> None:
        self._expire()
        if offset > 0:
            self._waiting = [update for update in self._waiting if update.id >= offset]
        elif offset < 0:
            self._waiting = self._waiting[offset:]

    def _expire(self) -> None:
        oldest = self._monotonic() - LONGEST_KEPT_S
        self._waiting = [update for update in self._waiting if update.pushed >= oldest]

    def _end_poll(self, *, terminated: bool) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(terminated)

    async def _pause_conflicts(self) -> None:
        """As the server does: two pollers that end each other in turn are slowed down."""
        now = self._monotonic()
        too_soon = now - self._last_conflict < _CONFLICT_PAUSE_S
        self._last_conflict = now
        if too_soon:
            await self._sleep(_CONFLICT_PAUSE_S)
