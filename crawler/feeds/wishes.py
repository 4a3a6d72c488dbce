"""How does a feed want to be asked?

`ttl`, `sy:updatePeriod` and `sy:updateFrequency` as a time to leave it alone, `skipHours` and
`skipDays` as hours of the week. What they change is `crawler/rhythm.py`.
"""

from collections.abc import Iterable
from datetime import timedelta

# Not here: hourly. WordPress writes "hourly, 1" into every feed, and nobody chose that.
_PERIODS = {
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 60 * 24 * 365


def ask_after(ttl: str | None, period: str | None, frequency: str | None) -> timedelta | None:
    """How long to leave the feed alone, the longest that it says; None where it says nothing.

    `ttl` is in minutes. An `updateFrequency` alone means nothing.
    """
    wishes = []
    minutes = _number(ttl)
    if minutes:
        wishes.append(timedelta(minutes=min(minutes, _LONGEST)))
    span = _PERIODS.get((period or "").strip().lower())
    if span is not None:
        wishes.append(span / (_number(frequency) or 1))
    return max(wishes, default=None)


def skipped_hours(hours: Iterable[str], days: Iterable[str]) -> frozenset[int]:
    """Hours of the week, 0 to 167 from Monday midnight UTC, that `skipHours` and `skipDays` name."""
    skipped = {day * 24 + hour for text in hours if (hour := _hour(text)) is not None for day in range(7)}
    for name in days:
        short = name.strip().lower()[:3]
        if short in _DAYS:
            first = _DAYS.index(short) * 24
            skipped.update(range(first, first + 24))
    return frozenset(skipped)


def _hour(text: str) -> int | None:
    # RSS 0.91 counts from 1 to 24, 2.0 from 0 to 23.
    number = _number(text)
    return number % 24 if number is not None and number <= 24 else None


def _number(text: str | None) -> int | None:
    word = (text or "").strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None
