"""The Bot API that the tests speak to: the demo's stand-in under script and judgement.

`BotApiPeer` adds to the stand-in what tests need and users do not: faults on demand, a log of what was
asked, TDLib as the reader of all markup, and the description of the Bot API and aiogram as judges of every
request and every answer. Faults themselves are in `faults.py`, the judges in `judges.py`.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Unpack

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, TelegramError
from telegram.request import HTTPXRequest

from tests.peers.faults import Exchange, FaultScript
from tests.peers.judges import Description, aiogram_objections, tdlib_parse
from wirewatch.demo.botapi import Answer, BotApi, Call, Refusal
from wirewatch.demo.botapi.markup import Formatted, MarkupError, parse_html
from wirewatch.demo.botapi.refusals import bad_request
from wirewatch.demo.botapi.scene import Clocks


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived, faulty exchange or not. `monotonic` is in seconds."""

    monotonic: float
    method: str
    chat_id: str
    parameters: dict[str, Any]


class BotApiPeer(BotApi):
    """A stand-in that can misbehave. Leaving it fails if a judge objected to anything meanwhile.

    A test that provokes objections empties `violations` after looking at them.
    """

    def __init__(self, **clocks: Unpack[Clocks]) -> None:
        super().__init__(**clocks)
        self.faults = FaultScript()
        self.requests: list[Asked] = []
        self.violations: list[str] = []
        self._description = Description.shared()

    async def __aexit__(self, *error: object) -> None:
        await super().__aexit__(*error)
        if error[0] is None and self.violations:
            raise AssertionError("\n".join(self.violations))

    async def asked_for(self, method: str, count: int = 1) -> None:
        """Until `count` requests of `method` have arrived; TimeoutError if that takes five seconds."""
        async with asyncio.timeout(5):
            while sum(request.method == method for request in self.requests) < count:
                await asyncio.sleep(0.001)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            call = await self.read(request)
        except Refusal as refusal:
            return await self.reply(request, Answer(refusal.status, refusal.as_json()))
        chat_id = call.parameters.text("chat_id")
        self.requests.append(Asked(self.monotonic(), call.method, chat_id, dict(call.parameters)))
        fault = self.faults.next(call)
        if fault is not None:
            return await fault(Exchange(self, request, call))
        return await self.reply(request, await self.answer(call))

    async def answer(self, call: Call) -> Answer:
        judge = self._description
        if judge is not None and (flaws := judge.request_objections(call.method, call.parameters)):
            self.violations += flaws
            refusal = bad_request("; ".join(flaws))
            return Answer(refusal.status, refusal.as_json())
        answer = await super().answer(call)
        self.violations += aiogram_objections(call.method, answer.body)
        if judge is not None and answer.status == 200:
            self.violations += judge.answer_objections(call.method, answer.body["result"])
        return answer

    def parse(self, html: str) -> Formatted:
        """TDLib's verdict counts; where the stand-in's own parser differs, that is a violation."""
        if objection := parser_objection(html):
            self.violations.append(objection)
        return tdlib_parse(html)


def telegram_bot(api: BotApi, token: str | None = None, *, read_timeout: float = 5) -> Bot:
    """A python-telegram-bot client of `api`. It waits `read_timeout` seconds for an answer."""
    requests = [HTTPXRequest(8, read_timeout=read_timeout, httpx_kwargs={"verify": False}) for _ in range(2)]
    return Bot(
        token or api.token,
        base_url=f"{api.api_url}/bot",
        base_file_url=f"{api.api_url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )


def url_of(api: BotApi, method: str) -> str:
    """Where a request of `method` goes that no client library makes."""
    return f"{api.api_url}/bot{api.token}/{method}"


def refused(words: str, kind: type[TelegramError] = BadRequest) -> pytest.RaisesExc[TelegramError]:
    """A `with` in which python-telegram-bot must raise `kind`, its message beginning with `words`.

    The client changes the server's case: its messages begin with a capital and go on in small letters.
    """
    return pytest.raises(kind, match=f"(?i)^{re.escape(words)}")


def parser_objection(html: str) -> str:
    """How the stand-in's own reading of `html` differs from TDLib's; empty where they agree."""
    own, judged = _verdict(parse_html, html), _verdict(tdlib_parse, html)
    return f"{html!r} is {judged} for TDLib, {own} for the stand-in" if own != judged else ""


def _verdict(parse: Callable[[str], Formatted], html: str) -> Formatted | str:
    try:
        parsed = parse(html)
    except MarkupError as refused:
        return str(refused)
    # how a date would be shown is told in other terms by TDLib than by the Bot API
    return Formatted(parsed.text, tuple(replace(entity, date_time_format=None) for entity in parsed.entities))
