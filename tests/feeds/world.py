"""A world of feeds that publish, fail, move and wish by a script, and remember who asked when.

Each feed belongs to one `KINDS`; what is published when depends on its number alone. `World` serves
all of them from one socket under many host names, by the wall clock that it is given.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.peers.newsroom import PeerNewsroom, Reply, Seen, _send, _settled
from tests.peers.newsroom import item as feed_item
from wirewatch.demo.feeds import Channel, FeedItem, write_feed

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
# A feed shows so many of its newest articles.
SHOWN = 30
HOSTED_TOGETHER = 3
# A bot wall, a busy server, a dropped connection: who fails does so for some hours, again and again.
FAILURES: Sequence[Reply] = (
    Reply(status=500), Reply(status=503, headers={"Retry-After": "5400"}), Reply(status=404),
    Reply(status=429, headers={"Retry-After": "5400"}), Reply(cut="before-head"), Reply("<html>", status=403),
)  # fmt: skip
SKIPPED = range(6)
KINDS = (
    "validators", "hash", "fixed", "paris", "new-york", "cached", "wishes", "bursts", "failing", "moving",
    "gone", "restless",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: seconds by the monotonic clock, the wall clock, and what was answered, 0 for nothing."""

    time: float
    wall: datetime
    host: str
    path: str
    status: int
    # Whether a whole body went out that had gone out last time too.
    repeated: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the world; `articles` are its publication times, in order."""

    number: int
    kind: str
    began: datetime
    articles: Sequence[datetime]

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number}"

    @property
    def host(self) -> str:
        return f"outlet-{self.number // HOSTED_TOGETHER}.example"

    def written(self, port: int) -> dict[str, Any]:
        """The source as a user writes it."""
        rhythm = {
            "fixed": {"every": "30m"},
            "paris": {"cron": "5 */2 * * *", "timezone": "Europe/Paris"},
            "new-york": {"cron": "30 1,2,3 * * *", "timezone": "America/New_York"},
        }.get(self.kind, {})
        return {
            "name": self.name,
            "url": f"http://{self.host}:{port}/{self.name}",
            "full_text": "never",
            **rhythm,
        }

    def trouble(self, now: datetime) -> Reply | None:
        """What is answered in place of the feed, if it fails now."""
        age = now - self.began
        if self.kind == "gone" and 6 * HOUR <= age < 30 * HOUR:
            return Reply(status=410)
        if self.kind == "failing" and age > HOUR and (age + self.number * HOUR) % (1.5 * DAY) < 6 * HOUR:
            return FAILURES[self.number // len(KINDS) % len(FAILURES)]
        return None

    def published(self, now: datetime) -> list[tuple[int, datetime]]:
        """(number, time) of the articles that the feed shows now, the newest first."""
        out = [(number, at) for number, at in enumerate(self.articles) if at <= now]
        return out[-SHOWN:][::-1]

    def link(self, number: int) -> str:
        return f"https://{self.host}/{self.name}/{number}-story"

    def item(self, number: int, at: datetime, now: datetime) -> FeedItem:
        """An article as the feed announces it now; a restless one never says the same twice."""
        title, link, guid = f"{self.name} tells story {number}", self.link(number), f"{self.name}/{number}"
        if self.kind == "restless":
            turn = int((now - at) / (5 * HOUR))
            link = link.replace("https:", "http:") if turn % 2 else f"{link}?utm_source=rss"
            guid = f"{guid}/{turn}"
            title += ", at length" if turn == 1 else ""
        return feed_item(title, link=link, guid=guid, published=None if self.kind == "hash" else at)

    def reply(self, path: str, now: datetime, port: int) -> Reply:
        """The answer to a request for `path`."""
        failed = self.trouble(now)
        if failed is not None:
            return failed
        here = path == f"/{self.name}"
        if self.kind == "moving" and here and now - self.began > 3 * HOUR:
            status = 301 if now - self.began > 9 * HOUR else 302
            return Reply(
                status=status, headers={"Location": f"http://new-{self.host}:{port}/moved/{self.name}"}
            )
        body = write_feed(
            "rss", Channel(self.name, f"http://{self.host}/"),
            (self.item(number, at, now) for number, at in self.published(now)),
        )  # fmt: skip
        if self.kind == "wishes":
            hours = "".join(f"<hour>{hour}</hour>" for hour in SKIPPED)
            wish = f"<ttl>180</ttl><skipHours>{hours}</skipHours>"
            body = body.replace("<channel>", f"<channel>{wish}", 1)
        headers = {"Cache-Control": "max-age=7200"} if self.kind == "cached" else {}
        return Reply(body, headers=headers, conditional=self.kind != "hash")


def feeds(count: int, began: datetime, until: datetime) -> list[Feed]:
    """The first `count` feeds of the world, and what they publish from a day before `began`."""
    return [_feed(number, began, until) for number in range(count)]


def _feed(number: int, began: datetime, until: datetime) -> Feed:
    chance, kind = random.Random(number), KINDS[number % len(KINDS)]
    times, at = [], began - DAY + chance.random() * HOUR
    usual = chance.uniform(3, 12)
    while at < until:
        times.append(at.replace(microsecond=0))
        in_burst = kind == "bursts" and len(times) % 5
        at += chance.uniform(2, 6) * MINUTE if in_burst else usual * chance.uniform(0.3, 1.7) * HOUR
    return Feed(number, kind, began, times)


class World(PeerNewsroom):
    """Serves the feeds; `visits` is every request in order."""

    def __init__(self, fed: Sequence[Feed], wall: Callable[[], datetime], clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.visits: list[Visit] = []
        self._feeds = {feed.name: feed for feed in fed}
        self._wall = wall
        self._last: dict[str, bytes | str] = {}

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await self._read(reader)) is not None:
            reply = self._answer(asked)
            if not await _send(reply, asked.method, writer):
                return

    def _answer(self, asked: Seen) -> Reply:
        now, path = self._wall(), asked.target
        feed = self._feeds[path.rpartition("/")[2]]
        reply = _settled(feed.reply(path, now, self.port), asked)
        repeated = reply.status == 200 and self._last.get(path) == reply.body
        if reply.status == 200:
            self._last[path] = reply.body
        host = asked.headers["host"].partition(":")[0]
        status = 0 if reply.cut else reply.status
        self.visits.append(Visit(asked.time, now, host, path, status, repeated and bool(status)))
        return reply
