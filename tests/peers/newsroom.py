"""A web site on loopback that does what a script says, right or wrong.

`PeerNewsroom` answers each path with the replies a test wrote for it: any status, slow, dripping,
cut off, compressed, lying about itself. It speaks HTTP/1.1 over a bare socket, because a server
library would correct the very mistakes that are to be tested. `TrapServer` must never be reached.
`rss`, `atom` and `rdf` write the feeds. The well-behaved newsroom of the demo is
`wirewatch/demo/newsroom.py`.
"""

import asyncio
import gzip
import re
import time
import zlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from itertools import pairwise
from types import TracebackType
from typing import Literal, Self

import brotli  # type: ignore[import-untyped]

from wirewatch.demo.answers import not_modified, strong_etag
from wirewatch.demo.feeds import Channel, FeedFormat, FeedItem, write_feed

Encoding = Literal["gzip", "deflate", "br"]

# Nobody listens on the discard port: a link nobody asked for must lead nowhere.
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a script.

    `before`, `between`: seconds before the head, and between head and body. `hold`: wait for this
    event before the head. `drip`: seconds after each byte of the body, `drip_head` of the head.
    `cut`: drop the connection before the head, after it, or after so many bytes of the body on the
    wire. `encoding` compresses the body; where `encoded`, it is compressed already. `conditional`
    adds ETag and Last-Modified (`modified`, aware) and answers 304; an ETag in `headers` is taken
    for the body's own, so that it can be wrong. `length` is the Content-Length to state instead of
    the true one; `chunked` states none.
    """

    body: str | bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    before: float = 0.0
    between: float = 0.0
    hold: asyncio.Event | None = None
    drip: float | None = None
    drip_head: float | None = None
    cut: Literal["before-head", "after-head"] | int | None = None
    encoding: Encoding | None = None
    encoded: bool = False
    conditional: bool = False
    modified: datetime | None = None
    length: int | None = None
    chunked: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: `time` by the peer's clock in seconds, header names in lower case."""

    time: float
    method: str
    target: str
    headers: Mapping[str, str]


class Listener(ABC):
    """A TCP server on loopback as an async context manager; what it says is in the subclasses."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self.connections = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []
        self._server: asyncio.Server | None = None

    def url(self, target: str = "/") -> str:
        """The absolute address of `target`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{target}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._failures and error is None:
            raise self._failures[0]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._guarded(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def _guarded(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # drain() then returns only when the kernel has the bytes: a cut falls where it is meant to.
        writer.transport.set_write_buffer_limits(0)
        try:
            await self._converse(reader, writer)
        except ConnectionError:
            # The client left; the tests look at what it had asked.
            return
        finally:
            writer.transport.abort()

    @abstractmethod
    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its last."""


class TrapServer(Listener):
    """Counts connections and bytes and says nothing: where nobody may go."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self.bytes = 0

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.bytes += len(await reader.read(65536))


class PeerNewsroom(Listener):
    """A site whose every path follows a script; what has none is 404."""

    def __init__(self, host: str = "127.0.0.1", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(host)
        self.requests: list[Seen] = []
        self._clock = clock
        self._scripts: dict[str, deque[Reply]] = {}

    def script(self, path: str, *replies: Reply | str) -> None:
        """Answer `path` with `replies` in turn, the last one for ever; a str is a body.

        A target with a query can be scripted too; else the query is not looked at.
        """
        self._scripts[path] = deque(
            Reply(body=reply) if isinstance(reply, str) else reply for reply in replies
        )

    def redirect(self, path: str, to: str, hops: int = 1, status: int = 302) -> None:
        """Lead from `path` to `to` (a path or any address) over `hops` redirects."""
        stations = [path, *(f"{path}-{hop}" for hop in range(2, hops + 1)), to]
        for here, there in pairwise(stations):
            self.script(here, Reply(status=status, headers={"Location": there}))

    def seen(self, path: str) -> list[Seen]:
        """The requests for `path`, whatever their query."""
        return [request for request in self.requests if request.target.partition("?")[0] == path]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await self._read(reader)) is not None:
            self.requests.append(asked)
            reply = _settled(self._next(asked.target), asked)
            if not await _send(reply, asked.method, writer):
                return

    async def _read(self, reader: asyncio.StreamReader) -> Seen | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        await reader.readexactly(int(headers.get("content-length", 0)))
        return Seen(self._clock(), method, target, headers)

    def _next(self, target: str) -> Reply:
        script = self._scripts.get(target) or self._scripts.get(target.partition("?")[0])
        if not script:
            return Reply(status=404, body="Not found\n")
        return script.popleft() if len(script) > 1 else script[0]


def bomb(encoding: Encoding, size: int) -> Reply:
    """A few bytes that decompress to `size` bytes of spaces."""
    return Reply(body=compress(b" " * size, encoding), encoding=encoding, encoded=True)


def compress(body: bytes, encoding: Encoding) -> bytes:
    """`body` as it travels under that Content-Encoding."""
    match encoding:
        case "gzip":
            return gzip.compress(body, mtime=0)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return bytes(brotli.compress(body, quality=4))


def item(
    title: str,
    *,
    link: str | None = None,
    guid: str | None = None,
    summary: str = "",
    content: str = "",
    published: datetime | str | None = None,
) -> FeedItem:
    """A feed item; link and GUID are made from the title unless given ("" = none)."""
    slug = re.sub(r"\W+", "-", title.lower())
    address = f"{NOWHERE}/{slug}" if link is None else link
    return FeedItem(address, title, address if guid is None else guid, summary, content, published)


def rss(items: Iterable[FeedItem | str], channel: Channel | None = None) -> str:
    """An RSS 2.0 feed; a str is an item with that title."""
    return _feed("rss", items, channel)


def atom(items: Iterable[FeedItem | str], channel: Channel | None = None) -> str:
    """An Atom feed; a str is an entry with that title."""
    return _feed("atom", items, channel)


def rdf(items: Iterable[FeedItem | str], channel: Channel | None = None) -> str:
    """An RSS 1.0 feed; a str is an item with that title."""
    return _feed("rdf", items, channel)


def _feed(form: FeedFormat, items: Iterable[FeedItem | str], channel: Channel | None) -> str:
    written = (item(each) if isinstance(each, str) else each for each in items)
    return write_feed(form, channel or Channel("Peer Newsroom", f"{NOWHERE}/"), written)


def _settled(reply: Reply, asked: Seen) -> Reply:
    """`reply` with its body as bytes on the wire, its headers complete, and 304 where due."""
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    headers = {"Content-Type": "application/xml; charset=utf-8", **reply.headers}
    status = reply.status
    if reply.conditional:
        headers.setdefault("ETag", strong_etag(body))
        if reply.modified is not None:
            headers.setdefault("Last-Modified", format_datetime(reply.modified, usegmt=True))
        if not_modified(asked.headers, headers["ETag"], reply.modified):
            status, body = 304, b""
    if reply.encoding is not None and body:
        headers["Content-Encoding"] = reply.encoding
        body = body if reply.encoded else compress(body, reply.encoding)
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif status != 304:
        headers["Content-Length"] = str(len(body) if reply.length is None else reply.length)
    return replace(reply, status=status, headers=headers, body=body)


async def _send(reply: Reply, method: str, writer: asyncio.StreamWriter) -> bool:
    """Send a settled reply; False when the connection is to be dropped."""
    if reply.hold is not None:
        await reply.hold.wait()
    await asyncio.sleep(reply.before)
    if reply.cut == "before-head":
        return False
    lines = [f"HTTP/1.1 {reply.status} Said", *(f"{name}: {value}" for name, value in reply.headers.items())]
    await _pour("\r\n".join([*lines, "", ""]).encode(), reply.drip_head, writer)
    if reply.cut == "after-head":
        return False
    await asyncio.sleep(reply.between)
    body = reply.body if isinstance(reply.body, bytes) else reply.body.encode()
    if method == "HEAD":
        return True
    if isinstance(reply.cut, int):
        await _pour(body[: reply.cut], reply.drip, writer)
        return False
    if reply.chunked and reply.status != 304:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    await _pour(body, reply.drip, writer)
    # After a wrong length nobody knows where the next answer would begin.
    return reply.length is None


async def _pour(content: bytes, drip: float | None, writer: asyncio.StreamWriter) -> None:
    if drip is None:
        writer.write(content)
        await writer.drain()
        return
    for place in range(len(content)):
        writer.write(content[place : place + 1])
        await writer.drain()
        await asyncio.sleep(drip)
