"""What happens between a delivery row and a message in the chat?

`Outbox.deliver(chat)` is the job behind every wake: it sends what is due in that chat, in order, one
at a time, each row durably `sending` before the act and given its outcome after it. What an outcome
means is `transitions.py`, what is written `outcomes.py`, whose turn it is `paces.py`, and lost
messages are `looking.py`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import Connection

from alerts.channel import Channel, Pacing
from alerts.channels.interface import (
    Membership,
    Message,
    Moved,
    NotSent,
    Outcome,
    Permanent,
    Sender,
    Unknown,
    Wait,
)
from alerts.outbox.late import fold
from alerts.outbox.looking import Looking, marked
from alerts.outbox.membership import changed
from alerts.outbox.outcomes import Answered, Report, record
from alerts.outbox.paces import Paces
from alerts.outbox.pacing import ChatPace
from alerts.outbox.preparing import buttons, prepare, quiet_until
from alerts.outbox.transitions import Times, after
from archive import chats, events, outgoing, overdue
from archive.archive import Archive
from archive.deliveries import GONE, JOB, Delivery
from archive.outgoing import Parent, Work
from archive.wake import defer, wake

log = logging.getLogger(__name__)

# A turn nearer than this is waited for, a later one is left to a wake (seconds).
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in `sending`, and the one whose message it changes or answers."""

    delivery: Delivery
    parent: Parent | None


class Outbox:
    """Sends deliveries.

    `channels` and `senders` are by channel name and may be replaced at any time; `report` tells
    operators of an event in the transaction in which it happens, `on_answer` hears of every attempt
    whose outcome is written. Alerts that lay for longer than `catch_up` go as one digest.
    """

    def __init__(
        self,
        archive: Archive,
        channels: Mapping[str, Channel],
        senders: Mapping[str, Sender],
        clock: Callable[[], datetime],
        *,
        pacing: Pacing | None = None,
        times: Times | None = None,
        default_zone: tzinfo = UTC,
        catch_up: timedelta = timedelta(hours=24),
        report: Report = events.record,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.channels = channels
        self.senders = senders
        self.default_zone = default_zone
        self.catch_up = catch_up
        self.on_answer: Callable[[Answered], None] = lambda _: None
        self._archive = archive
        self._clock = clock
        self._times = times or Times()
        self._report = report
        self._sleep = sleep
        self._paces = Paces(archive, pacing or Pacing(), clock, monotonic, sleep)
        self._looking = Looking(archive, clock, self._times, report)
        self._running: set[str] = set()
        self._unwritten: dict[str, Answered] = {}
        self._stopping = False

    async def deliver(self, chat: str) -> None:
        """Send what is due in `chat`; what must wait is woken again. Never two at once for a chat.

        Raises only what the archive raises; what was answered before that is written next time.
        """
        if chat in self._running:
            return
        self._running.add(chat)
        try:
            await self._drain(chat)
        finally:
            self._running.discard(chat)

    async def membership(self, chat: str, before: Membership, after: Membership) -> None:
        """The bot's own membership of a chat has changed."""
        for sender in self.senders.values():
            if sender.looker is not None:
                sender.looker.forget_rights(chat)
        now = self._clock()
        await self._archive.write(
            lambda conn: changed(conn, chat, self.channels, before, after, now, self._report)
        )

    def unreached(self, times: int) -> set[str]:
        """The chats that could not be reached so many times in a row, and are tried again and again."""
        return self._paces.failing(times)

    async def stop(self, grace: float) -> None:
        """Begin nothing new and give what is under way so many seconds."""
        self._stopping = True
        waited = 0.0
        while self._running and waited < grace:
            await self._sleep(0.05)
            waited += 0.05

    async def _drain(self, chat: str) -> None:
        if chat in self._unwritten:
            await self._write(chat, self._unwritten[chat])
        await self._fold_late(chat)
        pace = await self._paces.of(chat)
        just_looked = True
        while not self._stopping:
            now = self._clock()
            work = await self._archive.read(lambda conn, now=now: outgoing.work(conn, chat, now))  # type: ignore[misc]
            delivery = _choose(work, just_looked)
            if delivery is None:
                if work.later is None or await self._defer(chat, work.later):
                    return
                continue
            just_looked = delivery.state in ("uncertain", "sent")
            if not await self._advance(chat, delivery, pace):
                return

    async def _fold_late(self, chat: str) -> None:
        now, before = self._clock(), self._clock() - self.catch_up
        if await self._archive.read(lambda conn: bool(overdue.alerts(conn, chat, before))):
            await self._archive.write(
                lambda conn: fold(conn, chat, self.channels, before, now, self.default_zone)
            )

    async def _advance(self, chat: str, delivery: Delivery, pace: ChatPace) -> bool:
        """One step for one row; False if the chat has to wait until it is woken again."""
        channel, sender = self.channels.get(delivery.channel), self.senders.get(delivery.channel)
        if channel is None or sender is None:
            await self._orphan(delivery)
            return True
        if delivery.state in ("uncertain", "sent"):
            return await self._look(delivery, channel, sender, pace)
        if (end := quiet_until(delivery, channel, self._clock(), self.default_zone)) is not None:
            await self._hold_back(delivery, end)
            return True
        if not await self._turn(chat, pace, paced=sender.paced):
            return False
        outcome: Outcome | None = None
        try:
            # A chat has one queue, one pace and one sequence of ids, so it is sent to by its number alone.
            if chat.startswith("@") and sender.looker is not None:
                outcome = await sender.looker.number(chat)
                if isinstance(outcome, Moved):
                    await self._number(chat, outcome.chat)
                    return True
            claimed = await self._claim(delivery, channel, sender)
            if claimed is not None and outcome is None:
                outcome = await self._send(claimed, channel, sender)
        finally:
            if sender.paced:
                self._paces.done(pace)
        if claimed is None or outcome is None:
            return True
        recent = tuple(pace.written()) if sender.paced else None
        answered = Answered(claimed.delivery, outcome, self._clock(), pace.failures, recent)
        await self._write(chat, answered)
        return self._paced_on(chat, pace, answered)

    async def _number(self, name: str, number: str) -> None:
        now = self._clock()

        def step(conn: Connection) -> None:
            wake(conn, JOB, chats.name(conn, name, number), now)

        await self._archive.write(step)

    async def _turn(self, chat: str, pace: ChatPace, *, paced: bool) -> bool:
        """Wait for the chat's turn; False if it is so far off that a wake is better."""
        delay_of = self._paces.delay if paced else self._paces.rest
        while (delay := delay_of(pace)) > 0:
            if delay > PATIENCE:
                await self._park(chat, self._clock() + timedelta(seconds=delay))
                return False
            await self._sleep(delay)
            if self._stopping:
                return False
        if paced:
            await self._paces.turn(pace)
        return True

    async def _claim(self, delivery: Delivery, channel: Channel, sender: Sender) -> Claimed | None:
        """Take the row durably: from here on a crash leaves the outcome unknown."""
        now = self._clock()
        looks = sender.looker is not None and bool(buttons(delivery, channel))

        def step(conn: Connection) -> Claimed | None:
            known = chats.get(conn, delivery.chat) if looks else None
            mark = marked(known, chats.last_conflict(conn), looks) if known is not None else None
            taken = outgoing.claim(conn, delivery.id, now, mark if delivery.kind == "alert" else None)
            return None if taken is None else Claimed(taken, outgoing.parent_of(conn, taken))

        return await self._archive.write(step, durable=True)

    async def _send(self, claimed: Claimed, channel: Channel, sender: Sender) -> Outcome:
        delivery, parent = claimed.delivery, claimed.parent
        try:
            message = prepare(delivery, parent, channel, default_zone=self.default_zone)
        except (ValueError, KeyError, TypeError) as error:
            log.exception("delivery cannot be rendered", extra={"delivery": delivery.id})
            return Permanent(f"it cannot be rendered: {error!r}", "message")
        try:
            if delivery.kind == "edit":
                return await _edit(delivery, parent, message, sender)
            return await sender.send(message)
        except Exception as error:
            log.exception("sender failed", extra={"delivery": delivery.id})
            return Unknown(f"the sender failed: {error!r}")

    async def _write(self, chat: str, answered: Answered) -> None:
        # Kept until it is written: a full disk must not turn a sent message into a second one.
        self._unwritten[chat] = answered
        await self._archive.write(lambda conn: record(conn, answered, self._times, self._report))
        del self._unwritten[chat]
        self.on_answer(answered)

    def _paced_on(self, chat: str, pace: ChatPace, answered: Answered) -> bool:
        """Hold the chat, or the bot, as the outcome demands; whether the chat may go on at once."""
        match answered.outcome:
            case Wait(seconds, _, True):
                self._paces.park_bot(seconds)
            case Wait(seconds):
                self._paces.park(chat, pace, seconds, asked=True)
            case NotSent() | Unknown() if answered.repeatable:
                change = after("sending", "not_sent", answered.at, self._times, failures=pace.failures)
                pause = (change.not_before or answered.at) - answered.at
                self._paces.park(chat, pace, pause.total_seconds(), asked=False)
                pace.failures += 1
            case _:
                pace.failures = 0
        return True

    async def _look(self, delivery: Delivery, channel: Channel, sender: Sender, pace: ChatPace) -> bool:
        looker = sender.looker
        why_not = await self._looking.allowed(delivery, channel, looker)
        if why_not is not None or looker is None:
            await self._looking.blind(delivery, channel, why_not or "")
            return True
        if not await self._turn(delivery.chat, pace, paced=True):
            return False
        try:
            hindrance = await self._looking.step(delivery, channel, looker)
        finally:
            self._paces.done(pace)
        match hindrance:
            case Wait(seconds, _, True):
                self._paces.park_bot(seconds)
            case Wait(seconds, reason):
                self._paces.park(delivery.chat, pace, seconds, asked=True)
                until = self._clock() + timedelta(seconds=seconds)
                await self._archive.write(lambda conn: chats.park(conn, delivery.chat, until, reason))
            case NotSent():
                self._paces.park(delivery.chat, pace, self._times.backoff_most.total_seconds(), asked=False)
                pace.failures += 1
            case _:
                pass
        return True

    async def _orphan(self, delivery: Delivery) -> None:
        reason = f"the channel {delivery.channel} is not in the config"
        now = self._clock()
        values: dict[str, object] = {"not_before": None, "recheck_at": None}
        if delivery.state != "sent":
            values |= {"state": "dead", "reason": reason, "code": GONE}
        await self._archive.write(
            lambda conn: outgoing.change(conn, delivery.id, delivery.state, now, **values)
        )

    async def _hold_back(self, delivery: Delivery, until: datetime) -> None:
        now = self._clock()
        change = after(delivery.state, "quiet", now, self._times, asked=until - now)
        await self._archive.write(
            lambda conn: outgoing.change(
                conn, delivery.id, delivery.state, now, state=change.state, not_before=change.not_before
            )
        )

    async def _defer(self, chat: str, later: datetime) -> bool:
        """Run again then, unless something has come in meanwhile that is due now."""
        now = self._clock()

        def step(conn: Connection) -> bool:
            defer(conn, JOB, chat, later)
            return outgoing.work(conn, chat, now).later is not None

        return await self._archive.write(step)

    async def _park(self, chat: str, until: datetime) -> None:
        # Whatever comes in meanwhile has to wait as well.
        await self._archive.write(lambda conn: defer(conn, JOB, chat, until))


def _choose(work: Work, just_looked: bool) -> Delivery | None:
    """Looking takes turns with sending: neither waits for the end of the other."""
    search = work.settle or work.recheck
    if work.send is not None and (just_looked or search is None):
        return work.send
    return search


async def _edit(delivery: Delivery, parent: Parent | None, message: Message, sender: Sender) -> Outcome:
    if not sender.paced:
        return await sender.edit(0, message)
    standing = parent is not None and parent.state == "sent" and parent.chat == delivery.chat
    if parent is None or parent.message_id is None or not standing:
        return Permanent("the message it would change is not there", "edited")
    return await sender.edit(parent.message_id, message)
