"""A month on the injected clock: the end of summer time, a leap day, a sleep of nine hours, the clock set by
a day both ways, a full disk for an hour. Every digest, poll and retention run is accounted for.

Small by default (two days); `-m full` runs the whole month.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text
from sqlalchemy.engine import ExceptionContext

from archive import articles, sources
from archive.archive import Archive
from tests.conftest import SetClock
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, item, rss
from tests.pipeline.house import FAST, feed_source, settings_of, until, write_config
from tests.pipeline.test_housekeeping import amend
from wirewatch.daemon import Daemon, running
from wirewatch.demo.botapi import Chat

ZONE = "Europe/Berlin"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Event:
    """What happens at an hour of the run."""

    hour: int
    what: str


def plan(days: int) -> tuple[datetime, list[Event]]:
    if days > 10:
        # 2028 has a leap day, and summer time begins on 26 March.
        start = datetime(2028, 2, 27, tzinfo=UTC)
        return start, [Event(60, "sleep"), Event(200, "forward"), Event(330, "back"), Event(450, "full disk")]
    start = datetime(2028, 3, 25, tzinfo=UTC)
    return start, [Event(4, "sleep"), Event(20, "forward"), Event(30, "back"), Event(40, "full disk")]


class Month:
    """Moves the clock by hours, publishes an article an hour, and keeps the accounts."""

    def __init__(self, daemon: Daemon, clock: SetClock, site: PeerNewsroom) -> None:
        self.daemon, self.clock, self.site = daemon, clock, site
        self.published: list[str] = []
        self.items: list[Any] = ["Quiet"]
        self.steps: list[datetime] = [clock()]

    async def hour(self) -> None:
        """An hour passes; what is due in it is done."""
        self.publish()
        await self.pass_by(HOUR)

    def publish(self) -> None:
        title = f"Laos number {len(self.published)}"
        self.published.append(title)
        self.items = [item(title, published=self.clock()), *self.items][:60]
        self.site.script("/feed", rss(self.items))

    async def pass_by(self, span: timedelta) -> None:
        asked = len(self.site.seen("/feed"))
        self.clock.now += span
        self.steps.append(self.clock())
        await until(lambda: len(self.site.seen("/feed")) > asked)
        await self.settled()

    async def settled(self) -> None:
        """Until nothing is under way: what settles after a first contact waits a moment of this clock."""
        await until(lambda: self.daemon.idle)
        self.clock.now += timedelta(seconds=2)
        await until(lambda: self.daemon.idle)

    async def happen(self, what: str) -> None:
        match what:
            case "sleep":
                self.publish()
                await self.pass_by(timedelta(hours=9))
            case "forward":
                await self.pass_by(timedelta(days=1))
            case "back":
                await self.pass_by(-timedelta(days=1))
            case "full disk":
                await self.full_disk()

    async def full_disk(self) -> None:
        archive = self.daemon.rooms.archive
        before = archive.read_now(articles.count)
        full = Full(archive)
        long = "It rained on the river. " * 2000
        self.items = [
            item("A long day", summary=long, content=long * 10, published=self.clock()),
            *self.items,
        ]
        self.publish()
        asked = len(self.site.seen("/feed"))
        self.clock.now += HOUR
        await until(lambda: len(self.site.seen("/feed")) > asked and full.refused > 0)
        assert archive.read_now(articles.count) == before
        full.end()
        self.clock.now += HOUR
        await until(lambda: archive.read_now(articles.count) == before + 2)
        await self.settled()


class Full:
    """A disk that takes nothing more: SQLite itself refuses every page beyond those that are there."""

    def __init__(self, archive: Archive) -> None:
        self.refused = 0
        # Errors are rare. Whatever each transaction tells may be being told just now by another thread.
        sqlalchemy_event.listen(archive.engine, "handle_error", self._count)
        self._archive = archive
        self._room_for(archive.read_now(lambda conn: conn.execute(text("pragma page_count")).scalar_one()))

    def end(self) -> None:
        self._room_for(1_000_000)

    def _room_for(self, pages: int) -> None:
        # The connection that writes stays the same, and the limit is that of a connection.
        self._archive.write_now(lambda conn: conn.execute(text(f"pragma max_page_count = {pages}")).all())

    def _count(self, context: ExceptionContext) -> None:
        self.refused += "full" in str(context.original_exception)


@pytest.mark.parametrize("days", [2, pytest.param(31, marks=[pytest.mark.full, pytest.mark.timeout(600)])])
async def test_a_month_passes_and_everything_in_it_is_accounted_for(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, days: int
) -> None:
    start, events = plan(days)
    clock = SetClock(start)
    site.script("/feed", rss(["Quiet"]))
    desk = {"name": "desk", "type": "telegram", "chat": chat.id, "digest": "0 7 * * *", "timezone": ZONE}
    operators = api.supergroup("Operators")
    ops = {"name": "ops", "type": "telegram", "chat": operators.id, "timezone": ZONE}
    watches = [{"name": "laos", "query": "Laos", "urgency": "low"}]
    source = feed_source("post", site.url("/feed"), every="50m")
    folder = write_config(tmp_path / "config", [source], api, chat, watches=watches, channels=[desk, ops])
    amend(
        folder, retention={"body": "2d", "title": "60d"}, http={"listen": None}, ops="ops", daily="30 2 * * *"
    )
    happens = {event.hour: event.what for event in events}
    async with running(settings_of(folder), replace(FAST, tick=timedelta(milliseconds=15)), clock) as daemon:
        await until(lambda: bool(site.seen("/feed")) and daemon.idle)
        month = Month(daemon, clock, site)
        for hour in range(days * 24):
            await month.hour()
            if hour in happens:
                await month.happen(happens[hour])
        # What is still kept for the next digest comes with it.
        for _ in range(26):
            await month.pass_by(HOUR)
        archive = daemon.rooms.archive
        known = await archive.read(articles.count)
        bodies = await archive.read(lambda conn: conn.execute(text(
            "select count(*) from article where body is not null and found_at < :then"),
            {"then": int((clock() - timedelta(days=4)).timestamp() * 1000)}).scalar_one())  # fmt: skip
        state = await archive.read(lambda conn: sources.get_state(conn, "post"))
    # Every article was met, and is in exactly one digest.
    # Besides the first entry and the long one.
    assert known == len(month.published) + 2
    texts = [message.text for message in api.ledger.messages if message.chat_id == chat.id]
    told = Counter(number for message in texts for number in re.findall(r"Laos number (\d+)", message))
    assert told == Counter(str(number) for number in range(len(month.published)))
    assert bodies == 0
    assert state is not None
    assert state.failures == 0
    # A digest goes at seven, summer or winter, and none goes twice in a day of the calendar: but for the
    # day that was lived twice.
    due = set(_times(month.steps, time(7)))
    assert len(texts) <= len(due) + len(events)
    assert len(texts) >= days - 4
    # The operators' line comes once for each step of the clock over its time, which is not there on the
    # day on which summer time begins: then half an hour later, at three.
    lines = [m.text for m in api.ledger.messages if m.chat_id == operators.id and "Since" in m.text]
    crossed = sum(
        any(before < moment <= after for moment in _times([before, after], time(2, 30)))
        for before, after in pairwise(month.steps)
    )
    assert len(lines) == crossed
    assert all(line.count("Working") == 1 for line in lines)
    # What one counts, no other does: the time that was lived twice apart.
    counted = sum(int(re.search(r"(\d+) new articles", line)[1]) for line in lines)  # type: ignore[index]
    assert known - 24 <= counted <= known + 24


def _times(steps: list[datetime], clock: time) -> Iterator[datetime]:
    """That time of each day over which the clock went, in UTC."""
    zone = ZoneInfo(ZONE)
    for before, after in pairwise(steps):
        day = before.astimezone(zone).date()
        while day <= after.astimezone(zone).date():
            moment = datetime.combine(day, clock, zone).astimezone(UTC)
            if before < moment <= after:
                yield moment
            day += timedelta(days=1)
