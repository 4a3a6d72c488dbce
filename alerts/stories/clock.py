"""What time is it in a stream of articles, some of whose clocks lie?

A stream that is read from a file has no clock but the times its articles state. The daemon has one,
and does not use this.
"""

from bisect import insort
from datetime import UTC, datetime, timedelta

# Ahead of the others by more than this, a time is a lie until others say it too.
_LEAP = timedelta(days=30)
# So many articles make a leap believable.
_WITNESSES = 3
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class StreamClock:
    """The time of each article, from what it states and what those before it stated."""

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._doubted: list[datetime] = []

    def time_of(self, stated: datetime | None) -> datetime:
        """When the next article came: what it states where that can be, else the line before's."""
        if self._last is None:
            self._last = stated or _EPOCH
        elif stated is not None:
            self._hear(stated, self._last)
        return self._last

    def _hear(self, stated: datetime, last: datetime) -> None:
        if abs(stated - last) <= _LEAP:
            self._last = stated
            self._doubted.clear()
            return
        insort(self._doubted, stated)
        del self._doubted[: -4 * _WITNESSES]
        near = [doubted for doubted in self._doubted if abs(doubted - stated) <= _LEAP]
        if len(near) >= _WITNESSES:
            self._last = stated
            self._doubted.clear()
