"""A fortnight of polling: every article found once, and no request that somebody could complain about.

Real claims, decisions, client and sockets; only time is virtual. In it lie failures of each sort,
feeds that move, a nine-hour sleep of the machine and the change from summer time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from archive.sources import SourceState
from crawler.addresses import canonical_url
from tests.feeds.desk import Clock, Desk, desk
from tests.feeds.world import DAY, HOUR, MINUTE, SKIPPED, Feed, Visit, World, feeds
from tests.peers.virtual_time import VirtualTimeLoop, run
from wirewatch.polling import SPREAD

SECOND = timedelta(seconds=1)
# From being due to being asked: the tick, and the turns of the others at the host.
LATE = 2 * MINUTE
# A due time is moved by a tenth at most.
EARLIEST, LATEST = 0.9, 1.1
SLEEP = 9 * HOUR
CRON = {
    "new-york": (ZoneInfo("America/New_York"), (1, 2, 3), 30),
    "paris": (ZoneInfo("Europe/Paris"), range(0, 24, 2), 5),
}


@dataclass
class Run:
    """What is left of it: who asked when, what is in the archive, when the machine slept."""

    feeds: Sequence[Feed]
    visits: Sequence[Visit]
    found: Sequence[tuple[str, datetime]]
    states: Mapping[str, SourceState]
    events: Sequence[tuple[str, str]]
    woke: datetime
    ended: datetime

    def of(self, feed: Feed) -> list[Visit]:
        """The visits to the address in the config."""
        return [visit for visit in self.visits if visit.path == f"/{feed.name}"]

    def kind(self, *kinds: str) -> Iterator[Feed]:
        return (feed for feed in self.feeds if feed.kind in kinds)

    def slept_between(self, one: Visit, other: Visit) -> bool:
        return one.wall <= self.woke - SLEEP + LATE and other.wall >= self.woke

    def has_just_woken(self, visit: Visit) -> bool:
        return timedelta() <= visit.wall - self.woke <= SPREAD + LATE

    def waits(self, feed: Feed) -> Iterator[tuple[Visit, timedelta]]:
        """Each visit to a feed (wherever it lives) and the time to the next."""
        own = [v for v in self.visits if v.path.endswith(f"/{feed.name}") and v.status not in (301, 302)]
        for one, other in pairwise(own):
            if not (self.slept_between(one, other) or is_second_try(one, other)):
                yield one, other.wall - one.wall


def is_second_try(one: Visit, other: Visit) -> bool:
    """Whether a server closed an idle connection under a request, which was then made anew."""
    return one.status == 0 and one.path == other.path and other.time - one.time <= 2


def live(folder: Path, count: int, start: datetime, days: int, sleeps: timedelta) -> Run:
    """`count` feeds for `days` days from `start`; the machine sleeps when `sleeps` have passed."""
    # The last day nobody publishes, so that what was published must have been found.
    fed = feeds(count, start, start + (days - 1) * DAY)

    async def story(loop: VirtualTimeLoop) -> Run:
        clock = Clock(loop, start)
        async with (
            World(fed, clock, loop.time) as world,
            desk(clock, folder, [feed.written(world.port) for feed in fed]) as here,
        ):
            await here.passes(sleeps)
            here.sleep(SLEEP)
            woke = clock()
            await here.passes(start + days * DAY - woke)
            return await _left(here, fed, world, woke)

    return run(story)


async def _left(here: Desk, fed: Sequence[Feed], world: World, woke: datetime) -> Run:
    while not here.poller.idle:
        await here.passes(MINUTE)
    rows = [(canonical_url(row.url), row.found_at) for row in here.articles()]
    return Run(fed, world.visits, rows, here.states(), here.events(), woke, here.clock())


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((12, datetime(2026, 10, 24, 6, 0, tzinfo=UTC), 3, 0.9 * DAY), id="some days"),
        pytest.param(
            (300, datetime(2026, 10, 21, 6, 0, tzinfo=UTC), 14, 6.6 * DAY),
            id="a fortnight", marks=[pytest.mark.full, pytest.mark.timeout(1800)],
        ),
    ],
)  # fmt: skip
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return live(tmp_path_factory.mktemp("fortnight"), *request.param)


def test_every_article_is_found_once(lived: Run) -> None:
    began = lived.feeds[0].began
    published = {
        canonical_url(feed.link(number))
        for feed in lived.feeds
        for number, at in enumerate(feed.articles)
        if at > began or (number, at) in feed.published(began)
    }
    times = Counter(url for url, _ in lived.found)
    assert times.keys() == published
    assert set(times.values()) == {1}


def test_articles_are_found_in_a_fraction_of_their_sources_rhythm(lived: Run) -> None:
    at = {canonical_url(feed.link(n)): time for feed in lived.feeds for n, time in enumerate(feed.articles)}
    delays = [found - at[url] for url, found in lived.found if at[url] > lived.feeds[0].began]
    print(f"\n{len(lived.feeds)} feeds, {len(lived.visits)} requests, {len(lived.found)} articles; "
          f"half are found within {median(delays)}")  # fmt: skip
    assert median(delays) < HOUR


def test_no_host_is_asked_twice_at_once_or_within_the_delay(lived: Run) -> None:
    by_host = defaultdict(list)
    for visit in lived.visits:
        by_host[visit.host].append(visit.time)
    assert all(later - earlier >= 1 for times in by_host.values() for earlier, later in pairwise(times))


def test_every_request_is_counted(lived: Run) -> None:
    assert sum(state.requests for state in lived.states.values()) == len(lived.visits)
    redirected = sum(visit.status in (301, 302) for visit in lived.visits)
    by_path = defaultdict(list)
    for visit in lived.visits:
        by_path[visit.path].append(visit)
    again = sum(is_second_try(*two) for visits in by_path.values() for two in pairwise(visits))
    assert sum(state.polls for state in lived.states.values()) == len(lived.visits) - redirected - again
    # That is rare: the next feed of a host, within the seconds that a connection is kept.
    assert again <= len(lived.visits) / 10_000


def test_no_feed_is_asked_before_its_time(lived: Run) -> None:
    least = {
        "fixed": 30 * MINUTE,
        "cached": 2 * HOUR,
        "wishes": 3 * HOUR,
        "paris": HOUR,
        "new-york": HOUR / 2,
    }
    for feed in lived.feeds:
        for visit, wait in lived.waits(feed):
            if visit.status == 410:
                due = DAY
            elif visit.status in (429, 503):
                due = 1.5 * HOUR / EARLIEST
            else:
                due = least.get(feed.kind, 2 * MINUTE)
            assert wait >= EARLIEST * due or feed.kind in CRON, (feed.name, visit)


def test_no_feed_is_forgotten(lived: Run) -> None:
    longest = {"fixed": 30 * MINUTE, "paris": 3 * HOUR, "new-york": 24 * HOUR, "wishes": 12 * HOUR}
    for feed in lived.feeds:
        for visit, wait in lived.waits(feed):
            if visit.status in (200, 304):
                assert wait <= LATEST * longest.get(feed.kind, 6 * HOUR) + LATE, (feed.name, visit)


def test_what_a_server_knows_is_not_fetched_again(lived: Run) -> None:
    by_path = defaultdict(list)
    for visit in lived.visits:
        by_path[visit.path].append(visit)
    for before, visit in chain.from_iterable(pairwise(visits) for visits in by_path.values()):
        has_validators = "/hash-" not in visit.path
        # Whoever refused may have refused the condition.
        assert not (visit.repeated and has_validators) or before.status in (403, 500), visit
    conditional = [v for feed in lived.kind("validators") for v in lived.of(feed)]
    assert any(visit.status == 304 for visit in conditional)


def test_skipped_hours_are_left_alone(lived: Run) -> None:
    visits = [visit for feed in lived.kind("wishes") for visit in lived.of(feed)]
    assert visits
    for visit in visits:
        begun = timedelta(minutes=visit.wall.minute, seconds=visit.wall.second)
        assert visit.wall.hour not in SKIPPED or begun <= LATE or lived.has_just_woken(visit)


def test_cron_lines_run_by_their_own_clocks_through_the_change_of_time(lived: Run) -> None:
    for kind, (zone, hours, minute) in CRON.items():
        expected = set(_cron_times(lived, zone, hours, minute))
        for feed in lived.kind(kind):
            # The first contact, and what was missed while the machine slept, are not cron's.
            regular = [visit.wall for visit in lived.of(feed)[1:] if not lived.has_just_woken(visit)]
            asked = Counter(_last_cron_time(wall.astimezone(zone), minute) for wall in regular)
            assert asked.keys() == expected
            # Paris has two o'clock twice on one day, and a line for every second hour may run twice.
            assert sum(asked.values()) - len(asked) <= (kind == "paris")


def _cron_times(lived: Run, zone: ZoneInfo, hours: Sequence[int], minute: int) -> Iterator[str]:
    """The local times at which a line was due while the machine was awake, by counting every hour."""
    began = lived.feeds[0].began
    moment = began.replace(minute=minute)
    while moment <= lived.ended - LATE:
        awake = not lived.woke - SLEEP <= moment <= lived.woke
        if moment > began and awake and moment.astimezone(zone).hour in hours:
            yield f"{moment.astimezone(zone):%d %H:%M}"
        moment += HOUR


def _last_cron_time(local: datetime, minute: int) -> str:
    due = local.replace(minute=minute, second=0, microsecond=0)
    return f"{due if due <= local else due - HOUR:%d %H:%M}"


def test_after_the_sleep_the_overdue_are_spread(lived: Run) -> None:
    first: dict[str, timedelta] = {}
    for visit in lived.visits:
        if timedelta() <= visit.wall - lived.woke < SPREAD and not visit.path.startswith("/moved/"):
            first.setdefault(visit.path, visit.wall - lived.woke)
    assert len(first) > len(lived.feeds) / 3
    for number, since in enumerate(sorted(first.values())):
        assert number <= len(lived.feeds) * (since / SPREAD) + 3


def test_operators_hear_of_each_change_once(lived: Run) -> None:
    told, failed = defaultdict(list), 0
    for kind, subject in lived.events:
        told[subject].append(kind)
    for feed in lived.feeds:
        kinds = told.pop(feed.name, [])
        if feed.kind == "moving":
            assert kinds == ["source-moved"], feed.name
        elif feed.kind == "gone":
            assert kinds == ["source-gone", "source-ok"], feed.name
        elif feed.kind == "failing":
            failed += bool(kinds)
            assert set(kinds[1::2]) <= {"source-ok"}
            assert set(kinds[::2]) <= {"source-failing", "source-blocked"}
        else:
            assert kinds == [], feed.name
    assert failed
    assert dict(told) == {}
