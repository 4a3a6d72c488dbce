"""Does a digest list what stories kept from the channel: withheld reports and silent replies?"""

from pathlib import Path
from typing import Any

from archive import deliveries
from archive.archive import Archive
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer

BRIDGE = (
    "Laos opened a bridge over the Mekong at Xayaburi on Tuesday, the Ministry of Public Works said in "
    "Vientiane. The bridge is 870 metres long, cost 41 million dollars and was paid for by Thailand. "
    "Governor Somsak Phounthong said that trucks from Nan province would save four hours."
)
RAIN = (
    "Weather: the meteorology department in Phongsaly counted 130 millimetres of rain on Monday night. "
    "Farmers at Boun Neua moved their buffaloes uphill, and the ferry on the Nam Ou did not run before noon."
)
WATCHES = [
    {"name": "laos", "query": "Laos"},
    {"name": "weather", "query": "weather", "urgency": "low"},
]


async def told(
    folder: Path, archive: Archive, titles: list[tuple[str, str, str]], **channel: Any
) -> tuple[Newsdesk, int]:
    """The desk after these (title, outlet, body) and the digest after them."""
    clock = Clock(START)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        chat = api.supergroup("Desk").id
        keys = {"name": "desk", "type": "telegram", "chat": chat, "digest": "6h", **channel}
        desk = Newsdesk(folder, archive, api, clock, [keys], WATCHES)
        for title, outlet, body in titles:
            desk.publish(title, outlet=outlet, body=body)
            await desk.run(minutes=2)
        await desk.run(hours=6)
        desk.publish("Weather in Attapeu is dry", body="No rain fell in Attapeu, for the ninth day on end.")
        await desk.run(hours=7)
        return desk, chat


def digests(desk: Newsdesk, chat: int) -> list[str]:
    return [text for text in desk.texts(chat) if text.startswith("Digest")]


STREAM = [
    ("Laos opens Mekong bridge", "post", BRIDGE),
    ("New bridge at Xayaburi", "wire", f"VIENTIANE (AFP) — {BRIDGE}"),
    ("Bridge of 870 metres opens", "wire", BRIDGE.replace("41 million", "47 million")),
    ("Weather: rain in Phongsaly", "post", RAIN),
    ("Weather: ferry stands still", "wire", RAIN),
]


async def test_a_digest_lists_what_was_withheld_once(tmp_path: Path, archive: Archive) -> None:
    desk, chat = await told(tmp_path / "config", archive, STREAM)
    first, second = digests(desk, chat)
    assert first == (
        "Digest · 1 article\n\n"
        "#weather\n"
        "• Weather: rain in Phongsaly · The Vientiane Post · 🇱🇦 · 24 Nov 08:06 · also: Wire One\n\n"
        "Withheld, since their story was told:\n"
        "• New bridge at Xayaburi · Wire One · 🇹🇭 · 24 Nov 08:02\n\n"
        "1 reply to standing messages since the last digest."
    )
    assert second.startswith("Digest · 1 article\n\n#weather\n• Weather in Attapeu is dry")
    assert "Withheld" not in second
    assert "reply" not in second


async def test_a_line_bears_the_headline_of_the_best_report(tmp_path: Path, sqlite_archive: Archive) -> None:
    rain = [STREAM[3], ("Weather: the north drenched", "agency", RAIN), STREAM[4]]
    desk, chat = await told(tmp_path / "config", sqlite_archive, rain)
    assert digests(desk, chat)[0] == (
        "Digest · 1 article\n\n#weather\n• Weather: the north drenched · The Agency · 🇰🇷 · 24 Nov 08:02 · "
        "also: The Vientiane Post, Wire One"
    )


async def test_a_line_says_that_its_report_was_corrected(tmp_path: Path, sqlite_archive: Archive) -> None:
    drier = ("CORRECTION: rain in Phongsaly", "post", RAIN.replace("130", "13"))
    desk, chat = await told(tmp_path / "config", sqlite_archive, [STREAM[3], drier])
    first = digests(desk, chat)[0]
    assert (
        "• Weather: rain in Phongsaly · The Vientiane Post · 🇱🇦 · 24 Nov 08:00 · ✏️ corrected by The" in first
    )


async def test_a_copy_by_the_same_outlet_edits_nothing(tmp_path: Path, sqlite_archive: Archive) -> None:
    copy = ("New bridge at Xayaburi", "post", BRIDGE)
    await told(tmp_path / "config", sqlite_archive, [STREAM[0], copy])
    rows = sqlite_archive.read_now(lambda conn: deliveries.listed(conn, ["sent"]))
    assert [row.kind for row in rows] == ["digest", "alert"]


async def test_where_every_article_is_told_nothing_is_listed_as_withheld(
    tmp_path: Path, sqlite_archive: Archive
) -> None:
    desk, chat = await told(tmp_path / "config", sqlite_archive, STREAM, stories=False)
    first, _ = digests(desk, chat)
    assert first.startswith("Digest · 2 articles")
    assert "Withheld" not in first
    assert "also" not in first


async def test_of_many_some_are_named_and_the_others_counted(tmp_path: Path, sqlite_archive: Archive) -> None:
    more = [(f"Bridge {name} opens", "wire", BRIDGE) for name in "abcdefghijklmn"]
    desk, chat = await told(tmp_path / "config", sqlite_archive, [*STREAM, *more])
    first, _ = digests(desk, chat)
    assert first.count("\n• Bridge") == 9
    assert f"{len(more) + 1 - 10} more were withheld." in first
