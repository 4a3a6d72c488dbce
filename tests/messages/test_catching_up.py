"""Is what is met at a first contact one message, though it is found in the course of a minute?"""

from pathlib import Path

from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer


async def test_what_is_found_while_others_wait_goes_with_them(tmp_path: Path, archive: Archive) -> None:
    clock = Clock(START)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        chat = api.supergroup("Desk").id
        desk = Newsdesk(
            tmp_path / "config",
            archive,
            api,
            clock,
            [{"name": "desk", "type": "telegram", "chat": chat, "digest": "6h"}],
            [{"name": "laos", "query": "Laos"}, {"name": "weather", "query": "weather", "urgency": "low"}],
        )
        desk.publish("Weather is fair in Sekong")
        for number in range(5):
            desk.publish(f"Laos opens road number {number}", contact="catch-up")
            await desk.run(seconds=10)
        await desk.run(minutes=5)
        (digest,) = desk.texts(chat)
        assert digest.startswith("Catching up · 5 articles")
        # What waits for its hour is not drawn along.
        assert "Weather" not in digest
        desk.publish("Laos opens another road", contact="catch-up")
        await desk.run(minutes=5)
        assert desk.texts(chat)[1].startswith("Catching up · 1 article")
