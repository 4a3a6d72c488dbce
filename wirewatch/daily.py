"""How does an operator hear each day, unasked, that all goes well?

The `daily` job, woken every minute. Where `daily:` names a time, one line goes to the `ops` channel
then: is it working, what has come of the time since the last, which sources fail, what is next. A line
that was due while nobody ran comes once, for the whole time. Whoever asks gets `wirewatch/status.py`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive import facts
from archive.clocks import next_time
from archive.lock import Holder
from crawler.health import BAD
from wirewatch.reports import notify, ops_zone
from wirewatch.rooms import Rooms
from wirewatch.settings import Settings
from wirewatch.vigil import look

if TYPE_CHECKING:
    from archive.figures import Day
    from wirewatch.status import Status

log = logging.getLogger("wirewatch")

# When the last line was sent, as text; or when a first one began to be waited for.
LAST = "daily_line"
MOST_NAMED = 5


class Daily:
    """Looks at each call of `tell`. A sleep is not held against the daemon that has just woken from it."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def tell(self, _key: str = "") -> None:
        """Send the day's line if it is due."""
        rooms, now = self._rooms, self._rooms.clock()
        settings = rooms.rules.settings
        awake_since = look(rooms, now).since
        last = await rooms.archive.read(_last)
        if settings.daily is None or last is None or last > now:
            # Nobody waits for one, or nobody has until now; or the clock was set back.
            begun = None if settings.daily is None else now
            if last != begun:
                await rooms.archive.write(lambda conn: _keep(conn, begun))
            return
        if next_time(settings.daily, last, ops_zone(settings)) > now:
            return
        line = await rooms.archive.read(lambda conn: _line(conn, settings, last, awake_since, now))
        await rooms.archive.write(lambda conn: _send(conn, settings, line, now))
        log.info("%s", line)


def _last(conn: Connection) -> datetime | None:
    kept = facts.get(conn, LAST)
    return None if kept is None else datetime.fromisoformat(kept)


def _keep(conn: Connection, at: datetime | None) -> None:
    facts.put(conn, LAST, None if at is None else at.isoformat())


def _send(conn: Connection, settings: Settings, line: str, now: datetime) -> None:
    notify(settings, conn, line, now)
    _keep(conn, now)


def _line(conn: Connection, settings: Settings, last: datetime, awake_since: datetime, now: datetime) -> str:
    # Slow to load, and a line is due once a day.
    from archive import figures
    from wirewatch.status import judge, seen_by

    seen = seen_by(conn, Holder.this(), now, awake_since)
    return words(judge(seen, settings, now), figures.day(conn, last), last, now, ops_zone(settings))


def words(status: "Status", day: "Day", last: datetime, now: datetime, zone: tzinfo) -> str:
    """The line."""
    since = (
        f"since {_clock(last, now, zone)}: {day.articles} new articles, {day.matched} of them matched, "
        f"{day.alerts} alerts sent, {day.withheld} withheld"
    )
    failing = [name for name, health in status.health.items() if health in BAD]
    parts = [status.answer, since]
    if failing:
        parts.append(f"failing: {_named(failing)}")
    # Some poll is always a moment away, and this line a day.
    later = [coming for coming in status.coming if not coming.routine]
    if later:
        first = min(later, key=lambda coming: coming.at)
        parts.append(f"next: {first.what}, {_clock(first.at, now, zone)}")
    return ". ".join(part[0].upper() + part[1:] for part in parts)


def _clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    here = moment.astimezone(zone)
    same_day = here.date() == now.astimezone(zone).date()
    return f"{here:%H:%M}" if same_day else f"{here.day} {here:%b %H:%M}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
