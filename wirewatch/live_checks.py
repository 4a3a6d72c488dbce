"""Does what the config names answer in the real world?

For `wirewatch check --live`: the token, the bot's rights in each chat and topic, the clock, the disk, the
proxies, ten sources. Each check is one `Finding`; what the files say is checked before, in
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
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from alerts.channel import TelegramChannel
from archive.sources import SourceState
from crawler.children import Child
from crawler.client import Client
from crawler.fetch_errors import FetchError
from crawler.gathering import Tools, gather
from crawler.proxies import masked, parse_proxy
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
# Where Telegram does not answer, so many sources are asked for the time.
OTHER_CLOCKS = 3
ANSWER = 10.0
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
        told_by = [
            settings.telegram.api_url or _CLOCK_URL,
            *(one.url for one in settings.sources[:OTHER_CLOCKS]),
        ]
        yield await _clock(client, told_by)
        async for finding in _proxies(client, settings):
            yield finding
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


async def _clock(client: Client, addresses: Sequence[str]) -> Finding:
    """This machine's clock beside that of the first of these that tells its own."""
    why = ""
    for url in addresses:
        try:
            response = await client.get(url, deadline=ANSWER, redirects=0)
            theirs = parsedate_to_datetime(response.headers["Date"])
        except (FetchError, KeyError, ValueError) as error:
            why = why or str(error)
            continue
        differs = abs(utc_now() - theirs.astimezone(UTC))
        level: Literal["ok", "warning"] = "ok" if differs <= CLOCK_DIFFERS else "warning"
        remedy = "" if level == "ok" else ": set it by NTP, or alerts count as too old or too new"
        said = f"differs by {differs.total_seconds():.0f} s from that of {_host(url)}{remedy}"
        return Finding(level, "clock", said)
    return Finding("warning", "clock", f"nobody to compare it with: {mask(why)}")


async def _proxies(client: Client, settings: Settings) -> AsyncIterator[Finding]:
    """Each proxy of the config, asked for an address that goes through it."""
    users: dict[str, list[str]] = {}
    for source in settings.sources:
        through = source.proxy or settings.fetch.proxy
        if through is not None:
            users.setdefault(through, []).append(source.url)
    if settings.fetch.proxy is not None:
        users.setdefault(settings.fetch.proxy, [_CLOCK_URL])
    for proxy, addresses in users.items():
        yield await _proxy(client, proxy, addresses)


async def _proxy(client: Client, proxy: str, addresses: Sequence[str]) -> Finding:
    subject = f"proxy {masked(parse_proxy(proxy))}"
    try:
        response = await client.get(addresses[0], proxy=proxy, deadline=ANSWER, redirects=0)
    except FetchError as error:
        return Finding("error", subject, mask(str(error)))
    if response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return Finding("error", subject, "it wants a user and a password, or others than these (407)")
    return Finding("ok", subject, f"answers; {len(addresses)} addresses are asked through it")


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
