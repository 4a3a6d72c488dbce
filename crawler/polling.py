"""When is a source due next, and what does a failure cost it?

Pure: the state before, what the poll gave, the source's rhythm and `now` make the state after.
How an interval is learnt is `crawler/rhythm.py`; claiming due sources is `archive/sources.py`; the
tick is `wirewatch/polling.py`.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from archive.article import EXACT, Trust
from archive.clocks import next_time
from archive.sources import SourceState
from archive.spans import length
from crawler.gathering import Gathered
from crawler.rhythm import learn_interval, longer, next_open, stale_after, wait_for
from crawler.source import FetchSettings, Source

LONGEST_BACKOFF = timedelta(days=1)
# A due time is moved by up to this share of the interval, so that sources do not come in step.
JITTER = 0.1
# One failure is weather; two in a row are told.
TOLD_AFTER = 2
# A permanent redirect is believed after so many polls that agree on where it leads.
AGREEING = 3
# After these the next request bears no condition: some servers, and walls before them, refuse any that does.
_ANSWERED = ("other", "blocked")

Health = Literal["ok", "failing", "blocked", "empty", "gone", "moved", "stale"]


class Change(NamedTuple):
    """A source's health is another than before; told once, as its recovery is."""

    health: Health
    text: str


class _Poll(NamedTuple):
    """What all the decisions about one poll need."""

    source: Source
    gathered: Gathered
    found_new: bool
    now: datetime
    fetch: FetchSettings
    zone: ZoneInfo
    chance: float

    def jittered(self, wait: timedelta) -> timedelta:
        return wait * (1 + JITTER * (2 * self.chance - 1))


def address_of(source: Source, state: SourceState) -> str:
    """Where a source is asked: its `url`, or where that has moved to for good."""
    moved = state.moved_from == source.url and (state.moved_answers or 0) >= AGREEING
    return state.moved_to if moved and state.moved_to else source.url


def after_poll(
    state: SourceState,
    source: Source,
    gathered: Gathered,
    *,
    found_new: bool,
    now: datetime,
    fetch: FetchSettings,
    zone: ZoneInfo,
    chance: float,
) -> tuple[SourceState, Change | None]:
    """The state after a poll that gave `gathered`, and what operators should hear of it, if anything.

    `zone` is where the source's `cron` runs if the source names none; `chance` is a random number
    from 0 to 1 that spreads due times.
    """
    poll = _Poll(source, gathered, found_new, now, fetch, zone, chance)
    polled = state._replace(
        last_polled_at=now,
        polls=state.polls + 1,
        requests=state.requests + gathered.requests,
        bytes=state.bytes + gathered.wire_bytes,
    )
    if gathered.outcome == "failed":
        return _failed(polled, poll)
    learnt = _learnt(_moved(polled, poll), poll)
    well = learnt._replace(
        etag=gathered.etag,
        last_modified=gathered.last_modified,
        body_hash=gathered.body_hash,
        validated_url=gathered.validated_url,
        first_success_at=state.first_success_at or now,
        last_success_at=now,
        last_new_at=now if found_new else state.last_new_at,
        failures=0,
        error=None,
        error_since=None,
        trouble=None,
    )
    return well._replace(due_at=_next_due(well, poll)), _change_when_well(state, well, poll)


def due_by_rhythm(
    state: SourceState, source: Source, fetch: FetchSettings, zone: ZoneInfo, now: datetime
) -> datetime:
    """When a source is due whose rhythm may have been edited since its last poll; one that fails
    waits as it did. `zone` is where its `cron` runs if it names none.

    Never at a time that had gone by when it was not due: that would look like a gap.
    """
    if state.failures or state.last_polled_at is None:
        return state.due_at
    due = latest_due(state, source, fetch, zone, state.last_polled_at)
    if source.cron is None:
        due = min(state.due_at, due)
    return max(due, min(state.due_at, now))


def latest_due(
    state: SourceState, source: Source, fetch: FetchSettings, zone: ZoneInfo, polled_at: datetime
) -> datetime:
    """The latest time for which a source that is well can be due by its rhythm, after its poll then."""
    if source.cron is not None:
        return next_time(source.cron, polled_at, source.timezone or zone)
    if source.every is not None:
        return polled_at + source.every * (1 + JITTER)
    longest = max(fetch.max_every, fetch.min_every)
    return next_open(polled_at + longest * (1 + JITTER), state.skip_hours or ())


def is_first_contact(state: SourceState, gap: timedelta, now: datetime) -> bool:
    """Whether a poll at `now` meets a source for the first time, or again after a long gap."""
    return state.first_success_at is None or now - state.due_at > gap


def contact_of(
    published: datetime | None, trust: Trust, *, first: bool, catch_up: timedelta, now: datetime
) -> Literal["live", "catch-up", "old"]:
    """How an article that was found at `now` is met: see `archive/articles.py` for the words."""
    if not first:
        return "live"
    if published is None or trust == "none":
        return "old"
    # Of a bare date only the day is known, so the end of that day counts.
    latest = published + timedelta(days=1) if trust == "day" else published
    return "catch-up" if now - latest <= catch_up else "old"


def _learnt(state: SourceState, poll: _Poll) -> SourceState:
    """With what a feed's entries and wishes teach: they last while it is unchanged."""
    if poll.gathered.outcome != "entries":
        return state
    # A bare date tells the day, not the rhythm within it.
    published = [e.published.timestamp() for e in poll.gathered.entries if e.published and e.trust in EXACT]
    published += [item.published for item in poll.gathered.stays if item.published]
    before = interval_of(state, poll.fetch)
    interval = learn_interval(before, published, found_new=poll.found_new, now=poll.now)
    hours = sorted(poll.gathered.skip_hours) or None
    wish = poll.gathered.wish.total_seconds() if poll.gathered.wish is not None else None
    return state._replace(interval_s=interval.total_seconds(), wish_s=wish, skip_hours=hours)


def interval_of(state: SourceState, fetch: FetchSettings) -> timedelta:
    """The interval that was learnt for a source, or the one where learning starts."""
    return fetch.every if state.interval_s is None else timedelta(seconds=state.interval_s)


def _next_due(state: SourceState, poll: _Poll) -> datetime:
    source, now, fetch = poll.source, poll.now, poll.fetch
    if source.cron is not None:
        return next_time(source.cron, now, source.timezone or poll.zone)
    if source.every is not None:
        return now + poll.jittered(source.every)
    silent_since = state.last_new_at or state.first_success_at or now
    wish = None if state.wish_s is None else timedelta(seconds=state.wish_s)
    wait = wait_for(
        interval_of(state, fetch),
        silence=max(now - silent_since, timedelta()),
        asked=longer(poll.gathered.ask_after, wish),
        shortest=fetch.min_every,
        longest=fetch.max_every,
    )
    return next_open(now + poll.jittered(wait), state.skip_hours or ())


def _moved(state: SourceState, poll: _Poll) -> SourceState:
    """Counts how often in a row the source's own address led permanently to the same other one."""
    if address_of(poll.source, state) != poll.source.url:
        return state
    target = poll.gathered.permanent_url
    if target is None:
        return state._replace(moved_from=None, moved_to=None, moved_answers=None)
    same = state.moved_to == target and state.moved_from == poll.source.url
    answers = (state.moved_answers or 0) + 1 if same else 1
    return state._replace(moved_from=poll.source.url, moved_to=target, moved_answers=answers)


def _change_when_well(before: SourceState, after: SourceState, poll: _Poll) -> Change | None:
    new_address = address_of(poll.source, after)
    moved = new_address != address_of(poll.source, before)
    text = f"has moved for good to {new_address}; write that address into its url"
    if before.failures < TOLD_AFTER:
        return Change("moved", text) if moved else _staleness(before, poll)
    back = f"answers again after {length(poll.now - (before.error_since or poll.now))}"
    if moved:
        return Change("moved", f"{back}, and {text}")
    silence, limit = _silence(before, poll)
    if silence > limit and not poll.found_new:
        return Change("stale", f"{back}, but has had nothing new for {length(silence)}; see whether it moved")
    return Change("ok", back)


def _staleness(before: SourceState, poll: _Poll) -> Change | None:
    """The poll in which a source's silence becomes too long, or ends after that."""
    silence, limit = _silence(before, poll)
    if before.last_polled_at is None:
        return None
    was_stale = silence - (poll.now - before.last_polled_at) > limit
    if poll.found_new:
        return Change("ok", f"publishes again after {length(silence)}") if was_stale else None
    if silence > limit and not was_stale:
        text = f"answers, but has had nothing new for {length(silence)}; see whether it moved"
        return Change("stale", text)
    return None


def _silence(before: SourceState, poll: _Poll) -> tuple[timedelta, timedelta]:
    """How long a source has had nothing new, and from when on that is too long."""
    silent_since = before.last_new_at or before.first_success_at or poll.now
    return poll.now - silent_since, stale_after(interval_of(before, poll.fetch))


def _failed(polled: SourceState, poll: _Poll) -> tuple[SourceState, Change | None]:
    gathered, now = poll.gathered, poll.now
    failures = polled.failures + 1
    if gathered.trouble == "gone":
        # There is nothing to wait for before telling it.
        failures = max(failures, TOLD_AFTER)
        wait = LONGEST_BACKOFF
    else:
        every = poll.source.every or (poll.fetch.every if poll.source.cron else _wish(polled, poll))
        wait = min(every * 2 ** min(failures, 20), max(LONGEST_BACKOFF, every))
    wait = poll.jittered(wait)
    if gathered.retry_after is not None:
        wait = max(wait, gathered.retry_after * (1 + JITTER * poll.chance))
    told = polled.failures < TOLD_AFTER <= failures
    # The gap before this poll is one still when the source answers.
    first = is_first_contact(polled, poll.fetch.gap, now)
    state = _back_home(polled, poll.source, failures)._replace(
        first_success_at=None if first else polled.first_success_at,
        failures=failures,
        error=gathered.error,
        error_since=polled.error_since or now,
        trouble=gathered.trouble,
        due_at=now + wait,
    )
    if gathered.trouble in _ANSWERED:
        state = state._replace(etag=None, last_modified=None)
    text = f"{gathered.error or 'fails'}; it is asked again in {length(wait)}"
    return state, Change(_health(gathered), text) if told else None


def _wish(state: SourceState, poll: _Poll) -> timedelta:
    fetch = poll.fetch
    return min(max(interval_of(state, fetch), fetch.min_every), max(fetch.max_every, fetch.min_every))


def _back_home(state: SourceState, source: Source, failures: int) -> SourceState:
    """An address that was moved to and fails is given up: the one in the config is asked again."""
    if failures < TOLD_AFTER or address_of(source, state) == source.url:
        return state
    return state._replace(moved_from=None, moved_to=None, moved_answers=None)


def _health(gathered: Gathered) -> Health:
    match gathered.trouble:
        case "blocked" | "empty" | "gone":
            return gathered.trouble
        case _:
            return "failing"
