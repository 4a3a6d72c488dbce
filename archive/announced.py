"""Which items did a feed announce at its last poll, so that they need no look at the next?

Statements on `announced`, one row a source: of each item a mark of its words, and what else is asked of
it while it stays in the feed. What a mark is made of is `crawler/feeds/first_look.py`; which items may
be passed over is decided in `crawler/identity.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from struct import Struct
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, bindparam, delete, select

from archive.insert import many
from archive.tables import announced as table

_RECORD = Struct("<qqqq")


# The items of a feed in bytes, as `pack` makes them.
Packed: TypeAlias = bytes


class Announced(NamedTuple):
    """An item whose article is known by all its keys: the mark of its words, the keys of its address and
    of its title, and when it was published, in seconds since 1970; 0 where it says no more than the day."""

    mark: int
    url: int
    heading: int
    published: int


def pack(items: Iterable[Announced]) -> Packed:
    """The items as the archive keeps them."""
    numbers = list(chain.from_iterable(items))
    return Struct(f"<{len(numbers)}q").pack(*numbers)


def unpack(kept: Packed) -> list[Announced]:
    """The items that `pack` was given."""
    return list(map(Announced._make, _RECORD.iter_unpack(kept)))


def keep(conn: Connection, kept: Mapping[str, Packed]) -> None:
    """Let each of these sources have announced this."""
    _keep(conn, list(kept.items()))


@many(table, "source", "items")
def _keep(new: Any) -> Any:
    return new.on_conflict_do_update(index_elements=["source"], set_={"items": new.excluded["items"]})


def forget(conn: Connection, source: str) -> None:
    """Let nothing be known of what a source announced."""
    conn.execute(delete(table).where(table.c.source == source))


def of_sources(conn: Connection, sources: Sequence[str]) -> dict[str, Packed]:
    """What each of these sources announced; those left out of which nothing is known."""
    rows = conn.execute(_OF_SOURCES, {"sources": sources}) if sources else ()
    return {row.source: row.items for row in rows}


_OF_SOURCES = select(table.c.source, table.c["items"]).where(
    table.c.source.in_(bindparam("sources", expanding=True))
)
