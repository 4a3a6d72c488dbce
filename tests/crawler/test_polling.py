"""When a source is due next, what a failure costs it, and what operators hear of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.rules import checked
from archive.sources import SourceState
from crawler.entry import Entry
from crawler.gathering import Gathered
from crawler.polling import Change, address_of, after_poll, contact_of, is_first_contact
from crawler.source import FetchSettings, Source

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
VIENTIANE = ZoneInfo("Asia/Vientiane")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UNCHANGED = Gathered("unchanged")
BROKEN = Gathered("failed", error="it is broken", trouble="other")


def source(**keys: Any) -> Source:
    return checked(Source, {"name": "kpl", "url": "https://kpl.example/feed", **keys})


def known(**fields: Any) -> SourceState:
    """A source that has been well since yesterday, and has just had something new."""
    return SourceState(
        "kpl",
        **{
            "due_at": NOW,
            "first_success_at": NOW - DAY,
            "last_polled_at": NOW - HOUR,
            "last_new_at": NOW,
            **fields,
        },
    )


def entries(*ages: timedelta, **wishes: Any) -> Gathered:
    """A feed with articles of these ages."""
    announced = [
        Entry(f"https://kpl.example/{age}", "t", published=NOW - age, trust="stated") for age in ages
    ]
    return Gathered("entries", tuple(announced), **wishes)


def poll(
    state: SourceState, gathered: Gathered, of: Source | None = None, *, now: datetime = NOW,
    found_new: bool = False, chance: float = 0.5, **fetch: Any,
) -> tuple[SourceState, Change | None]:  # fmt: skip
    return after_poll(
        state, of or source(), gathered, found_new=found_new, now=now,
        fetch=checked(FetchSettings, fetch), zone=VIENTIANE, chance=chance,
    )  # fmt: skip


def wait(state: SourceState, gathered: Gathered, of: Source | None = None, **how: Any) -> timedelta:
    return poll(state, gathered, of, **how)[0].due_at - how.get("now", NOW)


def test_a_fixed_interval_is_kept_whatever_the_feed_wishes() -> None:
    every = source(every="10m")
    wishes = entries(MINUTE, 2 * MINUTE, 3 * MINUTE, ask_after=5 * HOUR, skip_hours=frozenset(range(40)))
    assert wait(known(), wishes, every) == 10 * MINUTE


def test_due_times_are_spread_by_a_tenth_either_way() -> None:
    every = source(every="10m")
    assert [wait(known(), UNCHANGED, every, chance=c) for c in (0.0, 1.0)] == [9 * MINUTE, 11 * MINUTE]


def test_a_cron_line_runs_in_the_sources_zone_and_else_in_the_newsrooms() -> None:
    seven = {"cron": "0 7 * * *"}
    assert poll(known(), UNCHANGED, source(**seven))[0].due_at == datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    seoul = source(**seven, timezone="Asia/Seoul")
    assert poll(known(), UNCHANGED, seoul)[0].due_at == datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def test_a_source_nothing_is_known_of_starts_at_the_default() -> None:
    assert wait(known(), UNCHANGED) == 15 * MINUTE


def test_a_source_is_asked_several_times_between_two_of_its_articles() -> None:
    assert wait(known(), entries(*(n * 6 * HOUR for n in range(1, 9))), found_new=True) == HOUR


def test_a_burst_is_followed_closely_though_the_source_is_quiet_as_a_rule() -> None:
    quiet = tuple(n * DAY for n in range(1, 9))
    calm = wait(known(), entries(*quiet), found_new=True)
    burst = wait(known(), entries(MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE, *quiet), found_new=True)
    assert calm == 4 * HOUR
    assert burst == 2 * MINUTE


def test_the_rhythm_lives_on_while_nothing_changes() -> None:
    learnt, _ = poll(known(), entries(*(n * 6 * HOUR for n in range(1, 9))), found_new=True)
    assert wait(learnt, UNCHANGED) == HOUR


def test_a_source_that_falls_silent_is_asked_less_and_less() -> None:
    learnt, _ = poll(known(), entries(*(n * HOUR for n in range(1, 9))), found_new=True)
    waits = [wait(learnt, UNCHANGED, now=NOW + n * DAY) for n in (0, 1, 2, 4)]
    assert waits == [10 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR]


def test_finding_something_hastens_and_finding_nothing_slows_a_source_without_dates() -> None:
    undated = Gathered("entries", (Entry("https://kpl.example/1", "t"),))
    assert wait(known(), undated, found_new=True) == 10 * MINUTE
    assert wait(known(), undated) == 18 * MINUTE


def test_a_feed_that_asks_for_patience_gets_it_up_to_the_longest_interval() -> None:
    fast = tuple(n * MINUTE for n in range(1, 9))
    assert wait(known(), entries(*fast)) == 2 * MINUTE
    assert wait(known(), entries(*fast, ask_after=HOUR)) == HOUR
    assert wait(known(), entries(*fast, ask_after=365 * DAY)) == 6 * HOUR


def test_skipped_hours_are_left_out_also_after_an_unchanged_poll() -> None:
    tuesday_eight_to_ten = frozenset({24 + 8, 24 + 9})
    state, _ = poll(known(), entries(MINUTE, 2 * MINUTE, 3 * MINUTE, skip_hours=tuesday_eight_to_ten))
    assert state.due_at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert poll(state, UNCHANGED)[0].due_at == state.due_at


def test_a_feed_that_skips_every_hour_of_the_week_is_asked_all_the_same() -> None:
    assert wait(known(), entries(HOUR, 2 * HOUR, 3 * HOUR, skip_hours=frozenset(range(168)))) == 10 * MINUTE


@pytest.mark.parametrize(("failures", "expected"), [(0, 30 * MINUTE), (1, HOUR), (3, 4 * HOUR), (90, DAY)])
def test_failures_double_the_wait_up_to_a_day(failures: int, expected: timedelta) -> None:
    assert wait(known(failures=failures), BROKEN) == expected


def test_a_rare_source_that_fails_is_not_asked_more_often_than_when_it_is_well() -> None:
    assert wait(known(), BROKEN, source(every="7d")) == 7 * DAY


def test_a_failing_source_with_a_cron_line_is_tried_again_before_its_next_time() -> None:
    assert wait(known(), BROKEN, source(cron="0 7 * * *")) == 30 * MINUTE


def test_a_server_that_says_when_to_come_back_is_not_asked_before() -> None:
    throttled = BROKEN._replace(retry_after=5 * HOUR)
    assert (
        5 * HOUR <= wait(known(), throttled, chance=0.0) <= wait(known(), throttled, chance=1.0) <= 5.5 * HOUR
    )


def test_a_success_after_failures_returns_to_the_old_rhythm() -> None:
    state, _ = poll(known(failures=7, error="x", error_since=NOW - DAY), UNCHANGED, source(every="10m"))
    assert (state.failures, state.error, state.error_since) == (0, None, None)
    assert state.due_at == NOW + 10 * MINUTE


def test_one_failure_is_not_told_the_second_is_and_then_the_recovery_once() -> None:
    state, told = known(), []
    for gathered in (BROKEN, BROKEN, BROKEN, UNCHANGED, UNCHANGED):
        state, change = poll(state, gathered)
        told.append(change and change.health)
    assert told == [None, "failing", None, "ok", None]


def test_what_is_told_says_what_happened_and_for_how_long() -> None:
    state, failing = poll(known(failures=1), BROKEN)
    wait = int((state.due_at - NOW) / MINUTE)
    assert failing == Change("failing", f"it is broken; it is asked again in {wait} min")
    assert 30 < wait < 120
    _, well = poll(known(failures=2, error_since=NOW - 3 * HOUR), UNCHANGED)
    assert well == Change("ok", "answers again after 3 h")


def test_a_recovery_says_so_where_the_source_has_moved_or_has_nothing_new() -> None:
    lost = {"failures": 2, "error_since": NOW - 3 * HOUR}
    moving = {"moved_from": source().url, "moved_to": "https://new.example/", "moved_answers": 2}
    there = UNCHANGED._replace(permanent_url="https://new.example/")
    _, moved = poll(known(**lost, **moving), there)
    assert moved is not None
    assert moved.health == "moved"
    assert moved.text.startswith("answers again after 3 h, and has moved for good to https://new.example/; ")
    silent = known(**lost, last_new_at=NOW - 9 * DAY)
    _, stale = poll(silent, UNCHANGED)
    text = "answers again after 3 h, but has had nothing new for 9 days; see whether it moved"
    assert stale == Change("stale", text)
    _, well = poll(silent, entries(HOUR), found_new=True)
    assert well == Change("ok", "answers again after 3 h")


def test_a_wait_of_less_than_a_minute_is_told_in_seconds() -> None:
    _, failing = poll(known(failures=1), BROKEN, source(every="10s"))
    assert failing == Change("failing", "it is broken; it is asked again in 40 s")


def test_a_feed_that_is_gone_is_told_at_once_and_asked_once_a_day_never_switched_off() -> None:
    gone = Gathered("failed", error="it is gone", trouble="gone")
    state, told = known(), []
    for _ in range(3):
        state, change = poll(state, gone)
        told.append(change)
        assert state.due_at == NOW + DAY
    assert told == [Change("gone", "it is gone; it is asked again in 24 h"), None, None]


@pytest.mark.parametrize("trouble", ["blocked", "empty"])
def test_walls_and_empty_answers_are_told_by_their_name(trouble: Any) -> None:
    _, change = poll(known(failures=1), Gathered("failed", error="a wall", trouble=trouble))
    assert change is not None
    assert change.health == trouble
    assert change.text.startswith("a wall; it is asked again in ")


def moved(to: str = "https://new.example/feed") -> Gathered:
    return Gathered("unchanged", permanent_url=to)


def test_a_permanent_redirect_is_followed_for_good_after_three_answers_that_agree() -> None:
    state, told = known(), []
    for _ in range(4):
        state, change = poll(state, moved())
        told.append((address_of(source(), state), change and change.health))
    assert told == [
        ("https://kpl.example/feed", None), ("https://kpl.example/feed", None),
        ("https://new.example/feed", "moved"), ("https://new.example/feed", None),
    ]  # fmt: skip


@pytest.mark.parametrize("break_", [UNCHANGED, moved("https://elsewhere.example/")])
def test_answers_that_do_not_agree_start_the_count_anew(break_: Gathered) -> None:
    state = known()
    for gathered in (moved(), moved(), break_, moved(), moved()):
        state, _ = poll(state, gathered)
    assert address_of(source(), state) == "https://kpl.example/feed"


def test_a_failure_in_between_does_not_break_the_agreement() -> None:
    state = known()
    for gathered in (moved(), BROKEN, moved(), moved()):
        state, _ = poll(state, gathered)
    assert address_of(source(), state) == "https://new.example/feed"


def adopted() -> SourceState:
    return known(moved_from="https://kpl.example/feed", moved_to="https://new.example/feed", moved_answers=3)


def test_an_adopted_address_stays_while_it_answers() -> None:
    state, change = poll(adopted(), UNCHANGED)
    assert (address_of(source(), state), change) == ("https://new.example/feed", None)


def test_an_adopted_address_that_fails_twice_is_given_up_for_the_configured_one() -> None:
    state, _ = poll(adopted(), BROKEN)
    assert address_of(source(), state) == "https://new.example/feed"
    state, _ = poll(state, BROKEN)
    assert address_of(source(), state) == "https://kpl.example/feed"


def test_another_address_in_the_config_ends_what_was_adopted_for_the_old_one() -> None:
    edited = source(url="https://third.example/feed")
    assert address_of(edited, adopted()) == "https://third.example/feed"


def test_what_a_feed_wishes_lasts_while_it_is_unchanged() -> None:
    fast = tuple(n * MINUTE for n in range(1, 9))
    state, _ = poll(known(), entries(*fast, wish=3 * HOUR))
    assert state.due_at == NOW + 3 * HOUR
    assert wait(state, UNCHANGED) == 3 * HOUR
    assert wait(state, UNCHANGED._replace(ask_after=4 * HOUR)) == 4 * HOUR
    assert wait(poll(state, entries(*fast))[0], UNCHANGED) == 2 * MINUTE


def test_what_a_source_costs_is_added_up_whether_it_answers_or_not() -> None:
    state = known(requests=5, bytes=100)
    state, _ = poll(state, UNCHANGED._replace(requests=2, wire_bytes=30))
    state, _ = poll(state, BROKEN._replace(requests=6))
    assert (state.polls, state.requests, state.bytes) == (2, 13, 130)


def test_silence_far_beyond_the_rhythm_is_told_once_and_its_end_once() -> None:
    state, _ = poll(known(), entries(*(n * 12 * HOUR for n in range(9))), found_new=True)
    told = []
    for days in range(1, 10):
        state, change = poll(state, UNCHANGED, now=NOW + days * DAY)
        told.append(change and change.health)
    state, change = poll(state, entries(), found_new=True, now=NOW + 10 * DAY)
    assert told == [None, None, None, None, None, "stale", None, None, None]
    assert change == Change("ok", "publishes again after 10 days")


def test_the_first_poll_and_the_first_after_a_gap_are_first_contacts() -> None:
    assert is_first_contact(SourceState("kpl", due_at=NOW), HOUR, NOW)
    assert not is_first_contact(known(due_at=NOW - HOUR), HOUR, NOW)
    assert is_first_contact(known(due_at=NOW - HOUR - MINUTE), HOUR, NOW)


@pytest.mark.parametrize(
    ("age", "trust", "contact"),
    [(23 * HOUR, "stated", "catch-up"), (25 * HOUR, "stated", "old"), (25 * HOUR, "assumed", "old"),
     (47 * HOUR, "day", "catch-up"), (49 * HOUR, "day", "old"), (None, "none", "old")],
)  # fmt: skip
def test_first_contact_catches_up_with_young_articles_only(age: Any, trust: Any, contact: str) -> None:
    published = None if age is None else NOW - age
    assert contact_of(published, trust, first=True, catch_up=DAY, now=NOW) == contact
    assert contact_of(published, trust, first=False, catch_up=DAY, now=NOW) == "live"


SPANS = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000))
OUTCOMES = st.one_of(
    st.builds(
        Gathered, st.just("failed"), retry_after=st.none() | st.timedeltas(timedelta(), DAY),
        trouble=st.sampled_from(["gone", "blocked", "other", None]),
    ),
    st.builds(Gathered, st.just("unchanged"), ask_after=st.none() | SPANS, permanent_url=st.none() | st.just("https://b/")),
    st.builds(
        lambda ages, ask, skip: entries(*ages, ask_after=ask, skip_hours=skip),
        st.lists(SPANS, max_size=30), st.none() | SPANS, st.frozensets(st.integers(0, 167)),
    ),
)  # fmt: skip


@given(st.lists(st.tuples(OUTCOMES, st.booleans(), st.floats(0, 1)), min_size=1, max_size=12))
def test_whatever_happens_an_adaptive_source_is_asked_again_within_its_bounds(history: list[Any]) -> None:
    state, now = SourceState("kpl", due_at=NOW), NOW
    for gathered, found_new, chance in history:
        state, _ = poll(state, gathered, now=now, found_new=found_new, chance=chance)
        waited = state.due_at - now
        assert waited >= 2 * MINUTE * 0.9
        # A failure costs a day at most; a week's skipped hours put off by less than a week.
        longest = 1.1 * DAY if gathered.outcome == "failed" else 6.6 * HOUR + 7 * DAY
        assert waited <= longest
        now = state.due_at


@given(st.lists(OUTCOMES, max_size=8), st.floats(0, 1))
def test_a_source_is_told_failing_and_well_in_turns(history: list[Gathered], chance: float) -> None:
    state, bad = known(), False
    for gathered in history:
        state, change = poll(state, gathered, chance=chance)
        if change is not None and change.health != "moved":
            assert (change.health == "ok") == bad
            bad = change.health != "ok"
        assert bad == (state.failures >= 2)
