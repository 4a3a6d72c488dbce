"""Since when has Wirewatch been awake?

While its machine sleeps a daemon neither polls nor sends, and what was due then is not held against it.
The heartbeat looks at the clock each minute and keeps what it sees in the archive, for `wirewatch status`,
which is another process. What is made of it is `wirewatch/heartbeat.py` and `wirewatch/status.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive import facts

if TYPE_CHECKING:
    from wirewatch.rooms import Rooms

# A clock that was not looked at for longer stood still. What is due and not done after this has been
# left lying.
PATIENCE = timedelta(minutes=10)
FACT = "vigil"


@dataclass(frozen=True, slots=True)
class Vigil:
    """`since` when Wirewatch has been awake without a long sleep of the machine, and its last look."""

    since: datetime
    looked_at: datetime

    def lasts(self, now: datetime) -> bool:
        """Whether it was looked lately; not after a gap, or a step back of the clock."""
        return timedelta() <= now - self.looked_at <= PATIENCE

    def look(self, now: datetime) -> "Vigil":
        """The vigil after a look at `now`, a new one where it did not last."""
        return Vigil(self.since if self.lasts(now) else now, now)


def look(rooms: "Rooms", now: datetime) -> Vigil:
    """Look at the clock, which says `now`; the vigil of this process."""
    rooms.vigil = Vigil(now, now) if rooms.vigil is None else rooms.vigil.look(now)
    return rooms.vigil


def keep(conn: Connection, vigil: Vigil) -> None:
    """Let other processes know of it."""
    facts.put(conn, FACT, [vigil.since.isoformat(), vigil.looked_at.isoformat()])


def kept(conn: Connection) -> Vigil | None:
    """The vigil of the daemon that looked last; None before the first look."""
    times = facts.get(conn, FACT)
    return None if times is None else Vigil(*map(datetime.fromisoformat, times))
