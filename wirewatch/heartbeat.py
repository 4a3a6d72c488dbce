"""Does Wirewatch itself notice when nothing comes in or goes out any more?

The `heartbeat` job, woken at start and every minute. No news is suspicious: nothing gathered for
`silent_after` is told to operators once, and so is the recovery. `ping_url` is asked for as a
dead man's switch wants it: `/start`, then the address itself while all is well, `/fail` while not.
What a person is told who asks is `wirewatch/status.py`.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection
from yarl import URL

from archive import backlog, facts, sources
from archive.backlog import Heap
from archive.events import Event
from crawler.client import Client
from crawler.fetch_errors import FetchError
from wirewatch.reports import report
from wirewatch.rooms import Rooms
from wirewatch.settings import Settings
from wirewatch.vigil import Vigil, keep, look

log = logging.getLogger("wirewatch")

# Kept while a silence has been told and has not ended: since when, as text.
SILENT = "silent_since"
PING_DEADLINE = 10.0


def silent_since(gathered: datetime | None, vigil: Vigil) -> datetime:
    """Since when nothing was gathered, which was last done at `gathered`; time in which nobody could
    gather does not count."""
    return vigil.since if gathered is None else max(vigil.since, gathered)


def halts(heap: Heap, vigil: Vigil, now: datetime) -> bool:
    """Whether deliveries are due for long; the time before the vigil began does not count."""
    # Slow to load, and asked only for a ping.
    from wirewatch.status import is_stuck

    return heap.due is not None and is_stuck(heap, max(heap.due, vigil.since), now)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the archive knows at one moment: when any source last answered, and what waits to be delivered,
    where somebody is pinged; `told` is the start of a silence that was told."""

    gathered: datetime | None
    heaps: Sequence[Heap]
    told: datetime | None


def change(seen: Seen, settings: Settings, vigil: Vigil, now: datetime) -> Event | None:
    """What operators are to hear: a silence that has begun, or one they were told of that is over."""
    if seen.told is not None:
        # Not merely a restart: a source has answered.
        if seen.gathered is not None and seen.gathered > seen.told:
            return Event(now, "silence-over", "sources", "articles are gathered again")
        return None
    since = silent_since(seen.gathered, vigil)
    if not settings.sources or now - since <= settings.silent_after:
        return None
    text = f"nothing was gathered from any source since {since:%Y-%m-%d %H:%M} UTC; see `wirewatch status`"
    return Event(now, "silent", "sources", text)


class Heartbeat:
    """Looks at each call of `beat`; remembers whether pings get through."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._first = True
        self._ping = Ping(rooms.tools.client)

    async def beat(self, _key: str = "") -> None:
        """Look, tell operators of a change, ping."""
        rooms, now = self._rooms, self._rooms.clock()
        settings = rooms.rules.settings
        vigil = look(rooms, now)
        pinged = settings.ping_url is not None

        def step(conn: Connection) -> Seen:
            keep(conn, vigil)
            return _see(conn, now, pinged=pinged)

        seen = await rooms.archive.write(step)
        if self._first and settings.ping_url is not None:
            await self._ping.send(settings.ping_url, "/start")
        self._first = False
        event = change(seen, settings, vigil, now)
        if event is not None:
            told = silent_since(seen.gathered, vigil) if event.kind == "silent" else None
            seen = replace(seen, told=told)
            await rooms.archive.write(lambda conn: _tell(conn, settings, event, told))
        if settings.ping_url is not None:
            halted = seen.told is not None or any(halts(heap, vigil, now) for heap in seen.heaps)
            await self._ping.send(settings.ping_url, "/fail" if halted else "")


def _see(conn: Connection, now: datetime, *, pinged: bool) -> Seen:
    told = facts.get(conn, SILENT)
    return Seen(
        sources.last_success(conn),
        backlog.heaps(conn, now) if pinged else (),
        None if told is None else datetime.fromisoformat(told),
    )


def _tell(conn: Connection, settings: Settings, event: Event, told: datetime | None) -> None:
    facts.put(conn, SILENT, None if told is None else told.isoformat())
    report(settings, conn, event)


class Ping:
    """Asks for an address through the guarded client; one log line when that begins or ceases to fail."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._failing = False

    async def send(self, url: str, suffix: str) -> None:
        """Ask for `url` with `suffix` at the end of its path. Never raises FetchError."""
        problem = await self._ask(URL(url), suffix)
        if problem is not None and not self._failing:
            log.warning("ping_url: %s", problem)
        elif problem is None and self._failing:
            log.warning("ping_url: answers again")
        self._failing = problem is not None

    async def _ask(self, url: URL, suffix: str) -> str | None:
        """What went wrong, in words without the address: whoever knows it can ping too."""
        asked = str(url.with_path(url.raw_path.rstrip("/") + suffix, encoded=True, keep_query=True))
        try:
            # Without redirects, or the words for a failure could hold where they lead.
            response = await self._client.get(asked, deadline=PING_DEADLINE, redirects=0)
        except FetchError as error:
            return str(error).replace(asked, "the address")
        return None if response.status < 400 else f"the server answered with {response.status}"
