"""How is a row inserted unless it is there, and how are many written, on both databases?

The one place that picks the dialect's own `insert`. With `on_conflict_do_nothing().returning()`
only the new rows come back, so the insert is the duplicate check too. Give the rows to
`conn.execute(statement, rows)`, never to `.values()`: that would compile anew each time.

Building a statement costs SQLAlchemy more than running it. So what runs for every article, poll or
message is built once: a select or update as a constant with `bindparam`, an insert by `prepared`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Dialect, Executable, Select, Table, Update, func, select, text
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
        return _row_by_row(prepared(table)(complete), columns, list(columns))

    return decorate


def each(change: Update, *names: str) -> Rows:
    """As `many`, of an update with parameters of these `names`."""
    return _row_by_row(lambda _conn: change, names, None)


class _Written(NamedTuple):
    """A statement as SQLite is given it: which of a row's values stand where, and which of them are given in
    another form."""

    text: str
    order: list[int]
    said: list[tuple[int, Callable[[Any], Any]]]

    def parameters(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = [row[at] for at in self.order]
        for at, say in self.said:
            values[at] = say(values[at])
        return tuple(values)


def _row_by_row(statement: Statement, names: Sequence[str], columns: list[str] | None) -> Rows:
    written: list[_Written] = []

    def execute_rows(conn: Connection, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        if conn.dialect.name == "postgresql":
            conn.execute(statement(conn), [dict(zip(names, row, strict=True)) for row in rows])
            return
        if not written:
            written.append(_write(statement(conn), names, columns, conn.dialect))
        text, parameters = written[0].text, written[0].parameters
        conn.exec_driver_sql(text, [*map(parameters, rows)])

    return execute_rows


def _write(statement: Any, names: Sequence[str], columns: list[str] | None, dialect: Dialect) -> _Written:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    asked: Sequence[str] = compiled.positiontup
    types = [compiled.binds[name].type.dialect_impl(dialect) for name in asked]
    said = [(at, kind.bind_processor(dialect)) for at, kind in enumerate(types)]
    return _Written(
        str(compiled), [names.index(name) for name in asked], [(at, say) for at, say in said if say]
    )


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
