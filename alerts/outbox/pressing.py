"""What does a pressed button prove?

It carries delivery and key, so the message it stands under is a copy of that delivery: the outcome is
known without looking, and a second copy is a twin. What the reader is answered is `alerts/bot/`.
"""

from datetime import datetime
from hmac import compare_digest
from typing import NamedTuple

from sqlalchemy import Connection

from alerts.outbox.buttons import PressedButton
from alerts.outbox.outcomes import adopt
from alerts.outbox.transitions import Times
from archive import chats, deliveries
from archive.deliveries import Delivery


class Pressed(NamedTuple):
    """The delivery behind a button, and the id of a twin that should be deleted."""

    delivery: Delivery
    twin: int | None


def owner(conn: Connection, chat: str, button: PressedButton) -> Delivery | None:
    """The delivery that this button in `chat` belongs to; None if it is forged or stands elsewhere.
    Writes nothing."""
    row = deliveries.get(conn, button.delivery)
    if row is None or not compare_digest(row.key.encode(), button.key.encode()):
        return None
    return row if chats.current(conn, row.chat) == chats.current(conn, chat) else None


def pressed(
    conn: Connection, chat: str, message_id: int, button: PressedButton, now: datetime, times: Times
) -> Pressed | None:
    """Record that a button of ours stands under this message; None if that cannot be.

    Repeating it changes nothing.
    """
    row = owner(conn, chat, button)
    if row is None:
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
