"""When may the next message go, to this chat and by this bot?

Sliding windows over the monotonic clock, so that a step of the wall clock neither freezes nor
floods a chat. A message counts from its start until a window's length after its answer: wherever
in between the server accepted it, the limit holds there too. What outlives the process (`recent`,
`parked_for`) is translated from and to wall time here; writing it down is the worker's.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from alerts.channel import Pacing
from archive.chats import SHARED_SPACE, space

# The longest retry_after seen is a day; a persisted time beyond that comes from a wrong clock.
LONGEST_PARK = timedelta(hours=25)
# How soon to ask again when every place of a window is taken by messages still under way (seconds).
_SOON = 0.005


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any `seconds`."""

    count: int
    seconds: float


class Window:
    """One limit, and what happened within it."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._under_way = 0
        self._answered: deque[float] = deque()

    def delay(self, now: float) -> float:
        """How many seconds from `now` a message has to wait at least; 0 = it may go."""
        while self._answered and self._answered[0] + self.limit.seconds <= now:
            self._answered.popleft()
        excess = self._under_way + len(self._answered) + 1 - self.limit.count
        if excess <= 0:
            return 0.0
        if excess > len(self._answered):
            return _SOON
        return max(self._answered[excess - 1] + self.limit.seconds - now, 0.0)

    def begin(self) -> None:
        self._under_way += 1

    def end(self, now: float) -> None:
        self._under_way -= 1
        self._answered.append(now)

    def remember(self, times: Iterable[float]) -> None:
        """Count messages of an earlier process."""
        self._answered = deque(sorted([*self._answered, *times]))


@dataclass(slots=True)
class ChatPace:
    """The pace of one chat. `parked_until` is monotonic; `failures` counts failed attempts in a row."""

    windows: tuple[Window, ...]
    recent: deque[datetime] = field(default_factory=deque)
    parked_until: float = 0.0
    failures: int = 0

    def delay(self, now: float) -> float:
        """Seconds until the next message may go."""
        return max([self.parked_until - now, *(window.delay(now) for window in self.windows), 0.0])

    def begin(self) -> None:
        for window in self.windows:
            window.begin()

    def end(self, now: float, at: datetime) -> None:
        for window in self.windows:
            window.end(now)
        self.recent.append(at)

    def park(self, now: float, seconds: float) -> None:
        self.parked_until = max(self.parked_until, now + seconds)

    def written(self) -> list[int]:
        """What another process has to know of it: milliseconds since 1970."""
        # Rounded up: half a millisecond too early would be one message too many.
        return [ceil(moment.timestamp() * 1000) for moment in self.recent]


def chat_limits(chat: str, pacing: Pacing) -> tuple[Limit, ...]:
    """The limits of a chat: the second one holds for groups and channels.

    Telegram's FAQ names 20 a minute for groups; that it holds for channels too is unconfirmed,
    and obeyed.
    """
    second = _limit(pacing.chat_per_second, 1.0)
    private = space(chat) == SHARED_SPACE and not chat.startswith("-")
    return (second,) if private else (second, _limit(pacing.group_per_minute, 60.0))


def bot_limit(pacing: Pacing) -> Limit:
    """The limit of all chats together."""
    return _limit(pacing.bot_per_second, 1.0)


def _limit(count: float, seconds: float) -> Limit:
    # Half a message a second is one in two seconds.
    whole = max(int(count), 1)
    return Limit(whole, seconds * whole / count)


def restored(
    limits: Sequence[Limit],
    recent: Sequence[int],
    not_before: datetime | None,
    wall: datetime,
    now: float,
) -> ChatPace:
    """The pace of a chat as an earlier process left it, at `wall` time and monotonic `now`."""
    # No limit looks further back than its count.
    kept: deque[datetime] = deque(maxlen=max(limit.count for limit in limits))
    pace = ChatPace(tuple(Window(limit) for limit in limits), kept)
    # A time in the future was written under another clock: it counts as now.
    ages = [max(wall.timestamp() - stamp / 1000, 0.0) for stamp in recent]
    for window in pace.windows:
        window.remember(now - age for age in ages)
    pace.recent.extend(wall - timedelta(seconds=age) for age in sorted(ages, reverse=True))
    # Where the clock was set back since, what was written then is counted from its own time.
    written = datetime.fromtimestamp(max(recent) / 1000, wall.tzinfo) if recent else wall
    if not_before is not None and not_before > wall:
        pace.park(now, min(not_before - max(wall, written), LONGEST_PARK).total_seconds())
    return pace
