"""How is a secret kept out of sight?

`Secret` holds one without showing it; `mask` and the logging filter `MaskSecrets` blank every
known secret, and whatever is shaped like a bot token, in text that leaves the program. Where
secrets are read from is `wirewatch/secret_files.py` and `wirewatch/bot_token.py`.
"""

import logging
import re
from typing import Final

MASK: Final = "***"
# Keys of the config whose values are or may hold secrets: they are named, but never shown or kept.
SECRET_KEYS: Final = frozenset({"token", "token_file", "proxy", "archive", "headers", "ping_url"})
# As Telegram gives them: the bot's number, a colon, 35 characters of base64url.
_BOT_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
_USERINFO = re.compile(r"(?<=://)[^/?#\s]+(?=@)")
# As SQLAlchemy reads an address: a password may hold brackets and slashes.
_PASSWORD = re.compile(r"://[^:/]*:([^@]*)@")
# Shorter ones would blank innocent words of the log.
_SHORTEST = 6

_known: set[str] = set()


class Secret:
    """A text that only `reveal` shows; making one also lets `mask` know it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        if len(text) >= _SHORTEST:
            _known.add(text)

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a Secret does not travel to another process")


def secret_address(address: str) -> str:
    """`address`, known to `mask` from now on, and the password in it by itself too."""
    said = _PASSWORD.search(address)
    Secret(said[1] if said else "")
    return Secret(address).reveal()


def is_secret(text: str) -> bool:
    """Whether `mask` would leave anything out of `text`."""
    return mask(text) != text


def mask(text: str) -> str:
    """`text` with every known secret, bot token and password in an address blanked."""
    for secret in sorted(_known, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, MASK)
    return _USERINFO.sub(MASK, _BOT_TOKEN.sub(MASK, text))


class MaskSecrets(logging.Filter):
    """Blanks secrets in a record's message, arguments and traceback; put it on handlers.

    A filter on a logger does not see the records of the loggers below it, one on a handler does.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            record.msg = mask(record.getMessage())
        except (TypeError, ValueError, KeyError):
            # Arguments that do not fit: logging would print them unmasked to say so.
            record.msg = mask(f"{record.msg} {record.args!r}")
        record.args = None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
            # A formatter that renders the exception itself would show it unmasked.
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = mask(record.exc_text)
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        return True


def install(logger: logging.Logger | None = None) -> None:
    """Put the filter on every handler of `logger` (the root where none is given)."""
    for handler in (logger or logging.getLogger()).handlers:
        if not any(isinstance(known, MaskSecrets) for known in handler.filters):
            handler.addFilter(MaskSecrets())
