"""An office for every test of the outbox: on both databases, and on SQLite alone."""

from collections.abc import AsyncIterator

import pytest

from archive.archive import Archive
from tests.outbox.office import Office
from tests.peers.botapi import BotApiPeer


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


@pytest.fixture
async def office(archive: Archive, api: BotApiPeer) -> Office:
    """On both databases."""
    return Office(archive, api)


@pytest.fixture
async def desk(sqlite_archive: Archive, api: BotApiPeer) -> Office:
    """On SQLite, for what does not depend on the database."""
    return Office(sqlite_archive, api)
