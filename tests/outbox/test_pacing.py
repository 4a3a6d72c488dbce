"""Are the limits kept, wherever between request and answer the server accepts?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.channel import Pacing
from alerts.outbox.pacing import LONGEST_PARK, Limit, Window, bot_limit, chat_limits, restored

WALL = datetime(2026, 11, 24, tzinfo=UTC)


def test_private_chats_have_no_limit_a_minute_groups_and_channels_do() -> None:
    pacing = Pacing()
    assert chat_limits("1001", pacing) == (Limit(1, 1.0),)
    assert chat_limits("-1001", pacing) == (Limit(1, 1.0), Limit(20, 60.0))
    assert chat_limits("-1001234567890", pacing) == (Limit(1, 1.0), Limit(20, 60.0))
    assert chat_limits("@news", pacing) == (Limit(1, 1.0), Limit(20, 60.0))
    assert bot_limit(pacing) == Limit(30, 1.0)


def test_half_a_message_a_second_is_one_in_two() -> None:
    assert chat_limits("1", Pacing(chat_per_second=0.5)) == (Limit(1, 2.0),)


@given(
    st.integers(1, 5),
    st.floats(0.5, 60),
    st.lists(st.tuples(st.floats(0, 3), st.floats(0.001, 2), st.floats(0, 1)), max_size=40),
)
def test_no_window_holds_more_than_the_limit_whenever_each_was_accepted(
    count: int, seconds: float, messages: list[tuple[float, float, float]]
) -> None:
    window = Window(Limit(count, seconds))
    now, accepted = 0.0, []
    for pause, answer_takes, share in messages:
        now += pause
        while (delay := window.delay(now)) > 0:
            now += delay
        window.begin()
        accepted.append(now + answer_takes * share)
        now += answer_takes
        window.end(now)
    for index, first in enumerate(accepted):
        assert sum(first <= other < first + seconds - 1e-6 for other in accepted[index:]) <= count


@given(st.lists(st.integers(-200_000_000, 200_000_000), max_size=30), st.integers(-10, 10))
def test_a_restart_neither_frees_nor_freezes_a_chat(ages_ms: list[int], days: int) -> None:
    recent = [round(WALL.timestamp() * 1000) - age for age in ages_ms]
    pace = restored(chat_limits("-1001", Pacing()), recent, WALL + timedelta(days=days), WALL, now=500.0)
    delay = pace.delay(500.0)
    assert delay <= LONGEST_PARK.total_seconds()
    # Under a clock that ran ahead by so much (seconds) it was written.
    ahead = max([0, *(-age / 1000 for age in ages_ms)])
    assert delay >= min(days * 86_400 - ahead, 86_400) - 0.001


def test_messages_of_before_a_restart_count() -> None:
    recent = [round((WALL - timedelta(seconds=age)).timestamp() * 1000) for age in range(20)]
    pace = restored(chat_limits("-1001", Pacing()), recent, None, WALL, now=500.0)
    assert round(pace.delay(500.0)) == 41
    assert pace.written() == sorted(recent)


def test_a_clock_set_back_before_a_restart_does_not_lengthen_what_telegram_asked_for() -> None:
    told = WALL + timedelta(days=1)
    recent = [round(told.timestamp() * 1000)]
    pace = restored(chat_limits("1", Pacing()), recent, told + timedelta(seconds=7), WALL, now=500.0)
    assert round(pace.delay(500.0)) == 7


@given(st.floats(0, 100_000), st.integers(1, 5))
def test_a_restart_lets_no_message_go_a_moment_too_early(moment: float, messages: int) -> None:
    at = WALL + timedelta(seconds=moment)
    first = restored((Limit(1, 1.0),), [], None, at, now=moment)
    for _ in range(messages):
        first.begin()
        first.end(moment, at)
    second = restored((Limit(1, 1.0),), first.written(), None, at, now=moment)
    assert second.delay(moment) >= 1.0 - 1e-9
