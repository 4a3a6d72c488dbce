"""How has a source fared in a poll, and what do operators hear of it?

That is all of a poll in which nothing is new. What one that gave entries leaves besides is
`wirewatch/polls.py`; the decisions are `crawler/polling.py`.
"""

import re
from datetime import datetime

from sqlalchemy import Connection
from yarl import URL

from archive import sources
from archive.events import Event
from archive.sources import SourceState
from crawler.gathering import Gathered
from crawler.polling import Change, after_poll
from crawler.proxies import masked
from crawler.source import Source
from wirewatch.reports import report
from wirewatch.rooms import Rooms
from wirewatch.secrets import MASK, mask

_ADDRESS = re.compile(r"https?://[^\s,;)]*[^\s,;):.]")


def after(
    rooms: Rooms, source: Source, state: SourceState, gathered: Gathered, now: datetime, *, found_new: bool
) -> tuple[SourceState, Change | None]:
    """The source's state after this poll, and the change that operators hear of."""
    settings = rooms.rules.settings
    return after_poll(
        state, source, shareable(source, gathered), found_new=found_new, now=now, fetch=settings.fetch,
        zone=settings.timezone, chance=rooms.chance(),
    )  # fmt: skip


def shareable(source: Source, gathered: Gathered) -> Gathered:
    """The same, fit to be kept and shown: without addresses if where the source is asked is a secret.

    Where it leads bears the secret too; what another address gave to ask it again by goes with it.
    """
    if mask(source.url) == source.url:
        return gathered
    own = gathered.validated_url in (None, str(masked(URL(source.url))))
    return gathered._replace(
        etag=gathered.etag if own else None,
        last_modified=gathered.last_modified if own else None,
        validated_url=None,
        permanent_url=None,
        error=gathered.error and _ADDRESS.sub(MASK, gathered.error),
    )


def keep_state(
    conn: Connection, rooms: Rooms, state: SourceState, change: Change | None, now: datetime
) -> None:
    """Write back one poll's state, and tell operators of its change."""
    sources.write_back(conn, [state])
    tell_change(conn, rooms, state.source, change, now)


def tell_change(conn: Connection, rooms: Rooms, source: str, change: Change | None, now: datetime) -> None:
    """Tell operators of a source's change, if there is one."""
    if change is not None:
        report(rooms.rules.settings, conn, Event(now, f"source-{change.health}", source, change.text))
