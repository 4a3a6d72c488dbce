"""How many requests, statements, transactions and objects does a poll, an article, a message cost?

Seconds differ from machine to machine, these counts do not: a query in a loop shows here at once.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event

from alerts.watch import Hit, Match
from archive import articles
from archive.archive import Archive
from archive.articles import StoredArticle
from crawler.entry import Entry
from tests.feeds.desk import Clock, Desk, desk
from tests.outbox.office import Office
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.peers.virtual_time import VirtualTimeLoop, run
from wirewatch import telling

QUARTER = timedelta(minutes=15)
# What a feed announces needs no more statements than this, however many articles are new.
A_POLL = 8
# All that are due are claimed at once, and what came of them is written back at once.
A_ROUND = 3
# Where many feeds have news at once, each has its share of statements that are the same for all.
NEWS_AT_ONCE = 1
# And so many of them share a transaction, at least.
TOGETHER = 4
# Whatever is matched in a batch: evidence, what is live, stories, places in them, members, what stands.
A_MATCHED_BATCH = 13
# For each article a delivery with its wake; in a story that stands also what stands by now and speaks for it.
A_STORY = 3
A_REPLY = 6
# Look for work, take it durably, record what became of it.
A_MESSAGE = 14


def statements(archive: Archive) -> AbstractContextManager[list[str]]:
    """What is executed meanwhile, but for the beginnings and ends of transactions."""
    return _executed(archive, lambda statement: not statement.startswith("begin"))


def transactions(archive: Archive) -> AbstractContextManager[list[str]]:
    """The beginnings of those that are made meanwhile."""
    return _executed(archive, lambda statement: statement.startswith("begin"))


@contextmanager
def _executed(archive: Archive, wanted: Callable[[str], bool]) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if wanted(statement):
            said.append(statement)

    event.listen(archive.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(archive.engine, "before_cursor_execute", note)


@contextmanager
def entries() -> Iterator[list[Entry]]:
    """What is made an entry meanwhile."""
    made: list[Entry] = []
    make = Entry.__init__

    def counting(entry: Entry, *given: Any, **named: Any) -> None:
        make(entry, *given, **named)
        made.append(entry)

    with patch.object(Entry, "__init__", counting):
        yield made


def feeds(port: int, count: int, path: str = "feed") -> list[dict[str, str]]:
    return [
        {
            "name": f"s-{number}",
            "url": f"http://outlet-{number}.example:{port}/{path.format(number)}",
            "every": "15m",
            "full_text": "never",
        }
        for number in range(count)
    ]


@asynccontextmanager
async def met(loop: VirtualTimeLoop, folder: Path) -> AsyncIterator[tuple[PeerNewsroom, Desk]]:
    """A source that has been met already: what it announces now is news."""
    async with (
        PeerNewsroom(clock=loop.time) as site,
        desk(Clock(loop), folder, feeds(site.port, 1), min_delay="0s") as here,
    ):
        # Without jitter it is due again after exactly its interval.
        here.rooms.chance = lambda: 0.5
        site.script("/feed", rss(["A quiet day"]))
        await here.passes(QUARTER)
        yield site, here


@pytest.mark.parametrize("conditional", [True, False], ids=["304", "equal body"])
def test_a_round_without_news_costs_a_request_a_feed_three_transactions_and_no_entries(
    tmp_path: Path, conditional: bool
) -> None:
    count = 50

    async def story(loop: VirtualTimeLoop) -> tuple[list[bool], int, list[str], int]:
        async with (
            PeerNewsroom(clock=loop.time) as site,
            desk(Clock(loop), tmp_path, feeds(site.port, count), min_delay="0s") as here,
        ):
            # Without jitter all of them stay due together, as after a start.
            here.rooms.chance = lambda: 0.5
            site.script("/feed", Reply(rss(["A quiet day"]), conditional=conditional))
            await here.passes(QUARTER)
            asked, archive = len(site.requests), here.rooms.archive
            with statements(archive) as said, transactions(archive) as begun, entries() as made:
                await here.passes(QUARTER)
            known = ["if-none-match" in request.headers for request in site.requests[asked:]]
            return known, len(made), said, len(begun)

    requests, made, said, begun = run(story)
    assert requests == [conditional] * count
    assert made == 0
    assert len(said) < count / 5
    assert begun <= A_ROUND


def test_of_a_feed_that_brings_two_articles_only_those_are_looked_at(tmp_path: Path) -> None:
    async def story(loop: VirtualTimeLoop) -> tuple[list[str], int]:
        async with met(loop, tmp_path) as (site, here):
            known = [item(f"News of {n}", published=here.clock() - n * QUARTER) for n in range(1, 24)]
            site.script("/feed", rss(known))
            await here.passes(QUARTER)
            new = [item(f"News of dam {n}", published=here.clock()) for n in range(2)]
            site.script("/feed", rss([*new, *known]))
            with entries() as made:
                await here.passes(QUARTER)
            return [entry.title for entry in made], len(here.articles())

    assert run(story) == (["News of dam 0", "News of dam 1"], 1 + 23 + 2)


@pytest.mark.parametrize("new", [5, 60])
def test_new_articles_are_kept_in_as_many_statements_as_one(tmp_path: Path, new: int) -> None:
    async def story(loop: VirtualTimeLoop) -> list[str]:
        async with met(loop, tmp_path) as (site, here):
            site.script("/feed", rss([f"News of dam number {number}" for number in range(new)]))
            with statements(here.rooms.archive) as said:
                await here.passes(QUARTER)
            assert len(here.articles()) == new + 1
            return said

    said = run(story)
    written = [statement for statement in said if not statement.startswith(("SELECT min", "UPDATE"))]
    assert len(written) <= A_POLL
    # No watch wants any of it, and it is not looked at again to find that out.
    assert not any(statement.startswith("UPDATE article") for statement in said)


def test_feeds_that_have_news_at_once_share_their_statements_and_tell_one_article_once(
    tmp_path: Path,
) -> None:
    count = 48

    async def story(loop: VirtualTimeLoop) -> tuple[int, int, list[str], int]:
        async with (
            PeerNewsroom(clock=loop.time) as site,
            desk(Clock(loop), tmp_path, feeds(site.port, count, "feed-{}"), min_delay="0s") as here,
        ):
            here.rooms.chance = lambda: 0.5
            for number in range(count):
                site.script(f"/feed-{number}", rss(["A quiet day"]))
            await here.passes(QUARTER)
            for number in range(count):
                # The first two carry the same article.
                site.script(f"/feed-{number}", rss([f"Dam number {max(number, 1)} of the north opens"]))
            asked, archive = len(site.requests), here.rooms.archive
            with statements(archive) as said, transactions(archive) as begun:
                await here.passes(QUARTER)
            return len(site.requests) - asked, len(here.articles()), said, len(begun)

    polls, known, said, begun = run(story)
    assert polls == count
    assert known == 1 + (count - 1)
    assert len(said) <= count * NEWS_AT_ONCE
    assert begun <= A_ROUND + count / TOGETHER


@pytest.mark.parametrize(
    ("headline", "each"),
    [("{0}anat {0}ozum {0}ibik {0}adul opens", A_STORY), ("{0} dam of the far north opens", A_REPLY)],
)
def test_telling_costs_one_statement_a_batch_for_what_no_watch_wants_and_a_few_for_what_one_does(
    tmp_path: Path, headline: str, each: int
) -> None:
    async def story(loop: VirtualTimeLoop) -> tuple[int, int]:
        async with met(loop, tmp_path) as (site, here):
            site.script(
                "/feed",
                rss([headline.format(chr(97 + number % 26) * (number // 26 + 2)) for number in range(30)]),
            )
            await here.passes(QUARTER)
            rooms, now = here.rooms, here.clock()
            batch = rooms.archive.read_now(lambda conn: articles.untold(conn, now, 100))
            live = [one for one in batch if one.contact == "live"]

            def told(conn: Any, of: list[StoredArticle], found: list[Match]) -> None:
                judged = [telling.Judged(one, found) for one in of]
                telling.tell(conn, rooms.rules, judged, rooms.stories, now, rooms.durations)

            with statements(rooms.archive) as unwanted:
                rooms.archive.write_now(lambda conn: told(conn, live[:10], []))
            match = Match("laos", "normal", (Hit("title", 0, 3, "Dam", "dam", None, False),))
            with statements(rooms.archive) as wanted:
                rooms.archive.write_now(lambda conn: told(conn, live[10:30], [match]))
            return len(unwanted), len(wanted)

    unwanted, wanted = run(story)
    assert unwanted == 1
    assert wanted <= A_MATCHED_BATCH + 20 * each


async def test_a_message_costs_a_few_statements_however_long_the_queue(sqlite_archive: Archive) -> None:
    async with BotApiPeer() as api:
        office = Office(sqlite_archive, api)
        office.channel("desk", api.private(api.person("Reader")).id)
        for number in range(20):
            office.alert("desk", number)
        with statements(sqlite_archive) as said:
            await office.run(60)
        assert office.states() == {"sent": 20}
        assert len(said) <= 20 * A_MESSAGE
