"""What hangs on a name, when a source or a watch goes by another one?

`was:` in the config names the former name, and stays there: every statement may be repeated. The
keys by which articles are known hold their outlet's name; they are made anew by the caller
(`wirewatch/adopting.py`), since what makes a key is decided in `crawler/identity.py`.
"""

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from archive import announced, facts
from archive.retention import FORGOTTEN
from archive.tables import article, delivery, match, mute, outlet, source_state


def rename_source(conn: Connection, old: str, new: str) -> bool:
    """Let `new` have the state and the articles of the source `old`; whether there was anything.

    A state that `new` has already stays where it has been polled.
    """
    states = {
        row.source: row
        for row in conn.execute(select(source_state).where(source_state.c.source.in_((old, new))))
    }
    moved = conn.execute(update(article).where(article.c.source == old).values(source=new)).rowcount
    _rename_mutes(conn, "source", old, new)
    # It is looked at anew under the new name.
    announced.forget(conn, old)
    if old not in states:
        return bool(moved)
    fresh = new in states and states[new].first_success_at is None
    if fresh:
        conn.execute(delete(source_state).where(source_state.c.source == new))
    if fresh or new not in states:
        # A poll under the old name that is under way writes nothing back.
        free = {"source": new, "lease_until": None, "lease_fence": source_state.c.lease_fence + 1}
        conn.execute(update(source_state).where(source_state.c.source == old).values(free))
    else:
        conn.execute(delete(source_state).where(source_state.c.source == old))
    return True


def rename_outlet(conn: Connection, old: str, new: str) -> bool:
    """Let the outlet `new`, which must be there, have the articles of `old`; whether it had any."""
    moved = conn.execute(update(article).where(article.c.outlet == old).values(outlet=new)).rowcount
    conn.execute(delete(outlet).where(outlet.c.name == old))
    return bool(moved)


def rename_watch(conn: Connection, old: str, new: str) -> bool:
    """Let the watch `new` have fired where `old` did, and alerts be of it; whether that was anywhere."""
    _rename_mutes(conn, "watch", old, new)
    _rename_in_alerts(conn, old, new)
    twice = match.alias("twice")
    both = exists().where(twice.c.article == match.c.article, twice.c.watch == new)
    conn.execute(delete(match).where(match.c.watch == old, both))
    moved = conn.execute(update(match).where(match.c.watch == old).values(watch=new)).rowcount
    forgotten = facts.get(conn, FORGOTTEN) or {}
    if old in forgotten:
        count = forgotten.pop(old) + forgotten.get(new, 0)
        facts.put(conn, FORGOTTEN, forgotten | {new: count})
    return bool(moved)


def _rename_in_alerts(conn: Connection, old: str, new: str) -> None:
    """By the watches that a message names it is known what its readers were told, and what they mute."""
    last = 0
    while batch := conn.execute(_ALERTS_OF, {"watch": old, "after": last}).all():
        for id_, content in batch:
            watches = list(dict.fromkeys(new if name == old else name for name in content["watches"]))
            changed = (
                update(delivery).where(delivery.c.id == id_).values(content={**content, "watches": watches})
            )
            conn.execute(changed)
        last = batch[-1].id


# In batches: what messages say is long.
_ALERTS_OF = (
    select(delivery.c.id, delivery.c.content)
    .join(match, match.c.article == delivery.c.article)
    .where(
        match.c.watch == bindparam("watch"), delivery.c.kind == "alert", delivery.c.id > bindparam("after")
    )
    .order_by(delivery.c.id)
    .limit(500)
)


def _rename_mutes(conn: Connection, kind: str, old: str, new: str) -> None:
    conn.execute(update(mute).where(mute.c.kind == kind, mute.c.key == old).values(key=new))
