"""Does what the config names answer in the real world?

For `wirewatch check --live`: the token, the bot's rights in each chat and topic, ten sources (through
their proxy), the clock, the disk. Each check is one `Finding`; what the files say is checked before, in
`wirewatch/config_reading.py`. Nothing is sent or kept.
"""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from alerts.channel import TelegramChannel
from archive.sources import SourceState
from crawler.children import Child
from crawler.client import Client, FetchError
from crawler.gathering import Tools, gather
from crawler.source import Source
from wirewatch.rooms import utc_now
from wirewatch.secrets import mask
from wirewatch.settings import Settings

if TYPE_CHECKING:
    from telegram import Bot

MOST_SOURCES = 10
# Less room than this is soon none.
LITTLE_ROOM = 500_000_000
# Telegram and publishers are believed; a clock that differs by more makes alerts late or early.
CLOCK_DIFFERS = timedelta(seconds=30)
_CLOCK_URL = "https://api.telegram.org/"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. A warning does not keep Wirewatch from working."""

    level: Literal["ok", "warning", "error"]
    subject: str
    text: str


async def look(settings: Settings, chance: random.Random | None = None) -> AsyncIterator[Finding]:
    """Every finding, as it comes; which sources are asked is left to `chance`."""
    yield _room(settings)
    async for finding in _telegram(settings):
        yield finding
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(settings.fetch, settings.contact))
        yield await _clock(client, settings)
        reading, crawling = Child("reading"), Child("crawling")
        stack.push_async_callback(reading.close)
        stack.push_async_callback(crawling.close)
        tools = Tools(client, reading, crawling, settings.fetch, settings.contact)
        chosen = (chance or random.Random()).sample(  # noqa: S311 - no secret hangs on it
            settings.sources, min(MOST_SOURCES, len(settings.sources))
        )
        for asked in asyncio.as_completed([_source(source, tools) for source in chosen]):
            yield await asked


def _room(settings: Settings) -> Finding:
    if not isinstance(settings.archive, Path):
        return Finding("ok", "disk", "the archive is in PostgreSQL")
    folder = next(f for f in (settings.archive.parent, *settings.archive.parents) if f.is_dir())
    free = shutil.disk_usage(folder).free
    level: Literal["ok", "warning"] = "ok" if free > LITTLE_ROOM else "warning"
    return Finding(level, "disk", f"{free / 1e9:.1f} GB are free for the archive ({folder})")


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    channels = [channel for channel in settings.channels if isinstance(channel, TelegramChannel)]
    if not channels:
        yield Finding("ok", "telegram", "no channel goes there")
        return
    if settings.token is None:
        names = ", ".join(channel.name for channel in channels)
        yield Finding("warning", "token", f"there is none, so {names} print to the terminal")
        return
    from alerts.bot.meeting import BotError, meeting, name_of

    async with meeting(settings.token.reveal(), settings.telegram) as bot:
        try:
            yield Finding("ok", "token", f"it is that of {await name_of(bot)}")
        except BotError as error:
            yield Finding("error", "token", str(error))
            return
        for channel in channels:
            yield await _chat(bot, channel)


async def _chat(bot: "Bot", channel: TelegramChannel) -> Finding:
    from alerts.bot.meeting import BotError, permissions

    subject = f"channel {channel.name}"
    try:
        here = await permissions(bot, channel.chat, channel.topic)
    except BotError as error:
        return Finding("error", subject, str(error))
    if here.hindrance is not None:
        return Finding("error", subject, f"{here.title}: {here.hindrance}")
    if here.may_edit_others:
        text = "the bot may edit other people's posts: take that right away, or lost messages are sent again"
        return Finding("warning", subject, f"{here.title}: {text}")
    return Finding("ok", subject, f"the bot may post in {here.title}")


async def _clock(client: Client, settings: Settings) -> Finding:
    url = settings.telegram.api_url or _CLOCK_URL
    try:
        response = await client.get(url, deadline=10, redirects=0)
        theirs = parsedate_to_datetime(response.headers["Date"])
    except (FetchError, KeyError, ValueError) as error:
        return Finding("warning", "clock", f"nobody to compare it with: {mask(str(error))}")
    differs = abs(utc_now() - theirs.astimezone(UTC))
    level: Literal["ok", "warning"] = "ok" if differs <= CLOCK_DIFFERS else "warning"
    return Finding(level, "clock", f"differs by {differs.total_seconds():.0f} s from that of {_host(url)}")


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]


async def _source(source: Source, tools: Tools) -> Finding:
    subject = f"source {source.name}"
    now = utc_now()
    gathered = await gather(source, SourceState(source.name, now), tools, now)
    if gathered.outcome == "failed":
        return Finding("error", subject, mask(gathered.error or "it fails"))
    dated = [entry.published for entry in gathered.entries if entry.published is not None]
    newest = f", the newest of {max(dated):%Y-%m-%d}" if dated else ""
    return Finding("ok", subject, f"{len(gathered.entries)} entries{newest}")


def worst(findings: Sequence[Finding]) -> Literal["ok", "warning", "error"]:
    """The gravest level among the findings."""
    levels = {finding.level for finding in findings}
    return "error" if "error" in levels else "warning" if "warning" in levels else "ok"
