"""What is taken up that would be left lying otherwise?

At the start what an earlier run left, however it ended; then, by the `sweep` job, work whose wake was
lost, and a trouble of the archive that is over and can be told. Opening the archive is
`wirewatch/opening.py`.
"""

import logging
from datetime import timedelta

from sqlalchemy import Connection

from archive import articles, deliveries, digests, sources
from archive.backup import notice_restore
from archive.events import Event
from archive.spans import length
from archive.wake import wake
from wirewatch.adopting import adopt
from wirewatch.clock_steps import settle
from wirewatch.config_refused import mended
from wirewatch.reports import report
from wirewatch.rooms import Rooms

log = logging.getLogger("wirewatch")

# What kept the archive from working is over when it has not been met for so long (seconds).
CALM = 120.0


async def recover(rooms: Rooms) -> None:
    """Write the config's rows and take up what an earlier run left."""
    rules, now = rooms.rules, rooms.clock()
    await rooms.archive.write(lambda conn: adopt(conn, rules, now))
    if await rooms.archive.write(notice_restore):
        log.warning("the archive was put back from a copy: messages sent since it was made may come twice")
    await rooms.archive.write(mended)
    await rooms.archive.write(sources.free_leases)
    await rooms.archive.write(lambda conn: settle(conn, rules, now))
    await rooms.archive.write(lambda conn: deliveries.recover(conn, now, rooms.durations.outbox.settle))


async def sweep(rooms: Rooms) -> None:
    """Wake whatever has work, in case a wake was lost."""
    now = rooms.clock()
    waiting, untold = await rooms.archive.read(
        lambda conn: (articles.sources_with_wanted_pages(conn), articles.next_untold(conn))
    )

    def step(conn: Connection) -> None:
        for source in waiting:
            wake(conn, "read", source, now)
        if untold is not None:
            wake(conn, "tell", "", untold)
        deliveries.wake_open(conn, now)
        digests.wake_waiting(conn)

    await rooms.archive.write(step)
    await _tell_recovery(rooms)


async def _tell_recovery(rooms: Rooms) -> None:
    """Tell operators of a trouble of the archive when it is over: before, only the log could be told."""
    was = rooms.archive.overcome(CALM)
    if was is None:
        return
    text = f"works again after {length(timedelta(seconds=was.last - was.first))}; it was this: {was.what}"
    event = Event(rooms.clock(), "archive-ok", "the archive", text)
    await rooms.archive.write(lambda conn: report(rooms.rules.settings, conn, event))
