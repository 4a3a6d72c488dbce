"""When does which article of the embedded newsroom appear?

Pure: the moments at which the newsroom opened and its schedule began in, publication times out.
What is published lies in `articles/`, the running clock in `newsroom.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.demo.outlets import NewsItem, PressOutlet


@dataclass(frozen=True, slots=True)
class Schedule:
    """`opened`: when the outlets went on the air with their older articles; `begun`: when the
    seconds of the new ones started to count, None as long as they do not."""

    opened: datetime
    begun: datetime | None = None

    def published(self, item: NewsItem) -> datetime | None:
        """When `item` appears, to the second, as feeds print it; None while that is not known."""
        moment = self._moment(item)
        return None if moment is None else moment.replace(microsecond=0)

    def visible(self, outlet: PressOutlet, now: datetime) -> tuple[tuple[NewsItem, datetime], ...]:
        """What `outlet` has published by `now` and when, the newest first."""
        out = [
            (item, moment.replace(microsecond=0))
            for item in outlet.items
            if (moment := self._moment(item)) is not None and moment <= now
        ]
        return tuple(sorted(out, key=lambda pair: pair[1], reverse=True))

    def broken(self, outlet: PressOutlet, now: datetime) -> bool:
        """Whether `outlet` is in one of its outages."""
        if self.begun is None:
            return False
        seconds = (now - self.begun).total_seconds()
        return any(begin <= seconds < end for begin, end in outlet.outages)

    def _moment(self, item: NewsItem) -> datetime | None:
        if item.age is not None:
            return self.opened - timedelta(hours=item.age)
        if self.begun is None or item.at is None:
            return None
        return self.begun + timedelta(seconds=item.at)
