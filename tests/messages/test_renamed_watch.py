"""Is a watch that goes by another name still the one of which the messages that stand were?"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from archive import deliveries, renames
from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer
from wirewatch.rooms import Rulebook

COPIED = "Laos " + "and a long text that two outlets print word for word " * 4
CHANNEL: Mapping[str, Any] = {"name": "desk", "type": "telegram"}


async def test_no_story_is_told_anew_and_messages_bear_the_new_name(tmp_path: Path, archive: Archive) -> None:
    clock = Clock(START)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        chat = api.supergroup("Desk").id
        desk = Newsdesk(
            tmp_path / "config", archive, api, clock, [{**CHANNEL, "chat": chat}],
            [{"name": "laos", "query": "Laos"}, {"name": "rice", "query": "rice"}],
        )  # fmt: skip
        desk.publish("Laos opens a bridge for rice", summary=COPIED)
        desk.publish("Rice is dear", summary="Rice " * 9)
        await desk.run(minutes=1)
        laos, rice = desk.settings.watches
        renamed = (replace(laos, name="mekong", was="laos"), rice)
        desk.settings = replace(desk.settings, watches=renamed, compiled=None)
        desk.rules = Rulebook.compile(desk.settings)
        for _ in range(2):
            archive.write_now(lambda conn: renames.rename_watch(conn, "laos", "mekong"))
        desk.restart()
        desk.publish("Laos opens a bridge for rice", summary=COPIED, outlet="wire")
        await desk.run(minutes=5)
        first, second = api.ledger.of("sendMessage", chat_id=chat)
        assert first.text.endswith("#laos #rice")
        assert second.text.endswith("#rice")
        (edit,) = api.ledger.of("editMessageText", chat_id=chat)
        assert edit.text.endswith("#mekong #rice")
        said = archive.read_now(lambda conn: deliveries.listed(conn, ["sent"]))
        assert {tuple(row.content["watches"]) for row in said} == {("mekong", "rice"), ("rice",)}
