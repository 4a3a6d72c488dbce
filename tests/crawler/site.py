"""A small web site on loopback whose every byte a test decides.

`Site` answers each request with what its `respond` gives, and counts connections: a trap is a Site
that must have none. Newsrooms with outlets and articles are `tests/peers/newsroom.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its target as it stood in the request line, and its headers in lower case."""

    path: str
    headers: Mapping[str, str]


# Bytes are sent as they are and the connection stays open; a coroutine writes for itself, then it closes.
Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """An HTTP response; `content_type="text/html"` becomes the header Content-Type."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class Site:
    """A running site. `port` is the one it listens on, `asked` what came, in order."""

    respond: Callable[[Asked], Answer]
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/", host: str | None = None) -> str:
        """The address of `path` on this site, under another name of the host if given."""
        return f"http://{host or self.host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """The targets asked for, in order."""
        return [asked.path for asked in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (asked := await self._read(reader)) is not None:
                self.asked.append(asked)
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                try:
                    answer = self.respond(asked)
                    if not isinstance(answer, bytes):
                        await answer(writer)
                        break
                    writer.write(answer)
                    await writer.drain()
                finally:
                    self.open_now -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Asked | None:
        line = await reader.readline()
        if not line:
            return None
        headers = {}
        while (header := await reader.readline()).strip():
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return Asked(line.decode("latin-1").split(" ")[1], headers)


@asynccontextmanager
async def running(respond: Callable[[Asked], Answer], host: str = "127.0.0.1") -> AsyncIterator[Site]:
    """A site that listens on `host` for the length of the block."""
    site = Site(respond, host)
    server = await asyncio.start_server(site.serve, host, 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


def never(_: Asked) -> Answer:
    """The answer of a trap, which is never asked."""
    return reply("you should not be here")
