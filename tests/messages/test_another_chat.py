"""Do those hear of a story into whose chat a channel has moved?"""

from dataclasses import replace
from pathlib import Path

from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer
from wirewatch.rooms import Rulebook

COPIED = "Laos " + "and a long text that three outlets print word for word " * 4


async def test_the_readers_of_the_new_chat_are_told_what_those_of_the_old_one_were(
    tmp_path: Path, archive: Archive
) -> None:
    clock = Clock(START)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        old, new = api.supergroup("Desk").id, api.supergroup("The other desk").id
        channels = [{"name": "desk", "type": "telegram", "chat": old}]
        watches = [{"name": "laos", "query": "Laos"}, {"name": "rice", "query": "rice"}]
        desk = Newsdesk(tmp_path / "config", archive, api, clock, channels, watches)
        first = desk.publish("Laos opens a bridge", summary=COPIED)
        await desk.run(minutes=1)
        (channel,) = desk.settings.channels
        desk.settings = replace(desk.settings, channels=(replace(channel, chat=new),))
        desk.rules = Rulebook.compile(desk.settings)
        desk.restart()
        desk.publish("Laos opens a bridge", summary=COPIED, outlet="wire")
        await desk.run(minutes=1)
        desk.publish("Laos opens a bridge", summary=COPIED, outlet="other")
        # This very article was told to the channel.
        desk.revise(first, "Laos opens a bridge for rice")
        await desk.run(minutes=5)
        assert [text.split("\n")[0] for text in desk.texts(old)] == ["Laos opens a bridge"]
        (sent,) = api.ledger.of("sendMessage", chat_id=new)
        assert sent.text.split("\n")[0] == "Laos opens a bridge"
        assert sent.params["disable_notification"] == "false"
        (edited,) = api.ledger.of("editMessageText", chat_id=new)
        assert "The Other" in edited.text
