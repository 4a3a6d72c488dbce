"""On which days does a text say that something happened?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.stories.days import days
from tests.examples import examples

# A Wednesday.
PUBLISHED = datetime(2026, 11, 4, 5, tzinfo=UTC)


def named(text: str, published: datetime | None = PUBLISHED) -> list[str]:
    return [f"{date.fromordinal(day):%m-%d}" for day in sorted(days(text, published))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two died on Tuesday in Laos.", ["11-03"]),
        ("Am Dienstag starben zwei Menschen.", ["11-03"]),
        ("Dos personas murieron este martes.", ["11-03"]),
        ("Deux personnes sont mortes mardi.", ["11-03"]),
        ("Во вторник погибли два человека.", ["11-03"]),
        ("합참은 3일 오전 7시 40분께", ["11-03"]),
        ("韩国联合参谋本部3日说", ["11-03"]),
        ("cho biết ngày 3/11", ["11-03"]),
        ("Triều Tiên sáng 3/11 phóng hai tên lửa", ["11-03"]),
        ("เมื่อวันที่ 3 พ.ย.", ["11-03"]),
        ("ໃນວັນທີ 3 ພະຈິກ", ["11-03"]),
        ("PYONGYANG, Nov. 3 - Two died", ["11-03"]),
        ("El 3 de noviembre murieron dos", ["11-03"]),
        ("on the 31st October", ["10-31"]),
        # Where the publisher is, it may be tomorrow already; what is longer to come was last week.
        ("early on Thursday", ["11-05"]),
        ("on Friday", ["10-30"]),
        ("Wednesday, a day after Tuesday's launch", ["11-03", "11-04"]),
        ("Twelve people died, 3 of them children, in 30 days", []),
        ("20일간 이어진 회의", []),
        ("lần thứ hai trong một tuần", []),
        ("a ratio of 3/11", []),
    ],
)
def test_a_day_is_found_however_it_is_told(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_the_same_words_a_week_later_tell_of_another_day() -> None:
    text = "North Korea fired a missile on Tuesday."
    assert named(text, PUBLISHED + timedelta(days=7)) == ["11-10"]


def test_without_a_day_of_publication_no_day_is_known() -> None:
    assert named("on Tuesday", None) == []


@examples(100)
@given(
    st.lists(st.sampled_from(["Tuesday", "sunday", "3일", "31 May", "29日", "mardi", "99日"])).map(" ".join),
    st.datetimes(timezones=st.just(UTC)),
)
def test_days_are_near_the_day_of_publication(text: str, published: datetime) -> None:
    today = published.date().toordinal()
    assert all(today - 20 <= day <= today + 7 for day in days(text, published))
