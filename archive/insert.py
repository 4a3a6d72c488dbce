"""How is a row inserted unless it is there, on both databases?

The one place that picks the dialect's own `insert`. With `on_conflict_do_nothing().returning()`
only the new rows come back, so the insert is the duplicate check too. Give the rows to
`conn.execute(statement, rows)`, never to `.values()`: that would compile anew each time.
"""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


def insert(conn: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """The insert statement of the database behind `conn`."""
    if conn.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
