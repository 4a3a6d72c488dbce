"""Which sender fills which channel?

Builds the senders of a configuration. Without a token Telegram channels print to the terminal, and
`unconnected` names them. What a sender does is in the file of its type.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.channel import Channel, TelegramChannel, TelegramSettings
from alerts.channels.interface import Sender
from alerts.channels.registry import Surroundings, builder

if TYPE_CHECKING:
    from rich.console import Console
    from telegram import Bot


@dataclass(frozen=True, slots=True)
class Senders:
    """The senders by channel name. `bot` is the one Telegram bot, None without a token or need of
    it; `unconnected` are the Telegram channels that print to the terminal instead."""

    by_channel: Mapping[str, Sender]
    unconnected: tuple[str, ...]
    bot: "Bot | None"
    closing: tuple[Callable[[], Awaitable[None]], ...]

    async def close(self) -> None:
        """Close every connection."""
        for close in self.closing:
            await close()


def senders(
    channels: Iterable[Channel],
    token: str | None,
    telegram: TelegramSettings,
    *,
    console: "Console | None" = None,
    read_timeout: float | None = None,
    bot: "Bot | None" = None,
) -> Senders:
    """A sender for every channel.

    `console` is where the terminal's messages go, standard output by default; `read_timeout` is
    how many seconds an answer may take; `bot` is one that is connected already by this token.
    Raises ChannelError where a channel cannot be filled.
    """
    shared = Surroundings(console, token, telegram, read_timeout, bot)
    built = {channel.name: builder(channel.type)(channel, shared) for channel in channels}
    return Senders(built, tuple(shared.unconnected), shared.bot, tuple(shared.closing))


def chat_key(channel: Channel) -> str:
    """The chat a channel's deliveries go to; two topics of a group are one chat."""
    return str(channel.chat) if isinstance(channel, TelegramChannel) else f"{channel.type}:{channel.name}"
