"""Fixtures of the peers' own tests: a Bot API that is judged, and two clients that are not ours."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot as OtherBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import Bot

from tests.peers.botapi import BotApiPeer, telegram_bot


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


@pytest.fixture
async def bot(api: BotApiPeer) -> AsyncIterator[Bot]:
    async with telegram_bot(api) as ours:
        yield ours


@pytest.fixture
async def other_bot(api: BotApiPeer) -> AsyncIterator[OtherBot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.api_url))
    async with OtherBot(api.token, session=session) as theirs:
        yield theirs
