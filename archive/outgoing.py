"""Which delivery of a chat is next, and how is an outcome recorded?

The outbox's own statements on `delivery`. Adding, counting and replaying deliveries is
`archive/deliveries.py`; what an outcome means is decided in `alerts/outbox/transitions.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update
from sqlalchemy.sql.dml import Update

from archive.deliveries import OPEN, Delivery, State, from_row
from archive.tables import delivery as table

# A row changed later than now, by more than this, shows that the clock was set back.
SET_BACK = timedelta(minutes=1)
# A stray copy of a message is not older than this, compared with its second sending.
STRAY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Parent:
    """The delivery whose message is edited or answered. `content` is what is to stand there by now."""

    id: int
    state: State
    chat: str
    message_id: int | None
    key: str
    content: dict[str, Any]
    additions: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a chat has to do: the next row to send, the next unknown one to settle, the next to look
    for once more; and when the earliest of the others is due, where there is none of these."""

    send: Delivery | None
    settle: Delivery | None
    recheck: Delivery | None
    later: datetime | None


def work(conn: Connection, chat: str, now: datetime) -> Work:
    """What `chat` has to do now, first what somebody waits for. All queries lean on a partial index."""
    asked = {"of": chat, "now": now, "set_back": now + SET_BACK}
    queries = (_ASKED, _SENDABLE, _UNKNOWN, _RECHECK)
    rows = [conn.execute(query, asked).one_or_none() for query in queries]
    first, next_, settle, check = (None if row is None else from_row(row) for row in rows)
    send = first or next_
    later = None if send or settle or check else _later(conn, chat, now)
    return Work(send, settle, check, later)


_NOW = bindparam("now", type_=table.c.not_before.type)
_OF_CHAT = table.c.chat == bindparam("of")
# Times that were written under a clock that ran ahead would hold the row for as long as it did.
_SET_BACK = table.c.changed_at > bindparam("set_back")
# What waits because its chat has to goes first when the chat may go on: the pace is the chat's.
_DUE = or_(table.c.not_before.is_(None), table.c.not_before <= _NOW, table.c.state == "waiting", _SET_BACK)


def _parent_settled(parent: Any) -> ColumnElement[bool]:
    # An answer need not wait for a message that a person has to decide about; an edit must.
    held = and_(parent.c.state == "uncertain", parent.c.not_before.is_(None), table.c.edits.is_(None))
    return or_(parent.c.id.is_(None), parent.c.state.in_(("sent", "dead")), held)


_PARENT = table.alias("parent")
_SENDABLE = (
    select(table)
    .select_from(table.outerjoin(_PARENT, _PARENT.c.id == func.coalesce(table.c.edits, table.c.reply_to)))
    .where(OPEN, _OF_CHAT, table.c.state.in_(("pending", "waiting")), _DUE, _parent_settled(_PARENT))
    .order_by(table.c.id)
    .limit(1)
)
_ASKED = _SENDABLE.where(table.c.asked_at.is_not(None))
_UNKNOWN = (
    select(table)
    .where(OPEN, _OF_CHAT, table.c.state == "uncertain", table.c.not_before.is_not(None), _DUE)
    .order_by(table.c.id)
    .limit(1)
)
_RECHECK = (
    select(table)
    .where(table.c.recheck_at.is_not(None), _OF_CHAT, or_(table.c.recheck_at <= _NOW, _SET_BACK))
    .order_by(table.c.id)
    .limit(1)
)


def _later(conn: Connection, chat: str, now: datetime) -> datetime | None:
    times = [conn.execute(query, {"of": chat, "now": now}).scalar() for query in (_LATER, _LATER_CHECK)]
    return min((moment for moment in times if moment is not None), default=None)


_LATER = select(func.min(table.c.not_before)).where(OPEN, _OF_CHAT, table.c.not_before > _NOW)
_LATER_CHECK = select(func.min(table.c.recheck_at)).where(_OF_CHAT, table.c.recheck_at > _NOW)


def fetch(conn: Connection, id_: int) -> Delivery:
    """The row as it is now."""
    return from_row(conn.execute(select(table).where(table.c.id == id_)).one())


def parent_of(conn: Connection, delivery: Delivery) -> Parent | None:
    """The one whose message it edits or answers."""
    above = delivery.edits if delivery.edits is not None else delivery.reply_to
    if above is None:
        return None
    row = conn.execute(select(table).where(table.c.id == above)).one()
    return Parent(row.id, row.state, row.chat, row.message_id, row.key, row.content, row.additions)


def claim(conn: Connection, id_: int, now: datetime, mark: int | None) -> Delivery | None:
    """Take the row for sending, if it still waits; a mark set by an earlier attempt stays."""
    row = conn.execute(_CLAIM, {"one": id_, "now": now, "seen": mark}).one_or_none()
    return None if row is None else from_row(row)


_CLAIM = (
    update(table)
    .where(table.c.id == bindparam("one"), table.c.state.in_(("pending", "waiting")))
    .values(
        state="sending",
        attempts=table.c.attempts + 1,
        not_before=None,
        changed_at=_NOW,
        # Of the first attempt: its copy would lie lowest.
        mark=func.coalesce(table.c.mark, bindparam("seen", type_=table.c.mark.type)),
    )
    .returning(table)
)


def change(conn: Connection, id_: int, was: State, now: datetime, **values: Any) -> bool:
    """Set columns of a row if it is still in state `was`; whether it was."""
    done = conn.execute(
        _change(tuple(values)),
        {"one": id_, "was": was, "changed_at": now, **values},
    )
    return done.rowcount == 1


@cache
def _change(columns: tuple[str, ...]) -> Update:
    """Sets these columns; few combinations of them occur."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in ("changed_at", *columns)}
    return (
        update(table).where(table.c.id == bindparam("one"), table.c.state == bindparam("was")).values(values)
    )


def bury(conn: Connection, chat: str, channel: str | None, reason: str, code: str, now: datetime) -> int:
    """Nothing can be sent to this chat, or to this channel of it: its waiting rows are dead."""
    chosen = [OPEN, table.c.chat == chat, table.c.state.in_(("pending", "waiting"))]
    if channel is not None:
        chosen.append(table.c.channel == channel)
    return conn.execute(
        update(table).where(*chosen).values(state="dead", reason=reason, code=code, changed_at=now)
    ).rowcount


def lost(conn: Connection, delivery: Delivery) -> list[Delivery]:
    """The other deliveries of this chat of which a copy may stand above `delivery`'s mark under an
    id not known: what is unknown, and what went out again not long before."""
    strays = table.c.unknown > table.c.found + table.c.twins
    recent = table.c.sent_at >= delivery.created_at - STRAY
    rows = conn.execute(
        select(table)
        .where(table.c.chat == delivery.chat, table.c.id != delivery.id)
        .where(or_(and_(OPEN, table.c.unknown > 0), and_(strays, recent)))
        .order_by(table.c.id)
    )
    return [from_row(row) for row in rows]


def count_twin(conn: Connection, id_: int) -> None:
    """A second copy of this delivery was deleted."""
    conn.execute(update(table).where(table.c.id == id_).values(twins=table.c.twins + 1))
