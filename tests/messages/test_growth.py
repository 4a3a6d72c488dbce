"""Is a story told anew once it has grown that far, whoever brought the outlet that was missing?"""

from pathlib import Path

from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer

COPIED = "Laos " + "and a long text that many outlets print word for word " * 4


async def test_an_outlet_that_the_channel_does_not_hear_of_counts_and_the_next_one_tells(
    tmp_path: Path, archive: Archive
) -> None:
    clock = Clock(START)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        chat = api.supergroup("Desk").id
        keys = {"realert_after": 3, "only": "NOT source:other"}
        channels = [{"name": "desk", "type": "telegram", "chat": chat, **keys}]
        desk = Newsdesk(
            tmp_path / "config", archive, api, clock, channels, [{"name": "laos", "query": "Laos"}]
        )
        told = []
        for outlet in ("post", "wire", "other", "agency", "blog", "post"):
            desk.publish("Laos opens a bridge", summary=COPIED, outlet=outlet)
            await desk.run(minutes=5)
            told.append(len(desk.texts(chat)))
        assert told == [1, 1, 1, 2, 2, 2]
        anew = api.ledger.of("sendMessage", chat_id=chat)[-1]
        assert anew.params["disable_notification"] == "false"
        assert "reply_parameters" in anew.params
