"""A SOCKS5 server on loopback (RFC 1928, 1929) that keeps its promise, or breaks it as told.

Its world is a map from what is asked for to where that is here; nothing else can be reached. It speaks
over a bare socket, because a server library would not break anything.
"""

import asyncio
import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from tests.peers.newsroom import Listener

# no-method: none of the client's ways to log in will do. wrong-login: the name or password is wrong.
# hang, hang-up: after the greeting. hang-late, hang-up-late: after the request. http, bytes: what speaks
# another language. nonsense, unknown: an answer whose address is not what it says.
Manner = Literal[
    "honest", "no-method", "wrong-login", "hang", "hang-up", "hang-late", "hang-up-late", "http", "bytes",
    "nonsense", "unknown",
]  # fmt: skip
Asked = tuple[str, int]

UNREACHABLE, REFUSED, TYPE_UNKNOWN = 4, 5, 8
_BYTES = bytes(range(200, 256)) * 8
_NOWHERE = bytes((1, 0, 0, 0, 0, 0, 0))


@dataclass
class World:
    """What there is: (name or address, port) → the port on 127.0.0.1 where it is."""

    places: Mapping[Asked, int] = field(default_factory=dict)
    # What the server says of everything else.
    otherwise: int = UNREACHABLE


class SocksPeer(Listener):
    """Connects to the places of `world`. With `login`, only for those who give it."""

    def __init__(
        self, world: World, *, login: tuple[str, str] | None = None, manner: Manner = "honest"
    ) -> None:
        super().__init__()
        self.world = world
        self.login = login
        self.manner = manner
        # What it was asked for, in order, and who asked.
        self.asked: list[Asked] = []
        self.logins: list[tuple[str, str]] = []

    def proxy(self, scheme: str = "socks5", userinfo: str = "") -> str:
        """Its address, as it stands in a config."""
        return f"{scheme}://{userinfo and userinfo + '@'}{self.host}:{self.port}"

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            if await self._greeted(reader, writer) and await self._logged_in(reader, writer):
                await self._connected(reader, writer)

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        version, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        assert version == 5
        match self.manner:
            case "hang":
                await asyncio.sleep(3600)
            case "hang-up":
                return False
            case "http":
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return False
            case "bytes":
                writer.write(_BYTES)
                return False
        wanted = 0 if self.login is None else 2
        if wanted not in methods or self.manner == "no-method":
            writer.write(b"\x05\xff")
            return False
        writer.write(bytes((5, wanted)))
        return True

    async def _logged_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.login is None:
            return True
        await reader.readexactly(1)
        name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        self.logins.append((name, password))
        right = (name, password) == self.login and self.manner != "wrong-login"
        writer.write(bytes((1, 0 if right else 1)))
        return right

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, command, _, kind = await reader.readexactly(4)
        assert command == 1
        asked = await _host(reader, kind), int.from_bytes(await reader.readexactly(2))
        self.asked.append(asked)
        match self.manner:
            case "hang-late":
                await asyncio.sleep(3600)
            case "hang-up-late":
                return
            case "nonsense":
                writer.write(bytes((5, 0, 0, 3, 20)) + b"\xff" * 22)
                return
            case "unknown":
                writer.write(bytes((5, 0, 0, 77)) + bytes(20))
                return
        if asked not in self.world.places:
            writer.write(bytes((5, self.world.otherwise, 0)) + _NOWHERE)
            return
        there = await asyncio.open_connection("127.0.0.1", self.world.places[asked])
        writer.write(bytes((5, 0, 0)) + _NOWHERE)
        try:
            await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))
        finally:
            there[1].transport.abort()


async def _host(reader: asyncio.StreamReader, kind: int) -> str:
    match kind:
        case 1 | 4:
            return str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        case 3:
            return (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii")
    raise AssertionError(f"an address of kind {kind}")


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()
    sink.write_eof()
