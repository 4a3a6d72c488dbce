"""Does a mute keep back what it names, there and then, and nothing else?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.muting import audible, hushed
from alerts.routing import Alert, Edit, Nothing, ToDigest
from alerts.watch import Match
from archive import articles, mutes
from archive.archive import Archive
from archive.article import Article, Outlet
from archive.mutes import Kind, Mute, NewMute
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers.botapi import BotApiPeer
from wirewatch import mending

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ARTICLE = Article("a", "https://post.example/a", "t", source="post-business", outlet=Outlet("post", "Post"))
LAOS, ASEAN = Match("laos", "normal", ()), Match("asean", "breaking", ())


def mute(kind: Kind, key: str) -> Mute:
    return Mute(1, kind, key, "1", NOW, NOW + timedelta(hours=1), "anna", None, None, 0)


@pytest.mark.parametrize(
    ("mutes_here", "left"),
    [
        ([], ["laos", "asean"]),
        ([mute("watch", "laos")], ["asean"]),
        ([mute("watch", "laos"), mute("watch", "asean")], []),
        ([mute("watch", "post")], ["laos", "asean"]),
        ([mute("source", "post")], []),
        ([mute("source", "post-business")], []),
        ([mute("source", "laos")], ["laos", "asean"]),
        ([mute("story", "7")], []),
        ([mute("story", "77")], ["laos", "asean"]),
    ],
)
def test_what_is_still_heard(mutes_here: list[Mute], left: list[str]) -> None:
    heard, kept_by = audible(ARTICLE, 7, [LAOS, ASEAN], mutes_here)
    assert [match.watch for match in heard] == left
    assert bool(kept_by) == (left != ["laos", "asean"])


def test_an_edit_is_heard_by_nobody_and_so_not_kept_back() -> None:
    kept_by = [mute("story", "7")]
    assert hushed(Edit(), kept_by) == Edit()
    why = Nothing("story 7 is muted here until 2026-11-24 09:00 UTC")
    assert hushed(Alert(silent=False), kept_by) == why
    assert hushed(ToDigest("low", NOW), kept_by) == why


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


def newsdesk(tmp_path: Path, archive: Archive, api: BotApiPeer) -> tuple[Newsdesk, int, int]:
    """Two channels in two chats."""
    here, there = api.supergroup("Here").id, api.supergroup("There").id
    channels = [
        {"name": "here", "type": "telegram", "chat": here},
        {"name": "there", "type": "telegram", "chat": there},
    ]
    watches = [{"name": "laos", "query": "Laos"}, {"name": "rice", "query": "rice"}]
    return Newsdesk(tmp_path / "config", archive, api, Clock(START), channels, watches), here, there


async def test_a_mute_holds_in_its_chat_counts_what_it_keeps_back_and_ends_by_itself(
    tmp_path: Path, archive: Archive, api: BotApiPeer
) -> None:
    desk, here, there = newsdesk(tmp_path, archive, api)
    until = START + timedelta(hours=1)
    new = NewMute("watch", "laos", str(here), until, "anna", 7)
    archive.write_now(lambda conn: mutes.add(conn, [new], START))
    desk.publish("Laos 1")
    desk.publish("Laos 2 and rice")
    await desk.run(minutes=59)
    assert [text.split("\n")[0] for text in desk.texts(here)] == ["Laos 2 and rice"]
    assert [text.split("\n")[0] for text in desk.texts(there)] == ["Laos 1", "Laos 2 and rice"]
    (row,) = archive.read_now(lambda conn: mutes.active(conn, desk.clock()))
    assert (row.held, row.by, row.user, row.since) == (1, "anna", 7, START)
    await desk.run(minutes=2)
    desk.publish("Laos 3")
    await desk.run(minutes=2)
    assert [text.split("\n")[0] for text in desk.texts(here)] == ["Laos 2 and rice", "Laos 3"]


async def test_a_muted_source_and_a_muted_story_say_nothing_new(
    tmp_path: Path, sqlite_archive: Archive, api: BotApiPeer
) -> None:
    desk, here, _ = newsdesk(tmp_path, sqlite_archive, api)
    copied = "Laos " + "and a long text that two outlets print word for word " * 4
    first = desk.publish("Laos opens a bridge", summary=copied)
    await desk.run(minutes=1)
    story = sqlite_archive.read_now(lambda conn: articles.by_ids(conn, [first]))[0].story
    until = START + timedelta(days=7)
    new = [
        NewMute("source", "post", str(here), until, "anna"),
        NewMute("story", str(story), str(here), until, "anna"),
    ]
    sqlite_archive.write_now(lambda conn: mutes.add(conn, new, desk.clock()))
    desk.publish("Laos 2")
    desk.publish("Laos opens a bridge", outlet="wire", summary=copied)
    await desk.run(minutes=1)
    assert [text.split("\n")[0] for text in desk.texts(here)] == ["Laos opens a bridge"]
    # The message that stands goes on to say who else reports it.
    edited = api.ledger.of("editMessageText", chat_id=here)[-1].text
    assert "also: Wire One" in edited


async def test_a_mute_follows_its_story_into_another(
    tmp_path: Path, sqlite_archive: Archive, api: BotApiPeer
) -> None:
    desk, here, _ = newsdesk(tmp_path, sqlite_archive, api)
    rows = [desk.publish("Laos opens a bridge"), desk.publish("Laos counts its elephants")]
    await desk.run(minutes=1)
    into, other = (
        one.story or 0 for one in sqlite_archive.read_now(lambda conn: articles.by_ids(conn, rows))
    )
    assert into != other
    new = NewMute("story", str(other), str(here), START + timedelta(days=1), "anna")
    sqlite_archive.write_now(lambda conn: mutes.add(conn, [new], desk.clock()))
    sqlite_archive.write_now(lambda conn: mending.merge(conn, desk.rules, into, [other], desk.clock()))
    (row,) = sqlite_archive.read_now(lambda conn: mutes.active(conn, desk.clock()))
    assert row.key == str(into)


async def test_a_mute_of_a_chat_called_by_its_name_outlasts_a_restart(
    tmp_path: Path, archive: Archive, api: BotApiPeer
) -> None:
    chat = api.supergroup("Desk", username="wire_desk")
    channels = [{"name": "desk", "type": "telegram", "chat": "@wire_desk"}]
    clock = Clock(START)
    desk = Newsdesk(tmp_path / "config", archive, api, clock, channels, [{"name": "laos", "query": "Laos"}])
    copied = "Laos " + "and a long text that two outlets print word for word " * 4
    desk.publish("Laos 1", summary=copied)
    await desk.run(minutes=1)
    # As a pressed button does: by the number of the chat in which it was pressed.
    new = NewMute("watch", "laos", str(chat.id), START + timedelta(hours=1), "anna", 7)
    archive.write_now(lambda conn: mutes.add(conn, [new], START))
    desk.restart()
    desk.publish("Laos 2")
    # And what stands there still stands there.
    desk.publish("Laos 1", summary=copied, outlet="wire")
    await desk.run(minutes=5)
    assert [text.split("\n")[0] for text in desk.texts(chat.id)] == ["Laos 1"]
    assert "also: Wire One" in api.ledger.of("editMessageText", chat_id=chat.id)[-1].text
