"""How do updates reach us, and how is none lost or acted on twice?

Long polling in the daemon's loop. An update is confirmed only by asking for the next one, and that
happens after its effects and its number are written: a crash before that brings it again, and every
effect may be repeated. What a pressed button says is `why.py`, what it proves `alerts/outbox/pressing.py`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection
from telegram import Bot, CallbackQuery, Message, Update
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from alerts.bot.standing import standing
from alerts.bot.why import why
from alerts.outbox.membership import Standing
from alerts.outbox.outcomes import Report
from alerts.outbox.pressing import Pressed, pressed, read_button
from alerts.outbox.transitions import Times
from archive import chats, events, facts, matches, outgoing
from archive.archive import Archive

log = logging.getLogger(__name__)

# Telegram holds a poll for at most this long (seconds).
POLL = 50
ALLOWED = ("message", "channel_post", "callback_query", "my_chat_member")
LAST_UPDATE = "bot_last_update"
CONFLICT = (
    "another program polls with this bot's token, so buttons may not answer; sending goes on. "
    "End it, or give one of the two another bot"
)
# After this long without a conflict it is over.
PEACE = timedelta(minutes=10)
_GONE = "This message belongs to another archive, or is too old."


class Polling:
    """Takes updates until it is cancelled. `timeout` is how many seconds a poll may be held.

    `membership` hears when the bot's standing in a chat has changed: the chat, before, after.
    """

    def __init__(
        self,
        archive: Archive,
        bot: Bot,
        clock: Callable[[], datetime],
        *,
        times: Times | None = None,
        membership: Callable[[str, Standing, Standing], Awaitable[None]] | None = None,
        report: Report = events.record,
        timeout: int = POLL,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._bot = bot
        self._clock = clock
        self._times = times or Times()
        self._membership = membership
        self._report = report
        self._timeout = timeout
        self._sleep = sleep
        self._monotonic = monotonic
        self._offset: int | None = None
        self._failures = 0
        self._conflict_at: float | None = None

    async def run(self) -> None:
        """Poll for ever; cancel it to end."""
        while True:
            await self.poll()

    async def poll(self) -> int:
        """One poll and what came with it; how many updates that were."""
        if self._offset is None:
            last = await self._archive.read(lambda conn: facts.get(conn, LAST_UPDATE))
            self._offset = int(last or 0) + 1 if last else 0
        try:
            updates = await self._bot.get_updates(
                offset=self._offset, timeout=self._timeout, allowed_updates=ALLOWED
            )
        except TelegramError as error:
            await self._failed(error)
            return 0
        await self._answered()
        for update in updates:
            await self._take(update)
            self._offset = update.update_id + 1
        return len(updates)

    async def _take(self, update: Update) -> None:
        try:
            await self._act(update)
        except (TelegramError, ValueError, KeyError, TypeError, AttributeError):
            # One strange update must not hold up all that follow.
            log.exception("update not understood", extra={"update": update.update_id})
        await self._archive.write(lambda conn: facts.put(conn, LAST_UPDATE, update.update_id))

    async def _act(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._pressed(update.callback_query)
        if update.my_chat_member is not None and self._membership is not None:
            it = update.my_chat_member
            before, after = (standing(one, it.chat.type) for one in (it.old_chat_member, it.new_chat_member))
            await self._membership(str(it.chat.id), before, after)
        message = update.message or update.channel_post
        if message is not None:
            await self._archive.write(lambda conn: _note(conn, message, self._clock()))

    async def _pressed(self, query: CallbackQuery) -> None:
        button = read_button(query.data or "")
        message = query.message
        if button is None or message is None:
            await self._answer(query, _GONE)
            return
        verb, delivery, key = button
        chat, now = str(message.chat.id), self._clock()

        def step(conn: Connection) -> tuple[Pressed, str] | None:
            found = pressed(conn, chat, message.message_id, delivery, key, now, self._times)
            if found is None:
                return None
            article = found.delivery.article
            rows = matches.of_articles(conn, [article] if article is not None else [])
            return found, why(rows.get(article, []) if article is not None else [])

        found = await self._archive.write(step)
        if found is None or verb != "why":
            await self._answer(query, _GONE)
            return
        proof, text = found
        await self._answer(query, text)
        if proof.twin is not None:
            await self._delete(proof.delivery.id, chat, proof.twin)

    async def _delete(self, delivery: int, chat: str, twin: int) -> None:
        await self._bot.delete_message(int(chat), twin)
        await self._archive.write(lambda conn: outgoing.count_twin(conn, delivery))

    async def _answer(self, query: CallbackQuery, text: str) -> None:
        try:
            await self._bot.answer_callback_query(query.id, text, show_alert=True)
        except BadRequest as error:
            # Answered already before a crash, or asked too long ago.
            log.info("button not answered: %s", error)

    async def _failed(self, error: TelegramError) -> None:
        now = self._clock()
        if isinstance(error, Conflict):
            self._conflict_at = self._monotonic()

            def write(conn: Connection) -> None:
                chats.note_conflict(conn, now)
                if chats.complain(conn, "bot updates", CONFLICT, now):
                    self._report(conn, events.Event(now, "bot", "bot updates", CONFLICT))

            await self._archive.write(write)
        elif self._failures == 0:
            log.warning("updates cannot be fetched: %s", error)
        self._failures += 1
        longest = 600 if isinstance(error, InvalidToken) else 60
        await self._sleep(min(2.0**self._failures, longest))

    async def _answered(self) -> None:
        if self._failures:
            log.info("updates are fetched again")
        self._failures = 0
        peace = self._conflict_at is None or self._monotonic() - self._conflict_at > PEACE.total_seconds()
        if self._conflict_at is not None and peace:
            self._conflict_at = None
            await self._archive.write(lambda conn: chats.relieve(conn, "bot updates"))


def _note(conn: Connection, message: Message, now: datetime) -> None:
    """Whatever stands in a chat shows how far its message ids have come."""
    chats.note_id(conn, str(message.chat.id), message.message_id, now)
