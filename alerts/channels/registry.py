"""Where does a channel type's sender come from?

Each file of this folder registers a builder under the `type:` that a user writes, and is loaded
when the first channel of that type is built: a configuration without Telegram never loads
python-telegram-bot. Building all of them is `senders.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from alerts.channel import BaseChannel, TelegramSettings
from alerts.channels.interface import Sender

if TYPE_CHECKING:
    from rich.console import Console
    from telegram import Bot


class ChannelError(Exception):
    """A channel cannot be filled; the text names it and says what to do, and tells no secret."""

    exit_code = 78


@dataclass(slots=True)
class Surroundings:
    """What builders may use and share.

    `console` is where the terminal's messages go, None for standard output; `token` is the bot's, None
    where there is none; `read_timeout` in seconds, None for the default.
    Builders leave here the one `bot`, the `unconnected` channels, and what has to be closed.
    """

    console: "Console | None" = None
    token: str | None = None
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    read_timeout: float | None = None
    bot: "Bot | None" = None
    unconnected: list[str] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


Builder = Callable[[BaseChannel, Surroundings], Sender]
_BUILDERS: dict[str, Builder] = {}


def channel_type(name: str) -> Callable[[Builder], Builder]:
    """Register the builder of channels with `type: name`."""

    def register(builder: Builder) -> Builder:
        _BUILDERS[name] = builder
        return builder

    return register


def builder(name: str) -> Builder:
    """The builder of `type: name`; ModuleNotFoundError where no file of this folder has it."""
    if name not in _BUILDERS:
        import_module(f"alerts.channels.{name}")
    return _BUILDERS[name]
