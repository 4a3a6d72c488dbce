"""The operators' line a day: on request, once, at its hour whatever the clock does, with what came of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from archive import deliveries
from archive.archive import Archive
from archive.deliveries import Delivery
from archive.tables import match
from tests.commands.desk import Desk, open_desk
from tests.conftest import SetClock
from tests.pipeline.house import settings_of
from wirewatch.daily import Daily
from wirewatch.rooms import Rooms

OPS = "channels: [{name: console, type: console}, {name: ops, type: console, timezone: Europe/Berlin}]"

MINUTE = timedelta(minutes=1)


class Mornings:
    """A desk whose daemon's minute comes when the test says."""

    def __init__(self, desk: Desk, clock: SetClock) -> None:
        self.desk, self.clock = desk, clock
        self._rooms = SimpleNamespace(archive=desk.archive, clock=clock, vigil=None)
        self._daily = Daily(cast(Rooms, self._rooms))

    def edited(self) -> None:
        """The config is what its files say now."""
        self._rooms.rules = SimpleNamespace(settings=settings_of(self.desk.config))

    async def at(self, moment: datetime) -> None:
        self.edited()
        self.clock.now = moment
        await self._daily.tell()

    async def each(self, step: timedelta, start: datetime, end: datetime) -> None:
        self.edited()
        while start < end:
            self.clock.now = start
            await self._daily.tell()
            start += step

    def lines(self) -> list[Delivery]:
        listed = self.desk.archive.read_now(lambda conn: deliveries.listed(conn, ["pending"], 1000))
        return [one for one in reversed(listed) if one.kind == "notice"]

    def texts(self) -> list[str]:
        return [str(one.content["text"]) for one in self.lines()]


@pytest.fixture
def mornings(tmp_path: Path, clock: SetClock) -> Mornings:
    desk = open_desk(tmp_path, [OPS, "ops: ops", "daily: '0 8 * * *'"])
    desk.now = clock()
    return Mornings(desk, clock)


async def test_it_comes_once_a_day_to_the_operators_channel_in_its_zone(mornings: Mornings) -> None:
    # The clock stands at 8:00 UTC, which is 9:00 in Berlin.
    start = mornings.clock()
    await mornings.each(MINUTE, start, start + timedelta(hours=22))
    assert mornings.lines() == []
    await mornings.each(MINUTE, start + timedelta(hours=22), start + timedelta(hours=24))
    (line,) = mornings.lines()
    assert line.channel == "ops"
    assert line.created_at.hour == 7


async def test_it_says_what_came_of_the_day(mornings: Mornings) -> None:
    desk, start = mornings.desk, mornings.clock()
    desk.source("laotian-times")
    desk.source("laotian-times-business", failures=3, error="404", error_since=start)
    await mornings.at(start)
    desk.now = start + timedelta(hours=10)
    told = desk.article("Laos opens a bridge", "https://a.example/1")
    desk.article("Rain", "https://a.example/2")
    desk.delivery(told, state="sent", sent_at=desk.now)
    row = {"article": told, "watch": "laos", "urgency": "normal", "hits": [], "matched_at": desk.now}
    desk.write(lambda conn: conn.execute(match.insert(), row))
    await mornings.at(start + timedelta(hours=24))
    (text,) = mornings.texts()
    assert ". Since 24 Nov 09:00: 2 new articles, 1 of them matched, 1 alerts sent, 0 withheld" in text
    assert ". Failing: laotian-times-business" in text
    assert text.startswith("Working, with 1 thing to look at: ")


@pytest.mark.parametrize(
    ("asleep", "answer"),
    [
        pytest.param(True, "Working: ", id="asleep"),
        pytest.param(False, "Not working: the daemon polls nothing", id="awake"),
    ],
)
async def test_a_night_asleep_is_not_held_against_a_daemon_that_has_just_woken(
    mornings: Mornings, asleep: bool, answer: str
) -> None:
    desk, start = mornings.desk, mornings.clock()
    morning, due = start + timedelta(hours=24), start + timedelta(hours=16)
    desk.now = due - timedelta(minutes=5)
    for name in ("laotian-times", "laotian-times-business"):
        desk.source(name)
    desk.delivery(desk.article("Laos opens a bridge", "https://a.example/1"), created_at=due)
    await mornings.each(MINUTE, start, due)
    if not asleep:
        await mornings.each(MINUTE, due, morning)
    await mornings.at(morning)
    (text,) = mornings.texts()
    assert text.startswith(answer)


async def test_what_was_due_while_nobody_ran_comes_once_and_counts_the_whole_time(mornings: Mornings) -> None:
    start = mornings.clock()
    await mornings.at(start)
    mornings.desk.now = start + timedelta(days=2)
    mornings.desk.article("Laos opens a bridge", "https://a.example/1")
    await mornings.at(start + timedelta(days=5))
    await mornings.at(start + timedelta(days=5, minutes=1))
    (text,) = mornings.texts()
    assert "Since 24 Nov 09:00: 1 new articles" in text


@pytest.mark.parametrize(
    ("first", "cron", "days"),
    [
        pytest.param(datetime(2028, 3, 24, tzinfo=UTC), "30 2 * * *", 5, id="an-hour-that-is-not-there"),
        pytest.param(datetime(2028, 10, 27, tzinfo=UTC), "30 2 * * *", 5, id="an-hour-that-comes-twice"),
        pytest.param(datetime(2028, 2, 27, tzinfo=UTC), "0 8 * * *", 4, id="a-leap-day"),
    ],
)
async def test_each_day_has_one_line_whatever_its_clock_does(
    mornings: Mornings, first: datetime, cron: str, days: int
) -> None:
    main = mornings.desk.config / "wirewatch.yaml"
    main.write_text(main.read_text().replace("0 8 * * *", cron))
    await mornings.each(10 * MINUTE, first, first + timedelta(days=days))
    assert len(mornings.lines()) == days


async def test_a_clock_that_is_set_back_brings_neither_silence_nor_a_flood(mornings: Mornings) -> None:
    start = mornings.clock()
    await mornings.at(start + timedelta(days=300))
    await mornings.at(start)
    await mornings.each(60 * MINUTE, start, start + timedelta(hours=49))
    assert len(mornings.lines()) == 2


async def test_who_asks_for_it_later_gets_the_first_at_the_next_time(mornings: Mornings) -> None:
    main = mornings.desk.config / "wirewatch.yaml"
    asked = main.read_text()
    start = mornings.clock()
    await mornings.at(start)
    main.write_text(asked.replace("daily:", "# daily:"))
    await mornings.at(start + timedelta(days=9))
    main.write_text(asked)
    await mornings.at(start + timedelta(days=10))
    assert mornings.lines() == []
    await mornings.at(start + timedelta(days=11))
    assert len(mornings.lines()) == 1


def test_a_line_that_nobody_hears_is_warned_of(tmp_path: Path) -> None:
    ended = open_desk(tmp_path, ["daily: '0 8 * * *'"]).run("check")
    assert ended.code == 0
    assert "daily: found a daily line that only the log gets" in ended.out
    (tmp_path / "config" / "wirewatch.yaml").write_text("daily: '0 8 * *'\n")
    assert Desk(tmp_path / "config", cast(Archive, None), datetime.now(UTC)).run("check").code == 78
