"""Did a message of unknown outcome arrive, and under which id?

Telegram has no way to ask, but one to find out: changing the buttons of a message to those it
bears already is answered "not modified" by exactly that message. Here is when that is harmless and
therefore allowed, which ids are tried, and what follows from the answers. Waiting for a turn, and
everything else about sending, is the worker's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from alerts.channel import Channel, TelegramChannel
from alerts.channels.interface import Looker, NotSent, Outcome, Permanent, Seen, Sent, Wait
from alerts.outbox.outcomes import Report, adopt
from alerts.outbox.preparing import buttons, is_of
from alerts.outbox.transitions import Event, Times, after
from archive import chats, events, outgoing
from archive.archive import Archive
from archive.chats import Chat
from archive.deliveries import Delivery

# So many ids are tried for one message, the nearest first.
MOST_IDS = 60
# Above the highest id known only so many: the later look covers what comes in meanwhile, and a
# message that did not arrive should not wait long for its resending.
BEYOND = 20


@dataclass(slots=True)
class Search:
    """The ids that may be the lost message of one delivery, and how far they have been tried.

    `closed` tells that a later message of ours ends the range: what is not in it did not arrive
    before that one. `doubtful` are ids that were asked about and did not answer, `pending` the one
    that was asked about last. What is doubtful is read: `unread` are those whose turn is still to come,
    `read` those that had theirs.
    """

    ids: tuple[int, ...]
    closed: bool
    tried: int = 0
    doubtful: tuple[int, ...] = ()
    pending: int | None = None
    unread: list[int] = field(default_factory=list)
    read: set[int] = field(default_factory=set)

    @property
    def over(self) -> bool:
        return self.tried >= len(self.ids)


def marked(known: Chat, conflict: datetime | None, buttons_there: bool) -> int | None:
    """The mark of an attempt that begins now: the highest id known, if it is good for looking.

    It is not where the message bears no buttons of ours, where no message of the chat was ever
    answered, and where another program used the token after that message.
    """
    if not buttons_there or known.highest_id is None or known.highest_at is None:
        return None
    return None if conflict is not None and conflict >= known.highest_at else known.highest_id


def forbidden(delivery: Delivery, known: Chat, conflict: datetime | None) -> str | None:
    """Why looking for this delivery is not allowed, as far as the archive knows; None if it is."""
    if delivery.mark is None:
        return "it bears no button, or nothing was known of its chat when it was sent"
    if known.look_stopped is not None:
        return f"looking has been stopped in this chat: {known.look_stopped}"
    if conflict is not None and conflict >= delivery.created_at:
        return "another program has used the bot's token since"
    return None


def search(conn: Connection, delivery: Delivery) -> Search:
    """The ids above the delivery's mark that are not known to be another message."""
    mark = delivery.mark or 0
    highest = chats.get(conn, delivery.chat).highest_id or mark
    doubtful = tuple(delivery.doubtful or ())
    known = chats.known_ids(conn, delivery.chat, mark, limit=20 * MOST_IDS)
    taken = known | set(doubtful)
    last = max(highest, mark) + BEYOND
    free = [id_ for id_ in range(mark + 1, min(last, mark + 21 * MOST_IDS) + 1) if id_ not in taken]
    ids = tuple(free[:MOST_IDS])
    unread = [id_ for id_ in doubtful if id_ > mark and id_ not in known]
    return Search(ids, bool(ids) and highest >= ids[-1], doubtful=doubtful, unread=unread)


class Looking:
    """Looks for lost messages, one question a call; what was tried is forgotten with the process."""

    def __init__(self, archive: Archive, clock: Callable[[], datetime], times: Times, report: Report) -> None:
        self._archive = archive
        self._clock = clock
        self._times = times
        self._report = report
        self._searches: dict[int, Search] = {}

    async def allowed(self, delivery: Delivery, channel: Channel, looker: Looker | None) -> str | None:
        """None if the delivery may be looked for now; else why not."""
        if looker is None:
            return "this kind of channel cannot be looked into"
        if not buttons(delivery, channel):
            # Any message of ours without buttons would answer. It may have been an alert with some once:
            # one that became part of a late digest, or whose channel had them switched off since.
            return "it bears no button"
        why_not = await self._archive.read(
            lambda conn: forbidden(delivery, chats.get(conn, delivery.chat), chats.last_conflict(conn))
        )
        return why_not or await looker.may_look(delivery.chat)

    async def _give_up(self, delivery: Delivery, channel: Channel, why: str) -> None:
        holds = isinstance(channel, TelegramChannel) and channel.on_uncertain == "hold"
        if holds:
            now = self._clock()
            await self._archive.write(lambda conn: _hold(conn, delivery, why, now, self._times, self._report))
        else:
            await self._change(delivery, "unlookable_resend", reason=why, resent=delivery.resent + 1)

    async def step(self, delivery: Delivery, channel: Channel, looker: Looker) -> Outcome | None:
        """Try the next id for an uncertain delivery or a recheck; an Outcome if it must wait."""
        wanted = self._searches.get(delivery.id)
        if wanted is None:
            wanted = await self._archive.read(lambda conn: search(conn, delivery))
            self._searches[delivery.id] = wanted
        if wanted.unread:
            return await self._read(delivery, channel, wanted, looker)
        if wanted.over:
            await self._not_found(delivery, wanted)
            return None
        id_ = wanted.ids[wanted.tried]
        if not await self._doubt(delivery, wanted, id_):
            wanted.tried += 1
            return None
        sight = await looker.look(delivery.chat, id_, buttons(delivery, channel))
        match sight:
            case Wait() | NotSent():
                wanted.pending = None
                return sight
            case Permanent():
                self._searches.pop(delivery.id, None)
                await self.blind(delivery, channel, sight.reason)
            case "ours":
                self._searches.pop(delivery.id, None)
                await self._found(delivery, id_, looker)
            case Seen():
                await self._misfire(delivery, channel, id_, sight, looker)
            case "other":
                wanted.pending = None
                wanted.tried += 1
            case _:
                wanted.tried += 1
                wanted.doubtful += (id_,)
                wanted.pending = None
                wanted.unread.append(id_)
        return None

    async def _read(
        self, delivery: Delivery, channel: Channel, wanted: Search, looker: Looker
    ) -> Outcome | None:
        """An id that did not answer: what stands there may bear our buttons by our own question.

        But what it says is its own, so it is read, twice where the first answer is lost too.
        """
        id_ = wanted.unread[0]
        if await self._archive.read(lambda conn: _is_known(conn, delivery.chat, id_)):
            wanted.unread.pop(0)
            return None
        seen = await looker.read(delivery.chat, id_, buttons(delivery, channel))
        match seen:
            case Wait() | NotSent():
                return seen
            case Permanent():
                self._searches.pop(delivery.id, None)
                await self.blind(delivery, channel, seen.reason)
            case "other":
                wanted.unread.pop(0)
                wanted.doubtful = tuple(doubted for doubted in wanted.doubtful if doubted != id_)
            case Seen():
                wanted.unread.pop(0)
                lost = await self._archive.read(lambda conn: outgoing.lost(conn, delivery))
                said = sum(is_of(seen, other, channel) for other in [delivery, *lost])
                # One article may go to two topics of a group: their alerts read alike.
                if said <= 1:
                    await self._misfire(delivery, channel, id_, seen, looker)
            case _:
                wanted.unread.pop(0)
                if id_ not in wanted.read:
                    wanted.read.add(id_)
                    wanted.unread.append(id_)
        return None

    async def _doubt(self, delivery: Delivery, wanted: Search, id_: int) -> bool:
        """Write down, before asking, that this id is asked about; False if it is known by now.

        The question may itself put our buttons there. If its answer is lost, by a crash or on the
        wire, the same question would then be answered "ours" by somebody else's message.
        """
        if wanted.pending is not None:
            wanted.doubtful += (wanted.pending,)
            wanted.pending = None
        asked = [*wanted.doubtful, id_]
        now = self._clock()
        # Its time has come, whatever a clock that was set back makes of the time that stands there.
        begun = {"recheck_at" if delivery.state == "sent" else "not_before": now}

        def step(conn: Connection) -> bool:
            # Messages sent since the search began.
            if _is_known(conn, delivery.chat, id_):
                return False
            outgoing.change(conn, delivery.id, delivery.state, now, doubtful=asked, **begun)
            return True

        may_ask = await self._archive.write(step, durable=True)
        wanted.pending = id_ if may_ask else None
        return may_ask

    async def _found(self, delivery: Delivery, id_: int, looker: Looker) -> None:
        if delivery.state != "sent":
            await self._adopt(delivery, id_)
            return
        gone = await looker.delete(delivery.chat, id_)
        now = self._clock()
        removed = isinstance(gone, Sent)
        note = f"a second copy is message {id_} and could not be deleted" if not removed else None

        def write(conn: Connection) -> None:
            outgoing.change(
                conn,
                delivery.id,
                "sent",
                now,
                twins=delivery.twins + (1 if removed else 0),
                reason=note,
                # There may be a third: looked for at once, from the start.
                recheck_at=now if removed else None,
            )

        await self._archive.write(write)

    async def _adopt(self, delivery: Delivery, id_: int) -> None:
        now = self._clock()

        def write(conn: Connection) -> None:
            if adopt(conn, delivery, id_, "found", now, self._times):
                chats.note_id(conn, delivery.chat, id_, now)

        await self._archive.write(write)

    async def _not_found(self, delivery: Delivery, wanted: Search) -> None:
        self._searches.pop(delivery.id, None)
        # The last question was answered too, unless it is still pending.
        doubtful = list(wanted.doubtful) + ([] if wanted.pending is None else [wanted.pending])
        if delivery.state == "sent":
            await self._change(delivery, "rechecked", recheck_at=None, doubtful=doubtful)
            return
        seen = "is not among the messages after it" if wanted.closed else "was not seen"
        await self._change(
            delivery,
            "missing",
            reason=f"looked for: it {seen}",
            resent=delivery.resent + 1,
            doubtful=doubtful,
        )

    async def blind(self, delivery: Delivery, channel: Channel, why: str) -> None:
        """Looking is not allowed: resend, hold, or let a sent message be."""
        if delivery.state == "sent":
            await self._change(delivery, "rechecked", recheck_at=None)
        else:
            await self._give_up(delivery, channel, why)

    async def _misfire(
        self, delivery: Delivery, channel: Channel, id_: int, seen: Seen, looker: Looker
    ) -> None:
        """A message of ours bears our buttons because we put them there: whose is it?

        It is the delivery's whose alert it says; else, if it can be that of exactly one other delivery
        of the chat, that one's.
        """
        lost = await self._archive.read(lambda conn: outgoing.lost(conn, delivery))
        # What was first tried when this id was known to be passed already lies above it.
        possible = [other for other in lost if id_ > (other.mark or 0)]
        said = [other for other in possible if is_of(seen, other, channel)]
        if not said and is_of(seen, delivery, channel):
            self._searches.pop(delivery.id, None)
            await self._believe(delivery, id_)
            await self._found(delivery, id_, looker)
            return
        owners = said or possible
        only = owners[0] if len(owners) == 1 else None
        owner = only if only is not None and _may_own(only, id_, sure=bool(said)) else None
        await looker.stamp(delivery.chat, id_, buttons(owner, channel) if owner is not None else ())
        if owner is not None:
            await self._believe(owner, id_)
            await self._adopt(owner, id_)
            self._searches.pop(owner.id, None)
            self._searches.pop(delivery.id, None)
            return
        now = self._clock()
        why = f"message {id_} was one of ours that was not looked for"
        await self._archive.write(lambda conn: _stop(conn, delivery, why, now, self._report))
        self._searches.pop(delivery.id, None)
        await self.blind(delivery, channel, why)

    async def _believe(self, delivery: Delivery, id_: int) -> None:
        """What stands under this id is in doubt no more."""
        now = self._clock()

        def write(conn: Connection) -> None:
            doubtful = [
                doubted for doubted in outgoing.fetch(conn, delivery.id).doubtful or () if doubted != id_
            ]
            outgoing.change(conn, delivery.id, delivery.state, now, doubtful=doubtful)

        await self._archive.write(write)

    async def _change(self, delivery: Delivery, event: Event, **values: object) -> None:
        now = self._clock()
        change = after(delivery.state, event, now, self._times, resent=delivery.resent)
        await self._archive.write(
            lambda conn: outgoing.change(
                conn,
                delivery.id,
                delivery.state,
                now,
                state=change.state,
                not_before=change.not_before,
                **values,
            )
        )


def _may_own(lost: Delivery, id_: int, *, sure: bool) -> bool:
    unknown = lost.kind == "alert" and lost.state == "uncertain" and lost.mark is not None
    return unknown and id_ > (lost.mark or 0) and (sure or id_ not in (lost.doubtful or ()))


def _is_known(conn: Connection, chat: str, id_: int) -> bool:
    return id_ in chats.known_ids(conn, chat, id_ - 1, limit=1)


def _hold(
    conn: Connection, delivery: Delivery, why: str, now: datetime, times: Times, report: Report
) -> None:
    change = after(delivery.state, "unlookable_hold", now, times)
    reason = f"held: {delivery.reason or 'its outcome is unknown'}; {why}"
    if outgoing.change(
        conn, delivery.id, "uncertain", now, state=change.state, not_before=None, reason=reason
    ):
        text = f"delivery {delivery.id} is held, a copy may stand: look, then `wirewatch retry {delivery.id}`"
        report(conn, events.Event(now, "delivery", f"channel {delivery.channel}", text))


def _stop(conn: Connection, delivery: Delivery, why: str, now: datetime, report: Report) -> None:
    chats.put(conn, delivery.chat, look_stopped=why)
    outgoing.change(conn, delivery.id, delivery.state, now, misfires=delivery.misfires + 1)
    report(conn, events.Event(now, "delivery", f"channel {delivery.channel}", f"no longer looking: {why}"))
