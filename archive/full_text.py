"""How does each database keep an index of tokens, and how is it asked?

The table `search`, which differs so much that `archive/tables.py` cannot say it: on SQLite an FTS5 table
without contents and without places, on PostgreSQL a tsvector a row under GIN. Tokens are made in Python
(`archive/text/tokens.py`), so both find the same. What is indexed when is `archive/indexing.py`.
"""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from archive.sought import AllOf, AnyOf, Sought
from archive.text.tokens import Token

TABLE = "search"
# The tokenizer `ascii` cuts at blanks and, in ASCII, at what is no letter or digit: tokens have none of
# that, and no table of Unicode that another SQLite may have plays a part.
_CREATE = {
    "sqlite": (
        "create virtual table search using"
        " fts5(tokens, content='', columnsize=0, detail=none, tokenize='ascii')",
    ),
    "postgresql": (
        "create table search (article bigint not null constraint pk_search primary key,"
        " tokens tsvector not null)",
        # Filled as it goes: what GIN puts off it does at once some day, for seconds.
        "create index ix_search_tokens on search using gin (tokens) with (fastupdate = off)",
    ),
}
_CLEAR = {"sqlite": "insert into search(search) values ('delete-all')", "postgresql": "truncate search"}
_PUT = {
    "sqlite": "insert into search(rowid, tokens) values (:article, :tokens)",
    "postgresql": "insert into search values (:article, array_to_tsvector(cast(:tokens as text[])))",
}
# FTS5 without contents must be told what the row said.
_REMOVE = {
    "sqlite": "insert into search(search, rowid, tokens) values ('delete', :article, :tokens)",
    "postgresql": "delete from search where article = :article",
}
_FIND = {
    "sqlite": "select search.rowid from json_each(:asked) as asked cross join search"
    " where search match asked.value",
    "postgresql": "select distinct article from search, unnest(cast(:asked as text[])) as asked(query)"
    " where tokens @@ cast(query as tsquery)",
}
# Tokens of a branch that is asked for as it is.
FEW = 16


class Indexed(NamedTuple):
    """An article of the index, by its row's number, and all its tokens, with blanks between them."""

    article: int
    tokens: str


def create(conn: Connection) -> None:
    """Make the table, empty."""
    for statement in _CREATE[conn.dialect.name]:
        conn.execute(text(statement))


def drop(conn: Connection) -> None:
    """Take the table away."""
    conn.execute(text("drop table search"))


def clear(conn: Connection) -> None:
    """Forget all that is indexed."""
    conn.execute(text(_CLEAR[conn.dialect.name]))


def put(conn: Connection, rows: Sequence[Indexed]) -> None:
    """Index articles that are not indexed."""
    _execute(conn, _PUT, rows)


def remove(conn: Connection, rows: Sequence[Indexed]) -> None:
    """Take articles out of the index, each with the tokens under which it was put there."""
    _execute(conn, _REMOVE, rows)


def _execute(conn: Connection, statements: dict[str, str], rows: Sequence[Indexed]) -> None:
    if rows:
        name = conn.dialect.name
        sqlite = name == "sqlite"
        said = [{"article": id_, "tokens": held if sqlite else held.split()} for id_, held in rows]
        conn.execute(text(statements[name]), said)


def find(conn: Connection, sought: Sought) -> set[int]:
    """The articles of the index that have what is sought, which is not ALL.

    One look into the index a branch: for an OR of thousands of spellings either database would go through
    all of them again at each of thousands of rows.
    """
    branches = sought.parts if isinstance(sought, AnyOf) else (sought,)
    found = _look(conn, [branch for branch in branches if _size(branch) <= FEW])
    for branch in branches:
        if isinstance(branch, AllOf) and _size(branch) > FEW:
            found |= set.intersection(*(find(conn, part) for part in branch.parts))
    return found


def _look(conn: Connection, branches: Sequence[Sought]) -> set[int]:
    name = conn.dialect.name
    asked = [_print(branch, _DIALECTS[name]) for branch in branches]
    rows = conn.execute(text(_FIND[name]), {"asked": json.dumps(asked) if name == "sqlite" else asked})
    return set(rows.scalars())


def _size(sought: Sought) -> int:
    return 1 if isinstance(sought, Token) else sum(map(_size, sought.parts))


class _Dialect(NamedTuple):
    both: str
    either: str
    token: Callable[[Token], str]


# Tokens have no quotes in them.
_DIALECTS = {
    "sqlite": _Dialect(" AND ", " OR ", lambda token: f'"{token.text}"' + "*" * token.is_open),
    "postgresql": _Dialect(" & ", " | ", lambda token: f"'{token.text}'" + ":*" * token.is_open),
}


def _print(sought: Sought, dialect: _Dialect) -> str:
    if isinstance(sought, Token):
        return dialect.token(sought)
    joint = dialect.both if isinstance(sought, AllOf) else dialect.either
    return f"({joint.join(_print(part, dialect) for part in sought.parts)})"
