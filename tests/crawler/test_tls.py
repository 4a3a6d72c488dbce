"""What does a connection over TLS hold?"""

import asyncio
from asyncio.sslproto import SSLProtocol
from datetime import timedelta
from typing import Any

import pytest

from crawler.client import Client, Unreachable
from crawler.source import FetchSettings

HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))


async def test_it_reads_into_a_small_room(monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[int] = []
    made: Any = SSLProtocol.__init__

    def note(protocol: Any, *args: Any, **more: Any) -> None:
        made(protocol, *args, **more)
        rooms.append(len(protocol.get_buffer(-1)))

    monkeypatch.setattr(SSLProtocol, "__init__", note)

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server, Client(HERE) as client:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable):
            await client.get(f"https://127.0.0.1:{port}/")
    # A record of TLS is 16 KiB of text and some hundred bytes around it.
    assert rooms
    assert all(17 * 1024 < room <= 32 * 1024 for room in rooms)
