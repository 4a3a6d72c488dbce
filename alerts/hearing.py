"""Who would hear of an article, and why?

Every channel's decision on an article that comes now, live, and of which nothing stands; in words
for people. The decision itself is `alerts/routing.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from alerts.channel import Channel
from alerts.routing import Alert, Decision, Edit, Nothing, Standing, ToDigest, Told, route, watches_for
from alerts.watch import Match, Watch
from archive.article import Article


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one channel would do, and for which watches."""

    channel: str
    watches: tuple[str, ...]
    decision: Decision
    zone: ZoneInfo

    @property
    def action(self) -> Literal["alert", "edit", "digest", "nothing"]:
        """The decision in one fixed word."""
        match self.decision:
            case Alert():
                return "alert"
            case Edit():
                return "edit"
            case ToDigest():
                return "digest"
            case Nothing():
                return "nothing"

    @property
    def words(self) -> str:
        """The decision, for people."""
        match self.decision:
            case Alert(silent=silent):
                return "a message" + (" without a sound" if silent else "")
            case Edit():
                return "an edit of the standing message"
            case ToDigest(reason=reason, due=due):
                return f"in the digest of {due.astimezone(self.zone):%a %H:%M %Z} ({_REASONS[reason]})"
            case Nothing(why=why):
                return f"nothing: {why}"


_REASONS = {
    "catch-up": "first contact",
    "low": "of low urgency",
    "held": "quiet hours",
    "overflow": "more than max_per_hour",
}


def hearings(
    article: Article,
    matches: Sequence[Match],
    channels: Sequence[Channel],
    watches: Mapping[str, Watch],
    filters: Mapping[str, Callable[[Article], bool]],
    *,
    ops: str | None,
    zone: ZoneInfo,
    now: datetime,
) -> list[Hearing]:
    """What each channel would hear of `article`, on which `matches` fired; `ops` never hears one
    that does not name it."""
    told = Told(article, "live", matches, frozenset(match.watch for match in matches))
    found = []
    for channel in channels:
        heard = watches_for(channel.name, matches, watches, ops)
        here = channel.timezone or zone
        only = filters.get(channel.name)
        decision = route(told, heard, channel, Standing(), only=only, zone=here, now=now)
        found.append(Hearing(channel.name, tuple(match.watch for match in heard), decision, here))
    return found
