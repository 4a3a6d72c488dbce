"""The stand-in as a server: how do requests arrive, and how do answers leave?

`BotApi` is a scene with a door: an HTTP server on loopback that any Bot API client can be pointed at.
A subclass may override `handle` (what happens on the wire), `answer` (what a call comes to) and `parse`
(who reads markup).
"""

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import Any, Self, Unpack

from aiohttp import web

from wirewatch.demo.botapi.ledger import Accepted
from wirewatch.demo.botapi.markup import Formatted, parse_html
from wirewatch.demo.botapi.methods import Methods
from wirewatch.demo.botapi.parameters import Parameters, read_parameters
from wirewatch.demo.botapi.refusals import Refusal, unauthorized
from wirewatch.demo.botapi.scene import Clocks, Scene

_PATH = re.compile(r"/bot([^/]+)/([A-Za-z]+)")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{30,}")
_LARGEST_REQUEST = 50 * 1024 * 1024
# Handlers still at work when the server stops get this long before they are cancelled.
_SHUTDOWN_S = 0.2


@dataclass(frozen=True, slots=True)
class Call:
    """One request as read."""

    token: str
    method: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call comes to; `accepted` is the ledger's line where something was stored."""

    status: int
    body: dict[str, Any]
    accepted: Accepted | None = None


class BotApi(Scene):
    """A Bot API server on 127.0.0.1, to be used as an async context manager."""

    def __init__(self, **clocks: Unpack[Clocks]) -> None:
        super().__init__(**clocks)
        self._methods = Methods(self, self.parse)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.closing = asyncio.Event()

    @property
    def api_url(self) -> str:
        """The address to give as `telegram.api_url`, without the token."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen: on any free port the first time, on the same one afterwards."""
        self.closing.clear()
        application = web.Application(client_max_size=_LARGEST_REQUEST)
        application.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and drop every connection; chats, messages and ledger stay."""
        self.closing.set()
        self.updates.end_poll()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request from its first byte to its last."""
        try:
            call = await self.read(request)
        except Refusal as refusal:
            return await self.reply(request, Answer(refusal.status, refusal.as_json()))
        return await self.reply(request, await self.answer(call))

    async def read(self, request: web.Request) -> Call:
        """What `request` asks for; Refusal if it is no call of the Bot API."""
        path = _PATH.fullmatch(request.path)
        if path is None:
            raise Refusal(404, "Not Found")
        return Call(path[1], path[2], await read_parameters(request))

    async def answer(self, call: Call) -> Answer:
        """What `call` comes to; whatever it stores is stored, and in the ledger, on return."""
        try:
            self._check_token(call.token)
            result, accepted = await self._methods.call(call.method, call.parameters)
        except Refusal as refusal:
            return Answer(refusal.status, refusal.as_json())
        return Answer(200, {"ok": True, "result": result}, accepted)

    async def reply(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Send `answer`, and note whether the client was still there to take it."""
        response = web.json_response(answer.body, status=answer.status)
        with contextlib.suppress(ConnectionError):  # the client left; its line in the ledger stays unseen
            await response.prepare(request)
            await response.write_eof()
        if answer.accepted is not None and request.transport is not None:
            answer.accepted.seen_by_client = not request.transport.is_closing()
        return response

    def parse(self, html: str) -> Formatted:
        """Visible text and entities of `html`; MarkupError where Telegram refuses it."""
        return parse_html(html)

    def _check_token(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise unauthorized("invalid token specified")
        if token != self.token or self.token_revoked:
            raise unauthorized()
