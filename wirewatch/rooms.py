"""What do the four steps work with?

`Rooms`: the config as it is in force, the compiled watches, and the open doors to archive,
network, child processes and outbox. Made once by `wirewatch/daemon.py`, handed to every step.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alerts.channel import Channel
from alerts.matching import Watchlist, compile_filter
from alerts.outbox.transitions import Times
from alerts.outbox.worker import Outbox
from alerts.routing import SETTLE
from alerts.watch import Watch
from archive.archive import Archive
from archive.article import Article, Outlet
from crawler.gathering import Tools
from crawler.reach import Reach
from crawler.robots import Robots
from crawler.source import Source
from wirewatch.settings import Settings


def utc_now() -> datetime:
    """The clock of the real world."""
    return datetime.now(UTC)


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
    # A poll that has not ended by then is taken to have died with its process.
    lease: timedelta = timedelta(minutes=10)
    # How the outbox waits: for unknown outcomes, between attempts.
    outbox: Times = field(default_factory=Times)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The config in force, compiled: swapped as a whole when it changes."""

    settings: Settings
    watchlist: Watchlist
    sources: Mapping[str, Source]
    watches: Mapping[str, Watch]
    channels: Mapping[str, Channel]
    filters: Mapping[str, Callable[[Article], bool]]
    outlets: Mapping[str, Outlet]
    outlets_by_title: Mapping[str, Outlet]

    @classmethod
    def compile(cls, settings: Settings) -> "Rulebook":
        """Compile what `settings` say; some tenths of a second."""
        sets = {term_set.name: term_set for term_set in settings.sets}
        return cls(
            settings,
            settings.watchlist(),
            {source.name: source for source in settings.sources},
            {watch.name: watch for watch in settings.watches},
            {channel.name: channel for channel in settings.channels},
            {c.name: compile_filter(c.only, sets) for c in settings.channels if c.only is not None},
            {outlet.name: outlet for outlet in settings.outlets},
            {outlet.title.casefold(): outlet for outlet in settings.outlets},
        )


@dataclass(slots=True)
class Rooms:
    """Everything that the steps touch. `rules` is replaced when the config is edited."""

    rules: Rulebook
    archive: Archive
    tools: Tools
    robots: Robots
    outbox: Outbox
    clock: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random
    durations: Durations = field(default_factory=Durations)
    # What is known of this machine's net, and whether the archive may hold that it is offline.
    reach: Reach = field(default_factory=Reach)
    maybe_offline: bool = True
