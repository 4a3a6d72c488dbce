"""How does the daemon reach the configured channels, and hear what readers press?

Builds senders, outbox and the bot's updates from the config, and closes them at the end. Sending is
`alerts/outbox/`, answering a pressed button `alerts/bot/`.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from alerts.channels.senders import senders
from alerts.outbox.outcomes import Report
from alerts.outbox.transitions import Times
from alerts.outbox.worker import Outbox
from archive.archive import Archive
from wirewatch.reports import report
from wirewatch.settings import Settings

if TYPE_CHECKING:
    from telegram import Bot

    from alerts.bot.polling import Polling

log = logging.getLogger("wirewatch")

CONNECT = (
    "no bot token, so alerts for %s go to the terminal. To connect a chat: make a bot with @BotFather, "
    "put its token into WIREWATCH_TELEGRAM_TOKEN or config/telegram.token, and start again."
)
NO_CHAT = (
    "no chat is configured, so alerts go to the terminal. To connect one: make a bot with @BotFather, "
    "put its token into config/telegram.token, and name the chat under `channels:` in config/wirewatch.yaml."
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What reaches the channels; `updates` takes what readers press, None without a bot."""

    outbox: Outbox
    updates: "Polling | None"


@asynccontextmanager
async def open_outgoing(
    archive: Archive, settings: Settings, clock: Callable[[], datetime], times: Times
) -> AsyncIterator[Outgoing]:
    """The outbox over all channels; on leaving, connections close."""
    token = settings.token.reveal() if settings.token is not None else None
    built = senders(settings.channels, token, settings.telegram)
    if built.unconnected:
        log.warning(CONNECT, ", ".join(built.unconnected))
    elif built.bot is None:
        log.warning(NO_CHAT)
    tell = partial(report, settings)
    outbox = Outbox(
        archive,
        {channel.name: channel for channel in settings.channels},
        built.by_channel,
        clock,
        pacing=settings.telegram.pacing,
        times=times,
        default_zone=settings.timezone,
        catch_up=settings.fetch.catch_up,
        report=tell,
    )
    try:
        yield Outgoing(outbox, _updates(archive, built.bot, clock, times, tell))
    finally:
        await built.close()


def _updates(
    archive: Archive, bot: "Bot | None", clock: Callable[[], datetime], times: Times, tell: Report
) -> "Polling | None":
    if bot is None:
        return None
    from alerts.bot.polling import Polling

    return Polling(archive, bot, clock, times=times, report=tell)
