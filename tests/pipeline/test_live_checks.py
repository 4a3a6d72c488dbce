"""`check --live`: what is wrong out there is found, named, and comes with what to do about it."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.crawler.site import reply, running
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, rss
from tests.pipeline import house
from tests.pipeline.test_housekeeping import amend
from wirewatch import live_checks
from wirewatch.demo.botapi import Chat, Presence
from wirewatch.live_checks import Finding, look, worst


@dataclass
class World:
    """A config on disk, and what it names."""

    folder: Path
    api: BotApiPeer
    chat: Chat
    site: PeerNewsroom

    async def findings(self) -> dict[str, Finding]:
        settings = house.settings_of(self.folder)
        return {found.subject: found async for found in look(settings, random.Random(1))}


@pytest.fixture
async def world(api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path) -> World:
    site.script("/feed", _stamped(datetime.now(UTC)))
    listed = [house.feed_source("post", site.url("/feed"))]
    return World(house.write_config(tmp_path / "config", listed, api, chat), api, chat, site)


def _stamped(moment: datetime) -> Reply:
    return Reply(rss(["Quiet"]), headers={"Date": format_datetime(moment, usegmt=True)})


async def test_where_all_is_well_every_line_says_so(world: World) -> None:
    found = await world.findings()
    assert {one.level for one in found.values()} == {"ok"}, found
    assert set(found) == {"disk", "token", "channel desk", "clock", "source post"}


async def test_a_token_that_telegram_does_not_know(world: World) -> None:
    (world.folder / "telegram.token").write_text("123456:wrong-but-well-formed-xxxxxxxxxxxxxxxxxxx")
    found = await world.findings()
    assert found["token"].level == "error"
    assert "take it from @BotFather once more" in found["token"].text
    # The rest is looked at all the same.
    assert found["source post"].level == "ok"


@pytest.mark.parametrize("presence", [Presence.LEFT, Presence.KICKED])
async def test_a_chat_that_the_bot_is_not_in(world: World, presence: Presence) -> None:
    world.api.put(world.chat, presence)
    found = (await world.findings())["channel desk"]
    assert found.level == "error"
    assert "add" in found.text


async def test_a_topic_that_is_not_there_and_a_channel_without_the_right_to_post(world: World) -> None:
    forum = world.api.supergroup("Forum", topics=1)
    wire = world.api.channel("Wire")
    wire.rights.discard("can_post_messages")
    channels = [
        {"name": "here", "type": "telegram", "chat": forum.id, "topic": next(iter(forum.topics))},
        {"name": "nowhere", "type": "telegram", "chat": forum.id, "topic": 99999},
        {"name": "wire", "type": "telegram", "chat": wire.id},
    ]
    amend(world.folder, channels=channels)
    found = await world.findings()
    assert found["channel here"].level == "ok"
    assert (found["channel nowhere"].level, "topic 99999" in found["channel nowhere"].text) == ("error", True)
    assert "let it be an administrator who may post" in found["channel wire"].text


async def test_a_right_that_is_to_be_taken_away(world: World) -> None:
    wire = world.api.channel("Wire")
    wire.rights.add("can_edit_messages")
    amend(world.folder, channels=[{"name": "wire", "type": "telegram", "chat": wire.id}])
    found = (await world.findings())["channel wire"]
    assert found.level == "warning"
    assert "take that right away" in found.text


async def test_a_clock_that_is_wrong(world: World) -> None:
    # The Bot API server of the config is not there; a source tells the time.
    amend(world.folder, telegram={"api_url": "http://127.0.0.1:9"})
    world.site.script("/feed", _stamped(datetime.now(UTC) - timedelta(hours=2)))
    found = (await world.findings())["clock"]
    assert found.level == "warning"
    assert "differs by 7200 s" in found.text or "differs by 7201 s" in found.text
    assert "set it by NTP" in found.text


async def test_a_disk_that_is_nearly_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_checks, "LITTLE_ROOM", 10**18)
    assert (await world.findings())["disk"].level == "warning"


async def test_a_proxy_that_is_down_or_wants_another_password_is_named_without_it(world: World) -> None:
    async with (
        running(lambda _: reply("by proxy")) as good,
        running(lambda _: reply("no", status=407)) as strict,
    ):
        down = "http://me:rosebud@127.0.0.1:9"
        by = [good.url().replace("//", "//me:rosebud@"), strict.url().replace("//", "//me:rosebud@"), down]
        listed = [
            house.feed_source(f"post-{number}", world.site.url("/feed"), proxy=proxy)
            for number, proxy in enumerate(by)
        ]
        YAML().dump({"sources": listed}, world.folder / "sources" / "test.yaml")
        found = {subject: one for subject, one in (await world.findings()).items() if "proxy" in subject}
    levels = [one.level for one in found.values()]
    assert levels == ["ok", "error", "error"], found
    _, wants, gone = (one.text for one in found.values())
    assert "wants a user and a password" in wants
    assert "could not be asked through http://127.0.0.1:9" in gone
    assert "rosebud" not in str(found)


async def test_a_source_that_fails_is_told_and_ten_are_asked_at_most(world: World) -> None:
    listed = [house.feed_source(f"post-{number}", world.site.url(f"/{number}")) for number in range(14)]
    YAML().dump({"sources": listed}, world.folder / "sources" / "test.yaml")
    found = await world.findings()
    sources = {subject: one for subject, one in found.items() if subject.startswith("source ")}
    assert len(sources) == 10
    assert all(one.level == "error" and one.text for one in sources.values())
    assert worst(list(found.values())) == "error"
