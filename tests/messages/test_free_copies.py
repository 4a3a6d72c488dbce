"""Is an article behind payment marked, and does its link lead to a free copy as soon as there is one?"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer
from wirewatch.demo.botapi.ledger import Accepted

COPIED = "Laos " + "and a long text that two outlets print word for word " * 4


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


def link(act: Accepted) -> str | None:
    return next(entity.url for entity in act.content.entities if entity.kind == "text_link")


async def test_a_paywall_is_marked_and_a_free_copy_takes_the_link(
    tmp_path: Path, sqlite_archive: Archive, api: BotApiPeer
) -> None:
    channels = [{"name": "desk", "type": "telegram", "chat": api.supergroup("Desk").id}]
    watches = [{"name": "laos", "query": "Laos"}]
    desk = Newsdesk(tmp_path / "config", sqlite_archive, api, Clock(START), channels, watches)
    desk.wall(desk.publish("Laos opens a bridge", outlet="agency", summary=COPIED))
    await desk.run(minutes=1)
    (first,) = api.ledger.messages
    assert first.text.split("\n")[1].endswith(" · 🔒")
    assert link(first) == "https://agency.example/1"
    desk.publish("Laos opens a bridge", outlet="wire", summary=COPIED, body=COPIED)
    await desk.run(minutes=1)
    edited = api.ledger.of("editMessageText")[-1]
    assert edited.text.split("\n")[1].endswith(" · 🔒 free at Wire One")
    assert link(edited) == "https://wire.example/2"
    assert edited.text.split("\n")[1].startswith("The Agency")
