"""Which articles does the full-text index not know as they are?

Whoever stores, changes or removes an article notes it in its own transaction, which costs next to
nothing. How the index learns of them is `archive/indexing.py`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, literal, literal_column, select

from archive import facts
from archive.insert import many, prepared
from archive.one_of import one_of
from archive.tables import article, unindexed
from archive.text.tokens import RULES

# By which rules the index was made (the fact's name).
FACT = "index_rules"


def note_new(conn: Connection, ids: Sequence[int]) -> None:
    """These articles have come."""
    _note_new(conn, [(id_, 1) for id_ in ids])


@many(unindexed, "article", "generation")
def _note_new(new: Any) -> Any:
    # SQLite gives the number of a removed newest row anew, which may not have been taken from the index yet.
    return _once_more(new)


def note_changed(conn: Connection, ids: Sequence[int]) -> None:
    """The texts of these articles are about to change, or they are to be removed."""
    if ids:
        conn.execute(_note_changed(conn), {"ids": ids})


@prepared(unindexed)
def _note_changed(new: Any) -> Any:
    said = (article.c.title, article.c.summary, article.c.body)
    rows = select(article.c.id, literal(1), *said).where(one_of(article.c.id, "ids"))
    return _once_more(new.from_select(["article", "generation", "title", "summary", "body"], rows))


def _once_more(new: Any) -> Any:
    # What is noted already is not indexed, or is so with the texts that were noted then.
    again = {"generation": unindexed.c.generation + literal_column("1")}
    return new.on_conflict_do_update(index_elements=["article"], set_=again)


def suits(conn: Connection) -> bool:
    """Whether the index was made by the rules by which this program asks it."""
    return bool(facts.get(conn, FACT) == RULES)


def behind(conn: Connection) -> int:
    """How many articles wait to be indexed."""
    return conn.execute(select(func.count()).select_from(unindexed)).scalar_one()
