"""The Bot API stand-in, as client libraries that are not ours meet it: messages and where they may go."""

from typing import Any

import aiohttp
import pytest
from aiogram import Bot as OtherBot
from aiogram.types import InlineKeyboardButton as OtherButton
from aiogram.types import InlineKeyboardMarkup as OtherKeyboard
from telegram import (
    Bot,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from tests.peers.botapi import BotApiPeer, refused, telegram_bot, url_of
from wirewatch.demo.botapi import Chat, Presence
from wirewatch.demo.botapi.chats import ChatKind
from wirewatch.demo.botapi.refusals import NOT_MODIFIED

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("why", callback_data="w:17")]])
OTHER_BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("why", callback_data="w:18")]])


# Sending


async def test_a_message_is_stored_shown_and_written_into_the_ledger(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    html = '<b><a href="https://example.org/x">Laos &amp; ASEAN</a></b>\n#laos'
    sent = await bot.send_message(
        channel.id, html, parse_mode="HTML", reply_markup=BUTTONS, disable_notification=True
    )
    assert (sent.text, sent.message_id, sent.reply_markup) == ("Laos & ASEAN\n#laos", 1, BUTTONS)
    assert [(entity.type, entity.url) for entity in sent.entities] == [
        ("text_link", "https://example.org/x"),
        ("bold", None),
    ]
    [accepted] = api.ledger
    assert (accepted.method, accepted.chat_id, accepted.message_id) == ("sendMessage", channel.id, 1)
    assert (accepted.text, accepted.params["text"]) == ("Laos & ASEAN\n#laos", html)
    assert accepted.reply_markup == {"inline_keyboard": [[{"text": "why", "callback_data": "w:17"}]]}
    assert accepted.params["disable_notification"] == "true"
    assert accepted.seen_by_client


async def test_a_text_is_stored_tidied(api: BotApiPeer, bot: Bot) -> None:
    sent = await bot.send_message(api.channel("Desk").id, " \t<b> Laos\r\n</b>\n", parse_mode="HTML")
    assert (sent.text, sent.entities[0].offset, sent.entities[0].length) == ("Laos", 0, 4)
    assert (await bot.send_message(sent.chat.id, " <plain>\u202e ")).text == "<plain>"


async def test_both_clients_read_the_same_message(api: BotApiPeer, bot: Bot, other_bot: OtherBot) -> None:
    group = api.supergroup("Readers", api.person("Ann"))
    keyboard = OtherKeyboard(inline_keyboard=[[OtherButton(text="why", callback_data="w:17")]])
    theirs = await other_bot.send_message(group.id, "<i>one</i>", parse_mode="HTML", reply_markup=keyboard)
    ours = await bot.send_message(group.id, "<i>one</i>", parse_mode="HTML", reply_markup=BUTTONS)
    assert (theirs.message_id, ours.message_id) == (1, 2)
    assert theirs.text == ours.text == "one"
    assert theirs.from_user is not None
    assert theirs.from_user.id == api.bot.id == (await bot.get_me()).id == (await other_bot.get_me()).id
    assert api.ledger[0].reply_markup == api.ledger[1].reply_markup


async def test_a_reply_shows_what_it_answers_and_a_missing_one_is_refused(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    first = await bot.send_message(channel.id, "first")
    second = await bot.send_message(channel.id, "second", reply_parameters=ReplyParameters(first.message_id))
    assert second.reply_to_message is not None
    assert second.reply_to_message.text == "first"
    with refused("message to be replied not found"):
        await bot.send_message(channel.id, "third", reply_parameters=ReplyParameters(99))
    alone = ReplyParameters(99, allow_sending_without_reply=True)
    assert (await bot.send_message(channel.id, "fourth", reply_parameters=alone)).reply_to_message is None


async def test_link_preview_options_are_kept(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    options = LinkPreviewOptions(prefer_small_media=True, url="https://example.org/")
    sent = await bot.send_message(channel.id, "x", link_preview_options=options)
    assert sent.link_preview_options == options
    assert api.ledger[0].link_preview == {"prefer_small_media": True, "url": "https://example.org/"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>open", "can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ("a < b", 'can\'t parse entities: unsupported start tag "" at byte offset 2'),
        ("ລາວ</b>", "can't parse entities: unexpected end tag at byte offset 9"),
        ("<p>text</p>", 'can\'t parse entities: unsupported start tag "p" at byte offset 0'),
        ("<b> \n</b>", "text must be non-empty"),
        ("\u200b", "text must be non-empty"),
        ("😀" * 4097, "message is too long"),
        ("<b>x</b>" * 4095 + "xxxxxxxxx", "text is too long"),
    ],
)
async def test_a_text_that_telegram_refuses_is_refused(
    api: BotApiPeer, bot: Bot, text: str, words: str
) -> None:
    channel = api.channel("Desk")
    with refused(words):
        await bot.send_message(channel.id, text, parse_mode="HTML")
    assert api.ledger == []


async def test_limits_count_code_points_after_parsing_and_bytes_before(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    longest = await bot.send_message(channel.id, "<b>" + "😀" * 4096 + "</b>", parse_mode="HTML")
    assert longest.text == "😀" * 4096
    assert longest.entities[0].length == 8192
    heaviest = "<b>x</b>" * 4095 + "xxxxxxxx"
    assert len(heaviest.encode()) == 32768
    with refused("message is too long"):
        await bot.send_message(channel.id, heaviest, parse_mode="HTML")


async def test_an_unknown_chat_is_refused_and_a_name_is_as_good_as_an_id(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk", username="wire_desk")
    with refused("chat not found"):
        await bot.send_message(-100123, "x")
    with refused("chat not found"):
        await bot.send_message("@nobody_there", "x")
    assert (await bot.send_message("@Wire_Desk", "x")).chat.id == channel.id


async def test_topics_are_threads_and_closed_or_missing_ones_are_refused(api: BotApiPeer, bot: Bot) -> None:
    forum = api.supergroup("Forum", api.person("Ann"), topics=2)
    sent = await bot.send_message(forum.id, "x", message_thread_id=2)
    assert (sent.message_thread_id, sent.is_topic_message, sent.message_id) == (2, True, 4)
    forum.topics[3] = False
    with refused("topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=3)
    with refused("message thread not found"):
        await bot.send_message(forum.id, "x", message_thread_id=9)
    with refused("message thread not found"):
        await bot.send_message(api.channel("Desk").id, "x", message_thread_id=2)


@pytest.mark.parametrize("size", [0, 65])
async def test_callback_data_has_1_to_64_bytes(api: BotApiPeer, size: int) -> None:
    channel = api.channel("Desk")
    markup = {"inline_keyboard": [[{"text": "why", "callback_data": "x" * size}]]}
    body = {"chat_id": channel.id, "text": "x", "reply_markup": markup}
    async with aiohttp.ClientSession() as http, http.post(url_of(api, "sendMessage"), json=body) as answer:
        assert await answer.json() == {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: BUTTON_DATA_INVALID",
        }


# Where the bot may speak


def chat_of(api: BotApiPeer, kind: ChatKind) -> Chat:
    match kind:
        case "private":
            return api.private(api.person("Ann"))
        case "group":
            return api.group("Basic", api.person("Ann"))
        case "supergroup":
            return api.supergroup("Super", api.person("Ann"))
        case "channel":
            return api.channel("Desk")


@pytest.mark.parametrize(
    ("kind_of_chat", "presence", "kind", "words"),
    [
        ("private", Presence.BLOCKED, Forbidden, "Forbidden: bot was blocked by the user"),
        ("private", Presence.DEACTIVATED, Forbidden, "Forbidden: user is deactivated"),
        ("group", Presence.KICKED, Forbidden, "Forbidden: bot was kicked from the group chat"),
        ("group", Presence.DELETED, Forbidden, "Forbidden: the group chat was deleted"),
        ("supergroup", Presence.KICKED, Forbidden, "Forbidden: bot was kicked from the supergroup chat"),
        ("supergroup", Presence.LEFT, Forbidden, "Forbidden: bot is not a member of the supergroup chat"),
        ("channel", Presence.KICKED, Forbidden, "Forbidden: bot was kicked from the channel chat"),
        ("channel", Presence.LEFT, Forbidden, "Forbidden: bot is not a member of the channel chat"),
        ("channel", Presence.DELETED, BadRequest, "chat not found"),
    ],
)
async def test_where_the_bot_is_not_wanted_it_is_told_why(
    api: BotApiPeer,
    bot: Bot,
    kind_of_chat: ChatKind,
    presence: Presence,
    kind: type[TelegramError],
    words: str,
) -> None:
    chat = chat_of(api, kind_of_chat)
    api.put(chat, presence)
    with refused(words, kind):
        await bot.send_message(chat.id, "x")
    api.put(chat, Presence.PRESENT)
    assert (await bot.send_message(chat.id, "x")).message_id == 1


async def test_a_right_that_is_missing_is_named(api: BotApiPeer, bot: Bot) -> None:
    group, channel = api.supergroup("Super", api.person("Ann")), api.channel("Desk")
    group.rights.clear()
    channel.rights.clear()
    with refused("not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "x")
    with refused("need administrator rights in the channel chat"):
        await bot.send_message(channel.id, "x")
    assert (await bot.get_chat_member(group.id, bot.id)).status == "restricted"


async def test_a_migrated_group_names_its_successor_which_has_ids_of_its_own(
    api: BotApiPeer, bot: Bot
) -> None:
    group = api.group("Basic", api.person("Ann"))
    await bot.send_message(group.id, "x")
    successor = api.migrate(group)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "x")
    assert moved.value.new_chat_id == successor.id
    assert (await bot.send_message(successor.id, "x")).message_id == 2  # 1 tells of the migration
    told = await bot.get_updates()
    assert [
        (one.message.migrate_to_chat_id, one.message.migrate_from_chat_id) for one in told if one.message
    ] == [
        (successor.id, None),
        (None, group.id),
    ]


async def test_a_token_is_checked(api: BotApiPeer, bot: Bot) -> None:
    for token in ("123:short", "123456:" + "x" * 35):
        with pytest.raises(InvalidToken):
            await telegram_bot(api, token).get_me()
    api.token_revoked = True
    with pytest.raises(InvalidToken):
        await bot.get_me()
    async with aiohttp.ClientSession() as http:
        async with http.get(url_of(api, "getMe")) as answer:
            assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
        async with http.get(f"{api.api_url}/nothing") as answer:
            assert await answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


# Ids


async def test_ids_run_together_in_private_chats_and_groups_and_apart_elsewhere(
    api: BotApiPeer, bot: Bot
) -> None:
    kinds: list[ChatKind] = ["private", "group", "supergroup", "channel", "private", "channel"]
    chats = [chat_of(api, kind) for kind in kinds]
    ids = [(await bot.send_message(chat.id, "x")).message_id for chat in chats]
    assert ids == [1, 2, 1, 1, 3, 1]


async def test_what_others_say_and_what_vanishes_takes_ids(api: BotApiPeer, bot: Bot) -> None:
    channel, private, group = (
        api.channel("Desk"),
        api.private(api.person("Ann")),
        api.group("Basic", api.person("Ann")),
    )
    api.post_as_other(channel)
    api.leave_hole(channel)
    assert (await bot.send_message(channel.id, "x")).message_id == 3
    api.say(private, api.person("Bob"), "hello")
    api.post_as_other(group)
    gone = await bot.send_message(group.id, "x")
    assert gone.message_id == 3
    assert await gone.delete()
    assert (await bot.send_message(private.id, "x")).message_id == 4
    assert [act.method for act in api.ledger] == [
        "sendMessage",
        "sendMessage",
        "deleteMessage",
        "sendMessage",
    ]


# Editing and deleting


async def test_an_edit_changes_the_message_and_the_same_edit_again_does_not(
    api: BotApiPeer, bot: Bot
) -> None:
    channel = api.channel("Desk")
    sent = await bot.send_message(channel.id, "<b>old</b>", parse_mode="HTML", reply_markup=BUTTONS)
    where: dict[str, Any] = {"chat_id": channel.id, "message_id": sent.message_id}
    edited = await bot.edit_message_text("new", **where, reply_markup=BUTTONS)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.edit_date is not None) == ("new", True)
    with refused(NOT_MODIFIED):
        await bot.edit_message_text("new", **where, reply_markup=BUTTONS)
    await bot.edit_message_text("<i>new</i>", **where, reply_markup=BUTTONS, parse_mode="HTML")
    await bot.edit_message_text("<i>new</i>", **where, parse_mode="HTML")
    assert api.message(channel.id, sent.message_id).markup is None
    assert [act.text for act in api.ledger.of("editMessageText")] == ["new", "new", "new"]


async def test_looking_for_a_message_by_its_markup(api: BotApiPeer, bot: Bot) -> None:
    """What the outbox does after an unknown outcome: only the message that bears the markup says so."""
    channel = api.channel("Desk")
    ours = await bot.send_message(channel.id, "x", reply_markup=BUTTONS)
    foreign = api.post_as_other(channel)
    hole = api.leave_hole(channel)
    for number, words in [
        (ours.message_id, "message is not modified"),
        (foreign.id, "message can't be edited"),
        (hole, "message to edit not found"),
        (hole + 1, "message to edit not found"),
    ]:
        with refused(words):
            await bot.edit_message_reply_markup(channel.id, number, reply_markup=BUTTONS)
    changed = await bot.edit_message_reply_markup(channel.id, ours.message_id, reply_markup=OTHER_BUTTONS)
    assert not isinstance(changed, bool)
    assert changed.reply_markup == OTHER_BUTTONS


async def test_the_right_to_edit_in_a_channel_reaches_other_peoples_posts(api: BotApiPeer, bot: Bot) -> None:
    channel, group = api.channel("Desk"), api.supergroup("Super", api.person("Ann"))
    assert not await _may_edit(bot, channel)
    foreign = api.post_as_other(channel)
    channel.rights.add("can_edit_messages")
    assert await _may_edit(bot, channel)
    await bot.edit_message_reply_markup(channel.id, foreign.id, reply_markup=BUTTONS)
    assert foreign.markup == {"inline_keyboard": [[{"text": "why", "callback_data": "w:17"}]]}
    said = api.post_as_other(group)
    group.rights.add("can_edit_messages")
    with refused("message can't be edited"):
        await bot.edit_message_reply_markup(group.id, said.id, reply_markup=BUTTONS)


async def _may_edit(bot: Bot, chat: Chat) -> bool:
    """What the bot itself can learn about its right."""
    member = await bot.get_chat_member(chat.id, bot.id)
    assert isinstance(member, ChatMemberAdministrator)
    return bool(member.can_edit_messages)


async def test_an_edit_can_be_too_long_and_can_be_refused_by_the_chat(api: BotApiPeer, bot: Bot) -> None:
    channel = api.channel("Desk")
    sent = await bot.send_message(channel.id, "x")
    with refused("message_too_long"):
        await bot.edit_message_text("y" * 4097, channel.id, sent.message_id)
    with refused("message text is empty"):
        await bot.edit_message_text("", channel.id, sent.message_id)
    api.put(channel, Presence.KICKED)
    with refused("Forbidden: bot was kicked from the channel chat", Forbidden):
        await bot.edit_message_text("y", channel.id, sent.message_id)


async def test_a_message_is_deleted_once_and_others_messages_need_a_right(api: BotApiPeer, bot: Bot) -> None:
    channel, group = api.channel("Desk"), api.supergroup("Super", api.person("Ann"))
    sent = await bot.send_message(channel.id, "x")
    assert await bot.delete_message(channel.id, sent.message_id)
    with refused("message to delete not found"):
        await bot.delete_message(channel.id, sent.message_id)
    said = api.post_as_other(group)
    with refused("message can't be deleted"):
        await bot.delete_message(group.id, said.id)
    group.rights.add("can_delete_messages")
    assert await bot.delete_message(group.id, said.id)


async def test_an_own_message_can_be_deleted_for_48_hours() -> None:
    hour = [0.0]
    async with BotApiPeer(wall=lambda: 1_800_000_000 + 3600 * hour[0]) as api, telegram_bot(api) as bot:
        group = api.supergroup("Super", api.person("Ann"))
        first, second = [(await bot.send_message(group.id, "x")).message_id for _ in range(2)]
        hour[0] = 48
        assert await bot.delete_message(group.id, first)
        hour[0] = 48.01
        with refused("message can't be deleted for everyone"):
            await bot.delete_message(group.id, second)
        group.rights.add("can_delete_messages")
        assert await bot.delete_message(group.id, second)
