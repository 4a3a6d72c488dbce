"""What is written down when an attempt was answered?

One transaction an outcome: the row's new state by the table of `transitions.py`, the chat's pace and
newest message id, the fate of the other rows of a chat that refuses, and what operators are told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.channels.interface import Code, Moved, NotSent, Outcome, Permanent, Sent, Unknown, Wait
from alerts.outbox.transitions import Change, Event, Times, after
from archive import chats, deliveries, events, outgoing
from archive.deliveries import Delivery
from archive.wake import wake

Report = Callable[[Connection, events.Event], None]

# How the end of a destination reads, and what can be done about it.
WORDS: dict[Code, str] = {
    "chat": "the chat does not exist, or the bot cannot see it",
    "blocked": "the reader has blocked the bot",
    "kicked": "the bot was put out of the chat",
    "topic": "the topic is closed or gone",
    "rights": "the bot lacks a right in the chat",
}
_REMEDIES: dict[Code, str] = {
    "chat": "add the bot to the chat, or mend `chat` in the config",
    "blocked": "the reader has to start the bot again",
    "kicked": "add the bot to the chat again",
    "topic": "open the topic again, or mend `topic` in the config",
    "rights": "give the bot the right",
}
# One failed attempt is no news; after so many in a row operators are told.
_NEWS = 2
UNREACHABLE = "Telegram cannot be reached; messages wait and keep their order"


@dataclass(frozen=True, slots=True)
class Answered:
    """An attempt and its outcome. `failures` counts the failed ones in a row before it; `recent` is
    the chat's pace as written, None where the sender is not paced."""

    delivery: Delivery
    outcome: Outcome
    at: datetime
    failures: int = 0
    recent: tuple[int, ...] | None = None

    @property
    def repeatable(self) -> bool:
        """Whether the attempt is simply made again: it did not go out, or twice does no harm."""
        edit = self.delivery.kind == "edit"
        return isinstance(self.outcome, NotSent) or (edit and isinstance(self.outcome, Unknown))


def record(conn: Connection, answered: Answered, times: Times, report: Report = events.record) -> Change:
    """Write everything that follows from `answered`; the row's change. `report` tells operators."""
    # What goes wrong with a notice about a trouble must not make the next notice.
    tell = events.record if answered.delivery.kind == "notice" else report
    delivery, now = answered.delivery, answered.at
    event, asked = _event(delivery, answered.outcome)
    change = after(
        "sending",
        event,
        now,
        times,
        edit=delivery.kind == "edit",
        failures=answered.failures,
        resent=delivery.resent,
        asked=asked,
    )
    _write_row(conn, answered, change, event, times)
    if answered.recent is not None:
        chats.put_recent(conn, delivery.chat, answered.recent)
    match answered.outcome:
        case Sent(message_id):
            if message_id is not None and delivery.kind != "edit":
                chats.note_id(conn, delivery.chat, message_id, now)
            # Also where a notice was the first to arrive: it tells of the trouble, not of its end.
            _relieve(conn, _subject(delivery), now, report)
            # What a terminal or another service took says nothing of the bot.
            if answered.recent is not None:
                _relieve(conn, "bot", now, report)
        case Wait(_, reason, whole_bot):
            if whole_bot:
                _complain(conn, "bot", f"{reason}; sending has stopped, the queue is kept", now, tell)
            else:
                chats.park(conn, delivery.chat, now + asked, reason)
        case NotSent() if answered.failures >= _NEWS:
            _complain(conn, "bot", UNREACHABLE, now, tell)
        case Moved(chat):
            chats.move(conn, delivery.chat, chat)
            _tell(
                conn,
                _subject(delivery),
                f"the group is a supergroup now: {delivery.chat} → {chat}",
                now,
                tell,
            )
            wake(conn, deliveries.JOB, chat, now)
        case Permanent(reason, code):
            _refuse(conn, answered, event, code, tell)
        case _:
            pass
    return change


def remedy(trouble: str) -> str:
    """What to do about a destination of which this was noted."""
    for code, words in WORDS.items():
        if trouble.startswith(words):
            return f"{_REMEDIES[code]}, then `wirewatch retry --all`"
    if trouble == UNREACHABLE:
        return "see to the network of this machine, or to `telegram.api_url`; it goes on by itself"
    return "when it is mended, what waits is sent by itself"


def _event(delivery: Delivery, outcome: Outcome) -> tuple[Event, timedelta]:
    none = timedelta(0)
    match outcome:
        case Sent():
            return "sent", none
        case NotSent():
            return "not_sent", none
        case Unknown():
            return "unknown", none
        case Wait(seconds):
            return "wait", timedelta(seconds=seconds)
        case Moved():
            return "moved", none
        case Permanent(_, "edited"):
            # What was to be changed is gone: there is nothing left to do.
            return "sent", none
        case Permanent(_, "markup") if not delivery.plain:
            return "refused_markup", none
        case Permanent():
            return "refused", none


def _write_row(conn: Connection, answered: Answered, change: Change, event: Event, times: Times) -> None:
    delivery, outcome, now = answered.delivery, answered.outcome, answered.at
    values: dict[str, object] = {
        "state": change.state,
        "not_before": change.not_before,
        "reason": None if isinstance(outcome, Sent | Moved) else outcome.reason,
        "code": outcome.code if isinstance(outcome, Permanent) else None,
    }
    if change.state == "sent":
        values["sent_at"] = now
        if isinstance(outcome, Sent):
            values["message_id"] = outcome.message_id
        # Of an attempt before this one a copy may still turn up.
        if delivery.resent and delivery.mark is not None:
            values["recheck_at"] = now + times.recheck
    if change.state == "uncertain":
        values["unknown"] = delivery.unknown + 1
    if event == "refused_markup":
        values["plain"] = True
    if isinstance(outcome, Wait) and outcome.whole_bot:
        # A new token lets it go at once.
        values["not_before"] = None
    outgoing.change(conn, delivery.id, "sending", now, **values)


def adopt(
    conn: Connection, delivery: Delivery, message_id: int, event: Event, now: datetime, times: Times
) -> bool:
    """The message of unknown outcome is this one; False if the row has changed meanwhile."""
    change = after(delivery.state, event, now, times)
    # What was sent twice may stand twice: that is looked for once more, where it can be looked for.
    twins_possible = delivery.resent > 0 and delivery.mark is not None
    return outgoing.change(
        conn,
        delivery.id,
        delivery.state,
        now,
        state=change.state,
        not_before=None,
        message_id=message_id,
        sent_at=now,
        reason=None,
        found=delivery.found + 1,
        recheck_at=now + times.recheck if twins_possible else None,
    )


def _refuse(conn: Connection, answered: Answered, event: Event, code: Code, tell: Report) -> None:
    delivery, now = answered.delivery, answered.at
    reason = answered.outcome.reason if isinstance(answered.outcome, Permanent) else ""
    if event == "refused_markup":
        _tell(
            conn,
            _subject(delivery),
            f"Telegram refused the markup of delivery {delivery.id}, it goes as plain text; "
            f"please report this: {reason}",
            now,
            tell,
        )
    elif code in WORDS:
        channel = delivery.channel if code == "topic" else None
        buried = outgoing.bury(conn, delivery.chat, channel, reason, code, now)
        waiting = f"{buried + 1} message{'s' if buried else ''}"
        told = chats.is_told(conn, _subject(delivery), WORDS[code])
        if chats.complain(conn, _subject(delivery), f"{WORDS[code]} ({reason})", now) and not told:
            _tell(
                conn,
                _subject(delivery),
                f"{WORDS[code]} ({reason}). {waiting} kept: when it is mended, `wirewatch retry --all`",
                now,
                tell,
            )
    elif event == "refused":
        _tell(conn, _subject(delivery), f"delivery {delivery.id} was refused: {reason}", now, tell)


def _complain(conn: Connection, subject: str, text: str, now: datetime, tell: Report) -> None:
    if chats.complain(conn, subject, text, now):
        _tell(conn, subject, text, now, tell)


def _relieve(conn: Connection, subject: str, now: datetime, tell: Report) -> None:
    if chats.relieve(conn, subject):
        _tell(conn, subject, "messages arrive again", now, tell)


def _subject(delivery: Delivery) -> str:
    return f"channel {delivery.channel}"


def _tell(conn: Connection, subject: str, text: str, now: datetime, tell: Report) -> None:
    tell(conn, events.Event(now, "delivery", subject, text))
