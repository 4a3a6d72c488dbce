"""The Bot API stand-in under judgement: forms of requests, objections of the judges, the ledger's figures."""

import json
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from tests.peers import judges
from tests.peers.botapi import BotApiPeer, telegram_bot, url_of
from wirewatch.demo.botapi import BotApi


async def test_json_multipart_forms_and_queries_say_the_same(api: BotApiPeer) -> None:
    channel = api.channel("Desk")
    markup = {"inline_keyboard": [[{"text": "why", "callback_data": "w:17"}]]}
    said: dict[str, str | int] = {"chat_id": channel.id, "text": "<b>ລາວ & x</b>", "parse_mode": "HTML"}
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in said.items():
        form.add_field(name, str(value))
    form.add_field("reply_markup", json.dumps(markup))
    query: dict[str, str | int] = {
        **said,
        "reply_markup": '{"inline_keyboard": [[{"text": "why", "callback_data": "w:17"}]]}',
    }
    async with aiohttp.ClientSession() as http:
        await http.post(url_of(api, "sendMessage"), json={**said, "reply_markup": markup})
        await http.post(url_of(api, "sendmessage"), data=form)
        await http.get(url_of(api, "sendMessage"), params=query)
        async with http.post(url_of(api, "sendMessage"), data="[]", headers=JSON) as answer:
            assert answer.status == 400
    assert [(act.text, act.reply_markup) for act in api.ledger] == [("ລາວ & x", markup)] * 3


JSON = {"Content-Type": "application/json"}

described = pytest.mark.skipif(
    judges.Description.shared() is None, reason="the description of the Bot API is not among the shared data"
)


@described
@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ({"text": "x"}, "sendMessage.chat_id: missing"),
        ({"chat_id": 1, "text": "x", "colour": "red"}, "sendMessage.colour: unknown"),
        ({"chat_id": 1, "text": "x", "message_thread_id": "x"}, "expected Integer, found 'x'"),
        (
            {"chat_id": 1, "text": "x", "reply_parameters": {"chat_id": 1}},
            "reply_parameters.message_id: missing",
        ),
        (
            {"chat_id": 1, "text": "x", "link_preview_options": {"big": True}},
            "link_preview_options.big: unknown",
        ),
    ],
)
async def test_a_request_that_the_bot_api_does_not_describe_is_a_violation(
    api: BotApiPeer, body: dict[str, Any], flaw: str
) -> None:
    async with aiohttp.ClientSession() as http, http.post(url_of(api, "sendMessage"), json=body) as answer:
        assert answer.status == 400
    assert flaw in api.violations.pop()
    assert api.violations == []


async def test_an_answer_that_a_client_could_not_read_is_a_violation(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    channel.title = 17  # type: ignore[assignment]
    await bot.send_message(channel.id, "x")
    assert any("aiogram cannot read the answer" in violation for violation in api.violations)
    api.violations.clear()


async def test_leaving_a_peer_whose_judges_objected_fails() -> None:
    with pytest.raises(AssertionError, match="sendMail: "):
        async with BotApiPeer() as api, aiohttp.ClientSession() as http:
            await http.get(url_of(api, "sendMail"))


async def test_an_unknown_method_is_not_found() -> None:
    async with BotApi() as api, aiohttp.ClientSession() as http, http.get(url_of(api, "sendMail")) as answer:
        assert await answer.json() == {
            "ok": False,
            "error_code": 404,
            "description": "Not Found: method not found",
        }


async def test_the_ledger_counts_the_most_messages_in_any_window() -> None:
    second = [0.0]
    async with BotApiPeer(monotonic=lambda: second[0]) as api, telegram_bot(api) as bot:
        desk, readers = api.channel("Desk"), api.supergroup("Super", api.person("Ann"))
        for moment, chat in [(0, desk), (0.5, desk), (0.75, readers), (1, desk), (2, desk), (9, readers)]:
            second[0] = moment
            await bot.send_message(chat.id, "x")
        assert api.ledger.max_rate(1) == {desk.id: 2, readers.id: 1}
        assert api.ledger.max_rate(1.5) == {desk.id: 3, readers.id: 1}
        assert api.ledger.max_rate_overall(1) == 3
        assert api.ledger.max_rate(60) == {desk.id: 4, readers.id: 2}


async def test_a_listener_hears_of_every_act_before_the_client_does(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    heard: list[tuple[str, str, bool]] = []
    api.on_accepted(lambda act: heard.append((act.method, act.text, act.seen_by_client)))
    sent = await bot.send_message(channel.id, "x")
    await bot.edit_message_text("y", channel.id, sent.message_id)
    await bot.delete_message(channel.id, sent.message_id)
    assert heard == [
        ("sendMessage", "x", False),
        ("editMessageText", "y", False),
        ("deleteMessage", "y", False),
    ]
