"""What follows when the bot's own membership of a chat has changed?

Telegram tells at once that the bot was blocked, put out or let in again, or that a right was given or
taken; operators hear of it without waiting for the next alert. Nothing is given up for it: such news may
be a day old, so rows are dead only when a message is refused (`outcomes.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection

from alerts.channel import Channel
from alerts.channels.interface import Membership
from alerts.channels.senders import chat_key
from alerts.outbox.outcomes import WORDS, Report
from archive import chats, deliveries, events

EDITS_OTHERS = (
    "the bot may edit other people's posts in this chat, so lost messages cannot be looked for and may come "
    "twice: take that right away from it"
)


def changed(
    conn: Connection,
    chat: str,
    channels: Mapping[str, Channel],
    before: Membership,
    after: Membership,
    now: datetime,
    report: Report,
) -> None:
    """Note and tell what the change means for each of the channels that go to this chat."""
    for name in _channels_of(conn, chat, channels):
        subject = f"channel {name}"
        if after.hindrance is not None:
            words = WORDS[after.hindrance]
            if not chats.is_told(conn, subject, words):
                chats.complain(conn, subject, words, now)
                text = (
                    f"{words}. What is refused meanwhile is kept: when it is mended, `wirewatch retry --all`"
                )
                report(conn, events.Event(now, "delivery", subject, text))
        elif before.hindrance is not None and chats.relieve(conn, subject):
            report(conn, events.Event(now, "delivery", subject, _back(conn, chat)))
        if after.edits_others and not before.edits_others:
            report(conn, events.Event(now, "delivery", subject, EDITS_OTHERS))


def _channels_of(conn: Connection, chat: str, channels: Mapping[str, Channel]) -> Iterator[str]:
    here = chats.known_as(conn, chat)
    return (name for name, channel in channels.items() if chats.known_as(conn, chat_key(channel)) == here)


def _back(conn: Connection, chat: str) -> str:
    kept = deliveries.dead_count(conn, chats.current(conn, chat))
    waiting = f": {kept} kept, `wirewatch retry --all` sends them" if kept else ""
    return f"the bot may post in the chat again{waiting}"
