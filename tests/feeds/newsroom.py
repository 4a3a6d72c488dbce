"""Feeds as text, and a server on loopback that serves what a test says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from archive.rules import checked
from crawler.children import Child
from crawler.client import Client
from crawler.gathering import Tools
from crawler.source import FetchSettings

Answer = Callable[[web.Request], Awaitable[web.Response]]


def rss(*items: str, channel: str = "", head: str = "") -> bytes:
    """An RSS 2.0 feed of these `<item>` contents; `head` stands before the root."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    namespaces = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items())
    return f'{head}<rss version="2.0" {namespaces}><channel>{channel}{inner}</channel></rss>'.encode()


NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}


def atom(*entries: str, feed: str = "", attributes: str = "") -> bytes:
    """An Atom 1.0 feed of these `<entry>` contents."""
    inner = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{feed}{inner}</feed>'.encode()


@dataclass
class Newsroom:
    """One server: `answer` is what the next requests get, `asked` what was asked."""

    url: str = ""
    answer: Answer | None = None
    asked: list[web.Request] = field(default_factory=list)

    def serves(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        async def answer(_request: web.Request) -> web.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers=named)

        self.answer = answer

    async def _serve(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        assert self.answer is not None
        return await self.answer(request)


@asynccontextmanager
async def newsroom() -> AsyncIterator[tuple[Newsroom, Tools]]:
    """A newsroom on loopback, and tools that may ask it."""
    room = Newsroom()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", room._serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    room.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    fetch = checked(FetchSettings, {"allow_private": ["127.0.0.1"], "min_delay": "0s"})
    reading, crawling = Child("reading"), Child("crawling")
    try:
        async with Client(fetch) as client:
            yield room, Tools(client, reading, crawling, fetch, None)
    finally:
        await reading.close()
        await runner.cleanup()
