"""When is a failed poll the machine's fault and not the source's?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sources import SourceState
from crawler.gathering import Gathered
from crawler.reach import ENOUGH, Reach, after, excused
from crawler.source import Source

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LOST = Gathered("failed", error="no net", trouble="unreachable")
WELL = Gathered("unchanged")


def hear(
    reach: Reach, host: str, gathered: Gathered, failures: int = 0, now: datetime = NOW,
    began: datetime | None = None,
) -> Reach:  # fmt: skip
    source = Source(name="kpl", url=f"https://{host}/feed")
    state = SourceState("kpl", NOW, failures=failures)
    return after(reach, source, state, gathered, began=began or now, now=now)


def test_three_well_hosts_that_are_lost_one_after_the_other_are_this_machines_trouble() -> None:
    reach, verdicts = Reach(), []
    for minute, host in enumerate(["a.example", "b.example", "c.example", "d.example"]):
        reach = hear(reach, host, LOST, now=NOW + timedelta(minutes=minute))
        verdicts.append(excused(reach, LOST))
    assert verdicts == [False, False, True, True]
    assert reach.offline_since == NOW + timedelta(minutes=2)


def test_many_sources_of_one_host_that_is_down_are_not() -> None:
    reach = Reach()
    for _ in range(9):
        reach = hear(reach, "news.example", LOST)
    assert not excused(reach, LOST)


def test_hosts_that_have_been_down_for_long_tell_nothing() -> None:
    reach = Reach()
    for number in range(9):
        reach = hear(reach, f"{number}.example", LOST, failures=3)
    assert not excused(reach, LOST)


@pytest.mark.parametrize(
    "trouble", ["blocked", "gone", "missing", "throttled", "empty", "unreadable", "other"]
)
def test_any_answer_proves_the_net_and_is_charged(trouble: str) -> None:
    reach = Reach()
    for host in ("a.example", "b.example", "c.example"):
        reach = hear(reach, host, LOST)
    answer = Gathered("failed", trouble=trouble)  # type: ignore[arg-type]
    reach = hear(reach, "d.example", answer)
    assert reach == Reach(answered_at=NOW)
    assert not excused(reach, answer)


def test_hosts_that_time_out_together_while_another_answered_are_down() -> None:
    minute = timedelta(minutes=1)
    reach = hear(Reach(), "well.example", WELL, now=NOW + minute)
    for number in range(9):
        reach = hear(reach, f"{number}.example", LOST, began=NOW, now=NOW + 2 * minute)
    assert not excused(reach, LOST)


@pytest.mark.parametrize("trouble", ["refused", None])
def test_what_nobody_on_the_net_has_said_proves_nothing(trouble: str | None) -> None:
    silence = Gathered("failed", trouble=trouble)  # type: ignore[arg-type]
    assert hear(Reach(lost=frozenset({"a.example"})), "b.example", silence) == Reach(
        lost=frozenset({"a.example"})
    )
    assert excused(Reach(offline_since=NOW), silence)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([LOST, WELL]), st.integers(0, 1))))
def test_nothing_is_excused_before_enough_hosts_were_lost_since_the_last_answer(
    history: list[tuple[int, Gathered, int]],
) -> None:
    reach, lost = Reach(), set()
    for host, gathered, failures in history:
        reach = hear(reach, f"{host}.example", gathered, failures)
        if gathered is WELL:
            lost = set()
        elif not failures:
            lost.add(host)
        assert excused(reach, LOST) == (len(lost) >= ENOUGH)
