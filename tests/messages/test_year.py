"""Does every article of a year come exactly once, in order, in time, and never in quiet hours?

The clock is the test's: two zones with daylight saving, quiet hours, digests by cron and by interval,
bursts, a machine that sleeps, a clock that is set, restarts. The judge is the stand-in's ledger.
"""

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.channel import QuietHours
from archive.archive import Archive
from archive.clocks import next_time
from archive.rules import checked
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import Clock
from tests.peers.botapi import BotApiPeer
from wirewatch.demo.botapi.ledger import Accepted

NEW_YORK, BERLIN, VIENTIANE = (
    ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Asia/Vientiane")
)
WATCHES = [
    {"name": "normal", "query": "normal"},
    {"name": "low", "query": "low", "urgency": "low"},
    {"name": "breaking", "query": "breaking", "urgency": "breaking"},
]
KINDS = ("normal", "normal", "normal", "low", "low", "breaking")
PER_HOUR = 12
# Sending takes its turn: what was decided just before quiet hours may be accepted just after.
TURN = timedelta(seconds=6)


@dataclass
class Reader:
    """One channel, and what holds for it. `passes`: breaking ones come in quiet hours too."""

    name: str
    chat: int
    zone: ZoneInfo
    quiet: QuietHours | None = None
    passes: bool = True
    keys: dict[str, Any] = field(default_factory=dict)

    def config(self) -> dict[str, Any]:
        quiet = {}
        if (hours := self.quiet) is not None:
            said = {"from": f"{hours.start:%H:%M}", "to": f"{hours.end:%H:%M}", "breaking": hours.breaking}
            quiet = {"quiet_hours": said}
        return {
            "name": self.name, "type": "telegram", "chat": self.chat, "timezone": str(self.zone),
            "stories": False, **quiet, **self.keys,
        }  # fmt: skip


def readers(api: BotApiPeer) -> list[Reader]:
    def quiet(start: str, end: str, breaking: str) -> QuietHours:
        return checked(QuietHours, {"from": start, "to": end, "breaking": breaking})

    return [
        Reader(
            "america", api.supergroup("America").id, NEW_YORK, quiet("22:00", "06:30", "pass"),
            keys={"digest": "0 7 * * *", "max_per_hour": PER_HOUR},
        ),
        # Ends in the hour that autumn repeats and spring leaves out.
        Reader(
            "europe", api.channel("Europe").id, BERLIN, quiet("23:00", "02:30", "hold"), passes=False,
            keys={"digest": "6h"},
        ),
        Reader("asia", api.private(api.person("Asia")).id, VIENTIANE, keys={"digest": "30 1 * * *"}),
    ]  # fmt: skip


@dataclass
class Year:
    """What happens, and what has been published: title by number."""

    desk: Newsdesk
    chance: random.Random
    published: dict[int, str] = field(default_factory=dict)

    def publish(self, count: int = 1) -> None:
        for _ in range(count):
            number, kind = len(self.published) + 1, self.chance.choice(KINDS)
            self.published[number] = kind
            self.desk.publish(f"{kind} {number:05}")

    async def live(self, until: datetime, articles: int, bursts: list[int]) -> None:
        """Live until then; in between so many articles one by one, and bursts of these sizes."""
        clock = self.desk.clock
        length = (until - clock()).total_seconds()
        sizes = [1] * articles + bursts
        self.chance.shuffle(sizes)
        for size in sizes:
            await self.desk.run(seconds=self.chance.expovariate(len(sizes) / length))
            await self._mishap()
            if size > 1:
                await self._evening()
            self.publish(size)

    async def _evening(self) -> None:
        """To some seconds before a reader's quiet hours: they meet what is published now in the queue."""
        now = self.desk.clock()
        cron, zone = self.chance.choice([("59 21 * * *", NEW_YORK), ("59 22 * * *", BERLIN)])
        evening = next_time(cron, now, zone) + timedelta(seconds=50)
        await self.desk.run(seconds=(evening - now).total_seconds())

    async def _mishap(self) -> None:
        match self.chance.randrange(12):
            case 0:
                # The machine sleeps: nothing runs, and the monotonic clock stands.
                self.desk.clock.jump(hours=self.chance.uniform(0.5, 14))
            case 4:
                # It sleeps over a whole day with its digests, and wakes in the night.
                self.publish(3)
                now = self.desk.clock()
                night = next_time(
                    "0 2 * * *", now + timedelta(hours=24), self.chance.choice([NEW_YORK, BERLIN])
                )
                await self.desk.run(seconds=1)
                self.desk.clock.jump(seconds=(night - now).total_seconds())
            case 1:
                self.desk.clock.jump(minutes=self.chance.uniform(-50, 50))
            case 2 | 3:
                self.desk.restart()
            case _:
                pass


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"(?:normal|low|breaking) (\d{5})", text)]


def is_digest(act: Accepted) -> bool:
    # Digests have no buttons, and a line for every article.
    return "\n• " in act.text


def judge(year: Year, reader: Reader) -> None:
    ledger = year.desk.api.ledger.of("sendMessage", chat_id=reader.chat)
    told = Counter(number for act in ledger for number in numbers(act.text))
    assert sorted(set(year.published) - set(told)) == [], f"{reader.name}: never told"
    assert [number for number, times in told.items() if times > 1] == [], f"{reader.name}: told twice"
    # In order: the single ones, each urgency for itself since breaking ones pass the others; and the
    # lines of one watch in a digest.
    for kind in ("normal", "low", "breaking"):
        single = [
            numbers(act.text)[0] for act in ledger if not is_digest(act) and kind in act.text.split("\n")[0]
        ]
        assert single == sorted(single), f"{reader.name}: {kind} out of order"
    for act in filter(is_digest, ledger):
        for group in re.split(r"\n\n#", act.text)[1:]:
            assert numbers(group) == sorted(numbers(group)), f"{reader.name}: digest out of order"
    for act in ledger if reader.quiet is not None else ():
        assert reader.quiet is not None
        begun_before = not reader.quiet.covers(act.at - TURN, reader.zone)
        may_pass = reader.passes and act.text.startswith("❗")
        asleep = reader.quiet.covers(act.at, reader.zone)
        assert not asleep or begun_before or may_pass, f"{reader.name}: woken at {act.at}: {act.text}"
    for first, second in pairwise(ledger):
        assert second.monotonic - first.monotonic >= 1, f"{reader.name}: two in a second"


def judge_rates(year: Year, reader: Reader) -> None:
    rates = year.desk.api.ledger.of("sendMessage", "editMessageText").max_rate(60)
    assert rates[reader.chat] <= (60 if reader.chat > 0 else 20)


def judge_hours(year: Year) -> None:
    """No channel was given more alerts in an hour than it takes, breaking ones aside."""
    rows = year.desk.archive.read_now(listed)
    made = sorted(
        row.created_at
        for row in rows
        if row.channel == "america" and row.kind == "alert" and row.content["urgency"] != "breaking"
    )
    assert len(made) > PER_HOUR
    for first, beyond in zip(made, made[PER_HOUR:], strict=False):
        assert beyond - first >= timedelta(hours=1)


async def lived(
    folder: Path,
    archive: Archive,
    seed: int,
    span: tuple[datetime, datetime],
    articles: int,
    bursts: list[int],
) -> None:
    clock = Clock(span[0])
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        everybody = readers(api)
        desk = Newsdesk(folder, archive, api, clock, [reader.config() for reader in everybody], WATCHES)
        year = Year(desk, random.Random(seed))
        await year.live(span[1], articles, bursts)
        # What waits for a digest or for morning has come by then, and what is queued behind it.
        await desk.run(hours=50)
        for reader in everybody:
            judge(year, reader)
            judge_rates(year, reader)
        judge_hours(year)
        assert api.ledger.max_rate_overall(1) <= 30
        assert any(is_digest(act) for act in api.ledger.messages)
        assert {row.state for row in archive.read_now(listed)} == {"sent"}


def listed(conn: Any) -> Any:
    from typing import get_args

    from archive import deliveries

    return deliveries.listed(conn, get_args(deliveries.State), 10**6)


def span(start: str, end: str) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(start).replace(tzinfo=UTC), datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("weeks", "seed"),
    [(span("2026-10-24T12:00", "2026-11-02T12:00"), 1), (span("2026-03-26T12:00", "2026-03-31T12:00"), 2)],
    ids=["autumn", "spring"],
)
async def test_weeks_with_a_change_of_the_clocks(
    tmp_path: Path, sqlite_archive: Archive, weeks: tuple[datetime, datetime], seed: int
) -> None:
    await lived(tmp_path / "config", sqlite_archive, seed, weeks, articles=30, bursts=[25])


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2))
async def test_a_year(tmp_path: Path, archive: Archive, seed: int) -> None:
    whole = span("2026-02-01T00:00", "2027-02-01T00:00")
    await lived(tmp_path / "config", archive, seed, whole, articles=2000, bursts=[500, 500, 60, 30])
