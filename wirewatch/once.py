"""What is one round of the daemon, as `wirewatch run --once`?

Everything due is polled, what comes of it is told and sent, and the round ends when nothing more
may be sent within a minute; a chat that is out of reach waits for the next round. It is one first contact:
what catches up goes when nothing else is under way.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from archive import chats, deliveries, digests, sources, wake
from wirewatch.daemon import Daemon, asked_to_end, running
from wirewatch.rooms import Durations
from wirewatch.settings import Settings

log = logging.getLogger("wirewatch")

# What may still be sent within this is waited for.
HORIZON = timedelta(seconds=60)
# While polls and jobs run they are all that is looked at; afterwards the archive is asked each time.
LOOK_AT_WORK = 0.005
LOOK = 0.05
# A search reads what is not indexed yet, so a round does not wait for all that a first one brings: it
# indexes what rounds usually bring.
INDEXED = 200
# Whoever starts rounds by the minute wants no gigabytes read each time.
CHECK_AGAIN = timedelta(days=1)
# What fails so often fails for good: a daemon goes on trying, a round ends without it.
PATIENCE = 3
# So often a chat is tried that cannot be reached: within a minute, as the pauses grow.
TRIES = 6


async def run_once(settings: Settings) -> list[str]:
    """Run one round; what went wrong, a line each: sources that failed, deliveries not delivered.

    On SIGTERM or SIGINT it puts down what is under way, and nothing is wrong.
    """
    stop = asked_to_end()
    # Nobody asks a process that is gone again how it is.
    settings = replace(settings, http=replace(settings.http, listen=None))
    async with running(settings, Durations(check_again=CHECK_AGAIN), index_most=INDEXED) as daemon:
        began = daemon.rooms.clock()
        # A source that is due again in seconds must not keep the round going for ever.
        daemon.poller.due_by = began
        while not stop.is_set() and not await _done(daemon, began):  # noqa: ASYNC110 - it lies in the archive
            await asyncio.sleep(LOOK if daemon.idle else LOOK_AT_WORK)
        if stop.is_set():
            log.info("stopping: what this round has not done, the next does")
            return []
        failed = await daemon.rooms.archive.read(lambda conn: sources.failed_since(conn, began))
        counts = await daemon.rooms.archive.read(deliveries.counts)
        troubles = await daemon.rooms.archive.read(chats.troubles)
    wrong = [f"{source}: {error}" for source, error in failed]
    wrong += [f"the {name} broke {times} times, see above" for name, times in _stands_still(daemon).items()]
    wrong += [
        f"{' '.join(filter(None, key))} failed and waits for the next round, see above"
        for key in sorted(_given_up(daemon))
    ]
    if daemon.rooms.reach.offline_since is not None:
        wrong.append("no host can be reached: see whether this machine is online")
    wrong += [f"{name}: its poll broke, see above" for name in sorted(daemon.poller.broken)]
    # Whatever waits for Telegram, or for its token, is neither dead nor uncertain.
    wrong += [trouble.text for trouble in troubles if trouble.subject == "bot"]
    wrong += [f"{counts[bad]} deliveries {bad}" for bad in ("dead", "uncertain") if counts.get(bad)]
    return wrong


def _stands_still(daemon: Daemon) -> dict[str, int]:
    """What nothing goes on without, and how often it broke, where that is for good."""
    return {name: daemon.breaks[name] for name in ("poller", "jobs") if daemon.breaks[name] >= PATIENCE}


def _given_up(daemon: Daemon) -> set[tuple[str, str]]:
    """The jobs that have failed too often to be waited for, by their names and keys."""
    return {key for key, times in daemon.jobs.failures.items() if times >= PATIENCE}


async def _done(daemon: Daemon, began: datetime) -> bool:
    if _stands_still(daemon):
        return True
    if not daemon.idle:
        return False
    rooms = daemon.rooms
    now = rooms.clock()
    due = await rooms.archive.read(lambda conn: sources.next_due(conn, began))
    if due is not None and due <= began:
        daemon.poller.tick()
        return False
    given_up = _given_up(daemon) | {("deliver", chat) for chat in daemon.outgoing.unreached(TRIES)}
    but_digests = given_up | {("digest", channel) for channel in rooms.rules.channels}
    others, first = await rooms.archive.read(
        lambda conn: (wake.next_wake(conn, but_digests), wake.next_wake(conn, given_up))
    )
    if others is not None and others - now <= HORIZON:
        return False
    if first is not None and first - now <= HORIZON:
        await rooms.archive.write(lambda conn: digests.catch_up(conn, now, HORIZON))
        return False
    # A job may have begun between the questions.
    return daemon.idle
