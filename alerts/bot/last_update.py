"""Which update was acted on last?

Its number and when, in one fact of the archive: what comes after it is asked for next.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from archive import facts

_NAME = "bot_last_update"


class Last(NamedTuple):
    """The number of an update, and when it was acted on."""

    number: int
    at: datetime


def last_update(conn: Connection) -> Last | None:
    """The last one; None where there was none."""
    value = facts.get(conn, _NAME)
    return None if value is None else Last(value["number"], datetime.fromisoformat(value["at"]))


def put_last(conn: Connection, number: int, now: datetime) -> None:
    """This one has been acted on."""
    facts.put(conn, _NAME, {"number": number, "at": now.isoformat()})
