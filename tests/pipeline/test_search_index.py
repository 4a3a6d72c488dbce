"""The running daemon fills the full-text index beside its work; a single round, a part of it."""

from pathlib import Path

from archive import articles, full_text, noted
from archive.archive import Archive
from archive.text.tokens import Token
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline import house
from wirewatch.daemon import running
from wirewatch.demo.botapi import Chat
from wirewatch.once import INDEXED, run_once
from wirewatch.waking import WOKEN


async def test_the_daemon_indexes_what_it_has_found(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["Laos opens a bridge"]))
    folder = house.write_config(
        tmp_path / "config", [house.feed_source("post", site.url("/feed"))], api, chat
    )
    settings = house.settings_of(folder)
    async with running(settings, house.FAST) as first:
        archive = first.rooms.archive
        await house.until(lambda: archive.read_now(articles.count) == 1)
    # Woken at the next start, as it is every few minutes.
    assert "index" in WOKEN
    async with running(settings, house.FAST) as second:
        archive = second.rooms.archive
        await house.until(lambda: archive.read_now(noted.behind) == 0)
        found = archive.read_now(lambda conn: full_text.find(conn, Token("bridge")))
    assert len(found) == 1


async def test_a_round_indexes_a_part_of_what_a_first_one_brought(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    brought = 2 * INDEXED + 50
    site.script("/feed", rss([f"Road number {number} opens" for number in range(brought)]))
    folder = house.write_config(
        tmp_path / "config", [house.feed_source("post", site.url("/feed"))], api, chat
    )
    settings = house.settings_of(folder)
    left = []
    for _ in range(4):
        assert await run_once(settings) == []
        archive = Archive(settings.archive)
        try:
            left.append(archive.read_now(noted.behind))
        finally:
            archive.close()
    assert left[0] == brought
    assert 0 < left[1] <= brought - INDEXED
    assert left[-1] == 0
