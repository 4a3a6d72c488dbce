"""Which small facts does the archive keep about itself?

Statements on `fact`: a name, a JSON value. What a fact means is known to whoever writes it.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, select

from archive.insert import insert
from archive.tables import fact as table


def get(conn: Connection, name: str) -> Any:
    """The fact's value; None where there is none."""
    return conn.execute(_GET, {"of": name}).scalar()


_GET = select(table.c.value).where(table.c.name == bindparam("of"))


def put(conn: Connection, name: str, value: Any) -> None:
    """Keep the fact, in place of what was kept under this name."""
    statement = insert(conn, table)
    conn.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value}),
        {"name": name, "value": value},
    )
