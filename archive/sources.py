"""When is a source polled next, and how has it fared?

Statements on `source_state`. Due rows are claimed in batches, with a lease that is renewed while the
poll runs and frees itself when the process dies, and a fence that makes a late write-back touch
nothing. What the next due time is, and what a failure costs, is decided in `crawler/polling.py`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, bindparam, case, func, null, or_, select, update

from archive import announced
from archive.announced import Packed
from archive.article import Outlet
from archive.insert import each, insert, many
from archive.tables import outlet as outlet_table
from archive.tables import source_state as table

_CHUNK = 500


class SourceState(NamedTuple):
    """What is remembered of a source between two polls. `fence` is the number of its lease.

    A tuple, since one is made of a row, and another of that, for each source at each poll.
    """

    source: str
    due_at: datetime
    fence: int = 0
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    # The address that gave these validators, after redirects.
    validated_url: str | None = None
    first_success_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0
    error: str | None = None
    error_since: datetime | None = None
    trouble: str | None = None
    polls: int = 0
    requests: int = 0
    bytes: int = 0
    # The interval learnt for a source without a fixed rhythm, how long its feed asks to be left alone,
    # and the hours of the week it skips.
    interval_s: float | None = None
    wish_s: float | None = None
    skip_hours: list[int] | None = None
    # Where the `url` of the config led permanently, and how many polls in a row agreed on that.
    moved_from: str | None = None
    moved_to: str | None = None
    moved_answers: int | None = None
    pages_hung: int = 0
    page_hung_at: datetime | None = None
    # What it announced at its last poll (archive/announced.py): known only to who polls it.
    announced: Packed | None = None


_OWN = SourceState._fields[:-1]
# In the order of a state's fields, so that a row is one.
_COLUMNS = [table.c["lease_fence" if name == "fence" else name] for name in _OWN]


def keep_outlets(conn: Connection, outlets: Iterable[Outlet]) -> None:
    """Write the outlets of the config; a known one takes the config's words."""
    rows = [_row(outlet) for outlet in outlets]
    if rows:
        statement = insert(conn, outlet_table)
        changed = {name: statement.excluded[name] for name in Outlet.__slots__ if name != "name"}
        conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed), rows)


def _row(outlet: Outlet) -> dict[str, Any]:
    return {name: getattr(outlet, name) for name in Outlet.__slots__}


def knows_outlet(conn: Connection, name: str) -> bool:
    """Whether there is an outlet of this name, in the config or met in a feed."""
    return conn.execute(select(outlet_table.c.name).where(outlet_table.c.name == name)).first() is not None


def add_outlets(conn: Connection, outlets: Iterable[Outlet]) -> None:
    """Write the outlets that nobody knew yet; known ones stay as they are."""
    _add_outlets(conn, [*map(_said, {outlet.name: outlet for outlet in outlets}.values())])


_said = attrgetter(*Outlet.__slots__)


@many(outlet_table, *Outlet.__slots__)
def _add_outlets(new: Any) -> Any:
    return new.on_conflict_do_nothing(index_elements=["name"])


def keep_sources(conn: Connection, names: Sequence[str], now: datetime) -> None:
    """Let exactly these sources be active; a new one is due at once, the others keep their time.

    One that comes back does not wait for the lease of a poll that was dropped when it went.
    """
    rows = conn.execute(select(table.c.source, table.c.active)).all()
    known, active = {row.source for row in rows}, {row.source for row in rows if row.active}
    wanted = dict.fromkeys(names)
    gone = [name for name in active if name not in wanted]
    back = [name for name in wanted if name in known and name not in active]
    new = [name for name in wanted if name not in known]
    for start in range(0, len(gone), _CHUNK):
        chosen = table.c.source.in_(gone[start : start + _CHUNK])
        conn.execute(update(table).where(chosen).values(active=False))
    for start in range(0, len(back), _CHUNK):
        chosen = table.c.source.in_(back[start : start + _CHUNK])
        fence = table.c.lease_fence + 1
        conn.execute(update(table).where(chosen).values(active=True, lease_until=None, lease_fence=fence))
    if new:
        conn.execute(insert(conn, table), [{"source": n, "due_at": now, "active": True} for n in new])


def keep_places(
    conn: Connection,
    places: Mapping[str, str],
    now: datetime,
    most_failures: int,
    former: Mapping[str, str] | None = None,
) -> list[str]:
    """Let each active source be known by its place (a hash of type and address); those that moved.

    What was learnt at another place says nothing about this one: the source is due at once and is
    met anew, and a poll of the old place that is under way changes nothing any more. That it failed is
    told until it answers, but at its new place it has failed no more than `most_failures` times. `former`
    are places that have led to the new one: whoever comes from there has not moved.
    """
    former = former or {}
    rows = conn.execute(select(table.c.source, table.c.place).where(table.c.active)).all()
    before = {row.source: row.place for row in rows}
    fresh = [name for name, place in places.items() if name in before and before[name] != place]
    moved = [name for name in fresh if before[name] not in (None, former.get(name))]
    if fresh:
        named = (
            update(table).where(table.c.source == bindparam("b_source")).values(place=bindparam("b_place"))
        )
        conn.execute(named, [{"b_source": name, "b_place": places[name]} for name in fresh])
    for start in range(0, len(moved), _CHUNK):
        conn.execute(
            update(table)
            .where(table.c.source.in_(moved[start : start + _CHUNK]))
            .values(
                due_at=now, lease_until=None, lease_fence=table.c.lease_fence + 1, etag=None,
                last_modified=None, body_hash=None, first_success_at=None, interval_s=None, wish_s=None,
                skip_hours=None,
                failures=case((table.c.failures > most_failures, most_failures), else_=table.c.failures),
                moved_from=None, moved_to=None, moved_answers=None,
            )
        )  # fmt: skip
    return moved


def is_elsewhere(conn: Connection, source: str, place: str) -> bool:
    """Whether all that is known of `source` was learnt at another place than this one."""
    known = conn.execute(select(table.c.place).where(table.c.source == source)).scalar()
    return known is not None and known != place


def free_leases(conn: Connection) -> None:
    """At start, by the one daemon: whoever held a lease is dead, and its source need not wait for the
    lease's end. A command that polls beside it writes nothing back."""
    held = update(table).where(table.c.lease_until.is_not(None))
    conn.execute(held.values(lease_until=None, lease_fence=table.c.lease_fence + 1))


def due_after(conn: Connection, moment: datetime) -> list[SourceState]:
    """The active sources that are due later than that."""
    return [SourceState(*row) for row in conn.execute(_ALL.where(table.c.due_at > moment))]


def not_later(conn: Connection, now: datetime, farthest: datetime, besides: Sequence[str] = ()) -> None:
    """Let what was polled in a future that has not come, or is due after `farthest`, be due now; not the
    latter of the sources `besides`."""
    too_far = and_(table.c.due_at > farthest, table.c.source.not_in(list(besides)))
    wrong = or_(table.c.last_polled_at > now, too_far)
    free = {"lease_until": None, "lease_fence": table.c.lease_fence + 1}
    conn.execute(update(table).where(table.c.lease_until > farthest).values(free))
    conn.execute(update(table).where(wrong, table.c.due_at > now).values(due_at=now))


def reschedule(conn: Connection, due: Mapping[str, datetime]) -> None:
    """Let each of these sources be due at its time."""
    if due:
        statement = update(table).where(table.c.source == bindparam("b_source"))
        rows = [{"b_source": name, "b_due": at} for name, at in due.items()]
        conn.execute(statement.values(due_at=bindparam("b_due", type_=table.c.due_at.type)), rows)


def claim_due(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[SourceState]:
    """Take up to `limit` due sources for `lease`, the longest due first."""
    claimed = conn.execute(_CLAIM_DUE, {"now": now, "until": now + lease, "limit": limit})
    return sorted(_with_announced(conn, claimed.all()), key=lambda state: state.due_at)


_FREE = or_(table.c.lease_until.is_(None), table.c.lease_until < bindparam("now"))
_DUE = (
    select(table.c.source)
    .where(table.c.active, table.c.due_at <= bindparam("now"), _FREE)
    .order_by(table.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM_DUE = (
    update(table)
    .where(table.c.source.in_(_DUE.scalar_subquery()))
    .values(lease_until=bindparam("until"), lease_fence=table.c.lease_fence + 1)
    .returning(*_COLUMNS)
)


def _with_announced(conn: Connection, claimed: Sequence[Row[Any]]) -> Iterator[SourceState]:
    items = announced.of_sources(conn, [row[0] for row in claimed])
    return (SourceState._make((*row, items.get(row[0]))) for row in claimed)


def claim(conn: Connection, source: str, now: datetime, lease: timedelta) -> SourceState | None:
    """Take one source for `lease`, due or not; None where a poll of it is under way.

    A source that was never polled gets its row.
    """
    conn.execute(
        insert(conn, table).on_conflict_do_nothing(index_elements=["source"]),
        {"source": source, "due_at": now, "active": True},
    )
    claimed = conn.execute(
        update(table)
        .where(table.c.source == source)
        .where(or_(table.c.lease_until.is_(None), table.c.lease_until < now))
        .values(lease_until=now + lease, lease_fence=table.c.lease_fence + 1)
        .returning(*_COLUMNS)
    ).all()
    return next(_with_announced(conn, claimed), None)


def next_due(conn: Connection, now: datetime) -> datetime | None:
    """When the next unclaimed source is due, or the next lease ends; None without sources."""
    times = [conn.execute(query, {"now": now}).scalar() for query in (_NEXT_DUE, _NEXT_LEASE_END)]
    return min((moment for moment in times if moment is not None), default=None)


_NEXT_DUE = select(func.min(table.c.due_at)).where(table.c.active, _FREE)
_NEXT_LEASE_END = select(func.min(table.c.lease_until)).where(
    table.c.active, table.c.lease_until >= bindparam("now")
)


# What the read step keeps is not theirs.
_BY_POLLS = [name for name in _OWN if name not in ("pages_hung", "page_hung_at")]
_WHICH = ("source", "fence")


def write_back(conn: Connection, states: Sequence[SourceState]) -> None:
    """End the polls of `states`: keep what was learnt and free the lease.

    One whose lease was lost to another poll meanwhile changes nothing.
    """
    _write_back(conn, [*map(_of_poll, states)])


_of_poll = attrgetter(*_BY_POLLS)
_write_back = each(
    update(table)
    .where(table.c.source == bindparam("b_source"), table.c.lease_fence == bindparam("b_fence"))
    .values(
        {name: bindparam(f"b_{name}", type_=table.c[name].type) for name in _BY_POLLS if name not in _WHICH}
        | {"lease_until": null()}
    ),
    *(f"b_{name}" for name in _BY_POLLS),
)


_RENEW = (
    update(table)
    .where(
        table.c.source == bindparam("b_source"),
        table.c.lease_fence == bindparam("b_fence"),
        table.c.lease_until.is_not(None),
    )
    .values(lease_until=bindparam("b_until", type_=table.c.lease_until.type))
)


def renew(conn: Connection, states: Iterable[SourceState], until: datetime) -> None:
    """Let polls that are under way hold their leases until then; one that was lost stays lost."""
    rows = [{"b_source": state.source, "b_fence": state.fence, "b_until": until} for state in states]
    if rows:
        conn.execute(_RENEW, rows)


def put_off(conn: Connection, state: SourceState, until: datetime) -> None:
    """End a poll that counts for nothing: its source keeps its due time, and is free again at `until`."""
    conn.execute(
        update(table)
        .where(table.c.source == state.source, table.c.lease_fence == state.fence)
        .values(lease_until=until, lease_fence=table.c.lease_fence + 1)
    )


def take_back(conn: Connection, troubles: Collection[str], since: datetime | None) -> None:
    """Undo the one failure, by one of `troubles`, of each source that has failed only since then: it is
    well, and due when it failed. None: since ever."""
    once = [table.c.active, table.c.failures == 1, table.c.trouble.in_(troubles)]
    if since is not None:
        once.append(table.c.error_since > since)
    well = {"failures": 0, "error": None, "error_since": None, "trouble": None}
    conn.execute(update(table).where(*once).values(due_at=table.c.error_since, **well))


def count_overdue(conn: Connection, before: datetime) -> int:
    """How many sources were due before then and are not being polled."""
    waiting = table.c.active & (table.c.due_at < before) & table.c.lease_until.is_(None)
    return conn.execute(select(func.count()).select_from(table).where(waiting)).scalar_one()


def page_hung(conn: Connection, source: str, now: datetime) -> int:
    """A page of `source` hung; how many had hung in a row before."""
    before = conn.execute(select(table.c.pages_hung).where(table.c.source == source)).scalar() or 0
    conn.execute(
        update(table).where(table.c.source == source).values(pages_hung=before + 1, page_hung_at=now)
    )
    return before


def page_well(conn: Connection, source: str) -> None:
    """A page of `source` was read: none hang in a row any more."""
    conn.execute(update(table).where(table.c.source == source, table.c.pages_hung > 0).values(pages_hung=0))


def last_success(conn: Connection) -> datetime | None:
    """When any active source last answered as it should."""
    return conn.execute(_LAST_SUCCESS).scalar()


_LAST_SUCCESS = select(func.max(table.c.last_success_at)).where(table.c.active)


def all_states(conn: Connection) -> list[SourceState]:
    """Every active source, by name."""
    return [SourceState(*row) for row in conn.execute(_ALL)]


_ALL = select(*_COLUMNS).where(table.c.active).order_by(table.c.source)


def failed_since(conn: Connection, moment: datetime) -> list[tuple[str, str | None]]:
    """The active sources whose last poll was no earlier and failed, by name, and what was wrong."""
    failed = select(table.c.source, table.c.error).where(table.c.active, table.c.failures > 0)
    rows = conn.execute(failed.where(table.c.last_polled_at >= moment).order_by(table.c.source))
    return [(row.source, row.error) for row in rows]


def get_state(conn: Connection, source: str) -> SourceState | None:
    """One source, active or not."""
    row = conn.execute(select(*_COLUMNS).where(table.c.source == source)).first()
    return None if row is None else SourceState(*row)
