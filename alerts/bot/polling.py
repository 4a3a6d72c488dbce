"""How do updates reach us, and how is none lost or acted on twice?

Long polling in the daemon's loop. An update is confirmed only by asking for the next one, and that
happens after its effects and its number are written, in one transaction where repeating them would
matter: a crash before that brings it again. What a pressed button does is `presses.py`, what it proves
`alerts/outbox/pressing.py`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from telegram import Bot, CallbackQuery, Message, Update
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from alerts.bot.house import House
from alerts.bot.last_update import Last, last_update, put_last
from alerts.bot.permission import may_change
from alerts.bot.presses import GONE, Answer, Press, act, shown_article
from alerts.bot.timeline import timeline
from alerts.bot.why import LONGEST, why
from alerts.channels.interface import Membership
from alerts.channels.telegram_membership import membership_of
from alerts.messages.pieces import shortened
from alerts.outbox.buttons import read_button
from alerts.outbox.outcomes import Report
from alerts.outbox.pressing import owner, pressed
from alerts.outbox.transitions import Times
from archive import articles, chats, events, matches, outgoing
from archive.archive import Archive
from archive.articles import StoredArticle
from archive.deliveries import Delivery

log = logging.getLogger(__name__)

# Telegram holds a poll for at most this long (seconds).
POLL = 50
ALLOWED = ("message", "channel_post", "callback_query", "my_chat_member")
# Older than this, the last update's number says nothing about the next.
RENUMBERED = timedelta(days=2)
CONFLICT = (
    "another program polls with this bot's token, so buttons may not answer; sending goes on. "
    "End it, or give one of the two another bot"
)
# After this long without a conflict it is over.
PEACE = timedelta(minutes=10)


class Polling:
    """Takes updates until it is cancelled. `timeout` is how many seconds a poll may be held.

    `house` tells what of the config is in force; `membership` hears when the bot's membership of a chat
    has changed: the chat, before, after.
    """

    def __init__(
        self,
        archive: Archive,
        bot: Bot,
        clock: Callable[[], datetime],
        *,
        house: Callable[[], House] = House,
        times: Times | None = None,
        membership: Callable[[str, Membership, Membership], Awaitable[None]] | None = None,
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
        self._house = house
        self._last: Last | None = None
        self._failures = 0
        self._conflict_at: float | None = None

    async def run(self) -> None:
        """Poll for ever; cancel it to end."""
        while True:
            await self.poll()

    async def poll(self) -> int:
        """One poll and what came with it; how many updates that were."""
        try:
            updates = await self._bot.get_updates(
                offset=await self._next(), timeout=self._timeout, allowed_updates=ALLOWED
            )
        except TelegramError as error:
            await self._failed(error)
            return 0
        await self._answered()
        for update in updates:
            await self._take(update)
        return len(updates)

    async def _next(self) -> int:
        """The number above the last update; 0 once Telegram may have begun to count anew.

        It does so after a week without updates. None is kept for longer than a day, so that after two
        days none that was acted on can come again.
        """
        now = self._clock()
        if self._last is None:
            self._last = await self._archive.read(last_update)
        return 0 if self._last is None or now - self._last.at > RENUMBERED else self._last.number + 1

    async def _take(self, update: Update) -> None:
        try:
            await self._act(update)
        except (TelegramError, ValueError, KeyError, TypeError, AttributeError):
            # One strange update must not hold up all that follow.
            log.exception("update not understood", extra={"update": update.update_id})
        now = self._clock()
        await self._archive.write(lambda conn: put_last(conn, update.update_id, now))
        self._last = Last(update.update_id, now)

    async def _act(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._pressed(update.update_id, update.callback_query)
        if update.my_chat_member is not None and self._membership is not None:
            it = update.my_chat_member
            before, after = (
                membership_of(one, it.chat.type) for one in (it.old_chat_member, it.new_chat_member)
            )
            await self._membership(str(it.chat.id), before, after)
        message = update.message or update.channel_post
        if message is not None:
            await self._archive.write(lambda conn: _note(conn, message, self._clock()))

    async def _pressed(self, number: int, query: CallbackQuery) -> None:
        button = read_button(query.data or "")
        message = query.message
        if button is None or message is None:
            await self._answer(query, Answer(GONE, popup=True))
            return
        chat, now = message.chat, self._clock()
        # What is forged, or stands elsewhere, must not make us ask Telegram anything.
        row = await self._archive.read(lambda conn: owner(conn, str(chat.id), button))
        if row is None:
            await self._answer(query, Answer(GONE, popup=True))
            return
        house = self._house()
        may = await may_change(self._bot, chat, query.from_user, house.admins)
        lines, short = await self._panel(row, button.verb, house)
        press = Press(button.verb, query.from_user.id, query.from_user.full_name, may, lines, short)
        zone = house.zone_of(row.channel)

        def step(conn: Connection) -> tuple[Answer, int | None]:
            found = pressed(conn, str(chat.id), message.message_id, button, now, self._times)
            if found is None:
                return Answer(GONE, popup=True), None
            answer = act(conn, found.delivery, press, zone, now, twin=found.twin is not None)
            if found.twin is None:
                # With what it does: repeating it may undo it. Asked for again is only what comes after.
                put_last(conn, number, now)
            return answer, found.twin

        answer, twin = await self._archive.write(step, durable=True)
        await self._answer(query, answer)
        if twin is not None:
            await self._delete(row.id, str(chat.id), twin)

    async def _panel(self, row: Delivery, verb: str, house: House) -> tuple[tuple[str, ...], str]:
        """What a panel says, in full and in short."""
        if verb == "why":
            rows, stored = await self._archive.read(lambda conn: _evidence(conn, row))
            short = why(rows)
            # A long text takes its time.
            full = await asyncio.to_thread(house.explained, stored, rows) if stored is not None else []
            return tuple(full or short.split("\n")), short
        if verb == "story":
            members = await self._archive.read(lambda conn: _members(conn, row))
            lines = timeline(members, house.zone_of(row.channel))
            return tuple(lines), shortened("\n".join(lines), LONGEST) or GONE
        return (), ""

    async def _delete(self, delivery: int, chat: str, twin: int) -> None:
        await self._bot.delete_message(int(chat), twin)
        await self._archive.write(lambda conn: outgoing.count_twin(conn, delivery))

    async def _answer(self, query: CallbackQuery, answer: Answer) -> None:
        try:
            text = shortened(answer.text, LONGEST) or None
            await self._bot.answer_callback_query(query.id, text, show_alert=answer.popup)
        except BadRequest as error:
            # Answered already before a crash, or asked too long ago.
            log.info("button not answered: %s", error)

    async def _failed(self, error: TelegramError) -> None:
        now = self._clock()
        if isinstance(error, Conflict):
            self._conflict_at = self._monotonic()

            def write(conn: Connection) -> None:
                chats.note_conflict(conn, now)
                if chats.complain(conn, chats.UPDATES, CONFLICT, now):
                    self._report(conn, events.Event(now, "bot", chats.UPDATES, CONFLICT))

            await self._archive.write(write)
        elif self._failures == 0:
            log.warning("what readers press is not heard, Telegram does not give it: %s", error)
        self._failures += 1
        longest = 600 if isinstance(error, InvalidToken) else 60
        await self._sleep(min(2.0**self._failures, longest))

    async def _answered(self) -> None:
        if self._failures:
            log.info("what readers press is heard again")
        self._failures = 0
        peace = self._conflict_at is None or self._monotonic() - self._conflict_at > PEACE.total_seconds()
        if self._conflict_at is not None and peace:
            self._conflict_at = None
            await self._archive.write(lambda conn: chats.relieve(conn, chats.UPDATES))


def _note(conn: Connection, message: Message, now: datetime) -> None:
    """Whatever stands in a chat shows how far its message ids have come."""
    chats.note_id(conn, str(message.chat.id), message.message_id, now)


def _evidence(conn: Connection, row: Delivery) -> tuple[list[dict[str, Any]], StoredArticle | None]:
    """The matches behind what an alert shows, and its article."""
    shown = shown_article(conn, row)
    return ([], None) if shown is None else (matches.of_articles(conn, [shown.id]).get(shown.id, []), shown)


def _members(conn: Connection, row: Delivery) -> list[StoredArticle]:
    """The articles of the alert's story, its own where it has none."""
    found = articles.by_ids(conn, [row.article]) if row.article is not None else []
    story = found[0].story if found else row.story
    return articles.of_story(conn, story) if story is not None else found
