"""How does one step tell the next that there is work?

`wake(conn, job, key, after)` inside a transaction means: once it has committed, run job(key) at
least once more, not before `after`, never two at once for a key. The job reads its work from the
archive, so running once too often is harmless. Who runs the jobs is `wirewatch/jobs.py`.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, select, update

from archive.insert import prepared
from archive.tables import wake as table


@dataclass(frozen=True, slots=True)
class Wake:
    """A job that is to run; `generation` tells whether it was woken again meanwhile."""

    job: str
    key: str
    after: datetime
    generation: int


def wake(conn: Connection, job: str, key: str, after: datetime) -> None:
    """Ask for job(key) at `after`, or earlier if it was asked for earlier already.

    Call it last in a transaction: on PostgreSQL it locks the key's row until the commit.
    """
    conn.execute(_sooner(conn), {"job": job, "key": key, "after": after, "generation": 1})
    conn.info["woken"] = True


def defer(conn: Connection, job: str, key: str, after: datetime) -> None:
    """Called by job(key) itself while it runs: what woke it so far is done, run it again at `after`.

    `wake` would keep the earlier time and so run it at once, for ever. Call it first in a
    transaction and look for work after it: what is committed before it is seen then, and what is
    committed later wakes the job as ever.
    """
    conn.execute(_then(conn), {"job": job, "key": key, "after": after, "generation": 1})
    conn.info["woken"] = True


@prepared(table)
def _sooner(new: Any) -> Any:
    earlier = case((table.c.after < new.excluded.after, table.c.after), else_=new.excluded.after)
    return _again(new, earlier)


@prepared(table)
def _then(new: Any) -> Any:
    return _again(new, new.excluded.after)


def _again(new: Any, after: Any) -> Any:
    said = {"after": after, "generation": table.c.generation + 1}
    return new.on_conflict_do_update(index_elements=["job", "key"], set_=said)


_WAITING = (
    select(table)
    .where(table.c.job.not_in(bindparam("full", expanding=True)))
    .order_by(table.c.after)
    .limit(bindparam("limit"))
)
_FINISH = delete(table).where(
    table.c.job == bindparam("job"),
    table.c.key == bindparam("key"),
    table.c.generation == bindparam("generation"),
)


def waiting(conn: Connection, limit: int, full: Sequence[str] = ()) -> list[Wake]:
    """The jobs that wait, but those named in `full`; first those whose time comes first."""
    rows = conn.execute(_WAITING, {"limit": limit, "full": list(full)})
    return [Wake(row.job, row.key, row.after, row.generation) for row in rows]


def next_wake(
    conn: Connection, besides: Set[tuple[str, str]] = frozenset(), full: Sequence[str] = ()
) -> datetime | None:
    """When the earliest waiting job is due, leaving out the (job, key) of `besides` and the jobs named
    in `full`; None where none waits."""
    found = waiting(conn, len(besides) + 1, full)
    return next((one.after for one in found if (one.job, one.key) not in besides), None)


def finish(conn: Connection, done: Wake) -> None:
    """Forget a wake that has run, unless the key was woken again since it was read."""
    conn.execute(_FINISH, {"job": done.job, "key": done.key, "generation": done.generation})


def all_now(conn: Connection, now: datetime) -> None:
    """Let every job that waits run now: it reads its work from the archive, and waits again."""
    conn.execute(update(table).where(table.c.after > now).values(after=now))
    conn.info["woken"] = True


def postpone(conn: Connection, failed: Wake, after: datetime) -> None:
    """Let a job that failed run again, not before `after`."""
    conn.execute(
        update(table).where(table.c.job == bindparam("j"), table.c.key == bindparam("k")).values(after=after),
        {"j": failed.job, "k": failed.key},
    )
