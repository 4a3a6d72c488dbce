"""What happens when the machine's clock is set, or the machine slept?

Times in the archive are wall time. Set back by a day, everything that was due in a minute would be due
in a day, and the scheduler would sleep as long; after a sleep of nine hours everything is due at once.
`ClockSteps` compares the wall clock with the monotonic one and tells of each step; it goes on ticking
whatever the wall clock says. `settle` lets nothing lie in a future that has not come. What is due when is
decided where it always is.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection

from archive import articles, digests, mutes, sources, wake
from archive.sources import SourceState
from crawler.polling import JITTER, LONGEST_BACKOFF, latest_due
from wirewatch.beat import beat
from wirewatch.rooms import Rulebook

# Less is a clock that is kept in time, or a loop that was late.
SMALLEST = timedelta(seconds=30)
# No due time lies farther off than the longest wait, unless the source's rhythm is longer or the clock was
# set back.
_FARTHEST = LONGEST_BACKOFF * (1 + JITTER)

Stepped = Callable[[timedelta], Awaitable[None]]


class ClockSteps:
    """Calls `tick` at each look, and `stepped` with how far the clock was set since the last one, forward
    or (negative) back, until cancelled."""

    def __init__(
        self, clock: Callable[[], datetime], stepped: Stepped, tick: Callable[[], None], every: timedelta
    ) -> None:
        self._clock = clock
        self._stepped = stepped
        self._tick = tick
        self._every = every.total_seconds()

    async def run(self) -> None:
        """Compare for ever."""
        wall, steady = self._clock(), monotonic()
        while True:
            await beat(self._every)
            now, then = self._clock(), monotonic()
            step = (now - wall) - timedelta(seconds=then - steady)
            wall, steady = now, then
            if abs(step) > SMALLEST:
                await self._stepped(step)
            self._tick()


def settle(conn: Connection, rules: Rulebook, now: datetime) -> None:
    """Let what waits for a time that is too far off, since the clock was set back, be looked at now."""
    farthest = now + _FARTHEST
    seldom = [state.source for state in sources.due_after(conn, farthest) if _is_due_then(state, rules, now)]
    sources.not_later(conn, now, farthest, besides=seldom)
    articles.not_later(conn, now, now + SMALLEST)
    mutes.not_longer(conn, now)
    _digests_not_later(conn, rules, now)
    wake.all_now(conn, now)


def _digests_not_later(conn: Connection, rules: Rulebook, now: datetime) -> None:
    ahead = [key for key in digests.from_ahead(conn, now) if key[0] in rules.channels]
    if not ahead:
        return
    # Slow to load, and the clock is seldom set back.
    from alerts.routing import asked_again

    for name, reason in ahead:
        channel = rules.channels[name]
        due = asked_again(reason, channel, channel.timezone or rules.settings.timezone, now)
        digests.not_later(conn, name, reason, now, due)


def _is_due_then(state: SourceState, rules: Rulebook, now: datetime) -> bool:
    """Whether a source is due so late because it is asked so seldom."""
    source, last = rules.sources.get(state.source), state.last_polled_at
    if source is None or last is None or last > now:
        return False
    settings = rules.settings
    return state.due_at <= latest_due(state, source, settings.fetch, settings.timezone, last)
