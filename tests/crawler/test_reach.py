"""When is a failed poll the machine's fault and not the source's?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sources import SourceState
from crawler.gathering import Gathered
from crawler.reach import ENOUGH, PAGE_PATIENCE, Reach, after, as_counted, excused, is_worth_another_try
from crawler.source import Source

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LOST = Gathered("failed", error="no net", trouble="unreachable")
UNNAMED = Gathered("failed", error="no name server", trouble="unnamed")
WELL = Gathered("unchanged")


def failing(failures: int, trouble: str = "unreachable", since: datetime = NOW) -> SourceState:
    return SourceState("kpl", NOW, failures=failures, trouble=trouble, error_since=since)


def hear(
    reach: Reach, host: str, gathered: Gathered, failures: int = 0, now: datetime = NOW,
    began: datetime | None = None, hosts: int = 9, before: str = "unreachable",
) -> Reach:  # fmt: skip
    source = Source(name="kpl", url=f"https://{host}/feed")
    state = failing(failures, before) if failures else SourceState("kpl", NOW)
    return after(reach, source, state, gathered, began=began or now, now=now, hosts=hosts)


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
    reach = hear(Reach(), "well.example", WELL, now=NOW + MINUTE)
    for number in range(9):
        reach = hear(reach, f"{number}.example", LOST, began=NOW, now=NOW + 2 * MINUTE)
    assert not excused(reach, LOST)


@pytest.mark.parametrize("trouble", ["refused", None])
def test_what_nobody_on_the_net_has_said_proves_nothing(trouble: str | None) -> None:
    silence = Gathered("failed", trouble=trouble)  # type: ignore[arg-type]
    assert hear(Reach(lost=frozenset({"a.example"})), "b.example", silence) == Reach(
        lost=frozenset({"a.example"})
    )
    assert excused(Reach(offline_since=NOW), silence)


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([LOST, WELL]), st.sampled_from([0, 2]))))
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


# Fewer hosts than three


def test_the_only_host_counts_as_lost_with_the_net_only_where_no_name_server_answers() -> None:
    assert not excused(hear(Reach(), "a.example", LOST, hosts=1), LOST)
    assert excused(hear(Reach(), "a.example", UNNAMED, hosts=1), UNNAMED)


def test_of_two_hosts_both_must_be_without_a_name_server() -> None:
    one = hear(Reach(), "a.example", UNNAMED, hosts=2)
    assert not excused(one, UNNAMED)
    assert not excused(hear(one, "b.example", LOST, hosts=2), LOST)
    assert excused(hear(one, "b.example", UNNAMED, hosts=2), UNNAMED)
    assert not excused(hear(hear(one, "b.example", WELL, hosts=2), "b.example", UNNAMED, hosts=2), UNNAMED)


def test_one_of_many_names_that_no_name_server_knows_is_that_outlets_trouble() -> None:
    assert not excused(hear(Reach(), "a.example", UNNAMED, hosts=9), UNNAMED)


def test_a_host_that_was_down_tells_something_new_when_its_name_is_lost_too() -> None:
    assert excused(hear(Reach(), "a.example", UNNAMED, failures=5, hosts=1), UNNAMED)
    assert not excused(hear(Reach(), "a.example", UNNAMED, failures=5, hosts=1, before="unnamed"), UNNAMED)


# What a failure counts while that is not known


@pytest.mark.parametrize("gathered", [LOST, UNNAMED])
@pytest.mark.parametrize("answered_at", [NOW - MINUTE, None])
def test_failures_in_a_row_count_as_one_while_nobody_has_answered(
    gathered: Gathered, answered_at: datetime | None
) -> None:
    reach = Reach(answered_at, lost=frozenset({"a.example"}))
    assert as_counted(reach, failing(1), gathered, hosts=2).failures == 0
    # So it is lost with its host, also to a new process.
    assert hear(Reach(answered_at), "a.example", gathered, failures=1).lost == {"a.example"}


@pytest.mark.parametrize(
    ("reach", "state", "gathered", "hosts"),
    [
        # Another has answered since; it was charged before; it failed otherwise.
        (Reach(NOW + MINUTE), failing(1), LOST, 2),
        (Reach(), failing(2), LOST, 2),
        (Reach(), failing(1, "missing"), LOST, 2),
        # What the machine's net has no part in, and where there is nobody else to hear.
        (Reach(), failing(1), Gathered("failed", trouble="refused"), 2),
        (Reach(lost=frozenset({"a.example"})), failing(1), LOST, 1),
    ],
)
def test_a_failure_counts_by_itself_else(
    reach: Reach, state: SourceState, gathered: Gathered, hosts: int
) -> None:
    assert as_counted(reach, state, gathered, hosts) == state


# Pages


def test_a_page_is_given_up_when_others_answered_since_it_first_failed_or_after_a_day() -> None:
    quiet, online = Reach(answered_at=NOW - MINUTE), Reach(answered_at=NOW + MINUTE)
    assert is_worth_another_try(Reach(), NOW, NOW, NOW)
    assert is_worth_another_try(quiet, NOW, NOW, NOW + 2 * MINUTE)
    assert not is_worth_another_try(online, NOW, NOW, NOW + 2 * MINUTE)
    assert not is_worth_another_try(quiet, NOW, NOW - PAGE_PATIENCE, NOW)
