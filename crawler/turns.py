"""Whose turn is it to ask a host?

Feeds, pages, robots.txt and crawls share one politeness: one of them at a time a host, and a
minimum delay between the end of one request and the start of the next. How often a source is
asked is `crawler/polling.py`.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

# Above this many hosts, those that nobody asks or waits for are forgotten.
_MANY = 4096


class _Host:
    __slots__ = ("free_at", "lock")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.free_at = 0.0


class Turn:
    """The right to ask one host, held inside `async with`."""

    __slots__ = ("_host", "_turns")

    def __init__(self, turns: "HostTurns", host: _Host) -> None:
        self._turns = turns
        self._host = host

    async def __aenter__(self) -> None:
        self._turns.waiting += 1
        try:
            await self._host.lock.acquire()
            wait = self._host.free_at - self._turns.now()
            if wait > 0:
                try:
                    await asyncio.sleep(wait)
                except asyncio.CancelledError:
                    self._host.lock.release()
                    raise
        finally:
            self._turns.waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        self._host.free_at = self._turns.now() + self._turns.min_delay
        self._host.lock.release()


class HostTurns:
    """Grants hosts. `min_delay` is in seconds; `now` is a monotonic clock in seconds; `waiting` is how
    many want a host and have it not yet."""

    def __init__(self, min_delay: float, now: Callable[[], float] = monotonic) -> None:
        self.min_delay = min_delay
        self.now = now
        self.waiting = 0
        self._hosts: dict[str, _Host] = {}

    def grant(self, host: str) -> Turn:
        """`async with turns.grant(host)`: nobody else asks `host` (without port) meanwhile.

        Hold at most one host at a time, and ask nothing through the client for a host you hold:
        it would wait for you.
        """
        name = host.rstrip(".").lower()
        known = self._hosts.get(name)
        if known is None:
            if len(self._hosts) >= _MANY:
                self._forget()
            known = self._hosts[name] = _Host()
        return Turn(self, known)

    def _forget(self) -> None:
        now = self.now()
        self._hosts = {n: h for n, h in self._hosts.items() if h.lock.locked() or h.free_at > now}
