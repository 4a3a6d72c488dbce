"""How does the full-text index learn of the articles that are noted, and what does a search ask it?

It is filled in bulk, when `wirewatch/indexing.py` says so. What is noted (`archive/noted.py`) is not looked
for in the index but read, so a search is never behind. The index itself is `archive/full_text.py`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, literal, select

from archive import facts, full_text
from archive.full_text import Indexed
from archive.insert import insert
from archive.noted import FACT, suits
from archive.one_of import one_of
from archive.sought import ALL, Sought, any_of
from archive.tables import article, unindexed
from archive.text.folding import fold
from archive.text.tokens import RULES, Token, tokens

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


def candidates(conn: Connection, sought: Sought) -> list[int] | None:
    """The articles that may have what is sought, in rising order; None where any may."""
    if sought == ALL or not suits(conn):
        return None
    found = set(conn.execute(select(unindexed.c.article)).scalars())
    found |= full_text.find(conn, any_of((sought, Token(TOO_MANY))))
    return sorted(found)
