"""Many feeds and article pages in a process of their own, so that serving holds no loop that is measured.

`python -m tests.pipeline.news_server FEEDS PAGES SHARED` prints its port. A feed is at `/feed/N`; page
sources are on addresses of their own, `127.3.0.S`, at `/pages`, empty of news until `/begin` was asked for
on 127.0.0.1. `/polls` gives the times at which feeds were asked, as JSON: feed → seconds. The pages are
captured ones, where the folder SHARED has any, and our own texts in every layout and script.
"""

import asyncio
import gzip
import json
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from tests.crawler.layouts import LAYOUTS, TEXTS
from tests.peers.newsroom import item, rss

SOURCES = 10


def page_host(source: int) -> str:
    """The address of a source of pages, from 0."""
    return f"127.3.0.{source + 1}"


def material(shared: Path) -> list[bytes]:
    """Every page that can be served."""
    made = [layout(*text).encode() for layout in LAYOUTS.values() for text in TEXTS.values()]
    for path in sorted((shared / "data" / "pages").rglob("*.html*")):
        made.append(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
    return made


class News:
    """What is served, and who asked when."""

    def __init__(self, feeds: int, pages: int, shared: Path) -> None:
        self.begun = False
        self.polls: dict[str, list[float]] = defaultdict(list)
        self.port = 0
        self._feeds = {f"/feed/{n}": rss([f"Quiet day number {n}"]).encode() for n in range(feeds)}
        self._pages = material(shared)
        self._count = pages

    def answer(self, host: str, path: str) -> tuple[str, bytes]:
        """Content type and body; an empty body is a 404."""
        if path in self._feeds:
            self.polls[path].append(time.monotonic())
            return "application/rss+xml", self._feeds[path]
        if path == "/pages":
            return "application/rss+xml", self._news(host)
        if path.startswith("/page/"):
            return "text/html", self._pages[int(path.removeprefix("/page/")) % len(self._pages)]
        if path == "/polls":
            return "application/json", json.dumps(self.polls).encode()
        if path == "/begin":
            self.begun = True
            return "text/plain", b"begun"
        return "", b""

    def _news(self, host: str) -> bytes:
        source = int(host.rpartition(".")[2]) - 1
        numbers = range(source, self._count, SOURCES) if self.begun else ()
        now = datetime.now(UTC)
        news = [
            item(f"Report number {n}", link=f"http://{host}:{self.port}/page/{n}", published=now)
            for n in numbers
        ]
        return rss([*news, f"Nothing yet at {source}"]).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        host = writer.get_extra_info("sockname")[0]
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                kind, body = self.answer(host, head.split(b" ", 2)[1].decode())
                status = "200 OK" if body else "404 Not Found"
                lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(lines.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main(feeds: int, pages: int, shared: Path) -> None:
    news = News(feeds, pages, shared)
    first = await asyncio.start_server(news.serve, "127.0.0.1", 0)
    news.port = first.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(news.serve, page_host(n), news.port) for n in range(SOURCES)]
    print(news.port, flush=True)
    await asyncio.gather(first.serve_forever(), *(other.serve_forever() for other in others))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
