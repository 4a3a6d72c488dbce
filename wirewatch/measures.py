"""What has this daemon done since it started, in numbers that no row keeps?

`Measures`: polls and attempts to send by outcome, and how long things took. They begin anew at each
start, which those who read counters expect. Under which names they are shown is `wirewatch/metrics.py`.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, get_args

from alerts.channels.interface import Moved, NotSent, Outcome, Permanent, Sent, Unknown, Wait
from archive.article import EXACT

if TYPE_CHECKING:
    from alerts.outbox.outcomes import Answered

# How a poll ended. offline: it counts for nothing. dropped: the config was edited meanwhile. broke: a
# fault of ours.
PollResult = Literal["unchanged", "entries", "failed", "offline", "dropped", "broke"]
POLL_RESULTS: tuple[PollResult, ...] = get_args(PollResult)
# How an attempt to send was answered.
RESULTS: dict[type[Outcome], str] = {
    Sent: "sent",
    NotSent: "not_sent",
    Unknown: "unknown",
    Wait: "wait",
    Permanent: "permanent",
    Moved: "moved",
}
# Seconds: a 304 takes a tenth, a crawl minutes; an alert takes seconds, a digest's worth of waiting hours.
POLL_BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
LATENCY_BOUNDS = (1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0)


class Histogram:
    """How many values lay at or below each bound, as Prometheus counts them."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.sum = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def observe(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, int]]:
        """Each bound, the last without end, and how many values lie at or below it."""
        names = [*map(str, self.bounds), "+Inf"]
        return list(zip(names, accumulate(self._counts), strict=True))


@dataclass(slots=True)
class Measures:
    """The numbers. `deliveries` is by channel and result; `published` and `found` are from then to the
    moment in which an alert was accepted."""

    polls: Counter[PollResult] = field(default_factory=Counter)
    poll_seconds: Histogram = field(default_factory=lambda: Histogram(POLL_BOUNDS))
    new_articles: int = 0
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)
    published: Histogram = field(default_factory=lambda: Histogram(LATENCY_BOUNDS))
    found: Histogram = field(default_factory=lambda: Histogram(LATENCY_BOUNDS))

    def polled(self, result: PollResult, seconds: float, new: int) -> None:
        """A poll has ended."""
        self.polls[result] += 1
        self.poll_seconds.observe(seconds)
        self.new_articles += new

    def answered(self, one: "Answered") -> None:
        """An attempt to send was answered."""
        delivery = one.delivery
        self.deliveries[delivery.channel, RESULTS[type(one.outcome)]] += 1
        if not isinstance(one.outcome, Sent) or delivery.kind != "alert":
            return
        said = delivery.content
        self.found.observe(_since(said["found_at"], one.at))
        # A mere day would be wrong by hours.
        if said["published"] is not None and said["trust"] in EXACT:
            self.published.observe(_since(said["published"], one.at))


def _since(moment: str, now: datetime) -> float:
    # A publisher's clock may be ahead.
    return max((now - datetime.fromisoformat(moment)).total_seconds(), 0.0)
