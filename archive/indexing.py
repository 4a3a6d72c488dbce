"""Which articles does the full-text index not know as they are, and how does it learn of them?

Whoever stores, changes or removes an article notes it in its own transaction, which costs next to
nothing; the index is filled later, in bulk (`wirewatch/indexing.py`). What is noted is not looked for in
the index but read, so a search is never behind. The index itself is `archive/full_text.py`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, literal, literal_column, select

from archive import facts, full_text
from archive.full_text import Indexed
from archive.insert import insert, many, prepared
from archive.one_of import one_of
from archive.sought import ALL, Sought, any_of
from archive.tables import article, unindexed
from archive.text.folding import fold
from archive.text.tokens import RULES, Token, tokens

# By which rules the index was made (the fact's name).
FACT = "index_rules"
# Bytes of an article's tokens. PostgreSQL takes no more than twice that, and a hostile page may have more.
MOST_BYTES = 2**19
# In their place such an article has this one alone, for which every question asks. It is in no text.
TOO_MANY = "\ue000"


class Waiting(NamedTuple):
    """An article that is noted: its tokens as it is indexed, and as it is now, with blanks between them (a
    set of them takes ten times the room). None: it is not."""

    article: int
    generation: int
    before: str | None
    now: str | None


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


def begin_anew(conn: Connection) -> None:
    """Empty the index, and note every article."""
    full_text.clear(conn)
    conn.execute(delete(unindexed))
    rows = select(article.c.id, literal(1))
    conn.execute(insert(conn, unindexed).from_select(["article", "generation"], rows))
    facts.put(conn, FACT, RULES)


def waiting(conn: Connection, limit: int) -> list[Waiting]:
    """Articles that are noted, the first found first, with the tokens that indexing them takes."""
    rows = conn.execute(_WAITING, {"limit": limit})
    return [
        Waiting(
            row.article,
            row.generation,
            None if row.title is None else _tokens(row.title, row.summary, row.body),
            None if row.id is None else _tokens(row.title_1, row.summary_1, row.body_1),
        )
        for row in rows
    ]


_WAITING = (
    select(unindexed, article.c.id, article.c.title, article.c.summary, article.c.body)
    .outerjoin(article, article.c.id == unindexed.c.article)
    .order_by(unindexed.c.article)
    .limit(bindparam("limit"))
)


def _tokens(*texts: str | None) -> str:
    found: set[str] = set()
    for text in texts:
        if text:
            found |= tokens(fold(text).text)
    joined = " ".join(found)
    return joined if len(joined.encode()) - joined.count(" ") <= MOST_BYTES else TOO_MANY


def index(conn: Connection, batch: Sequence[Waiting]) -> int:
    """Let the index know these articles as `waiting` gave them; how many, without those noted anew since."""
    asked = {"ids": [one.article for one in batch]}
    noted = {row.article: row.generation for row in conn.execute(_NOTED, asked)}
    current = [one for one in batch if noted.get(one.article) == one.generation]
    full_text.remove(conn, [Indexed(one.article, one.before) for one in current if one.before is not None])
    full_text.put(conn, [Indexed(one.article, one.now) for one in current if one.now is not None])
    conn.execute(_DONE, {"ids": [one.article for one in current]})
    return len(current)


_THESE = one_of(unindexed.c.article, "ids")
_NOTED = select(unindexed.c.article, unindexed.c.generation).where(_THESE)
_DONE = delete(unindexed).where(_THESE)


def behind(conn: Connection) -> int:
    """How many articles wait to be indexed."""
    return conn.execute(select(func.count()).select_from(unindexed)).scalar_one()


def candidates(conn: Connection, sought: Sought) -> list[int] | None:
    """The articles that may have what is sought, in rising order; None where any may."""
    if sought == ALL or not suits(conn):
        return None
    found = set(conn.execute(select(unindexed.c.article)).scalars())
    found |= full_text.find(conn, any_of((sought, Token(TOO_MANY))))
    return sorted(found)
