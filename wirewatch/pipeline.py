"""What happens to an article, from a source to a chat?

The four steps, in order; each works over rows of the archive, is safe to repeat and ends with one
transaction, in which it wakes the next:

1. `gather`  a due source → new articles
2. `read`    the pages that are wanted → their text
3. `tell`    new articles → matches, stories, deliveries
4. `deliver` a chat's open deliveries → messages

When each runs is `wirewatch/daemon.py`.

What only news needs is imported when there is some: a round without it ends before all of that would
be loaded. A daemon calls `load_all` at its start, so that its loop is not held when the first comes.
"""

import asyncio
from datetime import datetime
from functools import partial
from importlib import import_module
from itertools import groupby
from time import monotonic
from typing import NamedTuple

from sqlalchemy import Connection

from archive import articles
from archive.articles import StoredArticle
from archive.sources import SourceState
from archive.wake import defer
from crawler.gathering import gather as ask_source
from crawler.reach import LOST
from wirewatch import poll_ends
from wirewatch.measures import PollResult
from wirewatch.offline import weigh
from wirewatch.rooms import Rooms, Rulebook
from wirewatch.wanted_pages import why_not

# Articles told in one transaction.
TELL_BATCH = 100
PAGE_BATCH = 20
# Entries of one poll that are looked at in the loop itself: some milliseconds.
MANY = 200
# So long others wait while articles are matched (seconds).
LONGEST_TURN = 0.005

# What is imported by those who need it, and by whom they need.
AT_NEED = (
    "alerts.bot.why",
    "alerts.matching",
    "alerts.messages.html",
    "alerts.messages.quoting",
    "alerts.outbox.worker",
    "alerts.stories.clusterer",
    "alerts.stories.features",
    "apscheduler.schedulers.asyncio",
    "crawler.child_pool",
    "crawler.feeds.parse",
    "crawler.pages.reading",
    "wirewatch.digests",
    "wirewatch.pages",
    "wirewatch.polls",
    "wirewatch.status",
    "wirewatch.telling",
)


def load_all() -> None:
    """Import all that the steps, and what wakes them, may need."""
    for module in AT_NEED:
        import_module(module)


class Polled(NamedTuple):
    """The state of a source after its poll, and whether the archive has it already.

    `new` articles were kept. Of a poll that does not count only the `error` is new, if anything is.
    """

    state: SourceState
    written: bool
    result: PollResult
    new: int = 0

    @property
    def counts(self) -> bool:
        """Whether the source answered, or is charged for it: not where this machine is offline, or the
        config was edited meanwhile."""
        return self.result not in ("offline", "dropped")


async def gather(rooms: Rooms, state: SourceState) -> Polled:
    """Poll one due source and keep what is new.

    A poll that changed nothing but the source's state leaves it to the caller to write many such
    states at once.
    """
    source = rooms.rules.sources[state.source]
    began = rooms.clock()
    gathered = await ask_source(source, state, rooms.tools, began)
    now = rooms.clock()
    counted = await weigh(rooms, source, state, gathered, began=began, now=now)
    if counted is None:
        return Polled(state._replace(error=gathered.error), written=True, result="offline")
    rooms, now = rooms.as_they_stand(), rooms.clock()
    edited = rooms.rules.sources.get(source.name)
    if edited is None or (edited.type, edited.url) != (source.type, source.url):
        # The config was edited meanwhile: what another place says is not this source's any more.
        return Polled(state, written=True, result="dropped")
    source, state = edited, counted
    if gathered.outcome == "entries":
        from wirewatch import polls
        from wirewatch.new_articles import Poll

        meet = partial(Poll.of, rooms, source, state, gathered, now)
        # A long feed would hold the loop.
        many = len(gathered.entries) > MANY
        poll = await asyncio.to_thread(meet) if many else meet()
        after, new = await rooms.archive.write_together(polls.keep, poll, polls.rows_of(poll))
        return Polled(after, written=True, result="entries", new=new)
    after, change = poll_ends.after(rooms, source, state, gathered, now, found_new=False)
    # What may be taken back must lie there by then.
    at_once = change is not None or gathered.trouble in LOST
    if at_once:
        await rooms.archive.write(lambda conn: poll_ends.keep_state(conn, rooms, after, change, now))
    return Polled(after, written=at_once, result=gathered.outcome)


async def read(rooms: Rooms, source_name: str) -> None:
    """Read the wanted pages of one source, the newest first.

    While this machine is offline nothing is asked for, and a page for which nobody answers may stay
    wanted: the sweep asks again.
    """
    waiting: list[int] = []
    while rooms.reach.offline_since is None and (
        wanted := await rooms.archive.read(
            lambda conn: articles.wanted_pages(conn, source_name, PAGE_BATCH, waiting)
        )
    ):
        for stored in wanted:
            if await _read_one(rooms, stored):
                waiting.append(stored.id)


async def _read_one(rooms: Rooms, stored: StoredArticle) -> bool:
    """Read one page; whether it is still wanted."""
    from crawler.pages.reading import read_page
    from wirewatch import pages

    source = rooms.rules.sources.get(stored.article.source)
    name, now = stored.article.source, rooms.clock()
    note = await rooms.archive.read(lambda conn: why_not(conn, name, now))
    if source is None or note is not None:
        note = note or "the source is no longer in the config"
        await rooms.archive.write(lambda conn: pages.give_up(conn, rooms, stored, note))
        return False
    deadline = rooms.durations.page_deadline.total_seconds()
    result = await read_page(
        rooms.tools.client, rooms.robots, rooms.tools.reading, stored.article.url, source, deadline=deadline
    )
    waits = pages.must_wait(rooms, stored, result)
    step = pages.put_off if waits else pages.keep
    await rooms.archive.write(lambda conn: step(conn, rooms, stored, result))
    return waits


async def tell(rooms: Rooms, _key: str) -> None:
    """Match, join and route every article whose time has come."""
    while await _tell_batch(rooms):
        pass
    later = await rooms.archive.read(articles.next_untold)
    if later is not None:
        await rooms.archive.write(lambda conn: _tell_later(conn, later))


def _tell_later(conn: Connection, later: datetime) -> None:
    defer(conn, "tell", "", later)
    # What was committed just before is seen only now.
    sooner = articles.next_untold(conn)
    if sooner is not None and sooner < later:
        defer(conn, "tell", "", sooner)


async def _tell_batch(rooms: Rooms) -> bool:
    batch = await rooms.archive.read(lambda conn: articles.untold(conn, rooms.clock(), TELL_BATCH))
    if not batch:
        return False
    from wirewatch import telling

    rooms, began = rooms.as_they_stand(), monotonic()
    judged: list[tuple[Rulebook, telling.Judged]] = []
    for stored in batch:
        rules = rooms.rules_for(stored.found_at)
        found = rules.watchlist.judge(stored.article)
        matches = [match for match in found.matches if rules.counts(match.watch, stored.found_at)]
        judged.append((rules, telling.Judged(stored, matches, found.sets)))
        # A long body takes some milliseconds; others get their turn in between.
        if monotonic() - began > LONGEST_TURN:
            await asyncio.sleep(0)
            began = monotonic()

    def step(conn: Connection) -> None:
        for _, together in groupby(judged, key=lambda one: id(one[0].watchlist)):
            one = list(together)
            told = [of for _, of in one]
            telling.tell(conn, one[0][0], told, rooms.stories, rooms.clock(), rooms.durations)

    try:
        await rooms.archive.write(step)
    except BaseException:
        # What the archive did not take must not be remembered.
        rooms.stories.forget()
        raise
    return True


async def digest(rooms: Rooms, channel: str) -> None:
    """Write the digest of one channel, if anything is due."""
    from wirewatch.digests import send_due_digest

    await send_due_digest(rooms, channel)


async def deliver(rooms: Rooms, chat: str) -> None:
    """Send what is due to one chat, in order."""
    await rooms.outbox().deliver(chat)
