"""Is what waits told at once when it turns out to be louder, and in time when the clock was set back?

And is no digest sent in vain?
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import mutes
from archive.archive import Archive
from archive.mutes import NewMute
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers import faults
from tests.peers.botapi import BotApiPeer
from wirewatch.clock_steps import settle
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


@pytest.mark.parametrize(
    ("revised", "sound"),
    [("Laos opens a bridge with rice", False), ("Laos opens a bridge after a quake", True)],
)
async def test_an_alert_in_the_queue_gets_a_sound_when_its_later_text_is_urgent(
    opened: Opened, revised: str, sound: bool
) -> None:
    desk, chat = opened("low")
    desk.api.faults.add(faults.flood(120))
    article = desk.publish("Laos opens a bridge")
    await desk.run(minutes=1)
    desk.revise(article, revised)
    await desk.run(minutes=5)
    (sent,) = desk.api.ledger.of("sendMessage", chat_id=chat)
    assert revised in sent.text
    assert sent.params["disable_notification"] == ("false" if sound else "true")


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


def set_back(desk: Newsdesk, **by: float) -> None:
    desk.clock.jump(**{unit: -number for unit, number in by.items()})
    desk.archive.write_now(lambda conn: settle(conn, desk.rules, desk.clock()))


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ({"digest": "0 7 * * *"}, START + timedelta(hours=23)),
        ({"quiet_hours": {"from": "07:30", "to": "12:00"}}, START + timedelta(hours=4)),
    ],
)
async def test_what_was_put_into_a_digest_under_a_clock_that_ran_ahead_does_not_wait_for_its_day(
    opened: Opened, channel: dict[str, Any], expected: datetime
) -> None:
    desk, chat = opened("low", **channel)
    desk.clock.jump(days=365)
    desk.publish("Laos opens a bridge")
    await desk.run(minutes=1)
    set_back(desk, days=365)
    await desk.run(hours=30)
    (sent,) = desk.api.ledger.of("sendMessage", chat_id=chat)
    assert timedelta() <= sent.at - expected < timedelta(minutes=1)


async def test_what_waits_for_a_time_that_is_right_goes_on_waiting(opened: Opened) -> None:
    desk, chat = opened("low", digest="0 7 * * *")
    desk.publish("Laos opens a bridge")
    await desk.run(minutes=1)
    desk.publish("Laos opens a tunnel")
    await desk.run(seconds=10)
    set_back(desk, seconds=40)
    await desk.run(hours=48)
    (sent,) = desk.api.ledger.of("sendMessage", chat_id=chat)
    assert sent.at.hour == 7
    assert sent.text.startswith("Digest · 2 articles")


async def test_alerts_of_a_time_to_come_do_not_fill_the_hour(opened: Opened) -> None:
    desk, chat = opened("normal", max_per_hour=2)
    desk.clock.jump(days=365)
    desk.publish("Laos opens a bridge")
    desk.publish("Laos opens a tunnel")
    await desk.run(minutes=1)
    set_back(desk, days=365)
    desk.publish("Laos counts its elephants")
    await desk.run(minutes=1)
    assert first_lines(desk, chat)[2:] == ["Laos counts its elephants"]


async def test_a_mute_of_a_time_to_come_lasts_as_long_as_it_was_to(opened: Opened) -> None:
    desk, chat = opened("normal")
    desk.clock.jump(days=365)
    new = NewMute("watch", "laos", str(chat), desk.clock() + timedelta(hours=1), "anna", 7)
    desk.archive.write_now(lambda conn: mutes.add(conn, [new], desk.clock()))
    set_back(desk, days=365)
    await desk.run(minutes=59)
    desk.publish("Laos opens a bridge")
    await desk.run(minutes=2)
    desk.publish("Laos opens a tunnel")
    await desk.run(minutes=1)
    assert first_lines(desk, chat) == ["Laos opens a tunnel"]
