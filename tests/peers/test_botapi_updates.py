"""The Bot API stand-in: what others say and press reaches the bot, once and in order."""

import asyncio

import pytest
from aiogram import Bot as OtherBot
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Conflict

from tests.peers.botapi import BotApiPeer, refused, telegram_bot
from wirewatch.demo.botapi import Presence

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("why", callback_data="w:17")]])


async def test_an_update_waits_until_a_higher_offset_confirms_it(api: BotApiPeer, bot: Bot) -> None:
    ann = api.person("Ann")
    private = api.private(ann)
    api.say(private, ann, "/start x")
    api.say(private, ann, "hello")
    first, second = await bot.get_updates()
    assert first.message is not None
    assert (first.message.text, first.message.entities[0].type) == ("/start x", "bot_command")
    assert [one.update_id for one in await bot.get_updates(limit=1)] == [first.update_id]
    assert [one.update_id for one in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    assert (await bot.get_webhook_info()).pending_update_count == 1
    assert await bot.get_updates(offset=second.update_id + 1) == ()


async def test_a_negative_offset_forgets_all_but_the_last(api: BotApiPeer, bot: Bot) -> None:
    private = api.private(api.person("Ann"))
    for word in ("one", "two", "three"):
        api.say(private, api.person("Ann"), word)
    assert [one.message.text for one in await bot.get_updates(offset=-1) if one.message] == ["three"]
    assert len(await bot.get_updates()) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_a_long_poll_ends_as_soon_as_something_is_said(
    api: BotApiPeer, bot: Bot, other_bot: OtherBot
) -> None:
    private = api.private(api.person("Ann"))
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await api.asked_for("getUpdates")
    api.say(private, api.person("Ann"), "now")
    [update] = await asyncio.wait_for(poll, 5)
    assert update.message is not None
    assert update.message.text == "now"
    [same] = await other_bot.get_updates(timeout=50)
    assert (same.update_id, same.message.text if same.message else "") == (update.update_id, "now")


async def test_a_long_poll_without_news_lasts_as_long_as_asked() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with BotApiPeer(sleep=sleep) as api, telegram_bot(api) as bot:
        assert await bot.get_updates(timeout=30) == ()
        assert await bot.get_updates(timeout=3000) == ()
    assert slept == [30, 50]


async def test_a_second_poller_ends_the_first_and_conflicts_in_a_row_are_slowed() -> None:
    pauses: list[float] = []
    never = asyncio.Event()

    async def sleep(seconds: float) -> None:
        if seconds == 3:
            pauses.append(seconds)
        else:
            await never.wait()

    async with BotApiPeer(sleep=sleep) as api, telegram_bot(api) as bot, telegram_bot(api) as twin:
        for count in (1, 3):
            first = asyncio.create_task(bot.get_updates(timeout=50))
            await api.asked_for("getUpdates", count)
            second = asyncio.create_task(twin.get_updates(timeout=50))
            with refused("conflict: terminated by other getUpdates request; make sure", Conflict):
                await asyncio.wait_for(first, 5)
            api.say(api.private(api.person("Ann")), api.person("Ann"), "now")
            [update] = await asyncio.wait_for(second, 5)
            api.updates.forget()
            assert update.message is not None
    assert pauses == [3]


async def test_kinds_of_updates_that_were_not_asked_for_are_left_out(api: BotApiPeer, bot: Bot) -> None:
    channel, private = api.channel("Desk"), api.private(api.person("Ann"))
    await bot.get_updates(allowed_updates=["message", "my_chat_member"])
    api.post_as_other(channel)
    api.say(private, api.person("Ann"), "hello")
    api.put(private, Presence.BLOCKED)
    message, member = await bot.get_updates()
    assert message.message is not None
    assert member.my_chat_member is not None
    assert member.my_chat_member.new_chat_member.status == "kicked"
    await bot.get_updates(allowed_updates=[])
    api.post_as_other(channel)
    assert (await bot.get_updates())[-1].channel_post is not None


async def test_updates_are_kept_for_a_day() -> None:
    hour = [0.0]
    async with BotApiPeer(monotonic=lambda: 3600 * hour[0]) as api, telegram_bot(api) as bot:
        api.say(api.private(api.person("Ann")), api.person("Ann"), "old")
        hour[0] = 24
        assert len(await bot.get_updates()) == 1
        hour[0] = 24.01
        assert await bot.get_updates() == ()


async def test_a_button_pressed_is_a_query_that_can_be_answered_once(api: BotApiPeer, bot: Bot) -> None:
    ann = api.person("Ann")
    group = api.supergroup("Readers", ann)
    sent = await bot.send_message(group.id, "x", reply_markup=BUTTONS)
    query_id = api.press(api.message(group.id, sent.message_id), "why", by=ann)
    [update] = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.id) == (query_id, "w:17", ann.id)
    assert query.message is not None
    assert (query.message.message_id, query.message.chat.id) == (sent.message_id, group.id)
    assert await query.answer("because", show_alert=True)
    answered = api.query_answers[query_id]
    assert answered is not None
    assert answered["text"] == "because"
    with refused("query is too old and response timeout expired or query id is invalid"):
        await query.answer("again")
    with pytest.raises(KeyError):
        api.press(api.message(group.id, sent.message_id), "no such button")


async def test_chats_and_members_are_described(api: BotApiPeer, bot: Bot, other_bot: OtherBot) -> None:
    ann = api.person("Ann")
    forum = api.supergroup("Forum", ann, topics=1)
    described = await bot.get_chat(forum.id)
    assert (described.title, described.type, described.is_forum) == ("Forum", "supergroup", True)
    assert (await other_bot.get_chat(forum.id)).title == "Forum"
    assert (await bot.get_chat_member(forum.id, ann.id)).status == "member"
    assert (await other_bot.get_chat_member(forum.id, api.bot.id)).status == "member"
    with refused("user not found"):
        await bot.get_chat_member(forum.id, 5)
    assert await bot.set_my_commands([("status", "is it working")])
    assert [command.command for command in await bot.get_my_commands()] == ["status"]
