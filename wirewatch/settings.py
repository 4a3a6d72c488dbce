"""What is this Wirewatch set up to do?

One frozen `Settings`, whether its files were read now (`config_reading.py`) or are the same as at an
earlier start (`config_cache.py`).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts.channel import Channel, TelegramSettings
from alerts.query.terms import TermSet
from alerts.watch import Watch
from archive.article import Article, Outlet
from crawler.source import FetchSettings, Source
from wirewatch.config_errors import ConfigWarning
from wirewatch.config_files import Locations
from wirewatch.main_file import HttpSettings, Retention
from wirewatch.outlets import by_host
from wirewatch.secrets import Secret

if TYPE_CHECKING:
    from alerts.matching import Watchlist
    from alerts.query.tree import Node
    from wirewatch.layers import ParsedFiles

# What `config_cache.py` keeps otherwise than the rest, or not at all.
_APART = {"kept apart": True}


@dataclass(frozen=True)
class Settings:
    """The whole config, checked.

    `archive` is a path or a `postgresql://` address; `token` is None where there is none.
    `sources` and `watches` hold the enabled ones only, `disabled` the sources that are switched off and
    could be polled by hand; a set that is switched off stays as an empty one, so that queries that name
    it still read. `locations` is where it was read, `named_files` the files with secrets that it names,
    there or not. `digests` tell what its files said. `compiled` are the watches ready for matching and
    `files` what the files said, where the config was read and not kept; `kept_as` is by what it is known
    again where it was kept, and `queries` and `lexicon` are those of the watches as they were kept then.
    """

    timezone: ZoneInfo
    contact: str | None
    archive: Path | str = field(repr=False)
    fetch: FetchSettings = field(repr=False)
    telegram: TelegramSettings
    token: Secret | None = field(metadata=_APART)
    channels: tuple[Channel, ...]
    ops: str | None
    sources: tuple[Source, ...] = field(repr=False)
    disabled: tuple[Source, ...] = field(repr=False)
    watches: tuple[Watch, ...]
    sets: tuple[TermSet, ...] = field(repr=False)
    retention: Retention
    http: HttpSettings
    ping_url: str | None = field(repr=False)
    silent_after: timedelta
    daily: str | None
    locations: Locations = field(metadata=_APART)
    named_files: frozenset[Path] = field(repr=False, metadata=_APART)
    warnings: tuple[ConfigWarning, ...] = ()
    compiled: "Watchlist | None" = field(default=None, repr=False, compare=False, metadata=_APART)
    files: "ParsedFiles | None" = field(default=None, repr=False, compare=False, metadata=_APART)
    digests: Mapping[Path, bytes] = field(default_factory=dict, repr=False, compare=False, metadata=_APART)
    kept_as: str | None = field(default=None, repr=False, compare=False, metadata=_APART)
    queries: str = field(default="{}", repr=False, compare=False, metadata=_APART)
    lexicon: bytes | None = field(default=None, repr=False, compare=False, metadata=_APART)

    def compile(self) -> "Settings":
        """These settings, with all that is made of them made now and not while the first article waits, and
        what the files said kept in little room."""
        files = None if self.files is None else self.files.packed()
        ready = replace(self, files=files, compiled=self.watchlist(), lexicon=None)
        _ = ready.filters, ready.outlets_by_host
        return ready

    def watchlist(self) -> "Watchlist":
        """All watches, compiled for matching; the first call may take some tenths of a second."""
        return self._watchlist

    @cached_property
    def _watchlist(self) -> "Watchlist":
        if self.compiled is not None:
            return self.compiled
        # Slow to load, and a round in which nothing is new matches nothing.
        from alerts.matching import Watchlist
        from alerts.query import kept_lexicon

        sets = {term_set.name: term_set for term_set in self.sets}
        lexicon = None if self.lexicon is None else kept_lexicon.unpacked(self.lexicon, sets)
        return Watchlist.compile(self.watches, sets, lexicon, self._known)

    @cached_property
    def filters(self) -> Mapping[str, Callable[[Article], bool]]:
        """The channels' `only:`, compiled, by the channels' names."""
        from alerts.matching import compile_filter

        sets = {term_set.name: term_set for term_set in self.sets}
        return {
            c.name: compile_filter(c.only, sets, self._known) for c in self.channels if c.only is not None
        }

    @cached_property
    def _known(self) -> "Mapping[str, Node]":
        from alerts.query.kept import unpacked

        return unpacked(self.queries)

    @cached_property
    def outlet_of(self) -> Mapping[str, Outlet]:
        """The outlet of every source by the name of the source or outlet, enabled or not."""
        sources = {source.name: source for source in (*self.disabled, *self.sources)}
        described = {name: source.as_outlet() for name, source in sources.items()}
        own = {name: outlet for name, outlet in described.items() if outlet is not None}
        further = {
            name: own[source.outlet]
            for name, source in sources.items()
            if source.outlet is not None and name not in own and source.outlet in own
        }
        return own | further

    @cached_property
    def outlets_by_host(self) -> Mapping[str, Outlet]:
        """The outlets by the hosts of their sources; asked for where an entry names another's site."""
        return by_host(self)

    @cached_property
    def outlets(self) -> tuple[Outlet, ...]:
        """Every outlet once, those of disabled sources too."""
        return tuple(dict.fromkeys(self.outlet_of.values()))


def load(
    locations: Locations, environ: Mapping[str, str] | None = None, before: Settings | None = None
) -> Settings:
    """The config at `locations`; the bot token may come from `environ` (default: the process's).

    `before` is what was read there last: what has not changed since is not parsed and compiled again.
    Raises ConfigErrors with every mistake found.
    """
    # What reads and checks is itself slow to load, and a config that is kept needs it not.
    from wirewatch.config_reading import read_settings

    return read_settings(locations, os.environ if environ is None else environ, before)
