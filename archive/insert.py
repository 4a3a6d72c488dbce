"""How is a row inserted unless it is there, on both databases?

The one place that picks the dialect's own `insert`. With `on_conflict_do_nothing().returning()`
only the new rows come back, so the insert is the duplicate check too. Give the rows to
`conn.execute(statement, rows)`, never to `.values()`: that would compile anew each time.

Building a statement costs SQLAlchemy more than running it. So what runs for every article, poll or
message is built once: a select or update as a constant with `bindparam`, an insert by `prepared`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert

Statement = Callable[[Connection], Executable]


def insert(conn: Connection, table: Table) -> "SqliteInsert | PostgresInsert":
    """The insert statement of the database behind `conn`."""
    if conn.dialect.name == "postgresql":
        # Most archives are SQLite's, and never need it.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    return sqlite.insert(table)


def prepared(table: Table) -> Callable[[Callable[[Any], Any]], Statement]:
    """Make of a function that completes an insert into `table` one that gives the finished statement
    for a connection, built at the first call."""

    def decorate(complete: Callable[[Any], Any]) -> Statement:
        built: dict[str, Executable] = {}

        def statement(conn: Connection) -> Executable:
            name = conn.dialect.name
            if name not in built:
                built[name] = complete(insert(conn, table))
            return built[name]

        return statement

    return decorate
