"""Is what waits for a digest told at once when it turns out to be louder, and is no digest sent in vain?"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer
from wirewatch.rooms import Rulebook

COPIED = "Laos " + "and a long text that two outlets print word for word " * 4
BREAKING = "❗ Laos opens a bridge after a quake"
Opened = Callable[..., tuple[Newsdesk, int]]


@pytest.fixture
async def opened(tmp_path: Path, archive: Archive) -> AsyncIterator[Opened]:
    """A desk with one channel, and its chat; of its watches one is quiet and one breaking."""
    clock = Clock(START)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:

        def open_(urgency: str, **channel: Any) -> tuple[Newsdesk, int]:
            chat = api.supergroup("Desk").id
            channels = [{"name": "desk", "type": "telegram", "chat": chat, **channel}]
            watches = [
                {"name": "laos", "query": "Laos", "urgency": urgency},
                {"name": "quake", "query": "quake", "urgency": "breaking"},
                {"name": "rice", "query": "rice", "urgency": "low"},
            ]
            return Newsdesk(tmp_path / "config", archive, api, clock, channels, watches), chat

        yield open_


def first_lines(desk: Newsdesk, chat: int) -> list[str]:
    return [text.split("\n")[0] for text in desk.texts(chat)]


async def test_a_breaking_report_is_told_though_its_story_waits(opened: Opened) -> None:
    desk, chat = opened("low", digest="0 7 * * *")
    desk.publish("Laos opens a bridge", summary=COPIED)
    await desk.run(minutes=5)
    desk.publish("Laos opens a bridge after a quake", summary=COPIED, outlet="wire")
    await desk.run(minutes=5)
    assert first_lines(desk, chat) == [BREAKING]


async def test_so_it_is_at_a_first_contact(opened: Opened) -> None:
    desk, chat = opened("normal")
    desk.publish("Laos opens a bridge", summary=COPIED, contact="catch-up")
    desk.publish("Laos opens a bridge after a quake", summary=COPIED, outlet="wire", contact="catch-up")
    await desk.run(minutes=5)
    assert first_lines(desk, chat) == [BREAKING, "Catching up · 1 article"]


async def test_so_it_is_in_quiet_hours(opened: Opened) -> None:
    desk, chat = opened("normal", quiet_hours={"from": "07:00", "to": "12:00"})
    desk.publish("Laos opens a bridge", summary=COPIED)
    await desk.run(minutes=5)
    desk.publish("Laos opens a bridge after a quake", summary=COPIED, outlet="wire")
    # Of a third with nothing new the message says it.
    desk.publish("Laos opens a bridge", summary=COPIED, outlet="other")
    await desk.run(hours=5)
    assert first_lines(desk, chat) == [BREAKING, "While it was quiet · 1 article"]


async def test_a_report_of_another_watch_has_its_own_line(opened: Opened) -> None:
    desk, chat = opened("low", digest="0 7 * * *")
    desk.publish("Laos opens a bridge", summary=COPIED)
    await desk.run(minutes=5)
    desk.publish("Laos opens a bridge for rice", summary=COPIED, outlet="wire")
    desk.publish("Laos opens a bridge for rice", summary=COPIED, outlet="other")
    await desk.run(hours=24)
    (digest,) = desk.texts(chat)
    assert digest.startswith("Digest · 2 articles")


async def test_an_article_whose_later_text_is_breaking_does_not_wait_for_its_digest(opened: Opened) -> None:
    desk, chat = opened("low", digest="0 7 * * *")
    article = desk.publish("Laos opens a bridge")
    await desk.run(minutes=1)
    desk.revise(article, "Laos opens a bridge with rice")
    await desk.run(minutes=1)
    assert desk.texts(chat) == []
    desk.revise(article, "Laos opens a bridge after a quake")
    await desk.run(hours=48)
    # And is not told a second time.
    assert first_lines(desk, chat) == [BREAKING]


async def test_an_article_that_was_in_a_digest_is_not_told_again(opened: Opened) -> None:
    desk, chat = opened("low", digest="0 7 * * *")
    article = desk.publish("Laos opens a bridge")
    await desk.run(hours=24)
    desk.revise(article, "Laos opens a bridge after a quake")
    await desk.run(hours=24)
    assert first_lines(desk, chat) == ["Digest · 1 article"]


async def test_what_no_watch_of_the_channel_wants_any_more_makes_no_digest(opened: Opened) -> None:
    desk, chat = opened("low", digest="0 7 * * *")
    desk.publish("Laos opens a bridge")
    await desk.run(minutes=1)
    watches = tuple(replace(watch, channels=("ops",)) for watch in desk.settings.watches)
    desk.settings = replace(desk.settings, watches=watches)
    desk.rules = Rulebook.compile(desk.settings)
    desk.restart()
    await desk.run(hours=48)
    assert desk.texts(chat) == []
