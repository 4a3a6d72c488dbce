"""Is every way in which a call can end told apart: sent, not sent, unknown, wait, permanent, moved?

Each case runs through a real socket: python-telegram-bot raises what it raises.
"""

import socket

import pytest
from telegram import Bot
from telegram.error import TelegramError

from alerts.channel import TelegramSettings
from alerts.channels.interface import Message, Moved, NotSent, Outcome, Permanent, Sent, Unknown, Wait
from alerts.channels.telegram import TelegramSender, connect
from alerts.channels.telegram_errors import DEFAULT_WAIT, classify
from tests.peers import faults
from tests.peers.botapi import BotApiPeer, telegram_bot
from wirewatch.demo.botapi import Presence, Refusal


async def outcome(api: BotApiPeer, fault: faults.Fault | None = None, *, text: str = "x") -> Outcome:
    chat = api.channel("Desk")
    if fault is not None:
        api.faults.add(fault)
    return await TelegramSender(telegram_bot(api, read_timeout=0.2)).send(Message(str(chat.id), text))


async def test_an_answered_message_is_sent(api: BotApiPeer) -> None:
    assert await outcome(api) == Sent(1)


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [
        (faults.drop_before_reading(), 0),
        (faults.drop_after_reading(), 0),
        (faults.drop_after_accepting(), 1),
        (faults.half_reply(), 1),
        (faults.hang(accept=False), 0),
        (faults.hang(accept=True), 1),
        (faults.server_error(), 0),
        (faults.server_error(accept=True), 1),
        (faults.bad_gateway(), 0),
        (faults.bad_gateway(accept=True), 1),
        (faults.not_json(accept=True), 1),
        (faults.raw(200, '{"ok": true, "result": {"surprise": 1}}', "application/json", accept=True), 1),
        (faults.raw(200, '{"ok": true}', "application/json", accept=True), 1),
        (faults.raw(200, "[]", "application/json", accept=True), 1),
    ],
)
async def test_whether_it_went_out_is_unknown(api: BotApiPeer, fault: faults.Fault, accepted: int) -> None:
    assert isinstance(await outcome(api, fault), Unknown)
    assert len(api.ledger.messages) == accepted


async def test_what_never_left_may_be_repeated() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    bot, requests = connect("1:x", TelegramSettings(api_url=f"http://127.0.0.1:{port}"), read_timeout=1)
    assert isinstance(await TelegramSender(bot).send(Message("1", "x")), NotSent)
    for request in requests:
        await request.shutdown()


async def test_a_full_pool_is_no_unknown_outcome(api: BotApiPeer) -> None:
    from telegram.request import HTTPXRequest

    chat = api.channel("Desk")
    api.faults.add(faults.hang(accept=False))
    request = HTTPXRequest(1, pool_timeout=0.05, read_timeout=0.4)
    sender = TelegramSender(Bot(api.token, base_url=f"{api.api_url}/bot", request=request))
    import asyncio

    first = asyncio.create_task(sender.send(Message(str(chat.id), "1")))
    await api.asked_for("sendMessage")
    assert isinstance(await sender.send(Message(str(chat.id), "2")), NotSent)
    assert isinstance(await first, Unknown)


@pytest.mark.parametrize(("after", "seconds"), [(7, 7.0), (86_400, 86_400.0), (None, DEFAULT_WAIT)])
async def test_too_many_requests_is_a_wait(api: BotApiPeer, after: int | None, seconds: float) -> None:
    answer = await outcome(api, faults.flood(after))
    assert isinstance(answer, Wait)
    assert (answer.seconds, answer.whole_bot) == (seconds, False)


async def test_a_refused_token_stops_the_whole_bot(api: BotApiPeer) -> None:
    api.token_revoked = True
    answer = await outcome(api)
    assert isinstance(answer, Wait)
    assert answer.whole_bot


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Refusal(400, "Bad Request: chat not found"), "chat"),
        (Refusal(403, "Forbidden: the group chat was deleted"), "chat"),
        (Refusal(403, "Forbidden: bot was blocked by the user"), "blocked"),
        (Refusal(403, "Forbidden: user is deactivated"), "blocked"),
        (Refusal(403, "Forbidden: bot was kicked from the supergroup chat"), "kicked"),
        (Refusal(403, "Forbidden: bot is not a member of the channel chat"), "kicked"),
        (Refusal(400, "Bad Request: TOPIC_CLOSED"), "topic"),
        (Refusal(400, "Bad Request: message thread not found"), "topic"),
        (Refusal(400, "Bad Request: not enough rights to send text messages to the chat"), "rights"),
        (Refusal(400, "Bad Request: need administrator rights in the channel chat"), "rights"),
        (Refusal(400, "Bad Request: can't parse entities: unsupported start tag"), "markup"),
        (Refusal(400, "Bad Request: message is too long"), "markup"),
        (Refusal(400, "Bad Request: text must be non-empty"), "markup"),
        (Refusal(400, "Bad Request: message to edit not found"), "edited"),
        (Refusal(400, "Bad Request: message can't be edited"), "edited"),
        (Refusal(400, "Bad Request: something new"), "message"),
    ],
)
async def test_a_refusal_is_permanent_and_named(api: BotApiPeer, refusal: Refusal, code: str) -> None:
    answer = await outcome(api, faults.refuse(refusal))
    assert isinstance(answer, Permanent)
    assert answer.code == code


async def test_a_group_that_became_a_supergroup_names_its_new_id(api: BotApiPeer) -> None:
    group = api.group("Desk")
    api.faults.add(faults.migrate())
    answer = await TelegramSender(telegram_bot(api)).send(Message(str(group.id), "x"))
    assert answer == Moved(str(group.migrated_to))


async def test_an_edit_that_changes_nothing_is_done(api: BotApiPeer) -> None:
    chat, sender = api.channel("Desk"), TelegramSender(telegram_bot(api))
    message = Message(str(chat.id), "<b>x</b>")
    assert await sender.send(message) == Sent(1)
    assert await sender.edit(1, message) == Sent(1)
    assert not api.ledger.of("editMessageText")


async def test_deleting_what_is_gone_is_done(api: BotApiPeer) -> None:
    chat, sender = api.channel("Desk"), TelegramSender(telegram_bot(api))
    assert await sender.delete(str(chat.id), 99) == Sent(99)


async def test_a_bot_put_out_of_a_channel_may_not_look(api: BotApiPeer) -> None:
    chat = api.channel("Desk")
    sender = TelegramSender(telegram_bot(api))
    assert await sender.may_look(str(chat.id)) is None
    api.put(chat, Presence.LEFT)
    fresh = TelegramSender(telegram_bot(api))
    assert "rights could not be learnt" in str(await fresh.may_look(str(chat.id)))


async def test_a_bot_that_may_edit_others_posts_may_not_look(api: BotApiPeer) -> None:
    chat = api.channel("Desk")
    chat.rights.add("can_edit_messages")
    why_not = await TelegramSender(telegram_bot(api)).may_look(str(chat.id))
    assert why_not == "the bot may edit other people's posts there: take that right away from it"


def test_an_error_nobody_has_seen_yet_is_unknown() -> None:
    assert classify(TelegramError("new")) == Unknown("new")


async def test_the_token_is_in_no_log_line(api: BotApiPeer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    bot, requests = connect(api.token, TelegramSettings(api_url=api.api_url))
    await TelegramSender(bot).send(Message(str(api.channel("Desk").id), "x"))
    for request in requests:
        await request.shutdown()
    assert api.token not in caplog.text
    assert api.token.split(":")[1] not in caplog.text
