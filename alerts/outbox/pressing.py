"""What does a pressed button prove?

It carries delivery and key, so the message it stands under is a copy of that delivery: the outcome is
known without looking, and a second copy is a twin. What the reader is answered is `alerts/bot/`.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from alerts.outbox.outcomes import adopt
from alerts.outbox.transitions import Times
from archive import chats, deliveries
from archive.deliveries import Delivery


class Pressed(NamedTuple):
    """The delivery behind a button, and the id of a twin that should be deleted."""

    delivery: Delivery
    twin: int | None


def read_button(data: str) -> tuple[str, int, str] | None:
    """Verb, delivery and key of a button's data; None where it is not ours."""
    verb, _, rest = data.partition(":")
    number, _, key = rest.partition(":")
    return (verb, int(number), key) if number.isascii() and number.isdecimal() and key else None


def pressed(
    conn: Connection, chat: str, message_id: int, delivery: int, key: str, now: datetime, times: Times
) -> Pressed | None:
    """Record that a button of `delivery` stands under this message; None if that cannot be.

    Repeating it changes nothing.
    """
    row = deliveries.get(conn, delivery)
    if row is None or row.key != key or chats.current(conn, row.chat) != chats.current(conn, chat):
        return None
    chats.note_id(conn, chat, message_id, now)
    if message_id in (row.doubtful or ()):
        # These buttons may have come there by looking.
        return Pressed(row, None)
    if row.state == "sent":
        if row.message_id is None or row.chat != chat:
            return Pressed(row, None)
        return Pressed(row, message_id if row.message_id != message_id else None)
    if row.state in ("uncertain", "pending", "waiting"):
        adopt(conn, row, message_id, "pressed", now, times)
    return Pressed(row, None)
