"""How is a row inserted unless it is there, on both databases?

The one place that picks the dialect's own `insert`. With `on_conflict_do_nothing().returning()`
only the new rows come back, so the insert is the duplicate check too. Give the rows to
`conn.execute(statement, rows)`, never to `.values()`: that would compile anew each time.

Building a statement costs SQLAlchemy more than running it. So what runs for every article, poll or
message is built once: a select or update as a constant with `bindparam`, an insert by `prepared`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Select, Table, func, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert

Statement = Callable[[Connection], Executable]
Rows = Callable[[Connection, Sequence[Sequence[Any]]], None]


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


def many(table: Table, *columns: str) -> Callable[[Callable[[Any], Any]], Rows]:
    """Make of a function that completes an insert into `table` one that inserts rows, each the values of
    `columns`, and gives nothing back. Defaults of other columns are the database's own.

    For thousands of short rows: SQLAlchemy's way with each costs several times what SQLite's own does.
    """

    def decorate(complete: Callable[[Any], Any]) -> Rows:
        statement = prepared(table)(complete)
        types = [table.c[name].type for name in columns]
        written: list[str] = []

        def insert_rows(conn: Connection, rows: Sequence[Sequence[Any]]) -> None:
            if not rows:
                return
            if conn.dialect.name == "postgresql":
                conn.execute(statement(conn), [dict(zip(columns, row, strict=True)) for row in rows])
                return
            if not written:
                insertion: Any = statement(conn)
                compiled: Any = insertion.compile(dialect=conn.dialect, column_keys=list(columns))
                if tuple(compiled.positiontup) != columns:
                    raise ValueError(f"rows for {table.name} come as {compiled.positiontup}")
                written.append(str(compiled))
            processors = (kind.dialect_impl(conn.dialect).bind_processor(conn.dialect) for kind in types)
            said = [(at, say) for at, say in enumerate(processors) if say is not None]
            conn.exec_driver_sql(written[0], [_said(row, said) for row in rows])

        return insert_rows

    return decorate


def _said(row: Sequence[Any], said: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    """The row with those values that the database takes in another form."""
    if not said:
        return tuple(row)
    values = list(row)
    for at, say in said:
        values[at] = say(values[at])
    return tuple(values)


def numbers(conn: Connection, table: Table, count: int) -> list[int]:
    """The numbers of the next `count` rows of `table`, rising. Rows that are to be named by others before
    they are written, or many at once, are inserted with these, in the same transaction."""
    if conn.dialect.name == "postgresql":
        asked = {"of": table.name, "count": count}
        return sorted(conn.execute(_NEXT_OF_SEQUENCE, asked).scalars())
    # As SQLite itself would number them: the transaction is the only one that writes.
    last: int = conn.execute(_last(table)).scalar() or 0
    return list(range(last + 1, last + count + 1))


_NEXT_OF_SEQUENCE = text("select nextval(pg_get_serial_sequence(:of, 'id')) from generate_series(1, :count)")


@cache
def _last(table: Table) -> Select[Any]:
    return select(func.max(table.c.id))
