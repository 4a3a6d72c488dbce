"""What is forgotten, and when?

The `housekeeping` job, woken at start and once a day, which looks through the archive once a day, however
often the program starts: bodies older than `retention.body` are emptied,
and operators' events removed, and what has waited so long for the digest of a channel that is not in the
config waits no more; articles older than `retention.title` are removed with all that hangs on them. In
small transactions, so that nobody waits long for the writer. The statements are `archive/retention.py`.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from archive import facts
from archive.archive import Archive
from archive.durations import print_duration
from archive.events import Event
from wirewatch.reports import report
from wirewatch.rooms import Rooms

log = logging.getLogger("wirewatch")

Choose: TypeAlias = Callable[[Connection, datetime], list[int]]
Act: TypeAlias = Callable[[Connection, Sequence[int], datetime], int]

# Rows of one transaction: some milliseconds.
CHUNK = 200
# When the archive was looked through last, and what was to be kept then.
LAST = "house_kept"
# To look through it reads most of it. Less than a day, or a look that comes a moment early costs a day.
REST = timedelta(hours=20)


async def keep_house(rooms: Rooms, _key: str = "") -> None:
    """Forget what the config no longer wants kept, unless that was done within the day."""
    now, kept = rooms.clock(), rooms.rules.settings.retention
    said = [kept.body.total_seconds(), kept.title.total_seconds()]
    if not await rooms.archive.read(lambda conn: _is_done(conn, said, now)):
        await forget_old(rooms)
        done = {"at": now.isoformat(), "kept": said}
        await rooms.archive.write(lambda conn: facts.put(conn, LAST, done))


def _is_done(conn: Connection, kept: Sequence[float], now: datetime) -> bool:
    last = facts.get(conn, LAST)
    if last is None or last["kept"] != kept:
        return False
    return timedelta() <= now - datetime.fromisoformat(last["at"]) < REST


async def forget_old(rooms: Rooms) -> None:
    """Forget what the config no longer wants kept.

    Deliveries go before their articles. A digest goes after the articles that were in it, which is
    the next day.
    """
    # Loaded once a day.
    from archive import events, mutes, retention

    kept, now = rooms.rules.settings.retention, rooms.clock()
    archive, title = rooms.archive, now - kept.title
    bodies = await _work_through(archive, retention.old_bodies, retention.empty_bodies, now - kept.body)
    await archive.write(lambda conn: _release_digests(conn, rooms, now))
    await _work_through(archive, retention.old_deliveries, retention.remove_deliveries, title)
    articles = await _work_through(archive, retention.old_articles, retention.remove_articles, title)
    await _work_through(archive, retention.old_stories, retention.remove_stories, title)
    await archive.write(lambda conn: mutes.forget(conn, title))
    await archive.write(lambda conn: events.forget(conn, now - kept.body))
    if bodies or articles:
        log.info("forgot the text of %d articles, and %d articles altogether", bodies, articles)


def _release_digests(conn: Connection, rooms: Rooms, now: datetime) -> None:
    from archive import digests

    settings = rooms.rules.settings
    names = [channel.name for channel in settings.channels]
    for channel in digests.given_up(conn, names, now - settings.retention.body):
        count = digests.release(conn, channel)
        text = (
            f"is not in the config, and {count} article{'s' if count != 1 else ''} waited for its digest "
            f"longer than {print_duration(settings.retention.body)}: they are in no digest any more"
        )
        report(settings, conn, Event(now, "digest-dropped", channel, text))


async def _work_through(archive: Archive, choose: Choose, act: Act, before: datetime) -> int:
    """Choose and act until nothing more changes; how many rows did."""
    total = 0
    while ids := await archive.read(lambda conn: choose(conn, before)):
        done = 0
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            done += await archive.write(partial(_act, act, chunk, before))
        if not done:
            break
        total += done
    return total


def _act(act: Act, ids: Sequence[int], before: datetime, conn: Connection) -> int:
    return act(conn, ids, before)
