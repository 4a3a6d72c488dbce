"""Is it working?

`look` gathers what the archive knows, `judge` decides from it: one answer, what is not working since
when and what to do, and what comes next. Pure from there on; printing is `wirewatch/cli/status.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Connection

from alerts.outbox.outcomes import remedy
from archive import articles, backlog, chats, deliveries, digests, events, sources, stories
from archive.archive import Archive
from archive.backlog import Heap
from archive.chats import UPDATES, Chat, Trouble
from archive.clocks import next_time
from archive.events import Event
from archive.lock import Holder, holder
from archive.sources import SourceState
from archive.stories import Withheld
from crawler.health import BAD, State, health_of
from crawler.polling import TOLD_AFTER
from wirewatch import offline
from wirewatch.config_errors import ConfigErrors
from wirewatch.config_refused import Refused, refused
from wirewatch.reports import ops_zone
from wirewatch.settings import Settings
from wirewatch.vigil import PATIENCE, kept
from wirewatch.wanted_pages import HUNG_IN_A_ROW, REST

# A daemon whose machine has woken looks at the clock within this (seconds).
WAKING = 3.0
LOOK = 0.1
# Sources that fail are named one by one up to this many.
MOST_NAMED = 5
LAST_EVENTS = 5
LAST_WITHHELD = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """What the archive knows at one moment."""

    holder: Holder | None
    states: Mapping[str, SourceState]
    heaps: Sequence[Heap]
    counts: Mapping[str, int]
    tallies: Mapping[str, int]
    troubles: Sequence[Trouble]
    parked: Sequence[Chat]
    digests: Mapping[str, datetime]
    events: Sequence[Event]
    articles: int
    offline_since: datetime | None = None
    refused: Refused | None = None
    # Articles of the last day that were withheld, since their story had them: how many, and the latest.
    withheld: int = 0
    withheld_latest: Sequence[Withheld] = ()
    # Since when the daemon has been awake: nothing was done before.
    awake_since: datetime | None = None
    # Where the archive would lie that is not there yet.
    missing: Path | None = None

    def lain_since(self, due: datetime) -> datetime:
        """Since when what was due then has been left lying by somebody who could have done it."""
        return due if self.awake_since is None else max(due, self.awake_since)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be. `stops`: nothing works, or nothing arrives, for it;
    `again` is when it is next tried."""

    what: str
    since: datetime | None
    remedy: str
    stops: bool = False
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """What happens next of its kind; `routine` is what the daily line need not name."""

    what: str
    at: datetime
    routine: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """The verdict: `works` only with a living daemon that gathers and delivers."""

    works: bool
    answer: str
    problems: tuple[Problem, ...]
    coming: tuple[Coming, ...]
    seen: Seen
    health: Mapping[str, State]


def look(archive: Archive, now: datetime) -> Seen:
    """Gather what `judge` needs, on one view of the archive."""
    held = holder(archive)
    awake_since = None if held is None else _awake_since(archive, now)
    return archive.read_now(lambda conn: seen_by(conn, held, now, awake_since))


def nothing_yet(where: Path) -> Seen:
    """The same before the first start, when there is no archive at `where`."""
    return Seen(None, {}, (), {}, {}, (), (), {}, (), 0, missing=where)


def _awake_since(archive: Archive, now: datetime) -> datetime | None:
    """Since when the daemon has been awake. One that has not looked at the clock for long hangs, or its
    machine has woken this moment: which, shows in the next."""
    end = monotonic() + WAKING
    while (vigil := archive.read_now(kept)) is not None and not vigil.lasts(now) and monotonic() < end:
        sleep(LOOK)
    return None if vigil is None else vigil.since


def seen_by(
    conn: Connection, held: Holder | None, now: datetime, awake_since: datetime | None = None
) -> Seen:
    """The same, where it is known which daemon works on the archive, and since when it is awake."""
    return Seen(
        held,
        {state.source: state for state in sources.all_states(conn)},
        backlog.heaps(conn, now),
        {str(state): number for state, number in deliveries.counts(conn).items()},
        deliveries.tallies(conn),
        chats.troubles(conn),
        chats.parked(conn, now),
        digests.next_due(conn),
        events.latest(conn, LAST_EVENTS),
        articles.count(conn),
        offline.since(conn),
        refused(conn),
        stories.withheld_since(conn, now - timedelta(days=1)),
        stories.withheld_latest(conn, now - timedelta(days=1), LAST_WITHHELD),
        awake_since,
    )


def judge(seen: Seen, config: Settings | ConfigErrors, now: datetime) -> Status:
    """What all that means; `config` is what the files say now, or what is wrong with them."""
    settings = None if isinstance(config, ConfigErrors) else config
    health = (
        {
            source.name: health_of(source, seen.states.get(source.name), settings.fetch, now)
            for source in settings.sources
        }
        if settings is not None
        else {}
    )
    problems = [
        *_of_daemon(seen),
        *_of_config(seen, config),
        *_of_polling(seen, settings, health, now),
        *_of_delivery(seen, settings, now),
        *_of_sources(seen, health),
        *_of_pages(seen, now),
        *_of_dead(seen),
    ]
    problems.sort(key=lambda problem: not problem.stops)
    stopping = [problem for problem in problems if problem.stops]
    if stopping:
        answer = f"Not working: {stopping[0].what}"
        answer += f" (and {len(stopping) - 1} more)" if len(stopping) > 1 else ""
    elif problems:
        answer = (
            f"Working, with {len(problems)} thing{'s' * (len(problems) != 1)} to look at: {_running(seen)}"
        )
    else:
        answer = f"Working: {_running(seen)}"
    return Status(not stopping, answer, tuple(problems), tuple(_coming(seen, settings, now)), seen, health)


def _running(seen: Seen) -> str:
    well = sum(not state.failures for state in seen.states.values() if state.last_polled_at)
    return f"{well} of {len(seen.states)} sources answer, {seen.counts.get('sent', 0)} messages sent"


def _of_daemon(seen: Seen) -> Iterator[Problem]:
    if seen.missing is not None:
        what = f"there is no archive yet ({seen.missing})"
        yield Problem(what, None, "start `wirewatch run`", stops=True)
    elif seen.holder is None:
        last = max((s.last_polled_at for s in seen.states.values() if s.last_polled_at), default=None)
        yield Problem("no daemon is running", last, "start `wirewatch run`", stops=True)


def _of_config(seen: Seen, config: Settings | ConfigErrors) -> Iterator[Problem]:
    """What is wrong with the files now; or a daemon that has not got over what was wrong with them."""
    wrong = tuple(map(str, config.errors)) if isinstance(config, ConfigErrors) else ()
    if not wrong and seen.refused is not None and seen.holder is not None:
        wrong = seen.refused.mistakes
    if not wrong:
        return
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    goes_on = "; the daemon goes on with the config before" if seen.holder is not None else ""
    since = seen.refused.since if seen.refused is not None else None
    remedy = "mend it; `wirewatch check` shows every mistake"
    # Without a daemon there is none that goes on, and none can be started.
    yield Problem(f"the config is wrong: {wrong[0]}{more}{goes_on}", since, remedy, stops=seen.holder is None)


def _of_polling(
    seen: Seen, settings: Settings | None, health: Mapping[str, State], now: datetime
) -> Iterator[Problem]:
    if settings is not None and not settings.sources:
        yield Problem("there is no source", None, "switch one on under config/sources/", stops=True)
        return
    polled = [state for state in seen.states.values() if state.last_polled_at is not None]
    overdue = [
        state.due_at for state in seen.states.values() if now - seen.lain_since(state.due_at) > PATIENCE
    ]
    last = max((state.last_polled_at for state in polled if state.last_polled_at), default=None)
    if seen.offline_since is not None:
        remedy = "see to its network; no source is charged, and all are asked again by themselves"
        yield Problem("this machine seems to be offline", seen.offline_since, remedy, stops=True)
    elif seen.holder is not None and overdue and (last is None or now - last > PATIENCE):
        what = f"the daemon polls nothing, though {len(overdue)} sources are due"
        yield Problem(what, min(overdue), "see its log, and start it again", stops=True)
    success = max((state.last_success_at for state in polled if state.last_success_at), default=None)
    if polled and all(state.failures >= TOLD_AFTER for state in polled):
        since = min(state.error_since for state in polled if state.error_since)
        yield Problem("no source answers", since, "see whether this machine is online", stops=True)
    elif success and settings is not None and now - seen.lain_since(success) > settings.silent_after:
        yield Problem("nothing was gathered for long", success, "see `wirewatch sources`", stops=True)
    missing = [name for name in health if name not in seen.states]
    if seen.holder is not None and missing:
        what = f"{len(missing)} sources of the config are not watched yet ({_named(missing)})"
        yield Problem(what, None, "nothing to do: the daemon reads an edited config within seconds")


def is_stuck(heap: Heap, since: datetime, now: datetime) -> bool:
    """Whether deliveries were to go by `since`, though their chat need not wait and gets nothing."""
    if heap.state not in ("pending", "waiting", "sending"):
        return False
    waits = heap.chat_waits_until is not None and heap.chat_waits_until > now
    moves = heap.chat_sent_at is not None and now - heap.chat_sent_at <= PATIENCE
    return not waits and not moves and now - since > PATIENCE


def _of_delivery(seen: Seen, settings: Settings | None, now: datetime) -> Iterator[Problem]:
    for trouble in seen.troubles:
        what = f"{trouble.subject}: {trouble.text}"
        if trouble.subject == UPDATES:
            yield Problem(what, trouble.since, "ten minutes after that it is over")
        elif _concerns(trouble, settings):
            yield Problem(what, trouble.since, remedy(trouble.text), stops=True)
    for heap in seen.heaps:
        if heap.due is not None and is_stuck(heap, seen.lain_since(heap.due), now):
            what = f"channel {heap.channel}: {heap.count} deliveries are due and not sent"
            yield Problem(what, heap.due, "see the daemon's log, and start it again", stops=True)
    for chat in seen.parked:
        why = f": {chat.reason}" if chat.reason else ""
        yield Problem(f"chat {chat.chat} has to wait{why}", None, "nothing to do, it goes on by itself")


def _concerns(trouble: Trouble, settings: Settings | None) -> bool:
    """Whether it is that of the bot or of a channel that the config still has."""
    kind, _, name = trouble.subject.partition(" ")
    return kind != "channel" or settings is None or name in {channel.name for channel in settings.channels}


def _of_sources(seen: Seen, health: Mapping[str, State]) -> Iterator[Problem]:
    bad = [(name, state) for name, state in health.items() if state in BAD]
    for name, _ in bad[:MOST_NAMED]:
        state = seen.states[name]
        remedy = f"see `wirewatch poll {name}`, mend its url or switch it off"
        yield Problem(f"source {name}: {state.error}", state.error_since, remedy, again=state.due_at)
    if len(bad) > MOST_NAMED:
        more = len(bad) - MOST_NAMED
        yield Problem(f"sources that fail besides: {more}", None, "see `wirewatch sources`")


def _of_pages(seen: Seen, now: datetime) -> Iterator[Problem]:
    for state in seen.states.values():
        hung = state.page_hung_at
        if state.pages_hung >= HUNG_IN_A_ROW and hung is not None and now - hung < REST:
            what = f"source {state.source}: its last {state.pages_hung} article pages hung while being read"
            yield Problem(
                what, hung, "its articles are told without text; `full_text: never` spares the pages"
            )


def _of_dead(seen: Seen) -> Iterator[Problem]:
    for heap in seen.heaps:
        reason = f": {heap.reason}" if heap.reason else ""
        if heap.state == "dead":
            what = f"channel {heap.channel}: {heap.count} deliveries could not be sent{reason}"
            yield Problem(
                what, heap.since, "mend it, then `wirewatch retry --all`; see `wirewatch deliveries`"
            )
        elif heap.state == "uncertain" and heap.held:
            what = f"channel {heap.channel}: whether {heap.held} messages arrived is not known{reason}"
            yield Problem(what, heap.since, "look into the chat; `wirewatch retry ID` sends one again")
        elif heap.state == "uncertain":
            what = f"channel {heap.channel}: {heap.count} messages are being looked for{reason}"
            yield Problem(what, heap.since, "nothing to do, it goes on by itself")


def _coming(seen: Seen, settings: Settings | None, now: datetime) -> Iterator[Coming]:
    if seen.states:
        first = min(seen.states.values(), key=lambda state: state.due_at)
        yield Coming(f"poll of {first.source}", first.due_at, routine=True)
    channels = None if settings is None else {channel.name for channel in settings.channels}
    for channel, due in sorted(seen.digests.items(), key=lambda pair: pair[1]):
        # That of a channel which is gone waits for its return, whatever time was set for it.
        if channels is None or channel in channels:
            yield Coming(f"digest for {channel}", due)
    for chat in seen.parked:
        if chat.not_before is not None and chat.not_before > now:
            yield Coming(f"chat {chat.chat} may go on", chat.not_before)
    if settings is not None and settings.daily is not None:
        yield Coming("daily line", next_time(settings.daily, now, ops_zone(settings)), routine=True)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return shown + (", …" if len(names) > MOST_NAMED else "")
