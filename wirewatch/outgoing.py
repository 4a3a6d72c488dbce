"""How does the daemon reach the configured channels, and hear what readers press?

Builds senders, outbox and the bot's updates from the config, changes them when it is edited, and
closes them at the end. Sending is `alerts/outbox/`, answering a pressed button `alerts/bot/`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from alerts.bot.house import House
from alerts.channel import TelegramChannel
from alerts.channels.senders import Senders, senders
from alerts.outbox.transitions import Times
from archive.archive import Archive
from archive.events import Event
from wirewatch.reports import report
from wirewatch.secrets import Secret
from wirewatch.settings import Settings

if TYPE_CHECKING:
    from telegram import Bot

    from alerts.outbox.outcomes import Answered
    from alerts.outbox.worker import Outbox

log = logging.getLogger("wirewatch")

CONNECT = (
    "no bot token, so alerts for %s go to standard output. To connect a chat: make a bot with @BotFather, "
    "and put its token into telegram.token beside wirewatch.yaml; or into WIREWATCH_TELEGRAM_TOKEN, and "
    "start again."
)
NO_CHAT = (
    "no chat is configured, so alerts go to standard output. To connect one: `wirewatch init`; or make a bot "
    "with @BotFather, put its token into telegram.token beside wirewatch.yaml, and name the chat there under "
    "`channels:`."
)


class Outgoing:
    """What reaches the channels: `outbox` sends, `run_updates` takes what readers press.

    `build` and `switch` take the channels of an edited config into use. `on_answer`, set before anything is
    sent, hears of every attempt whose outcome is written.
    """

    def __init__(
        self, archive: Archive, settings: Settings, clock: Callable[[], datetime], times: Times
    ) -> None:
        """Raises ChannelError where a channel cannot be filled."""
        self._archive, self._settings, self._clock, self._times = archive, settings, clock, times
        # A bot that is no longer used keeps its connections to the end: a message may be on its way.
        self._bots: dict[tuple[Secret, str | None], Bot] = {}
        self._closing: list[Callable[[], Awaitable[None]]] = []
        self._bot: Bot | None = None
        self._switched = asyncio.Event()
        self._pacing = settings.telegram.pacing
        self.on_answer: Callable[[Answered], None] = lambda _: None
        self._outbox: Outbox | None = None
        built = self.build(settings)
        self.switch(settings, built)
        if built.bot is None and not built.unconnected:
            log.warning(NO_CHAT)

    def build(self, settings: Settings) -> Senders:
        """Senders for these channels, used by nobody yet. Raises ChannelError."""
        token = settings.token
        key = (token, settings.telegram.api_url) if token is not None else None
        is_wanted = any(isinstance(channel, TelegramChannel) for channel in settings.channels)
        known = self._bots.get(key) if key is not None and is_wanted else None
        built = senders(
            settings.channels, token.reveal() if token is not None else None, settings.telegram, bot=known
        )
        self._closing += built.closing
        if key is not None and built.bot is not None:
            self._bots[key] = built.bot
        return built

    def switch(self, settings: Settings, built: Senders) -> None:
        """Send by `built` from now on; a message on its way ends as it began."""
        if built.unconnected:
            log.warning(CONNECT, ", ".join(built.unconnected))
        self._settings, self._senders = settings, built.by_channel
        if self._outbox is not None:
            self._fill(self._outbox)
        if built.bot is not self._bot:
            self._bot = built.bot
            self._switched.set()

    @property
    def outbox(self) -> "Outbox":
        """What sends."""
        if self._outbox is None:
            # Slow to load, and most rounds send nothing.
            from alerts.outbox.worker import Outbox

            self._outbox = Outbox(
                self._archive,
                {},
                {},
                self._clock,
                pacing=self._pacing,
                times=self._times,
                report=self._report,
            )
            self._outbox.on_answer = self.on_answer
            self._fill(self._outbox)
        return self._outbox

    def _fill(self, outbox: "Outbox") -> None:
        settings = self._settings
        outbox.channels = {channel.name: channel for channel in settings.channels}
        outbox.senders = self._senders
        outbox.default_zone = settings.timezone
        outbox.catch_up = settings.fetch.catch_up

    def unreached(self, times: int) -> set[str]:
        """The chats that could not be reached so many times in a row."""
        return self._outbox.unreached(times) if self._outbox is not None else set()

    async def stop(self, grace: float) -> None:
        """Begin to send nothing new and give what is under way so many seconds."""
        if self._outbox is not None:
            await self._outbox.stop(grace)

    async def run_updates(self) -> None:
        """Take what readers press, from the bot that is in use, until cancelled."""
        while True:
            self._switched.clear()
            polling = asyncio.create_task(self._poll(self._bot), name="poll for updates")
            switched = asyncio.create_task(self._switched.wait())
            try:
                await asyncio.wait([polling, switched], return_when=asyncio.FIRST_COMPLETED)
                if polling.done():
                    polling.result()
            finally:
                # What is cut off was not confirmed, and comes again.
                for task in (polling, switched):
                    task.cancel()
                await asyncio.wait([polling, switched])

    async def _poll(self, bot: "Bot | None") -> None:
        if bot is None:
            await asyncio.Event().wait()
            return
        from alerts.bot.polling import Polling

        await Polling(
            self._archive,
            bot,
            self._clock,
            house=self._house,
            times=self._times,
            membership=self.outbox.membership,
            report=self._report,
        ).run()

    def _house(self) -> House:
        settings = self._settings
        channels = {channel.name: channel for channel in settings.channels}
        return House(channels, settings.timezone, settings.telegram.admins, settings.watchlist())

    def _report(self, conn: Connection, event: Event) -> None:
        report(self._settings, conn, event)

    async def close(self) -> None:
        """Close every connection."""
        for close in self._closing:
            await close()


@asynccontextmanager
async def open_outgoing(
    archive: Archive, settings: Settings, clock: Callable[[], datetime], times: Times
) -> AsyncIterator[Outgoing]:
    """The way out to all channels; on leaving, connections close. Raises ChannelError."""
    outgoing = Outgoing(archive, settings, clock, times)
    try:
        yield outgoing
    finally:
        await outgoing.close()
