"""Which chats know the bot, and what may it do there?

For `wirewatch init` and `wirewatch check --live`, which speak to Telegram once and end. The daemon's
own updates are `polling.py`, its messages `alerts/outbox/`.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from telegram import Bot, Chat, ChatFullInfo, ChatMember, Message, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from alerts.channel import TelegramSettings
from alerts.channels.interface import Code
from alerts.channels.telegram import connect
from alerts.channels.telegram_membership import membership_of

T = TypeVar("T")

# An answer to one question is waited for so long (seconds).
ANSWER = 20.0
ALLOWED = ("message", "channel_post", "my_chat_member")


class BotError(Exception):
    """Telegram refuses, or cannot be reached; the text says what to do and holds no token."""


@dataclass(frozen=True, slots=True)
class Place:
    """A chat, or a topic of one, from which the bot has heard."""

    chat: int
    title: str
    kind: str
    topic: int | None = None

    def __str__(self) -> str:
        topic = f", topic {self.topic}" if self.topic is not None else ""
        return f"{self.title} ({self.kind}{topic})"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the bot may do in a chat: `hindrance` is why it cannot post, in words; `may_edit_others`,
    whether it may edit other people's posts there."""

    title: str
    kind: str
    hindrance: str | None
    may_edit_others: bool


@asynccontextmanager
async def meeting(token: str, settings: TelegramSettings) -> AsyncIterator[Bot]:
    """The bot behind `token`, connected inside. Nothing is asked yet."""
    # What goes wrong is told in words; the library would print tracebacks beside them.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    bot, requests = connect(token, settings, read_timeout=ANSWER)
    try:
        yield bot
    finally:
        for request in requests:
            await request.shutdown()


async def name_of(bot: Bot) -> str:
    """The bot's name as people write it. Raises BotError."""
    return f"@{(await _asked(bot.get_me())).username}"


async def hear(bot: Bot, offset: int, wait: int) -> tuple[list[Place], int]:
    """The places from which something came within `wait` seconds, and the next offset. Raises BotError."""
    updates = await _asked(bot.get_updates(offset=offset, timeout=wait, allowed_updates=ALLOWED))
    found = [place for update in updates if (place := _place(update)) is not None]
    return list(dict.fromkeys(found)), max((update.update_id + 1 for update in updates), default=offset)


async def permissions(bot: Bot, chat: int | str, topic: int | None = None) -> Permissions:
    """What the bot may do in `chat`. Raises BotError where Telegram does not tell."""
    here = await _asked(bot.get_chat(chat))
    me = await _asked(bot.get_me())
    kind, title = str(here.type.value if hasattr(here.type, "value") else here.type), _title(here)
    if kind == Chat.PRIVATE:
        return Permissions(title, kind, None, False)
    stands = membership_of(await _asked(bot.get_chat_member(chat, me.id)), kind)
    hindrance = _remedy(stands.hindrance, kind)
    if hindrance is None and topic is not None:
        hindrance = await _topic_hindrance(bot, chat, topic)
    return Permissions(title, kind, hindrance, stands.edits_others)


async def greet(bot: Bot, chat: int | str, topic: int | None, text: str) -> None:
    """Post `text`. Raises BotError."""
    await _asked(bot.send_message(chat, text, message_thread_id=None if topic == 1 else topic))


def _remedy(hindrance: Code | None, kind: str) -> str | None:
    """What keeps the bot from posting in a chat of this kind, and what to do about it."""
    channel = kind == Chat.CHANNEL
    match hindrance:
        case None:
            return None
        case "rights" if channel:
            return "the bot may not post: let it be an administrator who may post messages"
        case "rights":
            return "the bot may not write here: lift the restriction"
        case _:
            return "the bot is not a member: add it" + (" as an administrator" if channel else "")


async def _topic_hindrance(bot: Bot, chat: int | str, topic: int) -> str | None:
    try:
        # Seen by readers for a few seconds at most; the only way to ask about a topic.
        await bot.send_chat_action(chat, "typing", message_thread_id=topic)
    except BadRequest as error:
        return f"topic {topic}: {error}"
    except TelegramError as error:
        raise _in_words(error) from error
    return None


def _place(update: Update) -> Place | None:
    if update.my_chat_member is not None:
        if update.my_chat_member.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED):
            return None
        here = update.my_chat_member.chat
        return Place(here.id, _title(here), str(here.type))
    message: Message | None = update.message or update.channel_post
    if message is None:
        return None
    topic = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, _title(message.chat), str(message.chat.type), topic)


def _title(chat: Chat | ChatFullInfo) -> str:
    words: Iterable[str | None] = (chat.title, chat.full_name, chat.username)
    return " ".join(next((word for word in words if word), str(chat.id)).split())


async def _asked(call: Awaitable[T]) -> T:
    try:
        return await call
    except TelegramError as error:
        raise _in_words(error) from error


def _in_words(error: TelegramError) -> BotError:
    match error:
        case InvalidToken():
            return BotError("Telegram does not know this token: take it from @BotFather once more")
        case Conflict():
            return BotError(
                "another program takes this bot's updates: end it, or name the chat by its number"
            )
        case ChatMigrated():
            return BotError(f"the group is a supergroup now, with the number {error.new_chat_id}")
        case Forbidden():
            return BotError(f"{error}: write to the bot, or add it to the chat, first")
        case BadRequest():
            return BotError(f"{error}: the number is wrong, or the bot is not in that chat")
        case RetryAfter():
            return BotError(f"Telegram asks for a pause: {error}")
        case NetworkError():
            return BotError(f"Telegram cannot be reached: {error}")
        case _:
            return BotError(f"Telegram refuses: {error}")
