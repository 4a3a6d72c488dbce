"""What does Wirewatch do while this machine has no net?

The polls that fail count for nothing: their sources keep their due times, and one of them is tried
every `LOOK`, in turn, until one answers. The failures by which it was found out are taken back. It is
told once, when it has lasted, and its end once. When a machine counts as offline is `crawler/reach.py`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from yarl import URL

from archive import facts, sources
from archive.events import Event
from archive.sources import SourceState
from archive.spans import length
from crawler.gathering import Gathered
from crawler.reach import ENOUGH, LOST, Reach, after, answered, as_counted, excused
from crawler.source import Source
from wirewatch.reports import report
from wirewatch.rooms import Rooms

# Since when, as text, while it is told and not over.
FACT = "offline_since"
# A net that comes back within this is not worth a word.
LASTING = timedelta(minutes=2)
LOOK = timedelta(seconds=10)
# A source that was tried lets others have their turn, at most so long: when the net is back it is late.
TURN = timedelta(minutes=5)


async def weigh(
    rooms: Rooms, source: Source, state: SourceState, gathered: Gathered, *, began: datetime, now: datetime
) -> SourceState | None:
    """Take note of the outcome of a poll that `began` then: the state on which it counts, or None if it
    counts for nothing, and its lease has been seen to."""
    hosts = 0
    if not answered(gathered):
        hosts = _hosts(rooms.rules.sources.values())
        await _remember(rooms, began)
    reach = rooms.reach = after(rooms.reach, source, state, gathered, began=began, now=now, hosts=hosts)
    if answered(gathered):
        if rooms.maybe_offline:
            rooms.maybe_offline = False
            await rooms.archive.write(lambda conn: _tell_end(conn, rooms, now))
        return state
    if not excused(reach, gathered):
        return as_counted(reach, state, gathered, hosts)
    rooms.maybe_offline = True
    turn = min(LOOK * len(rooms.rules.sources), TURN)

    def step(conn: Connection) -> None:
        sources.put_off(conn, state, now + turn)
        sources.take_back(conn, LOST, reach.answered_at)
        if now - (reach.offline_since or now) >= LASTING and since(conn) is None:
            _tell(conn, rooms, reach, now)

    await rooms.archive.write(step)
    return None


async def _remember(rooms: Rooms, began: datetime) -> None:
    """Where nobody has answered since the start: when somebody did before."""
    if rooms.reach.answered_at is None:
        last = await rooms.archive.read(sources.last_success)
        # A machine without a net may have started with a clock that is behind.
        if last is not None and last <= began and rooms.reach.answered_at is None:
            rooms.reach = replace(rooms.reach, answered_at=last)


def _hosts(named: Iterable[Source]) -> int:
    """How many hosts the config names, counted as far as it matters: each failed poll asks."""
    hosts: set[str | None] = set()
    for source in named:
        hosts.add(URL(source.url).raw_host)
        if len(hosts) >= ENOUGH:
            break
    return len(hosts)


def since(conn: Connection) -> datetime | None:
    """Since when this machine has been offline, where that was told and is not over."""
    told = facts.get(conn, FACT)
    return None if told is None else datetime.fromisoformat(told)


def _tell(conn: Connection, rooms: Rooms, reach: Reach, now: datetime) -> None:
    began = reach.offline_since or now
    facts.put(conn, FACT, began.isoformat())
    text = "no host can be reached; no source is charged for it. See whether this machine is online"
    report(rooms.rules.settings, conn, Event(now, "offline", "this machine", text))


def _tell_end(conn: Connection, rooms: Rooms, now: datetime) -> None:
    began = since(conn)
    if began is not None:
        facts.put(conn, FACT, None)
        text = f"is online again after {length(now - began)}"
        report(rooms.rules.settings, conn, Event(now, "online", "this machine", text))
