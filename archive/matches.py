"""Which watches fired on which article, and on what evidence?

Statements on `match`. A match is written once; a later reading of the same article can add
watches, never take one away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from archive.insert import prepared
from archive.one_of import one_of
from archive.tables import article as article_table
from archive.tables import match as table


@dataclass(frozen=True, slots=True)
class Kept:
    """The matches of an article in the order in which they were found, and the names of the watches that
    had not fired on it before."""

    rows: list[dict[str, Any]]
    new: frozenset[str]


def add(
    conn: Connection, matches: Mapping[int, Sequence[Mapping[str, Any]]], now: datetime
) -> dict[int, Kept]:
    """Keep the matches of articles (`watch`, `urgency`, `hits` as JSON); of each article all that are kept.

    Of a watch that fired before, the evidence is that of the newest reading.
    """
    if not matches:
        return {}
    before = of_articles(conn, matches)
    rows = [
        {**match, "article": article, "matched_at": now} for article, of in matches.items() for match in of
    ]
    if rows:
        conn.execute(_add(conn), rows)
    return {article: _kept(before.get(article, []), of) for article, of in matches.items()}


def _kept(before: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> Kept:
    """What `of_articles` gives of an article on which these were found after those `before`."""
    now = {match["watch"]: match for match in found}
    known = [{**match, "hits": now.get(match["watch"], match)["hits"]} for match in before]
    new = now.keys() - {match["watch"] for match in before}
    return Kept([*known, *(dict(now[watch]) for watch in sorted(new))], frozenset(new))


@prepared(table)
def _add(new: Any) -> Any:
    newest = {"hits": new.excluded.hits}
    return new.on_conflict_do_update(index_elements=["article", "watch"], set_=newest)


def of_articles(conn: Connection, articles: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """The matches of each of `articles`, in the order in which they were found."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in conn.execute(_OF_ARTICLES, {"ids": list(articles)}):
        found.setdefault(row.article, []).append(
            {"watch": row.watch, "urgency": row.urgency, "hits": row.hits}
        )
    return found


_OF_ARTICLES = select(table).where(one_of(table.c.article, "ids")).order_by(table.c.matched_at, table.c.watch)


def watches_of(conn: Connection, articles: Iterable[int]) -> dict[int, set[str]]:
    """The names of the watches that fired on each of `articles`; without the evidence, which is long."""
    found: dict[int, set[str]] = {}
    for row in conn.execute(_WATCHES_OF, {"ids": list(articles)}):
        found.setdefault(row.article, set()).add(row.watch)
    return found


_WATCHES_OF = select(table.c.article, table.c.watch).where(one_of(table.c.article, "ids"))


def count_old(conn: Connection, watches: Iterable[str]) -> int:
    """How many articles that were too old at first contact matched one of `watches`."""
    statement = (
        select(func.count(table.c.article.distinct()))
        .join(article_table, article_table.c.id == table.c.article)
        .where(article_table.c.contact == "old", table.c.watch.in_(list(watches)))
    )
    return conn.execute(statement).scalar_one()
