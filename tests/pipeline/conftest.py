"""Fixtures of the pipeline tests: a chat at a stand-in, a newsroom to script."""

from collections.abc import AsyncIterator

import pytest

from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom
from wirewatch.demo.botapi import Chat


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


@pytest.fixture
def chat(api: BotApiPeer) -> Chat:
    return api.supergroup("The desk")


@pytest.fixture
async def site() -> AsyncIterator[PeerNewsroom]:
    async with PeerNewsroom() as peer:
        yield peer
