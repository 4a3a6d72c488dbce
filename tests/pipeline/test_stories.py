"""Coverage of one event, through the real daemon: one message that grows, replies, and what is told anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import deliveries, stories
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, item, rss
from tests.pipeline.house import feed_source, headlines, house, until, write_config
from wirewatch.demo.botapi import Chat
from wirewatch.demo.feeds import FeedItem

BRIDGE = (
    "Laos opened a bridge over the Mekong at Xayaburi on Tuesday, the Ministry of Public Works said "
    "in Vientiane. The bridge is 870 metres long, cost 41 million dollars and was paid for by "
    "Thailand. Governor Somsak Phounthong said that trucks from Nan province would save four hours."
)
DENGUE = (
    "The Lao health ministry warned of dengue after 3,200 cases were counted in Laos since January. "
    "Hospitals in Attapeu and Luang Namtha asked for blood plasma, and soldiers were sent to spray "
    "markets and temples."
)


def entry(title: str, summary: str) -> FeedItem:
    return item(title, summary=summary, published=datetime.now(UTC))


class Press:
    """Two outlets, one feed each; what the second says comes after the first was told."""

    def __init__(
        self,
        site: PeerNewsroom,
        folder: Path,
        api: BotApiPeer,
        chat: Chat,
        archive: str | None = None,
        tiers: Mapping[str, int] | None = None,
        **channel: object,
    ) -> None:
        self.site, self.api = site, api
        for name in ("one", "two"):
            site.script(f"/{name}", rss(["A quiet day"]))
        keys = {"name": "desk", "type": "telegram", "chat": chat.id, **channel}
        sources = [
            feed_source(n, site.url(f"/{n}"), title=n.title(), tier=(tiers or {}).get(n, 2))
            for n in ("one", "two")
        ]
        self.folder = write_config(folder, sources, api, chat, channels=[keys], archive=archive)

    async def polled(self) -> None:
        """Wait until both were asked twice more."""
        seen = {name: len(self.site.seen(f"/{name}")) for name in ("one", "two")}
        await until(lambda: all(len(self.site.seen(f"/{name}")) > n + 2 for name, n in seen.items()))

    async def says(self, name: str, *entries: FeedItem, messages: int | None = None, edits: int = 0) -> None:
        """An outlet publishes; wait for so many messages and edits in all, or for the next polls."""
        self.site.script(f"/{name}", rss([*entries, "A quiet day"]))
        await self.polled()
        if messages is not None:
            await until(lambda: len(self.api.ledger.messages) >= messages)
            await until(lambda: len(self.api.ledger.of("editMessageText")) >= edits)


async def test_a_copy_grows_the_message_and_other_words_on_other_facts_are_a_message_of_their_own(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    press = Press(site, tmp_path / "config", api, chat)
    async with house(press.folder):
        await press.polled()
        await press.says("one", entry("Laos opens Mekong bridge", BRIDGE), messages=1)
        copy = entry("New bridge at Xayaburi", f"VIENTIANE (AFP) — {BRIDGE}")
        await press.says("two", copy, messages=1, edits=1)
        await press.says("two", entry("Laos warns of dengue", DENGUE), copy, messages=2)
    assert headlines(api) == ["Laos opens Mekong bridge", "Laos warns of dengue"]
    (edit,) = api.ledger.of("editMessageText")
    assert edit.message_id == api.ledger.messages[0].message_id
    assert "also: Two" in edit.text


async def test_a_changed_number_is_a_silent_reply_to_the_storys_message(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    press = Press(site, tmp_path / "config", api, chat)
    async with house(press.folder):
        await press.polled()
        await press.says("one", entry("Laos opens Mekong bridge", BRIDGE), messages=1)
        update = entry("Laos opens its bridge at Xayaburi", BRIDGE.replace("41 million", "47 million"))
        await press.says("two", update, messages=2)
    first, second = api.ledger.messages
    assert second.params["disable_notification"] in (True, "true", "True")
    reply_to = api.message(chat.id, second.message_id).reply_to
    assert reply_to is not None
    assert reply_to.id == first.message_id


async def test_the_better_outlet_heads_the_message_and_a_correction_marks_it(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "EDIT_EVERY", timedelta(milliseconds=100))
    press = Press(site, tmp_path / "config", api, chat, tiers={"two": 1})
    first = entry("Laos opens Mekong bridge", BRIDGE)
    async with house(press.folder):
        await press.polled()
        await press.says("one", first, messages=1)
        better = entry("New bridge at Xayaburi", BRIDGE)
        await press.says("two", better, messages=1, edits=1)
        fixed = entry("CORRECTED-Laos opens Mekong bridge", BRIDGE.replace("870 metres", "780 metres"))
        await press.says("one", fixed, first, messages=2, edits=2)
        # What reads otherwise at its own address marks the message too.
        gone = replace(better, title="[기사 삭제] New bridge at Xayaburi")
        await press.says("two", gone, edits=3, messages=2)
    said = [act.text.split("\n")[:2] for act in api.ledger.of("editMessageText")]
    assert said[0][0] == said[1][0] == "New bridge at Xayaburi"
    assert said[1][1].startswith("✏️ corrected by One, ")
    assert said[2] == ["Laos opens Mekong bridge", "🚫 withdrawn by Two"]
    assert headlines(api) == ["Laos opens Mekong bridge", "CORRECTED-Laos opens Mekong bridge"]


async def test_a_restart_knows_what_is_live(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, archive_address: str
) -> None:
    press = Press(site, tmp_path / "config", api, chat, archive_address)
    async with house(press.folder):
        await press.polled()
        await press.says("one", entry("Laos opens Mekong bridge", BRIDGE), messages=1)
    async with house(press.folder) as daemon:
        await press.says("two", entry("New bridge at Xayaburi", BRIDGE), messages=1, edits=1)
        (story,) = await daemon.rooms.archive.read(
            lambda conn: stories.grown(conn, datetime(2000, 1, 1, tzinfo=UTC), 9)
        )
    assert (story.articles, story.outlets, story.withheld) == (2, 2, 1)
    assert len(api.ledger.messages) == 1


@pytest.mark.parametrize(
    ("channel", "messages"), [({"stories": False}, 2), ({"realert_after": 2}, 2), ({"realert_after": 3}, 1)]
)
async def test_a_channel_says_whether_and_when_a_story_is_told_anew(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, channel: dict[str, object], messages: int
) -> None:
    press = Press(site, tmp_path / "config", api, chat, **channel)
    async with house(press.folder):
        await press.polled()
        await press.says("one", entry("Laos opens Mekong bridge", BRIDGE), messages=1)
        await press.says("two", entry("New bridge at Xayaburi", BRIDGE), messages=messages)
        await press.polled()
    assert len(api.ledger.messages) == messages
