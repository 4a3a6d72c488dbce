"""Which deliveries do not get on?

For `status`: open and dead deliveries gathered by channel and state, and when their chat last got
something. The single rows are listed by `archive/deliveries.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from archive.deliveries import OPEN, State
from archive.tables import chat as chat_table
from archive.tables import delivery as table


@dataclass(frozen=True, slots=True)
class Heap:
    """The deliveries of one channel in one state.

    `since` is when the first of them came into it, `reason` one of their reasons. `due` is when the
    first could have been sent, None where it may not yet; `chat_sent_at` when their chat last got a
    message, `chat_waits_until` how long nothing may go there.
    """

    channel: str
    state: State
    count: int
    since: datetime
    reason: str | None
    held: int
    due: datetime | None
    chat_sent_at: datetime | None
    chat_waits_until: datetime | None


def heaps(conn: Connection, now: datetime) -> list[Heap]:
    """All that is open or dead, by channel and state."""
    due = func.coalesce(table.c.not_before, table.c.created_at)
    held = (table.c.state == "uncertain") & table.c.not_before.is_(None)
    sent = table.alias("sent")
    last = (
        select(sent.c.chat, func.max(sent.c.sent_at).label("at")).group_by(sent.c.chat).subquery("last_sent")
    )
    rows = conn.execute(
        select(
            table.c.channel,
            table.c.state,
            func.count().label("count"),
            func.min(table.c.changed_at).label("since"),
            func.max(table.c.reason).label("reason"),
            func.sum(case((held, 1), else_=0)).label("held"),
            func.min(case((due <= now, due))).label("due"),
            func.max(last.c.at).label("chat_sent_at"),
            func.max(chat_table.c.not_before).label("chat_waits_until"),
        )
        .select_from(
            table.outerjoin(last, last.c.chat == table.c.chat).outerjoin(
                chat_table, chat_table.c.chat == table.c.chat
            )
        )
        .where(OPEN | (table.c.state == "dead"))
        .group_by(table.c.channel, table.c.state)
        .order_by(table.c.channel, table.c.state)
    )
    return [Heap(**row._mapping) for row in rows]
