"""Whose turn is it?

Holds the pace of every chat of this process and the bot's own, restores a chat's from the archive
when it is first met, and lets a worker wait for its turn. The arithmetic is `pacing.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from alerts.channel import Pacing
from alerts.outbox.pacing import ChatPace, Window, bot_limit, chat_limits, restored
from archive import chats
from archive.archive import Archive

# When so many chats are told to wait within so many seconds, it is the bot that is meant.
_SEVERAL = 3
_TOGETHER = 5.0


class Paces:
    """The pace of all chats. Times are monotonic seconds; `clock` is for what is written down."""

    def __init__(
        self,
        archive: Archive,
        pacing: Pacing,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._archive = archive
        self._pacing = pacing
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._chats: dict[str, ChatPace] = {}
        self._bot = Window(bot_limit(pacing))
        self._bot_parked_until = monotonic()
        self._bot_turn = asyncio.Lock()
        self._told: dict[str, float] = {}

    async def of(self, chat: str) -> ChatPace:
        """The pace of `chat`."""
        if chat not in self._chats:
            known = await self._archive.read(lambda conn: chats.get(conn, chat))
            limits = chat_limits(chat, self._pacing)
            wall, now = self._clock(), self._monotonic()
            self._chats.setdefault(chat, restored(limits, known.recent, known.not_before, wall, now))
        return self._chats[chat]

    def failing(self, times: int) -> set[str]:
        """The chats to which the last attempts, at least so many, have failed."""
        return {chat for chat, pace in self._chats.items() if pace.failures >= times}

    def delay(self, pace: ChatPace) -> float:
        """Seconds until this chat may have its turn."""
        now = self._monotonic()
        return max(pace.delay(now), self._bot_parked_until - now)

    def rest(self, pace: ChatPace) -> float:
        """Seconds until this chat may be tried again after what did not go out, where no pace is kept."""
        return pace.parked_until - self._monotonic()

    async def turn(self, pace: ChatPace) -> None:
        """Wait for the bot's limit, then count a message of this chat as under way."""
        async with self._bot_turn:
            while (wait := self._bot.delay(self._monotonic())) > 0:
                await self._sleep(wait)
            self._bot.begin()
            pace.begin()

    def done(self, pace: ChatPace) -> None:
        """The message under way has been answered, or given up."""
        now = self._monotonic()
        self._bot.end(now)
        pace.end(now, self._clock())

    def park(self, chat: str, pace: ChatPace, seconds: float, *, asked: bool) -> None:
        """Nothing goes to the chat for so long; `asked` if Telegram said so.

        Told by several chats at once, the bot waits too, as long as the shortest of them.
        """
        now = self._monotonic()
        pace.park(now, seconds)
        if not asked:
            return
        self._told = {other: at for other, at in self._told.items() if now - at < _TOGETHER}
        self._told[chat] = now
        if len(self._told) >= _SEVERAL:
            shortest = min(self._chats[other].parked_until for other in self._told if other in self._chats)
            self._bot_parked_until = max(self._bot_parked_until, shortest)

    def park_bot(self, seconds: float) -> None:
        """Nothing goes anywhere for so long."""
        self._bot_parked_until = max(self._bot_parked_until, self._monotonic() + seconds)
