"""How does a message reach a Telegram chat?

python-telegram-bot's `Bot` as transport, with time-outs that make unknown outcomes rare. What an
exception means is `telegram_errors.py`; when to send, wait, look and resend is `alerts/outbox/`;
updates are `alerts/bot/`.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from alerts.channel import BaseChannel, TelegramSettings
from alerts.channels import interface
from alerts.channels.console import ConsoleSender
from alerts.channels.interface import (
    Button,
    Looker,
    Moved,
    NotSent,
    Outcome,
    Seen,
    Sender,
    Sent,
    Sight,
    Unknown,
    button_rows,
)
from alerts.channels.registry import Surroundings, channel_type
from alerts.channels.telegram_errors import classify, not_modified, not_ours, nothing_to_delete
from alerts.channels.telegram_membership import edits_others, is_out

T = TypeVar("T")

# Telegram takes its time over a message now and then; asking again too early makes twins (seconds).
READ_TIMEOUT = 60.0
CONNECT_TIMEOUT = 10.0
# The topic "General" of a forum goes without a number.
_GENERAL = 1
# A right that a chat's owner takes away is noticed after so long (seconds).
_RIGHTS_LAST = 600.0

_PREVIEW_OFF = LinkPreviewOptions(is_disabled=True)


def connect(
    token: str, settings: TelegramSettings, *, read_timeout: float = READ_TIMEOUT
) -> tuple[Bot, tuple[HTTPXRequest, HTTPXRequest]]:
    """The bot behind `token`, and its connections, to be shut down; nothing is contacted yet."""
    _keep_out_of_logs(token)
    request = HTTPXRequest(
        connection_pool_size=64,
        pool_timeout=read_timeout,
        read_timeout=read_timeout,
        connect_timeout=min(CONNECT_TIMEOUT, read_timeout),
        write_timeout=read_timeout,
    )
    polling = HTTPXRequest(connection_pool_size=1, connect_timeout=min(CONNECT_TIMEOUT, read_timeout))
    base = (settings.api_url or "https://api.telegram.org").rstrip("/")
    bot = Bot(token, base_url=f"{base}/bot", request=request, get_updates_request=polling)
    return bot, (request, polling)


@channel_type("telegram")
def build(channel: BaseChannel, surroundings: Surroundings) -> Sender:
    """The sender of one Telegram channel; all share the one bot. Without a token: the terminal."""
    if surroundings.token is None:
        surroundings.unconnected.append(channel.name)
        return ConsoleSender(surroundings.console, f"{channel.name} · not connected to Telegram")
    if surroundings.bot is None:
        timeout = surroundings.read_timeout or READ_TIMEOUT
        surroundings.bot, requests = connect(surroundings.token, surroundings.telegram, read_timeout=timeout)
        surroundings.closing += [request.shutdown for request in requests]
    return TelegramSender(surroundings.bot)


def _keep_out_of_logs(token: str) -> None:
    # httpx writes whole addresses at INFO, and ours hold the token; the library does so at DEBUG.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)

    def hide(record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().replace(token, "<token>"), ()
        return True

    logging.getLogger("telegram.Bot").addFilter(hide)


class TelegramSender:
    """All Telegram channels of one bot: `Sender` and `Looker` of `interface.py`."""

    paced = True

    def __init__(self, bot: Bot, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.bot = bot
        self.looker: Looker | None = self
        self._monotonic = monotonic
        self._me: int | None = None
        self._rights: dict[str, tuple[float, str | None]] = {}

    async def send(self, message: interface.Message) -> Outcome:
        """Post `message`."""
        reply = message.reply_to
        posted = await _tried(
            self.bot.send_message(
                _chat(message.chat),
                message.text,
                parse_mode=None if message.plain else ParseMode.HTML,
                disable_notification=message.silent,
                message_thread_id=None if message.topic == _GENERAL else message.topic,
                link_preview_options=_preview(message),
                reply_markup=keyboard(message.buttons),
                reply_parameters=ReplyParameters(reply, allow_sending_without_reply=True) if reply else None,
            )
        )
        return classify(posted) if isinstance(posted, TelegramError) else Sent(posted.message_id)

    async def edit(self, message_id: int, message: interface.Message) -> Outcome:
        """Make the message with this id say what `message` says."""
        done = await _tried(
            self.bot.edit_message_text(
                message.text,
                chat_id=_chat(message.chat),
                message_id=message_id,
                parse_mode=None if message.plain else ParseMode.HTML,
                link_preview_options=_preview(message),
                reply_markup=keyboard(message.buttons),
            )
        )
        if isinstance(done, TelegramError) and not not_modified(done):
            return classify(done)
        return Sent(message_id)

    async def number(self, name: str) -> Outcome:
        """The number of the chat that goes by this `@name` now, as `Moved`."""
        found = await _tried(self.bot.get_chat(name))
        if not isinstance(found, TelegramError):
            return Moved(str(found.id))
        outcome = classify(found)
        # Asking again does no harm.
        return NotSent(outcome.reason) if isinstance(outcome, Unknown) else outcome

    async def may_look(self, chat: str) -> str | None:
        """None where the bot can edit only messages of its own; else why looking is not allowed."""
        if not chat.startswith("-"):
            return None
        now = self._monotonic()
        since, answer = self._rights.get(chat, (now - _RIGHTS_LAST, None))
        if now - since >= _RIGHTS_LAST:
            answer = await self._ask_rights(chat)
            self._rights[chat] = (now, answer)
        return answer

    def forget_rights(self, chat: str) -> None:
        """The bot's rights in this chat have changed."""
        self._rights.pop(chat, None)

    async def _ask_rights(self, chat: str) -> str | None:
        if self._me is None:
            me = await _tried(self.bot.get_me())
            if isinstance(me, TelegramError):
                return f"the bot's rights could not be learnt: {me}"
            self._me = me.id
        member = await _tried(self.bot.get_chat_member(_chat(chat), self._me))
        if isinstance(member, TelegramError):
            return f"the bot's rights could not be learnt: {member}"
        if is_out(member):
            return "the bot is not a member"
        if edits_others(member):
            return "the bot may edit other people's posts there: take that right away from it"
        return None

    async def look(self, chat: str, message_id: int, buttons: tuple[Button, ...]) -> Sight | Outcome:
        """What is `message_id`? Ours, if it bears exactly these buttons."""
        answer = await self._mark(chat, message_id, buttons)
        if not isinstance(answer, TelegramError):
            return _seen(answer)
        if not_modified(answer):
            return "ours"
        return "other" if not_ours(answer) else classify(answer)

    async def read(
        self, chat: str, message_id: int, buttons: tuple[Button, ...]
    ) -> Literal["other"] | Seen | Outcome:
        """What does this message of ours say? Only a change is answered with the message.

        So its buttons are taken away and put back: one of the two changes something.
        """
        bare = await self._mark(chat, message_id, ())
        if isinstance(bare, TelegramError) and not not_modified(bare):
            return "other" if not_ours(bare) else classify(bare)
        answer = await self._mark(chat, message_id, buttons)
        return classify(answer) if isinstance(answer, TelegramError) else _seen(answer)

    async def stamp(self, chat: str, message_id: int, buttons: tuple[Button, ...]) -> Outcome:
        """Put these buttons, or none, under the message."""
        answer = await self._mark(chat, message_id, buttons)
        if isinstance(answer, TelegramError) and not not_modified(answer):
            return classify(answer)
        return Sent(message_id)

    async def _mark(self, chat: str, message_id: int, buttons: tuple[Button, ...]) -> object:
        return await _tried(
            self.bot.edit_message_reply_markup(
                chat_id=_chat(chat), message_id=message_id, reply_markup=keyboard(buttons)
            )
        )

    async def delete(self, chat: str, message_id: int) -> Outcome:
        """Delete the message."""
        answer = await _tried(self.bot.delete_message(_chat(chat), message_id))
        if isinstance(answer, TelegramError) and not nothing_to_delete(answer):
            return classify(answer)
        return Sent(message_id)


def _seen(answer: object) -> Seen:
    if not isinstance(answer, Message):
        return Seen("")
    return Seen(answer.text or "", tuple(entity.url for entity in answer.entities if entity.url))


def keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """The buttons in their rows; None without any."""
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(one.label, callback_data=one.data) for one in row]
            for row in button_rows(buttons)
        ]
    )


async def _tried(call: Awaitable[T]) -> T | TelegramError:
    try:
        return await call
    except TelegramError as error:
        return error
    except (httpx.HTTPError, TypeError, KeyError, ValueError, AttributeError) as error:
        # A 200 whose JSON is not what the method returns breaks the library's own reading.
        unreadable = TelegramError(f"the answer could not be read ({type(error).__name__})")
        unreadable.__cause__ = error
        return unreadable


def _chat(chat: str) -> int | str:
    return chat if chat.startswith("@") else int(chat)


def _preview(message: interface.Message) -> LinkPreviewOptions:
    if message.preview_url is None:
        return _PREVIEW_OFF
    return LinkPreviewOptions(
        url=message.preview_url,
        prefer_small_media=not message.preview_large,
        prefer_large_media=message.preview_large,
    )
