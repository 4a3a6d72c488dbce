"""What is wrong with an edit of the config that the daemon did not take?

Kept in the archive while it stands, so that `wirewatch status` tells it too. Written by
`wirewatch/reloading.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from archive import facts

_FACT = "config_refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """The newest edit, which is not in force, a line a mistake, and since when."""

    since: datetime
    mistakes: tuple[str, ...]


def refused(conn: Connection) -> Refused | None:
    """The edit that stands refused; None where the newest is in force."""
    kept = facts.get(conn, _FACT)
    return None if kept is None else Refused(datetime.fromisoformat(kept["since"]), tuple(kept["mistakes"]))


def refuse(conn: Connection, mistakes: Sequence[str], now: datetime) -> None:
    """The newest edit has these mistakes; since when some edit had, is kept."""
    before = refused(conn)
    since = before.since if before is not None else now
    facts.put(conn, _FACT, {"since": since.isoformat(), "mistakes": list(mistakes)})


def mended(conn: Connection) -> None:
    """The newest edit is in force."""
    facts.put(conn, _FACT, None)
