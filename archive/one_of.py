"""How is asked for many rows by their numbers?

`one_of(column, "ids")` is true of a row whose number is one of those that the statement is given under
`ids`, as a list. The list goes to the database as one value, so the statement is the same however long it
is: with a placeholder for each number SQLAlchemy would write it anew at every call.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class _Numbers(TypeDecorator[Sequence[int]]):
    """A list of numbers: an array, or JSON where the database knows none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import ARRAY

        return dialect.type_descriptor(ARRAY(BigInteger))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class one_of(FunctionElement[Any]):  # noqa: N801 - reads like a function of SQL
    """Whether the column's number is in the list given under `name`."""

    inherit_cache = True
    # Not a Boolean, which SQLite has not: behind one would be written `= 1`, and no index be used.
    type = NullType()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Numbers()))


@compiles(one_of)
def _in_json(element: one_of, compiler: Any, **given: Any) -> str:
    column, numbers = (compiler.process(part, **given) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - both parts are compiled


@compiles(one_of, "postgresql")
def _in_array(element: one_of, compiler: Any, **given: Any) -> str:
    column, numbers = (compiler.process(part, **given) for part in element.clauses)
    return f"{column} = ANY ({numbers})"
