"""How does the daemon get an outbox that reaches the configured channels?

Builds the senders of the config and closes them at the end. Sending is `alerts/outbox/`.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from alerts.channels.senders import senders
from alerts.outbox.worker import Outbox
from archive.archive import Archive
from wirewatch.settings import Settings

log = logging.getLogger("wirewatch")

# A message under way gets this long to be answered when the daemon ends (seconds).
GRACE = 6.0

CONNECT = (
    "no bot token, so alerts for %s go to the terminal. To connect a chat: make a bot with @BotFather, "
    "put its token into WIREWATCH_TELEGRAM_TOKEN or config/telegram.token, and start again."
)
NO_CHAT = (
    "no chat is configured, so alerts go to the terminal. To connect one: make a bot with @BotFather, "
    "put its token into config/telegram.token, and name the chat under `channels:` in config/wirewatch.yaml."
)


@asynccontextmanager
async def open_outbox(
    archive: Archive, settings: Settings, clock: Callable[[], datetime]
) -> AsyncIterator[Outbox]:
    """The outbox over all channels; on leaving, what is under way ends and connections close."""
    token = settings.token.reveal() if settings.token is not None else None
    built = senders(settings.channels, token, settings.telegram)
    if built.unconnected:
        log.warning(CONNECT, ", ".join(built.unconnected))
    elif not any(channel.type == "telegram" for channel in settings.channels):
        log.warning(NO_CHAT)
    outbox = Outbox(
        archive,
        {channel.name: channel for channel in settings.channels},
        built.by_channel,
        clock,
        pacing=settings.telegram.pacing,
        default_zone=settings.timezone,
    )
    try:
        yield outbox
    finally:
        await outbox.stop(GRACE)
        await built.close()
