"""Many feeds on loopback, each on an address of its own, as cheap as a server can be.

Run as a process: `python -m benchmarks.feed_server N PORT`. Feed n answers at 127.1.x.y with 25
items, ETag and gzip. `GET /round/K` on any of them moves all feeds to round K: 0 and 1 are the
same (a 304 for who asks conditionally), each further round brings two new items a feed. `GET /change`
lets the feed of that address begin with one more article, which names Laos. `GET /answered` tells how
many feeds and how many 304s were given since it was asked last.
"""

import asyncio
import gzip
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from benchmarks.news import report

ITEMS = 25
NEW_A_ROUND = 2
STARTED = datetime.now(UTC)

_HIT = {"en": "Laos", "lo": "ສປປ ລາວ", "ko": "라오스"}


def address(number: int) -> str:
    """The loopback address of feed `number`, from 0."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def item(feed: int, serial: int) -> str:
    """One entry: 70% English, 15% Lao, 15% Korean; 4% name Laos. Every third feed carries another's
    reports, as those of an agency are carried."""
    by = feed - 1 if feed % 3 == 1 else feed
    kind = (by * 7 + serial) % 20
    language = "en" if kind < 14 else "lo" if kind < 17 else "ko"
    title, summary = report(language, by * 1_000_003 + serial)
    hit = f"{_HIT[language]}: " if (by + serial) % 25 == 0 else ""
    return _entry(feed, serial, hit + title, summary, STARTED - timedelta(minutes=ITEMS - serial))


def _entry(feed: int, serial: int, title: str, summary: str, published: datetime) -> str:
    return (
        f"<item><title>{title}</title><link>http://{address(feed)}/a/{serial}</link>"
        f'<guid isPermaLink="false">{feed}-{serial}</guid><pubDate>{format_datetime(published)}</pubDate>'
        f"<description>{summary}</description></item>"
    )


class Feeds:
    """The bodies of all feeds in the current round, made before anybody is measured."""

    def __init__(self, count: int) -> None:
        self.round = self.changes = 0
        self.whole = self.unchanged = 0
        self.bodies = [self._body(feed) for feed in range(count)]

    def turn(self, to: int) -> None:
        changed = max(to, 1) != max(self.round, 1)
        self.round = to
        if changed:
            self.bodies = [self._body(feed) for feed in range(len(self.bodies))]

    def change(self, feed: int) -> None:
        self.changes += 1
        # Beside the seeds of the others.
        title, summary = report("en", -self.changes)
        entry = _entry(feed, 10**6 + self.changes, f"Laos: {title}", summary, datetime.now(UTC))
        self.bodies[feed] = self._body(feed, entry)

    def _body(self, feed: int, first: str = "") -> tuple[bytes, str]:
        """The gzipped feed and its ETag."""
        newest = ITEMS + NEW_A_ROUND * max(self.round - 1, 0)
        items = "".join(item(feed, serial) for serial in range(newest - 1, newest - ITEMS - 1, -1))
        text = f'<rss version="2.0"><channel><title>{feed}</title>{first}{items}</channel></rss>'
        packed = gzip.compress(text.encode(), 5)
        return packed, f'"{hashlib.blake2b(packed, digest_size=8).hexdigest()}"'


class Connection(asyncio.Protocol):
    """HTTP/1.1, GET only, one request after the other."""

    def __init__(self, feeds: Feeds, feed: int) -> None:
        self._feeds, self._feed, self._read = feeds, feed, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/round/"):
            self._feeds.turn(int(path[7:]))
            return b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
        if path == b"/change":
            self._feeds.change(self._feed)
            return b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
        if path == b"/answered":
            told = f"{self._feeds.whole} {self._feeds.unchanged}"
            self._feeds.whole = self._feeds.unchanged = 0
            return f"HTTP/1.1 200 OK\r\nContent-Length: {len(told)}\r\n\r\n{told}".encode()
        if path == b"/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        body, etag = self._feeds.bodies[self._feed]
        if etag.encode() in head:
            self._feeds.unchanged += 1
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        self._feeds.whole += 1
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\n"
            f"ETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


async def main(count: int, port: int) -> None:
    feeds, loop = Feeds(count), asyncio.get_running_loop()
    for feed in range(count):
        await loop.create_server(lambda feed=feed: Connection(feeds, feed), address(feed), port, backlog=64)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
