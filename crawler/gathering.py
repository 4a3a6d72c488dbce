"""What does asking a source give, whatever its type?

`Gathered`, and `gather`, which finds the one function for the source's `type:`. Which types there
are is `crawler/types.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Literal, NamedTuple, TypeAlias

from archive.announced import Announced
from archive.sources import SourceState
from crawler.children import Child
from crawler.client import Client, counted
from crawler.entry import Entry
from crawler.source import FetchSettings, Source
from crawler.types import function_of

# unreachable: no connection, perhaps through no fault of the source (crawler/reach.py). unnamed: no
# connection, because no name server answered. refused: the
# guard does not let it be asked. blocked: a bot wall, a login or the law. gone: 410. throttled: 429 or
# 503. empty: an answer without entries. unreadable: no feed.
Trouble = Literal[
    "unreachable", "unnamed", "refused", "blocked", "gone", "missing", "throttled", "empty", "unreadable",
    "other",
]  # fmt: skip


class Gathered(NamedTuple):
    """The outcome of one poll.

    "unchanged" costs next to nothing and holds no entries. "failed" says in `error`, for people,
    what happened and what to do, and in `trouble` of which kind it is. The validators, which
    `validated_url` gave, and the hash are for the next poll. `permanent_url` is where permanent
    redirects led; `ask_after` how long the server wants to be left alone, `wish` how long the feed
    itself does, and `skip_hours` in which hours of the week (UTC, 0 is Monday's first). `left`
    entries were too many to be looked at; those that `stays` stands for were there before and are not
    among the `entries`. `requests` were made for it, `wire_bytes` of bodies came. A tuple, since two are made
    at each poll.
    """

    outcome: Literal["unchanged", "entries", "failed"]
    entries: tuple[Entry, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    validated_url: str | None = None
    body_hash: str | None = None
    retry_after: timedelta | None = None
    error: str | None = None
    trouble: Trouble | None = None
    permanent_url: str | None = None
    ask_after: timedelta | None = None
    wish: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    left: int = 0
    stays: tuple[Announced, ...] = ()
    requests: int = 0
    wire_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tools:
    """What gathering works with: the guarded client and the two child processes."""

    client: Client
    reading: Child
    crawling: Child
    fetch: FetchSettings
    contact: str | None


Gather: TypeAlias = Callable[[Source, SourceState, Tools, datetime], Awaitable[Gathered]]


async def gather(source: Source, state: SourceState, tools: Tools, now: datetime) -> Gathered:
    """Ask `source` what it has. Never raises for what a source or its server does."""
    module, function = function_of(source.type)
    run: Gather = getattr(import_module(module), function)
    with counted() as traffic:
        gathered = await run(source, state, tools, now)
    # A crawl's requests are made in another process, which counts them itself.
    requests = traffic.requests + gathered.requests
    return gathered._replace(requests=requests, wire_bytes=traffic.wire_bytes)
