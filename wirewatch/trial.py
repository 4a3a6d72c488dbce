"""What would a poll of a source do, or what does it do, outside of the daemon?

`trial` asks the source and decides as a poll does, and writes nothing; `apply` is the very poll of
`wirewatch/pipeline.py`, under a lease, so that it may run beside a daemon. What comes of new
articles (pages, matches, messages) is left to the daemon.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from alerts.outbox.worker import Outbox
from alerts.watch import Match
from archive import sources
from archive.archive import Archive
from archive.article import Article, Outlet
from archive.articles import NewArticle
from archive.sources import SourceState
from crawler.children import Child
from crawler.client import Client
from crawler.gathering import Gathered, Tools
from crawler.gathering import gather as ask_source
from crawler.robots import Robots
from wirewatch.adopting import keep_outlets, keep_places, place_of
from wirewatch.new_articles import Poll, look
from wirewatch.pipeline import gather
from wirewatch.poll_ends import shareable
from wirewatch.rooms import Rooms, Rulebook, utc_now
from wirewatch.settings import Settings


@dataclass(frozen=True, slots=True)
class Announced:
    """An entry that no article is known of: what would be kept, which watches would fire, and why it was
    taken for an article where that was a guess ("" else)."""

    new: NewArticle
    matches: Sequence[Match]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a poll of `source` would do. `error` is why the source gave nothing, None if it did."""

    source: str
    entries: int
    known: int
    announced: tuple[Announced, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a poll did: how many articles are new, and the source's state after it."""

    source: str
    new: int
    state: SourceState


class Leased(Exception):
    """A poll of this source is under way, in a daemon or another command."""


@asynccontextmanager
async def tools_of(
    settings: Settings, archive: Archive, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Rooms]:
    """The rooms for polls by hand: nothing is sent from here."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(settings.fetch, settings.contact))
        reading, crawling = Child("reading"), Child("crawling")
        stack.push_async_callback(reading.close)
        stack.push_async_callback(crawling.close)
        tools = Tools(client, reading, crawling, settings.fetch, settings.contact)
        outbox = partial(Outbox, archive, {}, {}, clock)
        yield Rooms(Rulebook.compile(settings), archive, tools, Robots(client), outbox, clock)


async def trial(rooms: Rooms, name: str) -> Trial:
    """Ask the source `name`, as if it had never answered before, and tell what a poll would do."""
    source, now = rooms.rules.sources[name], rooms.clock()
    state, moved = await rooms.archive.read(
        lambda conn: (sources.get_state(conn, name), sources.is_elsewhere(conn, name, place_of(source)))
    )
    state = state or SourceState(name, now)
    if moved and state.moved_to != source.url:
        state = state._replace(first_success_at=None)
    # Unconditionally: "unchanged" would tell nothing.
    unconditional = state._replace(etag=None, last_modified=None, body_hash=None)
    gathered: Gathered = shareable(source, await ask_source(source, unconditional, rooms.tools, now))
    if gathered.outcome != "entries":
        return Trial(name, 0, 0, (), gathered.error or "the source answers that nothing has changed")
    poll = Poll.of(rooms, source, state, gathered, now)
    new = (await rooms.archive.read(lambda conn: look(conn, poll))).new
    watchlist = rooms.rules.watchlist
    outlet = rooms.rules.settings.outlet_of.get(name)
    why = {entry.link: entry.why for entry in gathered.entries}
    announced = tuple(
        Announced(one, watchlist.match(_as_article(one, outlet)), why.get(one.url, "")) for one in new
    )
    entries = len(poll.identified)
    return Trial(name, entries, entries - len(new), announced)


async def apply(rooms: Rooms, name: str) -> Applied:
    """Poll the source `name` now, due or not. Raises Leased where a poll of it is under way."""
    now, lease = rooms.clock(), rooms.durations.lease

    def claim(conn: Connection) -> SourceState | None:
        keep_outlets(conn, rooms.rules.settings)
        keep_places(conn, [rooms.rules.sources[name]], now)
        return sources.claim(conn, name, now, lease)

    state = await rooms.archive.write(claim)
    if state is None:
        raise Leased(name)
    polled = await gather(rooms, state)
    if not polled.written:
        await rooms.archive.write(lambda conn: sources.write_back(conn, [polled.state]))
    return Applied(name, polled.new, polled.state)


def _as_article(new: NewArticle, outlet: Outlet | None) -> Article:
    return Article(
        new.canonical, new.url, new.title, new.summary, new.body, new.published, new.trust, new.language,
        new.source, outlet,
    )  # fmt: skip
