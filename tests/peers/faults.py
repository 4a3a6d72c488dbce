"""What can go wrong between a client and the Bot API, and when shall it?

A fault is one way in which an exchange ends; the script says at which call, by method, chat and count.
What a call comes to without a fault is the peer's business (`botapi.py`).
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from wirewatch.demo.botapi import Answer, BotApi, Call, Presence, Refusal


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was read, and the server that could answer it."""

    server: BotApi
    request: web.Request
    call: Call

    async def accept(self) -> Answer:
        """Let the call have its effect."""
        return await self.server.answer(self.call)

    async def client_leaves(self) -> bool:
        """Wait for the client to close the connection; False if the server stopped first."""
        while self.request.transport is not None:
            if self.server.closing.is_set():
                return False
            await asyncio.sleep(0.002)  # a matter of the socket, so of real time
        return True

    def close(self, *, reset: bool = False) -> web.Response:
        """Close the connection, by a reset where the client shall see one. The response goes nowhere."""
        if (transport := self.request.transport) is not None:
            if reset:
                linger = struct.pack("ii", 1, 0)
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()
            else:
                transport.close()
        return web.Response()


Fault = Callable[[Exchange], Awaitable[web.StreamResponse]]


def drop_before_reading() -> Fault:
    """The connection is reset as if the request had never been read: nothing is accepted."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        return exchange.close(reset=True)

    return fault


def drop_after_reading() -> Fault:
    """The request is read, nothing is accepted, the connection is closed without a reply."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        return exchange.close()

    return fault


def drop_after_accepting() -> Fault:
    """The call has its effect, and the connection is closed without a reply."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        await exchange.accept()
        return exchange.close()

    return fault


def half_reply() -> Fault:
    """The call has its effect; the connection breaks in the middle of the reply."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        body = json.dumps((await exchange.accept()).body).encode()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(body)
        await response.prepare(exchange.request)
        await response.write(body[: len(body) // 2])
        exchange.close()
        return response

    return fault


def hang(*, accept: bool) -> Fault:
    """No reply until the client gives up; whether the call had its effect is the test's choice."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        if accept:
            await exchange.accept()
        await exchange.client_leaves()
        return exchange.close()

    return fault


def accept_late(seconds: float) -> Fault:
    """The call has its effect only `seconds` after the client gave up."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        if await exchange.client_leaves():
            await exchange.server.sleep(seconds)
            await exchange.accept()
        return exchange.close()

    return fault


def delay(seconds: float) -> Fault:
    """The call has its effect, and the reply comes, `seconds` later."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        await exchange.server.sleep(seconds)
        return await exchange.server.reply(exchange.request, await exchange.accept())

    return fault


def raw(status: int, body: str, content_type: str, *, accept: bool = False) -> Fault:
    """A reply that no Bot API wrote, with or without the effect of the call."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        if accept:
            await exchange.accept()
        return web.Response(status=status, text=body, content_type=content_type)

    return fault


def server_error(*, accept: bool = False) -> Fault:
    """500 as the official server words it."""
    body = {"ok": False, "error_code": 500, "description": "Internal Server Error: restart"}
    return raw(500, json.dumps(body), "application/json", accept=accept)


def bad_gateway(*, accept: bool = False) -> Fault:
    """502 from the front, in HTML."""
    page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    return raw(502, page, "text/html", accept=accept)


def not_json(*, accept: bool = False) -> Fault:
    """200 with a body that is no JSON, as a captive portal sends."""
    return raw(200, "<html>Please log in</html>", "text/html", accept=accept)


def refuse(refusal: Refusal) -> Fault:
    """The Bot API says no, in these words; nothing is accepted."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        return await exchange.server.reply(exchange.request, Answer(refusal.status, refusal.as_json()))

    return fault


def flood(retry_after: int | None) -> Fault:
    """429: with the seconds to wait as a parameter, or with None without any parameter."""
    if retry_after is None:
        return refuse(Refusal(429, "Too Many Requests"))
    return refuse(Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after))


def migrate() -> Fault:
    """The basic group becomes a supergroup just before the call reaches it."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        server = exchange.server
        server.migrate(server.chats.find(exchange.call.parameters.text("chat_id")))
        return await server.reply(exchange.request, await exchange.accept())

    return fault


def lose(presence: Presence) -> Fault:
    """The bot is blocked, kicked or the like just before the call reaches the chat."""

    async def fault(exchange: Exchange) -> web.StreamResponse:
        server = exchange.server
        server.put(server.chats.find(exchange.call.parameters.text("chat_id")), presence)
        return await server.reply(exchange.request, await exchange.accept())

    return fault


@dataclass(slots=True)
class _Rule:
    fault: Fault
    method: str
    chat_id: int | None
    first: int
    last: float
    seen: int = 0

    def strikes(self, call: Call) -> bool:
        chat_id = call.parameters.text("chat_id")
        if call.method.lower() != self.method.lower() or self.chat_id not in (None, _number(chat_id)):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last


def _number(chat_id: str) -> int | None:
    return int(chat_id) if chat_id.lstrip("-").isdecimal() else None


class FaultScript:
    """Which call meets which fault. Each rule counts, from its adding on, the calls it is about."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def add(
        self,
        fault: Fault,
        method: str = "sendMessage",
        *,
        chat: int | None = None,
        nth: int = 1,
        times: int | None = 1,
    ) -> None:
        """Let the `nth` call of `method` meet `fault`, and `times` in all; with None all that follow.

        With `chat` only calls in that chat count.
        """
        last = float("inf") if times is None else nth + times - 1
        self._rules.append(_Rule(fault, method, chat, nth, last))

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._rules.clear()

    def next(self, call: Call) -> Fault | None:
        """The fault of this call. Every rule about it counts it; the first that strikes wins."""
        striking = [rule.fault for rule in self._rules if rule.strikes(call)]
        return striking[0] if striking else None
