"""What is old is forgotten, with all that hangs on it, and nothing that is still needed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ruamel.yaml import YAML
from sqlalchemy import Connection, func, select, text, update

from alerts.channel import ConsoleChannel
from archive import (
    articles,
    deliveries,
    digests,
    events,
    figures,
    matches,
    retention,
    sources,
    stories,
    tables,
)
from archive.archive import Archive
from archive.article import Outlet
from archive.articles import NewArticle
from archive.deliveries import NewDelivery
from archive.digests import Item
from archive.events import Event
from tests.conftest import SetClock
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, item, rss
from tests.pipeline import house
from wirewatch.daemon import running
from wirewatch.demo.botapi import Chat
from wirewatch.housekeeping import CHUNK, forget_old, keep_house
from wirewatch.main_file import Retention
from wirewatch.rooms import Rooms


def amend(folder: Path, **keys: Any) -> Path:
    """Set keys of the folder's `wirewatch.yaml`."""
    yaml = YAML()
    main = yaml.load(folder / "wirewatch.yaml")
    yaml.dump({**main, **keys}, folder / "wirewatch.yaml")
    return folder


BODY, TITLE = timedelta(days=90), timedelta(days=730)


class Shelf:
    """An archive to fill with articles of some age."""

    def __init__(self, archive: Archive, clock: SetClock) -> None:
        self.archive, self.clock, self._number = archive, clock, 0
        channels = (ConsoleChannel(name="desk", type="console"),)
        self._settings = SimpleNamespace(
            retention=Retention(body=BODY, title=TITLE), channels=channels, ops=None
        )
        rules = SimpleNamespace(settings=self._settings)
        self._rooms = cast(Rooms, SimpleNamespace(archive=archive, clock=clock, rules=rules))
        self.write(lambda conn: sources.keep_outlets(conn, [Outlet("post", "The Post", "LA", ("en",))]))

    def write(self, step: Any) -> Any:
        return self.archive.write_now(step)[0]

    def article(self, age: timedelta, *, told: bool = True, dated: bool = True, **more: Any) -> int:
        return self.articles(1, age, told=told, dated=dated, **more)[0]

    def articles(self, count: int, age: timedelta, *, told: bool, dated: bool, **more: Any) -> Sequence[int]:
        found = self.clock() - age
        rows = []
        for _ in range(count):
            self._number += 1
            url = f"https://post.example/{self._number}"
            values: dict[str, Any] = {
                "source": "post", "outlet": "post", "url": url, "canonical": url, "guid": "",
                "title": "Laos opens a bridge", "summary": "", "body": "Long text.",
                "published": found if dated else None, "trust": "stated" if dated else "none",
                "language": "en", "found_at": found, "contact": "live", "page": "none",
                "tell_after": found, "keys": (self._number, -self._number), **more,
            }  # fmt: skip
            rows.append(NewArticle(**values))

        def step(conn: Connection) -> list[int]:
            ids = articles.store(conn, rows)
            if told:
                articles.mark_told(conn, ids, found)
            return ids

        return list(self.write(step))

    def match(self, article: int, watch: str = "laos") -> None:
        row = {"watch": watch, "urgency": "normal", "hits": []}
        self.write(lambda conn: matches.add(conn, {article: [row]}, self.clock()))

    def story(self, article: int, age: timedelta) -> int:
        def step(conn: Connection) -> int:
            id_ = stories.open_story(conn, self.clock() - age)
            articles.put_into_stories(conn, [(article, id_)])
            return id_

        return int(self.write(step))

    def delivery(self, age: timedelta, *, state: str = "sent", kind: Any = "alert", **more: Any) -> int:
        new = NewDelivery("desk", kind, {}, False, "telegram:1", **more)

        def step(conn: Connection) -> int:
            (id_,) = deliveries.add(conn, [new], self.clock() - age)
            chosen = tables.delivery.c.id == id_
            conn.execute(update(tables.delivery).where(chosen).values(state=state))
            return id_

        return int(self.write(step))

    def count(self, table: str) -> int:
        counted = select(func.count()).select_from(tables.metadata.tables[table])
        return self.archive.read_now(lambda conn: conn.execute(counted).scalar_one())

    def bodies(self) -> int:
        counted = select(func.count(tables.article.c.body))
        return self.archive.read_now(lambda conn: conn.execute(counted).scalar_one())

    async def keep(self) -> None:
        await forget_old(self._rooms)

    async def run_job(self, body: timedelta = BODY) -> None:
        self._settings.retention = Retention(body=body, title=TITLE)
        await keep_house(self._rooms)


@pytest.fixture
def shelf(archive: Archive, clock: SetClock) -> Shelf:
    return Shelf(archive, clock)


def days(number: float) -> timedelta:
    return timedelta(days=number)


async def test_a_body_older_than_its_time_is_emptied_and_the_article_stays(shelf: Shelf) -> None:
    shelf.article(days(91))
    shelf.article(days(89))
    await shelf.keep()
    assert (shelf.bodies(), shelf.count("article")) == (1, 2)


async def test_the_archive_is_looked_through_once_a_day_however_often_the_program_starts(
    shelf: Shelf, clock: SetClock
) -> None:
    await shelf.run_job()
    shelf.article(days(91))
    clock.forward(hours=19)
    await shelf.run_job()
    assert shelf.bodies() == 1
    clock.forward(hours=5)
    await shelf.run_job()
    assert shelf.bodies() == 0


async def test_what_is_to_be_kept_less_long_is_forgotten_at_the_next_start(shelf: Shelf) -> None:
    shelf.article(days(89))
    await shelf.run_job()
    assert shelf.bodies() == 1
    await shelf.run_job(body=days(88))
    assert shelf.bodies() == 0


async def test_a_clock_that_was_ahead_keeps_nothing_from_being_forgotten(
    shelf: Shelf, clock: SetClock
) -> None:
    await shelf.run_job()
    clock.forward(days=-300)
    shelf.article(days(91))
    await shelf.run_job()
    assert shelf.bodies() == 0


async def test_an_article_that_has_not_been_told_keeps_its_body(shelf: Shelf) -> None:
    shelf.article(days(800), told=False)
    shelf.article(days(800), page="wanted")
    await shelf.keep()
    assert (shelf.bodies(), shelf.count("article")) == (2, 2)


async def test_an_old_article_goes_with_all_that_hangs_on_it(shelf: Shelf) -> None:
    old = shelf.article(days(731))
    shelf.match(old)
    story = shelf.story(old, days(731))
    alert = shelf.delivery(days(731), article=old, story=story)
    shelf.delivery(days(730.5), kind="edit", edits=alert, article=old, story=story)
    young = shelf.article(days(729))
    shelf.match(young)
    await shelf.keep()
    # The edit leans on the alert, so the alert goes after it, and all the rest after both.
    left = {name: shelf.count(name) for name in ("article", "identity", "match", "story", "delivery")}
    assert left == {"article": 1, "identity": 2, "match": 1, "story": 0, "delivery": 0}


async def test_an_article_with_a_delivery_that_may_still_be_sent_stays(shelf: Shelf) -> None:
    for state in ("pending", "waiting", "sending", "uncertain"):
        shelf.delivery(days(731), state=state, article=shelf.article(days(731)))
    await shelf.keep()
    assert (shelf.count("article"), shelf.count("delivery")) == (4, 4)


async def test_an_answered_alert_stays_while_the_answer_does(shelf: Shelf) -> None:
    first, second = shelf.article(days(731)), shelf.article(days(10))
    alert = shelf.delivery(days(731), article=first)
    shelf.delivery(days(10), article=second, reply_to=alert)
    await shelf.keep()
    assert (shelf.count("article"), shelf.count("delivery")) == (2, 2)


async def test_an_alert_stays_as_long_as_its_article(shelf: Shelf) -> None:
    # Without a date, with a later one, told anew just now: each may come to be told again.
    staying = (
        shelf.article(days(731), dated=False),
        shelf.article(days(731), published=shelf.clock() - days(2)),
        shelf.article(days(731), told=False),
    )
    for article in staying:
        alert = shelf.delivery(days(731), article=article)
        shelf.delivery(days(731), kind="edit", edits=alert, article=article)
    await shelf.keep()
    left = shelf.archive.read_now(lambda conn: deliveries.standing(conn, articles=staying))
    assert [one.article for one in left] == list(staying)
    assert (shelf.count("article"), shelf.count("delivery")) == (3, 3)


async def test_an_article_that_waits_for_its_digest_stays(shelf: Shelf) -> None:
    old = shelf.article(days(731))
    now = shelf.clock()
    shelf.write(lambda conn: digests.add(conn, [Item("desk", old, "low", now)], now))
    await shelf.keep()
    assert shelf.count("article") == 1


async def test_what_waits_for_the_digest_of_a_channel_that_is_gone_is_released_and_told_once(
    shelf: Shelf,
) -> None:
    old, young, now = shelf.article(days(731)), shelf.article(days(10)), shelf.clock()
    for article, due in ((old, days(89)), (young, days(9))):
        for channel in ("desk", "gone"):
            shelf.write(
                lambda conn, a=article, c=channel, d=due: digests.add(
                    conn, [Item(c, a, "low", now - d)], now - d
                )
            )
    await shelf.keep()
    assert (shelf.count("digest_item"), shelf.count("event")) == (4, 0)
    shelf.clock.now += days(2)
    for _ in range(2):
        await shelf.keep()
    told = shelf.archive.read_now(events.latest)
    assert [(event.kind, event.subject) for event in told] == [("digest-dropped", "gone")]
    assert "2 articles waited for its digest longer than 90d" in told[0].text
    assert shelf.archive.read_now(digests.next_due).keys() == {"desk"}


async def test_an_article_that_waits_for_a_channel_that_is_gone_is_forgotten(shelf: Shelf) -> None:
    old, then = shelf.article(days(731)), shelf.clock() - days(731)
    shelf.write(lambda conn: digests.add(conn, [Item("gone", old, "low", then)], then))
    await shelf.keep()
    assert (shelf.count("article"), shelf.count("digest_item")) == (0, 0)


async def test_a_digest_goes_the_day_after_its_articles(shelf: Shelf) -> None:
    old = shelf.article(days(731))
    now = shelf.clock()
    digest = shelf.delivery(days(731), kind="digest")
    shelf.write(lambda conn: digests.add(conn, [Item("desk", old, "low", now)], now))
    shelf.write(lambda conn: digests.take(conn, "desk", [old], digest))
    await shelf.keep()
    assert (shelf.count("article"), shelf.count("digest_item"), shelf.count("delivery")) == (0, 0, 1)
    await shelf.keep()
    assert shelf.count("delivery") == 0


async def test_the_newest_articles_without_a_date_stay_known_whatever_their_age(shelf: Shelf) -> None:
    shelf.articles(retention.LISTED + 3, days(731), told=True, dated=False)
    await shelf.keep()
    assert shelf.count("article") == retention.LISTED


async def test_an_article_whose_own_date_is_not_old_stays(shelf: Shelf) -> None:
    shelf.article(days(731), published=shelf.clock() - days(2))
    await shelf.keep()
    assert shelf.count("article") == 1


async def test_the_number_of_matches_never_falls(shelf: Shelf) -> None:
    for age, watch in ((731, "laos"), (731, "asean"), (1, "laos")):
        shelf.match(shelf.article(days(age)), watch)
    before = shelf.archive.read_now(figures.matches_by_watch)
    await shelf.keep()
    assert shelf.count("match") == 1
    assert shelf.archive.read_now(figures.matches_by_watch) == before == {"asean": 1, "laos": 2}


async def test_many_rows_go_in_small_transactions(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.articles(2 * CHUNK + 1, days(731), told=True, dated=True)
    sizes: list[int] = []
    write = shelf.archive.write

    async def counted(step: Any) -> Any:
        done = await write(step)
        sizes.append(done)
        return done

    monkeypatch.setattr(shelf.archive, "write", counted)
    await shelf.keep()
    # Bodies first, then the articles; of other kinds there is nothing.
    assert [size for size in sizes if size] == [CHUNK, CHUNK, 1] * 2
    assert shelf.count("article") == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("delivery", "article"),
        ("delivery", "reply_to"),
        ("delivery", "edits"),
        ("digest_item", "article"),
        ("digest_item", "delivery"),
    ],
)
def test_what_hangs_on_a_row_is_found_by_an_index(sqlite_archive: Archive, table: str, column: str) -> None:
    """The database looks for it at each row that goes."""
    asked = text(f"explain query plan select 1 from {table} where {column} = 7")
    plan = sqlite_archive.read_now(lambda conn: str(conn.execute(asked).all()))
    assert f"ix_{table}_{column}" in plan


async def test_the_daemon_forgets_by_itself_and_tells_nothing_again(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    """What is forgotten may stand in its feed for ever."""
    clock = SetClock(datetime.now(UTC))
    old = item("Laos opens a bridge", published=clock())
    site.script("/feed", rss(["Quiet"]), rss([old, "Quiet"]))
    folder = house.write_config(
        tmp_path / "config", [house.feed_source("post", site.url("/feed"))], api, chat
    )
    amend(folder, retention={"title": "30d"}, http={"listen": None})
    settings = house.settings_of(folder)
    async with running(settings, house.FAST, clock) as daemon:
        while not api.ledger.messages:
            clock.forward(seconds=1)
            await asyncio.sleep(0.02)
        await house.until(lambda: daemon.idle)
    told = clock()
    clock.forward(days=40)
    async with running(settings, house.FAST, clock) as daemon:
        archive = daemon.rooms.archive

        def remembered() -> bool:
            known = select(func.count()).where(
                tables.article.c.found_at <= told, tables.article.c.published.is_not(None)
            )
            return bool(archive.read_now(lambda conn: conn.execute(known).scalar_one()))

        await house.until(lambda: not remembered())
        polled = len(site.seen("/feed"))
        while len(site.seen("/feed")) < polled + 3:
            clock.forward(seconds=1)
            await asyncio.sleep(0.05)
        await house.until(lambda: daemon.idle)
    assert house.headlines(api) == ["Laos opens a bridge"]


async def test_events_are_forgotten_with_bodies(shelf: Shelf) -> None:
    for age in (1, 100):
        event = Event(shelf.clock() - timedelta(days=age), "source-failing", "post", f"{age} days ago")
        shelf.write(lambda conn, event=event: events.record(conn, event))
    await shelf.keep()
    left = shelf.archive.read_now(events.latest)
    assert [event.text for event in left] == ["1 days ago"]
