"""What is to be sent, and what became of it?

Statements on `delivery` for those who add deliveries, count them and replay them. Taking the next
one of a chat and recording outcomes is `archive/outgoing.py`; what an outcome means is decided in
`alerts/outbox/transitions.py`.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from archive import chats
from archive.insert import prepared
from archive.one_of import one_of
from archive.persons import NOBODY
from archive.tables import delivery as table
from archive.wake import wake

Kind = Literal["alert", "edit", "digest", "notice"]
State = Literal["pending", "sending", "sent", "uncertain", "waiting", "dead"]

JOB = "deliver"
# Written as in the partial index `ix_delivery_open`, or SQLite would not use it.
OPEN: ColumnElement[bool] = literal_column("delivery.state in ('pending', 'sending', 'waiting', 'uncertain')")
# Why a delivery is dead whose channel is not in the config.
GONE = "gone"
# A message is edited at most this often.
EDIT_EVERY = timedelta(seconds=30)
# What was on its way when the connection ended may still arrive.
SETTLE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """Something to be sent to one channel. `content` is what `alerts.messages.content` wrote.

    `chat` is the channel's chat as configured. `edits` and `reply_to` are ids of deliveries of
    the same channel: whose message is changed, whose message is answered. An edit is `silent` where
    the message that it changes is to be, should that not be sent yet. An edit that somebody has `asked`
    for by pressing a button does not wait for its turn.
    """

    channel: str
    kind: Kind
    content: dict[str, Any]
    silent: bool
    chat: str
    article: int | None = None
    story: int | None = None
    edits: int | None = None
    reply_to: int | None = None
    not_before: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox; the columns are explained in `archive/tables.py`."""

    id: int
    channel: str
    kind: Kind
    article: int | None
    story: int | None
    edits: int | None
    reply_to: int | None
    content: dict[str, Any]
    silent: bool
    key: str
    state: State
    not_before: datetime | None
    attempts: int
    chat: str
    message_id: int | None
    reason: str | None
    code: str | None
    plain: bool
    mark: int | None
    recheck_at: datetime | None
    unknown: int
    found: int
    resent: int
    twins: int
    misfires: int
    created_at: datetime
    changed_at: datetime
    sent_at: datetime | None
    doubtful: list[int] | None = None
    additions: dict[str, Any] | None = None
    asked_at: datetime | None = None


def from_row(row: Row[Any]) -> Delivery:
    """The value that a whole row of the table is."""
    return Delivery(*_columns(row))


_columns = attrgetter(*Delivery.__slots__)


def add(conn: Connection, deliveries: Sequence[NewDelivery], now: datetime) -> list[int]:
    """Write deliveries and wake their chats; the ids of the rows that will carry them.

    An alert for an article that the channel has already is left out. An edit changes what is not
    yet sent in place, so that several become one.
    """
    ids: list[int] = []
    woken: dict[str, datetime] = {}
    for new in deliveries:
        chat = chats.current(conn, new.chat)
        id_, due = _add_edit(conn, new, chat, now) if new.edits is not None else _add(conn, new, chat, now)
        if id_ is not None:
            ids.append(id_)
            woken[chat] = min(due, woken.get(chat, due))
    for chat in sorted(woken):
        wake(conn, JOB, chat, woken[chat])
    return ids


def _add(conn: Connection, new: NewDelivery, chat: str, now: datetime) -> tuple[int | None, datetime]:
    row = {
        "channel": new.channel,
        "kind": new.kind,
        "article": new.article,
        "story": new.story,
        "edits": new.edits,
        "reply_to": new.reply_to,
        "content": new.content,
        "silent": new.silent,
        "key": secrets.token_hex(8),
        "state": "pending",
        "not_before": new.not_before,
        "asked_at": new.asked_at,
        "chat": chat,
        "created_at": now,
        "changed_at": now,
    }
    return conn.execute(_insert(conn), row).scalar(), new.not_before or now


@prepared(table)
def _insert(new: Any) -> Any:
    return new.on_conflict_do_nothing().returning(table.c.id)


def _add_edit(conn: Connection, new: NewDelivery, chat: str, now: datetime) -> tuple[int | None, datetime]:
    # Whoever asks what stands is told what will stand, and a replay says it too.
    conn.execute(update(table).where(table.c.id == new.edits).values(content=new.content))
    # The message itself while it may still be changed before it goes, or an edit that waits.
    unsent = conn.execute(
        select(table.c.id, table.c.not_before)
        .where(
            or_(
                (table.c.id == new.edits) & table.c.state.in_(("pending", "waiting", "dead")),
                (table.c.edits == new.edits) & table.c.state.in_(("pending", "waiting")),
            )
        )
        .order_by(table.c.id)
        .limit(1)
    ).one_or_none()
    if unsent is not None:
        values = {} if new.asked_at is None else {"asked_at": new.asked_at, "not_before": None}
        said = {"content": new.content, "silent": new.silent}
        conn.execute(update(table).where(table.c.id == unsent.id).values(said | values))
        return unsent.id, now if values else unsent.not_before or now
    if new.asked_at is not None:
        return _add(conn, new, chat, now)
    last = conn.execute(select(func.max(table.c.changed_at)).where(table.c.edits == new.edits)).scalar()
    due = new.not_before
    if last is not None and now - last < EDIT_EVERY:
        due = max(due or now, min(last, now) + EDIT_EVERY)
    return _add(conn, NewDelivery(**{**_fields(new), "not_before": due}), chat, now)


def _fields(new: NewDelivery) -> dict[str, Any]:
    return {name: getattr(new, name) for name in NewDelivery.__slots__}


def get(conn: Connection, id_: int) -> Delivery | None:
    """One delivery."""
    row = conn.execute(select(table).where(table.c.id == id_)).one_or_none()
    return None if row is None else from_row(row)


def standing(
    conn: Connection, *, stories: Iterable[int] = (), articles: Iterable[int] = ()
) -> list[Delivery]:
    """The alerts that stand or will stand for these stories or articles, oldest first.

    Dead ones are among them: they are replayed, not written anew.
    """
    rows = conn.execute(_STANDING, {"stories": list(stories), "articles": list(articles)})
    return [from_row(row) for row in rows]


_STANDING = (
    select(table)
    .where(
        table.c.kind == "alert",
        or_(
            one_of(table.c.story, "stories"),
            one_of(table.c.article, "articles"),
        ),
    )
    .order_by(table.c.id)
)


def add_to_message(conn: Connection, delivery: Delivery, additions: dict[str, Any], now: datetime) -> None:
    """Let a message show what a pressed button has added to it, before what else is queued."""
    conn.execute(update(table).where(table.c.id == delivery.id).values(additions=additions))
    edit = NewDelivery(
        delivery.channel, "edit", delivery.content, delivery.silent, delivery.chat, article=delivery.article,
        story=delivery.story, edits=delivery.id, asked_at=now,
    )  # fmt: skip
    add(conn, [edit], now)


def move_to_story(conn: Connection, articles: Iterable[int], story: int) -> None:
    """What was sent for these articles belongs to that story."""
    conn.execute(update(table).where(table.c.article.in_(list(articles))).values(story=story))


def counts(conn: Connection) -> dict[State, int]:
    """How many deliveries are in each state; states without any are left out."""
    rows = conn.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {row[0]: row[1] for row in rows}


def tallies(conn: Connection) -> Mapping[str, int]:
    """What unknown outcomes came to: unknown, found, resent, twins (deleted), misfires."""
    names = ("unknown", "found", "resent", "twins", "misfires")
    row = conn.execute(select(*(func.coalesce(func.sum(table.c[name]), 0) for name in names))).one()
    return {name: int(value) for name, value in zip(names, row, strict=True)}


def dead_count(conn: Connection, chat: str) -> int:
    """How many deliveries of this chat could not be sent and are kept."""
    dead = (table.c.chat == chat) & (table.c.state == "dead")
    return conn.execute(select(func.count()).select_from(table).where(dead)).scalar_one()


def open_count(conn: Connection) -> int:
    """How many deliveries may still be sent; what is held for a person does not count."""
    held = (table.c.state == "uncertain") & table.c.not_before.is_(None)
    return conn.execute(select(func.count()).select_from(table).where(OPEN, ~held)).scalar_one()


def listed(conn: Connection, states: Iterable[State], limit: int = 50) -> list[Delivery]:
    """The newest deliveries in these states, newest first."""
    rows = conn.execute(
        select(table).where(table.c.state.in_(list(states))).order_by(table.c.id.desc()).limit(limit)
    )
    return [from_row(row) for row in rows]


def recover(conn: Connection, now: datetime, settle: timedelta = SETTLE) -> int:
    """At start, by the one daemon: what a dead process left in `sending`, and every open chat.

    Whether a message went out is unknown then, and stays so for `settle`; an edit is simply
    repeated. Public names of chats are asked for anew. Gives the number of rows that were in `sending`.
    """
    chats.forget_names(conn)
    left = table.c.state == "sending"
    # What may have gone out counts for the pace of its chat, as if just now.
    for chat, count in conn.execute(
        select(table.c.chat, func.count()).where(OPEN, left).group_by(table.c.chat)
    ):
        chats.count_sent(conn, chat, count, now)
    edits = conn.execute(
        update(table)
        .where(OPEN, left, table.c.kind == "edit")
        .values(state="pending", not_before=None, changed_at=now)
    ).rowcount
    messages = conn.execute(
        update(table)
        .where(OPEN, left)
        .values(
            state="uncertain",
            not_before=now + settle,
            changed_at=now,
            unknown=table.c.unknown + 1,
            reason="the program ended while this was being sent",
        )
    ).rowcount
    wake_open(conn, now)
    return edits + messages


def wake_open(conn: Connection, now: datetime) -> None:
    """Wake every chat that has something to send or to look for (the minute's sweep)."""
    busy = select(table.c.chat).where(OPEN).union(select(table.c.chat).where(table.c.recheck_at.is_not(None)))
    for chat in sorted(conn.execute(busy).scalars()):
        wake(conn, JOB, chat, now)


def retry(
    conn: Connection, now: datetime, *, ids: Iterable[int] | None = None, channel: str | None = None
) -> int:
    """Replay dead deliveries and those held for a person: all, or these; how many they are.

    Those to somebody who is forgotten have nowhere to go.
    """
    held = (table.c.state == "uncertain") & table.c.not_before.is_(None)
    chosen = ((table.c.state == "dead") | held) & (table.c.chat != NOBODY)
    if ids is not None:
        chosen &= table.c.id.in_(list(ids))
    if channel is not None:
        chosen &= table.c.channel == channel
    rows = conn.execute(
        update(table)
        .where(chosen)
        .values(
            state="pending",
            not_before=None,
            reason=None,
            code=None,
            changed_at=now,
            # Of one that is held a copy may stand already.
            resent=table.c.resent + case((held, 1), else_=0),
        )
        .returning(table.c.chat)
    ).scalars()
    found = list(rows)
    for chat in sorted(set(found)):
        wake(conn, JOB, chat, now)
    return len(found)


def revive(conn: Connection, channels: Sequence[str], since: datetime, now: datetime) -> int:
    """Let go what died after `since` because its channel was not in the config, if it is now.

    What may have arrived stays dead: nobody looked for it.
    """
    orphaned = (table.c.state == "dead") & (table.c.code == GONE) & (table.c.unknown == 0)
    orphaned &= table.c.chat != NOBODY
    found = list(
        conn.execute(
            update(table)
            .where(orphaned, table.c.channel.in_(channels), table.c.changed_at > since)
            .values(state="pending", not_before=None, reason=None, code=None, changed_at=now)
            .returning(table.c.chat)
        ).scalars()
    )
    for chat in sorted(set(found)):
        wake(conn, JOB, chat, now)
    return len(found)


def follow(conn: Connection, chats_of: Mapping[str, str], now: datetime) -> None:
    """Let what waits, or could not be sent, go to the chats that its channels have by now.

    `chats_of` are those of the config, by the names of the channels. What may stand in a chat stays there,
    and what a person was to be sent who is forgotten goes nowhere.
    """
    unsent = table.c.state.in_(("pending", "waiting", "dead"))
    waiting = select(table.c.channel, table.c.chat).where(unsent, table.c.kind != "edit").distinct()
    for channel, old in conn.execute(waiting).all():
        chat = chats.current(conn, chats_of.get(channel, old))
        if old in (chat, NOBODY):
            continue
        here = (unsent, table.c.channel == channel, table.c.chat == old)
        # Ids of the old chat say nothing about the new one.
        conn.execute(update(table).where(*here, table.c.kind != "edit").values(chat=chat, mark=None))
        moved = select(table.c.id).where(unsent, table.c.channel == channel, table.c.chat == chat)
        conn.execute(update(table).where(*here, table.c.edits.in_(moved)).values(chat=chat))
        wake(conn, JOB, chat, now)


def alerts_since(conn: Connection, channel: str, since: datetime, now: datetime) -> int:
    """How many alerts a channel was given after `since`, sent or still to be sent.

    Not those of a time to come: the clock may have been set back.
    """
    return conn.execute(_ALERTS_SINCE, {"of": channel, "since": since, "now": now}).scalar_one()


def replies_since(conn: Connection, channel: str, since: datetime, now: datetime) -> int:
    """How many of a channel's alerts after `since` answer the message of their story."""
    replies = _ALERTS_SINCE.where(table.c.reply_to.is_not(None))
    return conn.execute(replies, {"of": channel, "since": since, "now": now}).scalar_one()


_ALERTS_SINCE = select(func.count()).where(
    table.c.channel == bindparam("of"),
    table.c.kind == "alert",
    table.c.created_at > bindparam("since"),
    table.c.created_at <= bindparam("now"),
)
