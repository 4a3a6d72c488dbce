"""What does an exception of python-telegram-bot mean for the message that was to be sent?

Told apart by class and cause: the same `NetworkError` may mean that nothing left the machine, that
nobody knows, or (`BadRequest` is one too) that it can never be sent. Descriptions lose their prefix
and are capitalised on the way, so they are compared in lower case. What the outbox does with the
outcome is `alerts/outbox/transitions.py`.
"""

import warnings

import httpx
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
from telegram.warnings import PTBDeprecationWarning

from alerts.channels.interface import Code, Moved, NotSent, Outcome, Permanent, Unknown, Wait

# A 429 without `parameters` names no time (seconds).
DEFAULT_WAIT = 30.0
# A refused token is tried again this rarely: every try is one more refusal (seconds).
TOKEN_WAIT = 600.0

# The request was not written: no connection, no place in the pool, no such address.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)

_NOT_MODIFIED = "message is not modified"
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NOTHING_TO_DELETE = ("message to delete not found", "message identifier is not specified")

# Parts of a 400's description, the first that fits counts.
_REFUSALS: tuple[tuple[str, Code], ...] = (
    ("chat not found", "chat"),
    ("peer_id_invalid", "chat"),
    ("upgraded to a supergroup", "chat"),
    ("channel_private", "kicked"),
    ("thread not found", "topic"),
    ("topic_closed", "topic"),
    ("topic_deleted", "topic"),
    ("topic_id_invalid", "topic"),
    ("not enough rights", "rights"),
    ("need administrator rights", "rights"),
    ("have no rights", "rights"),
    ("chat_write_forbidden", "rights"),
    ("chat_restricted", "rights"),
    ("_forbidden", "rights"),
    ("can't parse entities", "markup"),
    ("is too long", "markup"),
    ("message_too_long", "markup"),
    ("text is empty", "markup"),
    ("must be non-empty", "markup"),
    ("entities_too_long", "markup"),
    ("url_invalid", "markup"),
    *((part, "edited") for part in _GONE),
)


def classify(error: TelegramError) -> Outcome:
    """What `error`, raised while something was sent, says about it."""
    text = str(error)
    match error:
        case RetryAfter():
            return Wait(_seconds(error), f"Telegram asks to wait: {text}")
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case BadRequest():
            return Permanent(text, _refusal(text))
        case Forbidden():
            return Permanent(text, _forbidden(text))
        case InvalidToken():
            return Wait(TOKEN_WAIT, _refused_token(text), whole_bot=True)
        case Conflict():
            return NotSent(text)
        case NetworkError() if "too many requests" in text.lower():
            return Wait(DEFAULT_WAIT, f"Telegram asks to wait: {text}")
        case NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            return NotSent(_network(error))
        case _:
            return Unknown(_network(error))


def _refused_token(text: str) -> str:
    return f"Telegram refuses the bot's token ({text}): take the right one from @BotFather"


def not_modified(error: TelegramError) -> bool:
    """Whether an edit changed nothing because the message is so already."""
    return isinstance(error, BadRequest) and _NOT_MODIFIED in str(error).lower()


def not_ours(error: TelegramError) -> bool:
    """Whether an edit failed because there is no such message, or it is somebody else's."""
    return isinstance(error, BadRequest) and any(part in str(error).lower() for part in _GONE)


def nothing_to_delete(error: TelegramError) -> bool:
    """Whether a deletion failed because the message is gone."""
    return isinstance(error, BadRequest) and any(part in str(error).lower() for part in _NOTHING_TO_DELETE)


def _seconds(error: RetryAfter) -> float:
    # Whole seconds, or a timedelta where PTB_TIMEDELTA is set; the former is deprecated.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        after = error.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())


def _refusal(text: str) -> Code:
    lowered = text.lower()
    return next((code for part, code in _REFUSALS if part in lowered), "message")


def _forbidden(text: str) -> Code:
    lowered = text.lower()
    if "blocked" in lowered or "deactivated" in lowered or "initiate conversation" in lowered:
        return "blocked"
    return "chat" if "deleted" in lowered else "kicked"


def _network(error: TelegramError) -> str:
    cause = error.__cause__
    if isinstance(error, TimedOut):
        return f"no answer in time ({type(cause).__name__})" if cause else "no answer in time"
    return str(error) or type(error).__name__
