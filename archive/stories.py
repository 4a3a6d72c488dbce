"""Which articles are one event?

Statements on `story` and `placement`. Whether an article joins a story is decided in
`alerts/stories/`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select, update

from archive import facts
from archive.insert import numbers, prepared
from archive.one_of import one_of
from archive.tables import article, delivery, outlet
from archive.tables import placement as placements
from archive.tables import story as table

Action = Literal["new", "reply", "withhold"]
# How often a person mended stories: what is live in a daemon is read anew then.
MENDED = "stories_mended"


@dataclass(frozen=True, slots=True)
class Placed:
    """How an article came to its story; the columns are explained in `archive/tables.py`."""

    article: int
    story: int
    action: Action
    why: str
    evidence: dict[str, Any] | None
    features: bytes
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """A story and how far it has grown: articles and outlets in all, withheld articles among them."""

    id: int
    opened_at: datetime
    grown_at: datetime
    articles: int
    outlets: int
    withheld: int


def open_story(conn: Connection, now: datetime) -> int:
    """A new story; its number."""
    (id_,) = free_numbers(conn, 1)
    open_stories(conn, [id_], now)
    return id_


def free_numbers(conn: Connection, count: int) -> list[int]:
    """Numbers for so many stories that may be opened in this transaction."""
    return numbers(conn, table, count)


def open_stories(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    """New stories, under numbers that `free_numbers` gave in this transaction."""
    if ids:
        conn.execute(_open(conn), [{"id": id_, "opened_at": now, "grown_at": now} for id_ in ids])


@prepared(table)
def _open(new: Any) -> Any:
    return new


def grow(conn: Connection, stories: Iterable[int], now: datetime) -> None:
    """Articles have joined these stories."""
    if rows := [{"of": story, "now": now} for story in stories]:
        conn.execute(_GROW, rows)


_GROW = update(table).where(table.c.id == bindparam("of")).values(grown_at=bindparam("now"))


def place(conn: Connection, placed: Sequence[Placed]) -> None:
    """Keep how articles came to their stories, in this order, and let them belong there; the last word
    counts."""
    if not placed:
        return
    conn.execute(_place(conn), [{name: getattr(one, name) for name in _KEPT} for one in placed])
    conn.execute(_BELONG, [{"of": one.article, "to": one.story} for one in placed])


_KEPT = [name for name in Placed.__slots__ if name != "story"]


@prepared(placements)
def _place(new: Any) -> Any:
    changed = {name: new.excluded[name] for name in ("action", "why", "evidence", "features", "placed_at")}
    return new.on_conflict_do_update(index_elements=["article"], set_=changed)


_BELONG = update(article).where(article.c.id == bindparam("of")).values(story=bindparam("to"))


def placed(conn: Connection, articles: Sequence[int]) -> list[Placed]:
    """How these articles came to their stories, in the order in which they did."""
    return _placed(conn.execute(_PLACED, {"articles": list(articles)}))


def live(conn: Connection, since: datetime) -> list[Placed]:
    """The articles of the stories that grew after `since`, in the order in which they were placed."""
    return _placed(conn.execute(_LIVE, {"since": since}))


_WHOLE = select(
    *[article.c.story if name == "story" else placements.c[name] for name in Placed.__slots__]
).join_from(placements, article, article.c.id == placements.c.article)
_PLACED = _WHOLE.where(one_of(placements.c.article, "articles")).order_by(placements.c.id)
_LIVE = (
    _WHOLE.join(table, table.c.id == article.c.story)
    .where(table.c.grown_at > bindparam("since"))
    .order_by(placements.c.id)
)


def _placed(rows: Any) -> list[Placed]:
    return [Placed(*row) for row in rows]


def grown(conn: Connection, since: datetime, limit: int) -> list[Story]:
    """Stories that grew after `since` and have more than one article, the latest grown first."""
    withheld = func.count().filter(placements.c.action == "withhold")
    rows = conn.execute(
        select(
            table.c.id, table.c.opened_at, table.c.grown_at, func.count(article.c.id).label("articles"),
            func.count(article.c.outlet.distinct()).label("outlets"), withheld.label("withheld"),
        )
        .join(article, article.c.story == table.c.id)
        .outerjoin(placements, placements.c.article == article.c.id)
        .where(table.c.grown_at > since)
        .group_by(table.c.id, table.c.opened_at, table.c.grown_at)
        .having(func.count(article.c.id) > 1)
        .order_by(table.c.grown_at.desc(), table.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [Story(**row._mapping) for row in rows]


def withheld_since(conn: Connection, since: datetime) -> int:
    """How many articles were withheld after `since`."""
    # Written as in the partial index, or SQLite would not use it.
    withheld: ColumnElement[bool] = literal_column("placement.action = 'withhold'")
    chosen = select(func.count()).select_from(placements).where(withheld, placements.c.placed_at > since)
    return conn.execute(chosen).scalar_one()


@dataclass(frozen=True, slots=True)
class Withheld:
    """An article that was withheld, the title of its outlet, its headline, and when that was."""

    article: int
    story: int
    outlet: str
    title: str
    at: datetime


def withheld_latest(conn: Connection, since: datetime, limit: int) -> list[Withheld]:
    """The latest articles that were withheld after `since`, the last one first."""
    chosen = _WITHHELD.where(placements.c.placed_at > since).order_by(None).order_by(placements.c.id.desc())
    return [Withheld(*row) for row in conn.execute(chosen.limit(limit))]


def withheld_from(conn: Connection, channel: str, since: datetime) -> list[Withheld]:
    """What was withheld after `since` into stories that stand in a channel, and not told there for another
    reason, in the order in which it came."""
    return [Withheld(*row) for row in conn.execute(_WITHHELD_FROM, {"of": channel, "since": since})]


_WITHHELD = (
    select(article.c.id, article.c.story, outlet.c.title, article.c.title, placements.c.placed_at)
    .join(placements, placements.c.article == article.c.id)
    .join(outlet, outlet.c.name == article.c.outlet)
    # Written as in the partial index.
    .where(literal_column("placement.action = 'withhold'"))
    .order_by(placements.c.id)
)
_ALERTS = select(delivery.c.id).where(delivery.c.kind == "alert", delivery.c.channel == bindparam("of"))
_WITHHELD_FROM = _WITHHELD.where(
    placements.c.placed_at > bindparam("since"),
    _ALERTS.where(delivery.c.story == article.c.story).correlate(article).exists(),
    ~_ALERTS.where(delivery.c.article == article.c.id).correlate(article).exists(),
)


def exists(conn: Connection, story: int) -> bool:
    """Whether the archive knows this story."""
    return conn.execute(select(table.c.id).where(table.c.id == story)).first() is not None


def mended(conn: Connection) -> int:
    """How often stories were mended by hand."""
    return facts.get(conn, MENDED) or 0


def count_mended(conn: Connection) -> None:
    """Stories were mended by hand: whoever knows what is live reads it anew."""
    facts.put(conn, MENDED, mended(conn) + 1)
