"""Which articles are known, which wait for their page, and which have not been told?

Statements on `article` and `identity`. What makes two entries the same article is decided in
`crawler/identity.py`; here lie only the keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select, text, update

from archive import noted
from archive.article import Article, Outlet, Trust
from archive.insert import many, numbers
from archive.one_of import one_of
from archive.tables import article as table
from archive.tables import identity, outlet

# live: alerts singly. catch-up: met at first contact and young, told in one digest. old: met at
# first contact, old or undated, only counted.
Contact = Literal["live", "catch-up", "old"]
PageState = Literal["none", "wanted", "read", "failed"]


class Known(NamedTuple):
    """An article that bears a key: enough to decide whether an entry is the same one."""

    article: int
    canonical: str
    title: str
    source: str = ""
    outlet: str = ""
    has_body: bool = True


class NewArticle(NamedTuple):
    """A row to be, behind its identity keys. A tuple, as `Known` is one: a first contact makes many."""

    keys: tuple[int, ...]
    source: str
    outlet: str
    url: str
    canonical: str
    guid: str
    title: str
    summary: str
    body: str | None
    published: datetime | None
    trust: Trust
    language: str | None
    found_at: datetime
    contact: Contact
    page: PageState
    tell_after: datetime
    # Where it is known already that there is nothing to tell of it.
    told_at: datetime | None = None
    # Only its page can tell.
    paywalled: bool = False


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its row: `id` is the row's number, `article.id` its canonical address."""

    id: int
    article: Article
    guid: str
    found_at: datetime
    contact: Contact
    page: PageState
    page_note: str | None
    told_at: datetime | None
    story: int | None
    paywalled: bool = False


def find_alone(conn: Connection) -> None:
    """Until this transaction ends no other process finds articles: two that look at once for one would both
    take it for new. SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(_FIND_ALONE)


# Any number that nothing else locks by.
_FIND_ALONE = text("select pg_advisory_xact_lock(2003399270)")


def known_by(conn: Connection, keys: Sequence[int]) -> dict[int, Known]:
    """Those of `keys` that articles bear, each with its article."""
    return {key: Known(*known) for key, *known in conn.execute(_KNOWN_BY, {"keys": keys})}


_KNOWN_BY = (
    select(
        identity.c.key,
        table.c.id,
        table.c.canonical,
        table.c.title,
        table.c.source,
        table.c.outlet,
        table.c.body.is_not(None),
    )
    .join(table, table.c.id == identity.c.article)
    .where(one_of(identity.c.key, "keys"))
)


def store(conn: Connection, new: Sequence[NewArticle]) -> list[int]:
    """Keep new articles with their keys; their row numbers, in the given order."""
    if not new:
        return []
    ids = numbers(conn, table, len(new))
    _store(conn, [(id_, *one[1:]) for id_, one in zip(ids, new, strict=True)])
    add_keys(conn, [(key, id_) for id_, article in zip(ids, new, strict=True) for key in article.keys])
    noted.note_new(conn, ids)
    return ids


def add_keys(conn: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """Let each key of `pairs` (key, article) name its article; a key that names one stays."""
    _add_keys(conn, pairs)


@many(table, "id", *NewArticle._fields[1:])
def _store(new: Any) -> Any:
    return new


@many(identity, "key", "article")
def _add_keys(new: Any) -> Any:
    return new.on_conflict_do_nothing(index_elements=["key"])


def untold(conn: Connection, now: datetime, limit: int) -> list[StoredArticle]:
    """Articles to tell now, the first that may be told first."""
    return list(map(_from_row, conn.execute(_UNTOLD, {"now": now, "limit": limit})))


def next_untold(conn: Connection) -> datetime | None:
    """When the next article may be told; None where none waits."""
    return conn.execute(select(func.min(table.c.tell_after)).where(table.c.told_at.is_(None))).scalar()


def wanted_pages(
    conn: Connection, source: str, limit: int, besides: Iterable[int] = ()
) -> list[StoredArticle]:
    """Articles of a source whose page is wanted, the newest first: it will be asked for soonest; those
    `besides` left out."""
    wanted = _stored().where(table.c.page == "wanted", table.c.source == source)
    wanted = wanted.where(table.c.id.not_in(list(besides)))
    return list(map(_from_row, conn.execute(wanted.order_by(table.c.id.desc()).limit(limit))))


def sources_with_wanted_pages(conn: Connection) -> list[str]:
    """Names of the sources that have pages waiting to be read."""
    return list(conn.execute(select(table.c.source).where(table.c.page == "wanted").distinct()).scalars())


def by_ids(conn: Connection, ids: Iterable[int]) -> list[StoredArticle]:
    """The articles of these rows, in the order of their numbers."""
    wanted = _stored().where(table.c.id.in_(list(ids))).order_by(table.c.id)
    return list(map(_from_row, conn.execute(wanted)))


def since(conn: Connection, moment: datetime, after: int, limit: int) -> list[StoredArticle]:
    """Articles that were published after `moment`, or found after it where they bear no time: those
    whose row comes after the number `after`, at most `limit`, in the order of their numbers."""
    wanted = _stored().where(table.c.id > after, _after(moment)).order_by(table.c.id).limit(limit)
    return list(map(_from_row, conn.execute(wanted)))


def among(conn: Connection, ids: Sequence[int], moment: datetime) -> list[StoredArticle]:
    """Those of these articles that were published after `moment`, or found after it where they bear no
    time, in the order of their numbers."""
    wanted = _stored().where(table.c.id.in_(ids), _after(moment)).order_by(table.c.id)
    return list(map(_from_row, conn.execute(wanted)))


def count_since(conn: Connection, moment: datetime) -> int:
    """How many articles were published after `moment`, or found after it where they bear no time."""
    return conn.execute(select(func.count()).select_from(table).where(_after(moment))).scalar_one()


def _after(moment: datetime) -> ColumnElement[bool]:
    return func.coalesce(table.c.published, table.c.found_at) > moment


def newest_of_outlet(conn: Connection, outlet_name: str, limit: int) -> list[StoredArticle]:
    """The newest articles of an outlet, the last found first."""
    wanted = _stored().where(table.c.outlet == outlet_name).order_by(table.c.id.desc()).limit(limit)
    return list(map(_from_row, conn.execute(wanted)))


def newest_of_source(conn: Connection, source: str, limit: int) -> list[StoredArticle]:
    """The newest articles that a source found, the last found first."""
    wanted = _stored().where(table.c.source == source).order_by(table.c.id.desc()).limit(limit)
    return list(map(_from_row, conn.execute(wanted)))


def of_story(conn: Connection, story: int) -> list[StoredArticle]:
    """The articles of a story, the first found first."""
    return list(map(_from_row, conn.execute(_OF_STORY, {"in_story": story})))


def page_read(conn: Connection, id_: int, changes: dict[str, Any], now: datetime) -> None:
    """Keep what a page gave (columns of `article`); the article is to be told, or told again."""
    noted.note_changed(conn, [id_])
    values = {"page": "read", "page_note": None, "tell_after": now, "told_at": None} | changes
    conn.execute(update(table).where(table.c.id == id_).values(values))


def page_waits(conn: Connection, id_: int, note: str, now: datetime) -> None:
    """An article's page stays wanted, though it could not be had; the article is told meanwhile."""
    conn.execute(update(table).where(table.c.id == id_).values(page_note=note, tell_after=now))


def page_failed(conn: Connection, id_: int, note: str, now: datetime, *, paywalled: bool = False) -> None:
    """Give up an article's page, for the reason `note`; it is told without, if it was not. That it is
    behind payment is told even of one that was told before."""
    values = {"page": "failed", "page_note": note, "paywalled": paywalled, "tell_after": now}
    if paywalled:
        values["told_at"] = None
    conn.execute(update(table).where(table.c.id == id_).values(values))


def revise(
    conn: Connection,
    id_: int,
    changes: dict[str, Any],
    now: datetime,
    read_again_by: datetime | None,
    *,
    is_news: bool = False,
) -> bool:
    """An article says something else now (columns of `article`); it is told again, with `is_news` though it
    was old when it was met.

    With `read_again_by`, a page that was read is wanted once more and waited for until then; whether
    it is.
    """
    noted.note_changed(conn, [id_])
    values = {**changes, "tell_after": now, "told_at": None}
    if is_news:
        values["contact"] = case((table.c.contact == "old", "live"), else_=table.c.contact)
    if read_again_by is not None:
        again = values | {"page": "wanted", "tell_after": read_again_by}
        was_read = table.c.page.in_(("read", "wanted"))
        if conn.execute(update(table).where(table.c.id == id_, was_read).values(again)).rowcount:
            return True
    conn.execute(update(table).where(table.c.id == id_).values(values))
    return False


def mark_told(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    """These articles have been told."""
    conn.execute(_MARK_TOLD, {"ids": ids, "now": now})


def not_later(conn: Connection, now: datetime, farthest: datetime) -> None:
    """Let untold articles that wait for a time after `farthest` be told now."""
    waiting = (table.c.told_at.is_(None), table.c.tell_after > farthest)
    conn.execute(update(table).where(*waiting).values(tell_after=now))


def put_into_stories(conn: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """Let each article of `pairs` (article, story) belong to its story."""
    if pairs:
        conn.execute(_PUT_INTO_STORY, [{"one": id_, "in_story": story} for id_, story in pairs])


def count(conn: Connection) -> int:
    """How many articles are known."""
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


def newest(conn: Connection) -> int:
    """The number of the row that came last; 0 where there is none."""
    return conn.execute(select(func.max(table.c.id))).scalar() or 0


_ROW = (
    table.c.id, table.c.canonical, table.c.url, table.c.title, table.c.summary, table.c.body,
    table.c.published, table.c.trust, table.c.language, table.c.source, table.c.guid, table.c.found_at,
    table.c.contact, table.c.page, table.c.page_note, table.c.told_at, table.c.story, table.c.paywalled,
    outlet.c.name, outlet.c.title.label("outlet_title"), outlet.c.country, outlet.c.languages, outlet.c.kind,
    outlet.c.tier,
)  # fmt: skip


def _stored() -> Select[Any]:
    return select(*_ROW).join(outlet, outlet.c.name == table.c.outlet)


def _from_row(row: Iterable[Any]) -> StoredArticle:
    # By place: a batch has hundreds of rows, and to ask each for a name takes longer than to read it.
    (
        id_, canonical, url, title, summary, body, published, trust, language, source, guid, found_at,
        contact, page, page_note, told_at, story, paywalled, outlet_name, outlet_title, country, languages,
        kind, tier,
    ) = row  # fmt: skip
    publisher = Outlet(outlet_name, outlet_title, country, tuple(languages), kind, tier)
    article = Article(canonical, url, title, summary, body, published, trust, language, source, publisher)
    return StoredArticle(id_, article, guid, found_at, contact, page, page_note, told_at, story, paywalled)


# The queue in the order of its index: it is read in batches, and sorting it for each would make a long
# one quadratic.
_UNTOLD = (
    _stored()
    .where(table.c.told_at.is_(None), table.c.tell_after <= bindparam("now"))
    .order_by(table.c.tell_after, table.c.id)
    .limit(bindparam("limit"))
)
_OF_STORY = _stored().where(table.c.story == bindparam("in_story")).order_by(table.c.id)
_MARK_TOLD = update(table).where(one_of(table.c.id, "ids")).values(told_at=bindparam("now"))
_PUT_INTO_STORY = update(table).where(table.c.id == bindparam("one")).values(story=bindparam("in_story"))
