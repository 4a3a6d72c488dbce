"""How does the daemon start, run and end?

One asyncio loop for feed client, matching, outbox and bot, two child processes beside it. Start: archive,
lock, config into rows, what an earlier run left. End: on SIGTERM or SIGINT what is under way is recorded,
within `GRACE`. The steps themselves are `wirewatch/pipeline.py`; what is woken now and then is
`wirewatch/waking.py`.
"""

import asyncio
import logging
import resource
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from archive.archive import ArchiveError, told_plainly
from wirewatch import pipeline, supervisor
from wirewatch.adopting import carried_on
from wirewatch.clock_steps import ClockSteps, settle
from wirewatch.daily import Daily
from wirewatch.giving_back import give_back
from wirewatch.heartbeat import Heartbeat
from wirewatch.housekeeping import keep_house
from wirewatch.indexing import index
from wirewatch.jobs import Job, Jobs
from wirewatch.loop_lag import LoopLag
from wirewatch.main_file import Listen
from wirewatch.opening import open_rooms
from wirewatch.outgoing import Outgoing
from wirewatch.polling import Poller
from wirewatch.recovery import recover, sweep
from wirewatch.reloading import Reloader
from wirewatch.rooms import Durations, Rooms, utc_now
from wirewatch.settings import Settings
from wirewatch.waking import WOKEN, Waking, wake_now

log = logging.getLogger("wirewatch")

# A message under way gets this long to be answered, and what is cut off so long to put down its work:
# together under the ten seconds in which the daemon promises to end.
GRACE = 6.0
CUT = 2.0
# A part that broke starts again after so many seconds.
AGAIN = 1.0


@dataclass(slots=True)
class Daemon:
    """The running parts, for whoever watches them; `listening` is where health and metrics are."""

    rooms: Rooms
    outgoing: Outgoing
    poller: Poller
    jobs: Jobs
    lag: LoopLag
    reloader: Reloader
    listening: Listen | None = None
    # How often each of its loops broke.
    breaks: Counter[str] = field(default_factory=Counter)

    @property
    def state(self) -> str:
        """What it does, in a line."""
        settings, config = self.rooms.rules.settings, self.rooms.config
        wrong = "; the edited config is wrong, see `wirewatch status`" if config and config.mistakes else ""
        return f"watching {len(settings.sources)} sources with {len(settings.watches)} watches{wrong}"

    @property
    def idle(self) -> bool:
        """Whether nothing is under way at this moment."""
        return self.poller.idle and self.jobs.idle


async def run(settings: Settings, durations: Durations | None = None) -> None:
    """Run until SIGTERM or SIGINT. Raises ArchiveError when the archive cannot be used."""
    _allow_many_files()
    stop = asked_to_end()
    loop = asyncio.get_running_loop()
    # Until there is something to read anew; by default it would end the process.
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    async with running(settings, durations or Durations()) as daemon:
        archive = daemon.rooms.archive
        archive.on_damage = stop.set
        loop.add_signal_handler(signal.SIGHUP, daemon.reloader.ask)
        supervisor.notify("READY=1", f"STATUS={daemon.state}")
        telling = asyncio.create_task(supervisor.keep_told(lambda: daemon.state), name="supervisor")
        await stop.wait()
        log.info("stopping")
        supervisor.notify("STOPPING=1", "STATUS=stopping")
        telling.cancel()
    if archive.damage is not None:
        raise ArchiveError(archive.damage)


def asked_to_end() -> asyncio.Event:
    """Set as soon as SIGTERM or SIGINT comes, which from now on do nothing else."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _allow_many_files() -> None:
    """Take as many open files as this user may have: each connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@asynccontextmanager
async def running(
    settings: Settings,
    durations: Durations,
    clock: Callable[[], datetime] = utc_now,
    *,
    index_most: int | None = None,
) -> AsyncIterator[Daemon]:
    """The daemon, from its start to its end; leaving the block ends it in good order.

    `index_most`: about how many articles are indexed each time that the index is woken; None: all.
    """
    async with AsyncExitStack() as stack:
        rooms, outgoing = await open_rooms(stack, settings, durations, clock)
        poller = Poller(rooms)
        reloader = Reloader(
            rooms,
            outgoing,
            poller.replan,
            reloading=supervisor.reloading,
            reloaded=lambda: supervisor.notify("READY=1"),
        )
        jobs = Jobs(rooms.archive, _jobs(rooms, index_most), clock)
        daemon = Daemon(rooms, outgoing, poller, jobs, LoopLag(), reloader)
        with told_plainly(rooms.archive.shown):
            await recover(rooms)
            await rooms.archive.write(partial(wake_now, WOKEN, rooms.clock()))
        waking = Waking(partial(_wake, rooms))
        steps = ClockSteps(clock, partial(_clock_stepped, daemon, waking), poller.tick, durations.tick)
        poller.tick()
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "waking": waking.run,
            "clock steps": steps.run,
            "poller": poller.run,
            "jobs": daemon.jobs.run,
            "loop lag": daemon.lag.run,
            "updates": outgoing.run_updates,
            "config": reloader.run,
            "giving back": lambda: give_back(rooms.archive),
        }
        tasks = [
            asyncio.create_task(_keep_running(name, run, daemon.breaks), name=name)
            for name, run in loops.items()
        ]
        stack.push_async_callback(_end, outgoing, tasks)
        if settings.http.listen is not None:
            daemon.listening = await stack.enter_async_context(_served(daemon))
        log.info("%s", daemon.state)
        yield daemon


def _served(daemon: Daemon) -> AbstractAsyncContextManager[Listen | None]:
    # With aiohttp's server side slow to load, for nothing where nothing listens.
    from wirewatch.endpoints import serving
    from wirewatch.metrics import Gathering

    rooms, reloader = daemon.rooms, daemon.reloader
    gathering = Gathering(rooms, daemon.lag, lambda: reloader.config_hash)
    return serving(rooms, gathering, reloader.reload)


async def _keep_running(name: str, run: Callable[[], Awaitable[None]], breaks: Counter[str]) -> None:
    """Run a part of the daemon for ever: what breaks it, such as a full disk, may pass."""
    while True:
        try:
            await run()
        except Exception:
            breaks[name] += 1
            log.exception("%s broke and starts again in %g s", name, AGAIN)
        await asyncio.sleep(AGAIN)


def _jobs(rooms: Rooms, index_most: int | None) -> dict[str, Job]:
    return {
        "read": partial(pipeline.read, rooms),
        "tell": partial(pipeline.tell, rooms),
        "deliver": partial(pipeline.deliver, rooms),
        "digest": partial(pipeline.digest, rooms),
        "sweep": lambda _key: sweep(rooms),
        "heartbeat": Heartbeat(rooms).beat,
        "daily": Daily(rooms).tell,
        "index": partial(index, rooms.archive, most=index_most),
        "housekeeping": partial(keep_house, rooms),
    }


async def _wake(rooms: Rooms, jobs: Sequence[str]) -> None:
    await rooms.archive.write(partial(wake_now, jobs, rooms.clock()))


async def _clock_stepped(daemon: Daemon, waking: Waking, step: timedelta) -> None:
    """The machine slept, or its clock was set: look at everything now."""
    rooms, now = daemon.rooms, daemon.rooms.clock()
    way = "forward" if step > timedelta() else "back"
    log.warning("the clock went %s by %s", way, timedelta(seconds=round(abs(step).total_seconds())))
    if step < timedelta():
        since = carried_on(rooms.rules.settings, rooms.rules.watches_since, now)
        rooms.rules, rooms.past = (
            replace(rooms.rules, since=min(rooms.rules.since, now), watches_since=since),
            (),
        )
        await rooms.archive.write(lambda conn: settle(conn, rooms.rules, now))
    await rooms.archive.write(partial(wake_now, WOKEN, now))
    waking.hurry()
    daemon.poller.replan()


async def _end(outgoing: Outgoing, tasks: list["asyncio.Task[None]"]) -> None:
    # A message on its way is waited for: cut off, nobody would know whether it arrived.
    await outgoing.stop(GRACE)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=CUT)
