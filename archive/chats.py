"""What is known of a chat: its pace, its newest message, what is wrong with it?

Statements on `chat` and `trouble`, and `space`, which says whose message ids run in one sequence.
What may be sent is decided in `alerts/outbox/`; deliveries are in `archive/deliveries.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from archive import facts
from archive.insert import insert, prepared
from archive.tables import chat as table
from archive.tables import delivery
from archive.tables import trouble as trouble_table

# Private chats and basic groups share one sequence of message ids, the bot account's own.
SHARED_SPACE = "bot"
# At most this many moves are followed (a group that moved to itself would never end).
_MOVES = 8
_CONFLICT = "bot_conflict_at"
# Under which numbers public names were last found.
_NAMED = "chat_numbers"


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat. `highest_id` is the highest message id seen in the chat's whole id space at
    `highest_at`; `recent` are the times of the last messages, in milliseconds since 1970."""

    chat: str
    not_before: datetime | None = None
    reason: str | None = None
    recent: tuple[int, ...] = ()
    highest_id: int | None = None
    highest_at: datetime | None = None
    look_stopped: str | None = None


# The subject of what keeps the bot from hearing what readers press; messages arrive all the same.
UPDATES = "bot updates"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a destination, and since when."""

    subject: str
    text: str
    since: datetime


def space(chat: str) -> str:
    """The id space of a chat: supergroups and channels (`-100…`, `@name`) have one each."""
    number = chat.removeprefix("-")
    if number.isdigit() and not (chat.startswith("-100") and len(number) > 12):
        return SHARED_SPACE
    return chat


def get(conn: Connection, chat: str) -> Chat:
    """What is known of `chat`; an empty Chat where nothing is."""
    row = conn.execute(_GET, {"of": chat}).one_or_none()
    newest = conn.execute(_NEWEST_ID, {"of": space(chat)}).one_or_none()
    return Chat(
        chat=chat,
        not_before=row.not_before if row else None,
        reason=row.reason if row else None,
        recent=tuple(row.recent or ()) if row else (),
        highest_id=newest.highest_id if newest else None,
        highest_at=newest.highest_at if newest else None,
        look_stopped=row.look_stopped if row else None,
    )


_GET = select(table).where(table.c.chat == bindparam("of"))
_NEWEST_ID = (
    select(table.c.highest_id, table.c.highest_at)
    .where(table.c.space == bindparam("of"), table.c.highest_id.is_not(None))
    .order_by(table.c.highest_id.desc())
    .limit(1)
)


def put(conn: Connection, chat: str, **values: Any) -> None:
    """Set columns of the chat's row, which is made where there is none."""
    statement = insert(conn, table)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["chat"], set_={name: statement.excluded[name] for name in values}
        ),
        {"chat": chat, "space": space(chat), **values},
    )


def put_recent(conn: Connection, chat: str, recent: Sequence[int]) -> None:
    """Keep when the last messages went to the chat, in milliseconds since 1970."""
    conn.execute(_put_recent(conn), {"chat": chat, "space": space(chat), "recent": list(recent)})


@prepared(table)
def _put_recent(new: Any) -> Any:
    return new.on_conflict_do_update(index_elements=["chat"], set_={"recent": new.excluded.recent})


def park(conn: Connection, chat: str, not_before: datetime | None, reason: str | None) -> None:
    """Nothing goes to this chat before `not_before`; None lets it go on."""
    put(conn, chat, not_before=not_before, reason=reason)


def count_sent(conn: Connection, chat: str, count: int, now: datetime) -> None:
    """So many messages may have gone to the chat just now, besides those it is known to have had."""
    sent = [ceil(now.timestamp() * 1000)] * count
    put(conn, chat, recent=[*get(conn, chat).recent, *sent])


def parked(conn: Connection, now: datetime) -> list[Chat]:
    """The chats that wait, the longest first."""
    rows = conn.execute(
        select(table.c.chat, table.c.not_before, table.c.reason)
        .where(table.c.not_before > now)
        .order_by(table.c.not_before.desc())
    )
    return [Chat(row.chat, row.not_before, row.reason) for row in rows]


def note_id(conn: Connection, chat: str, message_id: int, now: datetime) -> None:
    """A message with this id is known to exist in `chat`: whatever comes later has a higher one."""
    row = {"chat": chat, "space": space(chat), "highest_id": message_id, "highest_at": now}
    conn.execute(_note_id(conn), row)


@prepared(table)
def _note_id(new: Any) -> Any:
    return new.on_conflict_do_update(
        index_elements=["chat"],
        set_={"highest_id": new.excluded.highest_id, "highest_at": new.excluded.highest_at},
        where=func.coalesce(table.c.highest_id, 0) < new.excluded.highest_id,
    )


def forget_ids(conn: Connection) -> None:
    """After a restore: ids seen before it prove nothing about what was sent after the backup."""
    conn.execute(update(table).values(highest_id=None, highest_at=None))
    conn.execute(update(delivery).values(mark=None, recheck_at=None))


def known_ids(conn: Connection, chat: str, above: int, limit: int) -> set[int]:
    """Message ids above `above` in the chat's id space that are known to be somebody's."""
    same_space = (
        delivery.c.chat.in_(select(table.c.chat).where(table.c.space == SHARED_SPACE))
        if space(chat) == SHARED_SPACE
        else delivery.c.chat == chat
    )
    rows = conn.execute(
        select(delivery.c.message_id)
        .where(same_space, delivery.c.message_id > above, delivery.c.kind != "edit")
        .order_by(delivery.c.message_id)
        .limit(limit)
    )
    return set(rows.scalars())


def current(conn: Connection, chat: str) -> str:
    """The id by which `chat` goes now."""
    for _ in range(_MOVES):
        moved = conn.execute(_MOVED_TO, {"of": chat}).scalar()
        if moved is None:
            return chat
        chat = moved
    return chat


_MOVED_TO = select(table.c.moved_to).where(table.c.chat == bindparam("of"))


def known_as(conn: Connection, chat: str) -> str:
    """As `current`, but the number that a public name had when it was last asked for, until it is asked
    again: to compare chats by, not to send to."""
    here = current(conn, chat)
    if not here.startswith("@"):
        return here
    number = (facts.get(conn, _NAMED) or {}).get(here)
    return here if number is None else current(conn, number)


def name(conn: Connection, name: str, number: str) -> str:
    """The chat that goes by `@name` is `number`, so it has that one's queue; the number it goes by now."""
    number = current(conn, number)
    put(conn, name, moved_to=number)
    facts.put(conn, _NAMED, (facts.get(conn, _NAMED) or {}) | {name: number})
    conn.execute(update(delivery).where(delivery.c.chat == name).values(chat=number))
    return number


def forget_names(conn: Connection) -> None:
    """A public name may have gone to another chat: it is asked for anew."""
    conn.execute(update(table).where(table.c.chat.startswith("@")).values(moved_to=None))


def move(conn: Connection, old: str, new: str) -> None:
    """The group `old` has become `new`; what was still to be sent goes there."""
    put(conn, old, moved_to=new)
    # A chat that moved back must not send in a circle.
    put(conn, new, moved_to=None)
    conn.execute(
        update(delivery)
        .where(delivery.c.chat == old, delivery.c.state.in_(("pending", "waiting", "uncertain", "dead")))
        # Ids of the old chat say nothing about the new one.
        .values(chat=new, mark=None)
    )
    conn.execute(update(delivery).where(delivery.c.chat == old).values(recheck_at=None))


def complain(conn: Connection, subject: str, text: str, now: datetime) -> bool:
    """Note what is wrong with `subject`; True if it is news, and so to be told."""
    statement = insert(conn, trouble_table)
    fresh = statement.on_conflict_do_update(
        index_elements=["subject"],
        set_={"text": statement.excluded.text, "since": statement.excluded.since},
        where=trouble_table.c.text != statement.excluded.text,
    )
    row = {"subject": subject, "text": text, "since": now}
    return conn.execute(fresh.returning(trouble_table.c.subject), [row]).first() is not None


def is_told(conn: Connection, subject: str, words: str) -> bool:
    """Whether what is wrong with `subject` is known in these words, whatever else was said of it."""
    text = conn.execute(select(trouble_table.c.text).where(trouble_table.c.subject == subject)).scalar()
    return text is not None and text.startswith(words)


def relieve(conn: Connection, subject: str) -> bool:
    """`subject` works again; True if there was something wrong with it."""
    return conn.execute(_RELIEVE, {"of": subject}).rowcount > 0


_RELIEVE = delete(trouble_table).where(trouble_table.c.subject == bindparam("of"))


def troubles(conn: Connection) -> list[Trouble]:
    """All that is wrong now, the oldest first."""
    rows: Sequence[Any] = conn.execute(select(trouble_table).order_by(trouble_table.c.since)).all()
    return [Trouble(row.subject, row.text, row.since) for row in rows]


def note_conflict(conn: Connection, now: datetime) -> None:
    """Another program polls with the same token: message ids may be its."""
    facts.put(conn, _CONFLICT, now.isoformat())


def last_conflict(conn: Connection) -> datetime | None:
    """When another program was last seen to use the token."""
    value = facts.get(conn, _CONFLICT)
    return None if value is None else datetime.fromisoformat(value)
