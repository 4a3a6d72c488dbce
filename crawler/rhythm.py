"""How often is it worth asking a source that has no fixed rhythm?

Learned from its own publishing times, slower where it is silent or asks for it, within the bounds
of `fetch:`. Pure. Which moment that makes is `crawler/polling.py`.
"""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

# An article waits on average half an interval, so a sixth of the usual gap keeps it a twelfth.
SHARE_OF_GAP = 6
# A source that is silent for a day need not be asked more often than hourly.
SHARE_OF_SILENCE = 24
# Publishing times beyond these tell of another season.
_NEWEST = 20
_SEASON = timedelta(days=30)
# So many articles in so short a time (seconds) are a burst, and more will follow.
_BURST = 3
_BURST_SPAN = 3600.0
# Where nothing is dated, only finding or not finding something teaches.
_FOUND, _NOT_FOUND = 1 / 1.5, 1.2
# A source is stale when it is silent for so many of its usual gaps, and at least so long.
STALE_GAPS = 10
STALE_AT_LEAST = timedelta(days=3)

HOURS_OF_WEEK = 168

_UNCACHED = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d+)", re.IGNORECASE)


def learn_interval(
    before: timedelta, published: Iterable[float], *, found_new: bool, now: datetime
) -> timedelta:
    """The interval that a source's articles suggest, not yet bounded.

    `before` is what was learnt so far, or where learning starts; `published` are the times of the
    articles it announces, in seconds since 1970, undated ones left out. Fewer than three times tell
    nothing of a rhythm.
    """
    latest, earliest = now.timestamp(), (now - _SEASON).timestamp()
    times = sorted({moment for moment in published if earliest <= moment <= latest}, reverse=True)
    if len(times) < 3:
        return min(max(before * (_FOUND if found_new else _NOT_FOUND), timedelta(seconds=1)), _SEASON)
    newest = times[:_NEWEST]
    gap = (newest[0] - newest[-1]) / (len(newest) - 1)
    if len(times) > _BURST and latest - times[_BURST] <= _BURST_SPAN:
        gap = min(gap, (latest - times[_BURST]) / _BURST)
    return timedelta(seconds=max(gap / SHARE_OF_GAP, 1))


def wait_for(
    interval: timedelta,
    *,
    silence: timedelta,
    asked: timedelta | None,
    shortest: timedelta,
    longest: timedelta,
) -> timedelta:
    """How long to wait until the next poll.

    `silence` is the time since the last new article; `asked` is how long the source itself wants
    to be left alone. Never under `shortest`, never over `longest`: a `ttl` of a year is a mistake.
    """
    wish = max(interval, silence / SHARE_OF_SILENCE, asked or timedelta(), shortest)
    return min(wish, max(longest, shortest))


def next_open(moment: datetime, skipped: Collection[int]) -> datetime:
    """`moment`, or the start of the next hour that a source's skipHours and skipDays leave open.

    `skipped` are hours of the week in UTC, 0 to 167, from Monday midnight. One that skips all of
    them asks for the impossible and is not heeded.
    """
    if not skipped or len(skipped) >= HOURS_OF_WEEK:
        return moment
    for _ in range(HOURS_OF_WEEK):
        utc = moment.astimezone(UTC)
        if utc.weekday() * 24 + utc.hour not in skipped:
            return moment
        moment = utc.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def stale_after(interval: timedelta) -> timedelta:
    """The silence after which a source with this learnt interval is stale."""
    return max(STALE_AT_LEAST, interval * SHARE_OF_GAP * STALE_GAPS)


def max_age(cache_control: str | None, age: str | None) -> timedelta | None:
    """How long an answer stays fresh by its `Cache-Control` and `Age`; None where they do not say."""
    if not cache_control or _UNCACHED.search(cache_control):
        return None
    found = _MAX_AGE.search(cache_control)
    if found is None:
        return None
    spent = int(age[:9]) if age and age.isascii() and age.isdigit() else 0
    return timedelta(seconds=max(int(found[1][:9]) - spent, 0))


def longer(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    """The longer of two waits, each of which may be missing."""
    return max((wait for wait in (one, other) if wait is not None), default=None)
