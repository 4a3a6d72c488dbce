"""What do the four steps work with?

`Rooms`: the config as it is in force, the compiled watches, and the open doors to archive,
network, child processes and outbox. Made once by `wirewatch/opening.py`, handed to every step.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alerts.channel import SETTLE, Channel
from alerts.outbox.transitions import Times
from alerts.watch import Watch
from archive.archive import Archive
from archive.article import Article, Outlet
from crawler.gathering import Tools
from crawler.reach import Reach
from crawler.robots import Robots
from crawler.source import Source
from wirewatch.live_stories import LiveStories
from wirewatch.measures import Measures
from wirewatch.settings import Settings
from wirewatch.vigil import Vigil

if TYPE_CHECKING:
    from alerts.matching import Watchlist
    from alerts.outbox.worker import Outbox


def utc_now() -> datetime:
    """The clock of the real world."""
    return datetime.now(UTC)


_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Durations:
    """How long the product waits, in one place, so that tests and the demo can wait less."""

    # An article whose page is wanted is told at the latest after this.
    page_wait: timedelta = timedelta(seconds=20)
    # One page may take this long to read before its process is killed.
    page_deadline: timedelta = timedelta(seconds=10)
    # Catch-up articles wait this long for more of their kind.
    settle: timedelta = SETTLE
    # How often the clock looks for due sources.
    tick: timedelta = timedelta(seconds=1)
    # How often the config's files are looked at, how soon again once they have changed, and how long a
    # mistake in them may stand untold.
    config_look: timedelta = timedelta(milliseconds=750)
    config_rest: timedelta = timedelta(milliseconds=250)
    config_hold: timedelta = timedelta(seconds=1)
    # A poll whose lease was not renewed for so long is taken to have died with its process.
    lease: timedelta = timedelta(minutes=10)
    # At a start, how lately the archive's file must have been looked through not to be looked through again.
    check_again: timedelta = timedelta()
    # How the outbox waits: for unknown outcomes, between attempts.
    outbox: Times = field(default_factory=Times)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The config in force, ready for use: swapped as a whole when it changes.

    `judged_by` are the settings whose watches count.
    """

    settings: Settings
    judged_by: Settings
    sources: Mapping[str, Source]
    watches: Mapping[str, Watch]
    channels: Mapping[str, Channel]
    outlets: Mapping[str, Outlet]
    outlets_by_title: Mapping[str, Outlet]
    # Since when it has been in force, and since when each of its watches counts.
    since: datetime = _EVER
    watches_since: Mapping[str, datetime] = field(default_factory=dict)

    @classmethod
    def compile(cls, settings: Settings) -> "Rulebook":
        """What `settings` say, by names; watches and filters are compiled when they are first asked for."""
        return cls(
            settings,
            settings,
            {source.name: source for source in settings.sources},
            {watch.name: watch for watch in settings.watches},
            {channel.name: channel for channel in settings.channels},
            {outlet.name: outlet for outlet in settings.outlets},
            {outlet.title.casefold(): outlet for outlet in settings.outlets},
        )

    @property
    def watchlist(self) -> "Watchlist":
        """The watches that count."""
        return self.judged_by.watchlist()

    @property
    def filters(self) -> Mapping[str, Callable[[Article], bool]]:
        """What narrows a channel, by its name."""
        return self.settings.filters

    def judging(self, past: "Rulebook") -> "Rulebook":
        """These rules with the watches of `past`: what came then is judged by them, and told where
        and how it is told now."""
        if past is self:
            return self
        return replace(self, judged_by=past.judged_by, watches=past.watches, watches_since=past.watches_since)

    def counts(self, watch: str, found_at: datetime) -> bool:
        """Whether a watch was there when an article was found."""
        return self.watches_since.get(watch, found_at) <= found_at


@dataclass(slots=True)
class ConfigState:
    """How the last edit of the config fared: since when which config is in force, and what is wrong
    with the newest, a line a mistake; nothing where that is the one in force."""

    applied_at: datetime
    mistakes: Sequence[str] = ()


@dataclass(slots=True)
class Rooms:
    """Everything that the steps touch. `rules` and `tools` are replaced when the config is edited: a
    step that waits in between works on `as_they_stand`."""

    rules: Rulebook
    archive: Archive
    tools: Tools
    robots: Robots
    # Made when it is first asked for: most rounds send nothing.
    outbox: "Callable[[], Outbox]"
    clock: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random
    durations: Durations = field(default_factory=Durations)
    stories: LiveStories = field(default_factory=LiveStories)
    # What is known of this machine's net, and whether the archive may hold that it is offline.
    reach: Reach = field(default_factory=Reach)
    maybe_offline: bool = True
    # Since when this process has been awake; None before the first look.
    vigil: Vigil | None = None
    # Articles whose pages nobody answers for, and since when.
    unanswered: dict[int, datetime] = field(default_factory=dict)
    # Rules that were in force a moment ago, the newest last: what came under them is not told yet.
    past: tuple[Rulebook, ...] = ()
    config: ConfigState | None = None
    measures: Measures = field(default_factory=Measures)

    def as_they_stand(self) -> "Rooms":
        """These rooms, with the config that is in force now for as long as they are held."""
        return replace(self)

    def rules_for(self, found_at: datetime) -> Rulebook:
        """The rules for an article that was found then: its watches are those that stood."""
        known = [*self.past, self.rules]
        return self.rules.judging(next((r for r in reversed(known) if r.since <= found_at), known[0]))
