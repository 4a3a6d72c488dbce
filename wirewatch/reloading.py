"""How does an edit of the config take effect while the daemon runs?

`Reloader` looks at the files about once a second. An edit that has come to rest is read whole, in a
thread; if it is right, the rules are swapped in one step of the loop, and the archive learns of it
after that. If it is not, nothing changes, and the mistakes are told until they are mended. SIGHUP and
`POST /-/reload` have it read at once. What changed is `config_changes.py`, what the archive learns
`adopting.py`.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event as Signal
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from alerts.channels.registry import ChannelError
from archive import events
from archive.archive import plain_error
from archive.events import Event
from crawler.gathering import Tools
from wirewatch.adopting import adopt, carried_on
from wirewatch.config_changes import Changes, changes
from wirewatch.config_errors import ConfigError, ConfigErrors, Place
from wirewatch.config_refused import mended, refuse
from wirewatch.config_watch import ConfigFiles
from wirewatch.outgoing import Outgoing
from wirewatch.reports import report
from wirewatch.rooms import ConfigState, Rooms, Rulebook
from wirewatch.settings import Settings, load

log = logging.getLogger("wirewatch")

# So many mistakes are told, the others only counted.
MOST_TOLD = 5
# Rules that were swapped are kept for what came under them: until its page has been read.
PAST_FOR = timedelta(minutes=2)
PAST_MOST = 4
AGAIN = 1.0


class Reloader:
    """Takes edits into force until cancelled: `await Reloader(...).run()`.

    `replanned` is called when sources or their times have changed; `reloading` and `reloaded` around
    a reading that was asked for.
    """

    def __init__(
        self,
        rooms: Rooms,
        outgoing: Outgoing,
        replanned: Callable[[], None],
        *,
        reloading: Callable[[], None] = lambda: None,
        reloaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._rooms = rooms
        self._outgoing = outgoing
        self._replanned = replanned
        self._reloading, self._reloaded = reloading, reloaded
        settings = rooms.rules.settings
        self._files = ConfigFiles(settings.locations.config or settings.locations.shipped)
        self._named = settings.named_files
        self._asked = asyncio.Event()
        self._answers: list[asyncio.Future[tuple[str, ...]]] = []
        # What the files said when they were last judged, and when last looked at; since when that.
        # As they were read: an edit since then counts as one.
        as_read = self._files.fingerprint_of(settings.digests, settings.named_files)
        self._judged = self._seen = self._in_force = as_read
        self._still_since = monotonic()

    def ask(self) -> None:
        """Read the config now, whether or not its files have changed."""
        self._asked.set()

    async def reload(self) -> tuple[str, ...]:
        """The same, and what is wrong with it, a line a mistake: nothing where it is in force."""
        answer: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self.ask()
        return await answer

    @property
    def config_hash(self) -> int:
        """A number for what the files of the config in force say."""
        # As many bits as a float holds.
        return int.from_bytes(self._in_force[:6])

    async def run(self) -> None:
        """Look for ever."""
        while True:
            if self._seen == self._judged:
                await self._until_edited()
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._rooms.durations.config_rest.total_seconds()):
                        await self._asked.wait()
            if self._asked.is_set():
                self._asked.clear()
                await self._read_as_asked()
            elif await self._has_come_to_rest():
                await self._read(told_at_once=False)

    async def _until_edited(self) -> None:
        """Wait until the files say something new, or a reading is asked for."""
        loop, enough = asyncio.get_running_loop(), Signal()
        every = self._rooms.durations.config_look.total_seconds()
        # Others need the places in the loop's own pool of threads, and this one is taken for days.
        thread = ThreadPoolExecutor(1, thread_name_prefix="config-look")
        looking = loop.run_in_executor(
            thread, self._files.await_change, self._named, self._seen, every, enough
        )
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait((looking, asked), return_when=asyncio.FIRST_COMPLETED)
        finally:
            enough.set()
            asked.cancel()
            thread.shutdown(wait=False)
            await looking

    async def _read_as_asked(self) -> None:
        answers, self._answers = self._answers, []
        self._reloading()
        try:
            while not await self._read(told_at_once=True):  # noqa: ASYNC110 - files tell nobody that they rest
                await asyncio.sleep(self._rooms.durations.config_rest.total_seconds())
            mistakes = tuple(self._rooms.config.mistakes) if self._rooms.config else ()
            for answer in answers:
                if not answer.done():
                    answer.set_result(mistakes)
        finally:
            self._reloaded()
            for answer in answers:
                answer.cancel()

    async def _look(self) -> bytes:
        return await asyncio.to_thread(self._files.fingerprint, self._named)

    async def _has_come_to_rest(self) -> bool:
        """Whether the files say something new, and the same as at the last look."""
        now = await self._look()
        if now != self._seen:
            self._seen, self._still_since = now, monotonic()
            return False
        return now != self._judged

    async def _read(self, *, told_at_once: bool) -> bool:
        """Take what the files say into force, or tell what is wrong; False where that is too early."""
        seen = await self._look()
        try:
            settings, rules = await asyncio.to_thread(self._compiled)
            if await self._look() != seen:
                # Written while it was read: it will come to rest.
                return False
            built = self._outgoing.build(settings)
        except ConfigErrors as wrong:
            self._named = wrong.named_files or self._named
            still = monotonic() - self._still_since >= self._rooms.durations.config_hold.total_seconds()
            if told_at_once or still:
                self._judged = seen
                await self._refuse(tuple(map(str, wrong.errors)))
            return self._judged == seen
        except ChannelError as wrong:
            self._judged = seen
            await self._refuse((str(wrong),))
            return True
        self._judged, self._named = seen, settings.named_files
        before = self._rooms.rules.settings
        # The outbox and the rules in one step of the loop: nobody sees one without the other.
        self._outgoing.switch(settings, built)
        self._swap(rules)
        self._in_force = seen
        await self._tell_archive(changes(before, settings))
        return True

    def _compiled(self) -> tuple[Settings, Rulebook]:
        locations = self._rooms.rules.settings.locations
        if not self._files.folder.is_dir():
            folder = Place(self._files.folder)
            raise ConfigErrors([ConfigError(folder, "", "nothing", "the folder with the config files")])
        settings = load(locations, before=self._rooms.rules.settings).compile()
        return settings, Rulebook.compile(settings)

    def _swap(self, rules: Rulebook) -> None:
        rooms, now = self._rooms, self._rooms.clock()
        settings, old = rules.settings, rooms.rules
        # What came before this moment goes by the former rules, what comes after by these.
        kept = [*rooms.past, old][-PAST_MOST:]
        rooms.past = tuple(p for p, n in zip(kept, [*kept[1:], None], strict=True)
                           if n is None or now - n.since < PAST_FOR)  # fmt: skip
        rooms.rules = replace(rules, since=now, watches_since=carried_on(settings, old.watches_since, now))
        client = rooms.tools.client
        client.change(settings.fetch, settings.contact)
        rooms.tools = Tools(
            client, rooms.tools.reading, rooms.tools.crawling, settings.fetch, settings.contact
        )

    async def _tell_archive(self, changed: Changes) -> None:
        """Write what hangs on the config, and what operators are told, until that succeeds."""
        rooms, now = self._rooms, self._rooms.clock()
        was_wrong = bool(rooms.config and rooms.config.mistakes)

        def step(conn: Connection) -> None:
            adopt(conn, rooms.rules, now)
            mended(conn)
            for event in _events(changed, now, was_wrong):
                report(rooms.rules.settings, conn, event)
            if changed.words:
                events.record(conn, Event(now, "config", "config", _applied(changed)))

        if changed.words:
            log.info("the edited config is in force: %s", _applied(changed))
        await self._write(step)
        rooms.config = ConfigState(now)
        self._replanned()

    async def _refuse(self, mistakes: tuple[str, ...]) -> None:
        rooms, now = self._rooms, self._rooms.clock()
        applied_at = rooms.config.applied_at if rooms.config else now
        before = rooms.config.mistakes if rooms.config else ()
        rooms.config = ConfigState(applied_at, mistakes)
        if tuple(before) == mistakes:
            return
        event = Event(now, "config-refused", "config", _refusal(mistakes))

        def step(conn: Connection) -> None:
            refuse(conn, mistakes, now)
            report(rooms.rules.settings, conn, event)

        await self._write(step)

    async def _write(self, step: Callable[[Connection], None]) -> None:
        told = False
        while True:
            try:
                await self._rooms.archive.write(step)
                return
            except DBAPIError as error:
                if not told:
                    log.error("the edited config is not in the archive yet: %s", plain_error(error))
                told = True
                await asyncio.sleep(AGAIN)


def _applied(changed: Changes) -> str:
    return "; ".join(changed.words)


def _refusal(mistakes: tuple[str, ...]) -> str:
    shown = list(mistakes[:MOST_TOLD])
    if len(mistakes) > MOST_TOLD:
        shown.append(f"and {len(mistakes) - MOST_TOLD} more: `wirewatch check`")
    return "\n".join(["the edit is not in force, all goes on as before:", *shown])


def _events(changed: Changes, now: datetime, was_wrong: bool) -> list[Event]:
    told = []
    if was_wrong:
        what = f": {_applied(changed)}" if changed.words else ""
        told.append(
            Event(now, "config-mended", "config", f"the mistakes are mended, the edit is in force{what}")
        )
    for name in changed.new_watches:
        found_before = f"what it would have found before: `wirewatch backtest {name} --since 30d`"
        text = f"the watch counts from now on; {found_before}"
        told.append(Event(now, "watch-new", name, text))
    if changed.at_start:
        keys = ", ".join(changed.at_start)
        told.append(
            Event(now, "config-at-start", "config", f"{keys}: counts when Wirewatch is started again")
        )
    return told
