"""The Bot API that misbehaves: what python-telegram-bot makes of each fault, and what was really accepted.

The ledger is the truth in every case; what the client can know of it is the exception and its cause.
"""

import asyncio
import time
from json import JSONDecodeError

import httpx
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from tests.peers import botapi, faults
from tests.peers.botapi import BotApiPeer, telegram_bot
from tests.peers.faults import Fault
from wirewatch.demo.botapi import Presence
from wirewatch.demo.botapi.markup import Formatted
from wirewatch.demo.botapi.refusals import OTHER_POLLER, bad_request, conflict, forbidden, unauthorized

# A later release of the client will give retry_after as a timedelta; both are fine here.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

SHORT_S = 0.15  # a read timeout that a loopback answer never needs


async def failure(bot: Bot, chat_id: int, text: str = "x") -> TelegramError:
    """What a send that must fail raises."""
    with pytest.raises(TelegramError) as raised:
        await bot.send_message(chat_id, text)
    return raised.value


NOTHING_LEARNT = [
    # fault, whether the call has its effect, what is raised, and from what
    ("drop before reading", faults.drop_before_reading(), 0, NetworkError, httpx.ReadError),
    ("drop after reading", faults.drop_after_reading(), 0, NetworkError, httpx.RemoteProtocolError),
    ("drop after accepting", faults.drop_after_accepting(), 1, NetworkError, httpx.RemoteProtocolError),
    ("half reply", faults.half_reply(), 1, NetworkError, httpx.RemoteProtocolError),
    ("hang", faults.hang(accept=False), 0, TimedOut, httpx.ReadTimeout),
    ("hang after accepting", faults.hang(accept=True), 1, TimedOut, httpx.ReadTimeout),
    ("500", faults.server_error(), 0, NetworkError, None),
    ("500 after accepting", faults.server_error(accept=True), 1, NetworkError, None),
    ("502", faults.bad_gateway(), 0, NetworkError, TelegramError),
    ("502 after accepting", faults.bad_gateway(accept=True), 1, NetworkError, TelegramError),
    ("not JSON", faults.not_json(), 0, TelegramError, JSONDecodeError),
    ("not JSON after accepting", faults.not_json(accept=True), 1, TelegramError, JSONDecodeError),
]
REFUSED = [
    ("429", faults.flood(7), 0, RetryAfter, None),
    ("429 without parameters", faults.flood(None), 0, NetworkError, None),
    ("403", faults.refuse(forbidden("bot was blocked by the user")), 0, Forbidden, None),
    ("400", faults.refuse(bad_request("chat not found")), 0, BadRequest, None),
    ("401", faults.refuse(unauthorized()), 0, InvalidToken, None),
    ("409", faults.refuse(conflict(OTHER_POLLER)), 0, Conflict, None),
]


@pytest.mark.parametrize(
    ("fault", "accepted", "kind", "cause"),
    [pytest.param(*case, id=name) for name, *case in NOTHING_LEARNT + REFUSED],
)
async def test_what_the_client_learns_and_what_is_true(
    api: BotApiPeer, fault: Fault, accepted: int, kind: type[TelegramError], cause: type[Exception] | None
) -> None:
    channel = api.channel("Desk")
    api.faults.add(fault)
    async with telegram_bot(api, read_timeout=SHORT_S) as bot:
        error = await failure(bot, channel.id)
        assert (type(error), type(error.__cause__) if error.__cause__ else None) == (kind, cause)
        assert [(act.text, act.seen_by_client) for act in api.ledger] == [("x", False)] * accepted
        assert (await bot.send_message(channel.id, "y")).message_id == accepted + 1
    assert api.ledger[-1].seen_by_client
    assert len(api.requests) == 3  # getMe among them: the client repeats nothing by itself


async def test_a_flood_wait_names_its_seconds(api: BotApiPeer, bot: Bot) -> None:
    api.faults.add(faults.flood(43_838))
    error = await failure(bot, api.channel("Desk").id)
    assert isinstance(error, RetryAfter)
    assert error._retry_after.total_seconds() == 43_838


async def test_a_server_that_is_down_refuses_and_remembers_when_it_is_back(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    await bot.send_message(channel.id, "before")
    await api.stop()
    error = await failure(bot, channel.id, "meanwhile")
    assert (type(error), type(error.__cause__)) == (NetworkError, httpx.ConnectError)
    await api.start()
    assert (await bot.send_message(channel.id, "after")).message_id == 2
    assert [act.text for act in api.ledger] == ["before", "after"]


async def test_a_group_that_migrates_under_a_send_names_its_successor(api: BotApiPeer, bot: Bot) -> None:
    group = api.group("Basic", api.person("Ann"))
    api.faults.add(faults.migrate())
    error = await failure(bot, group.id)
    assert isinstance(error, ChatMigrated)
    assert api.ledger == []
    await bot.send_message(error.new_chat_id, "x")
    assert [act.chat_id for act in api.ledger] == [error.new_chat_id]


async def test_a_user_can_block_the_bot_under_a_send(api: BotApiPeer, bot: Bot) -> None:
    private = api.private(api.person("Ann"))
    api.faults.add(faults.lose(Presence.BLOCKED), nth=2)
    await bot.send_message(private.id, "x")
    for _ in range(2):
        assert isinstance(await failure(bot, private.id), Forbidden)
    [update] = await bot.get_updates()
    assert update.my_chat_member is not None
    assert len(api.ledger) == 1


async def test_a_message_can_be_accepted_after_the_client_gave_up() -> None:
    asked: list[float] = []
    began: list[float] = []
    time_passes, accepted = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        began.append(time.monotonic())
        await time_passes.wait()

    async with BotApiPeer(sleep=sleep) as api, telegram_bot(api, read_timeout=SHORT_S) as bot:
        channel = api.channel("Desk")
        api.on_accepted(lambda _: accepted.set())
        api.faults.add(faults.accept_late(20))
        error = await failure(bot, channel.id, "late")
        assert (type(error), type(error.__cause__)) == (TimedOut, httpx.ReadTimeout)
        assert (await bot.send_message(channel.id, "next")).message_id == 1
        assert [act.text for act in api.ledger] == ["next"]
        accepted.clear()
        time_passes.set()
        await asyncio.wait_for(accepted.wait(), 5)
        assert [(act.text, act.message_id, act.seen_by_client) for act in api.ledger] == [
            ("next", 1, True),
            ("late", 2, False),
        ]
    assert asked == [20]
    [late] = [request for request in api.requests if request.parameters.get("text") == "late"]
    assert began[0] - late.monotonic > SHORT_S * 0.9  # the seconds count from when the client left


async def test_a_slow_answer_is_still_an_answer() -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    async with BotApiPeer(sleep=sleep) as api, telegram_bot(api) as bot:
        api.faults.add(faults.delay(4))
        assert (await bot.send_message(api.channel("Desk").id, "x")).message_id == 1
    assert asked == [4]
    assert api.ledger[0].seen_by_client


async def test_a_hanging_request_does_not_keep_the_server_from_stopping() -> None:
    async with BotApiPeer() as api, telegram_bot(api) as bot:
        api.faults.add(faults.hang(accept=False))
        hanging = asyncio.create_task(failure(bot, api.channel("Desk").id))
        await api.asked_for("sendMessage")
        await asyncio.wait_for(api.stop(), 5)
        assert isinstance(await asyncio.wait_for(hanging, 5), NetworkError)


# The script


async def outcome(bot: Bot, chat_id: int) -> str:
    try:
        await bot.send_message(chat_id, "x")
    except Forbidden:
        return "403"
    return "sent"


async def test_a_fault_strikes_at_its_chat_and_count(api: BotApiPeer, bot: Bot) -> None:
    desk, readers = api.channel("Desk"), api.channel("Readers")
    api.faults.add(faults.refuse(forbidden("no")), chat=desk.id, nth=2, times=2)
    assert [await outcome(bot, desk.id) for _ in range(4)] == ["sent", "403", "403", "sent"]
    assert await outcome(bot, readers.id) == "sent"
    api.faults.add(faults.refuse(forbidden("no")), times=None)
    assert [await outcome(bot, chat.id) for chat in (desk, readers, desk)] == ["403"] * 3
    assert (await bot.get_me()).is_bot
    api.faults.clear()
    assert await outcome(bot, desk.id) == "sent"
    assert len(api.ledger) == 4


# What the peer is for: each promise of a sender can be seen broken


async def test_a_sender_that_blindly_repeats_is_seen_to_duplicate(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    api.faults.add(faults.drop_after_accepting())
    for _ in range(2):
        try:
            await bot.send_message(channel.id, "alert")
        except NetworkError:
            continue
        break
    assert [act.text for act in api.ledger] == ["alert", "alert"]
    assert [act.seen_by_client for act in api.ledger] == [False, True]


async def test_a_sender_that_never_repeats_is_seen_to_lose(api: BotApiPeer, bot: Bot) -> None:
    api.faults.add(faults.drop_before_reading())
    await failure(bot, api.channel("Desk").id, "alert")
    assert api.ledger.messages == []


async def test_a_sender_that_keeps_no_pace_is_seen_to_flood(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    for _ in range(21):
        await bot.send_message(channel.id, "x")
    assert api.ledger.max_rate(60) == {channel.id: 21}


async def test_a_sender_that_does_not_wait_is_seen_to_ask(api: BotApiPeer, bot: Bot) -> None:
    desk, readers = api.channel("Desk"), api.channel("Readers")
    api.faults.add(faults.flood(3600), chat=desk.id, times=None)
    await failure(bot, desk.id)
    await failure(bot, desk.id)
    await bot.send_message(readers.id, "x")
    sends = [(one.method, one.chat_id) for one in api.requests if one.method == "sendMessage"]
    assert sends == [("sendMessage", str(desk.id))] * 2 + [("sendMessage", str(readers.id))]


async def test_a_parser_that_reads_otherwise_than_tdlib_is_a_violation(
    api: BotApiPeer, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(botapi, "parse_html", lambda html: Formatted(html))
    sent = await bot.send_message(api.channel("Desk").id, "<b>x</b>", parse_mode="HTML")
    assert sent.text == "x"
    assert "for TDLib" in api.violations.pop()
