"""An edit of the config takes effect in the running daemon, a wrong one changes nothing, none sends again."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from ruamel.yaml import YAML

from archive import deliveries, events, sources
from archive.tables import article, delivery, match
from tests.command_line import run
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import delay
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline.house import (
    FAST,
    KOREA,
    LAOS,
    feed_source,
    headlines,
    house,
    settings_of,
    until,
    write_config,
)
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_whole_path import entry
from wirewatch.daemon import Daemon, running
from wirewatch.demo.botapi import Chat
from wirewatch.rooms import Durations

WATCHES, SOURCES = "watches.yaml", "sources/test.yaml"


def test_half_of_the_promised_two_seconds_is_left_for_reading() -> None:
    shipped = Durations()
    assert shipped.config_look + shipped.config_rest <= timedelta(seconds=1)


def put(folder: Path, name: str, **content: Any) -> None:
    YAML().dump(content, folder / name)


async def taken(daemon: Daemon, edit: Callable[[], object]) -> None:
    """Make the edit and wait until it is in force."""
    state = daemon.rooms.config
    edit()
    await until(lambda: daemon.rooms.config is not state)
    assert daemon.rooms.config is not None
    assert not daemon.rooms.config.mistakes, daemon.rooms.config.mistakes


async def told(daemon: Daemon) -> list[tuple[str, str]]:
    found = await daemon.rooms.archive.read(lambda conn: events.latest(conn, 50))
    return [(event.kind, event.text) for event in reversed(found)]


@pytest.fixture
def folder(api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path) -> Path:
    site.script("/feed", rss(["Quiet"]))
    return write_config(
        tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat, watches=[LAOS]
    )


async def test_a_new_watch_counts_for_what_comes_after_the_edit(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    before = [entry("North Korea opens a road"), "Quiet"]
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        site.script("/feed", rss(before))
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 2)
        await taken(daemon, lambda: put(folder, WATCHES, watches=[LAOS, KOREA]))
        # Its title changes, so it is told again: to a watch that was not there when it came it is old.
        renamed = entry("North Korea opens a wide road", link="http://127.0.0.1:9/north-korea-opens-a-road")
        site.script("/feed", rss([entry("North Korea closes a road"), renamed, "Quiet"]))
        await until(lambda: bool(api.ledger.messages))
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 2 and daemon.jobs.idle)
        kinds = await told(daemon)
    assert headlines(api) == ["North Korea closes a road"]
    assert any(kind == "watch-new" and "backtest north-korea" in text for kind, text in kinds)


async def test_a_watch_that_is_gone_is_silent_and_one_that_is_back_tells_nothing_again(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    first = entry("Laos opens a bridge")
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        site.script("/feed", rss([first, "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 1)
        await taken(daemon, lambda: put(folder, WATCHES, watches=[KOREA]))
        second = entry("Laos opens a dam")
        site.script("/feed", rss([second, first, "Quiet"]))
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 2 and daemon.jobs.idle)
        await taken(daemon, lambda: put(folder, WATCHES, watches=[LAOS]))
        site.script("/feed", rss([entry("Laos opens a school"), second, first, "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 2)
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 2 and daemon.jobs.idle)
    assert headlines(api) == ["Laos opens a bridge", "Laos opens a school"]


async def test_a_new_source_is_met_with_one_digest_and_a_source_that_is_gone_is_asked_no_more(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    site.script("/other", rss([entry("Laos opens a bridge", hours=1), entry("Laos opens a dam", hours=1)]))
    other = feed_source("other", site.url("/other"))
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        await taken(daemon, lambda: put(folder, SOURCES, sources=[other]))
        await until(lambda: len(api.ledger.messages) == 1 and not daemon.poller._running)
        asked = len(site.seen("/feed"))
        polled = len(site.seen("/other"))
        await until(lambda: len(site.seen("/other")) > polled + 3)
    assert len(site.seen("/feed")) <= asked + 1
    (digest,) = api.ledger.messages
    assert "Laos opens a bridge" in digest.text
    assert "Laos opens a dam" in digest.text


def edit_watches(folder: Path) -> None:
    put(folder, WATCHES, watches=[LAOS, KOREA])


def edit_token(folder: Path) -> None:
    (folder / "telegram.token").write_text("123456:another-token-of-the-very-same-bot-x")


@pytest.mark.parametrize("edit", [edit_watches, edit_token])
async def test_an_edit_while_the_daemon_starts_is_seen(
    folder: Path, site: PeerNewsroom, edit: Callable[[Path], None]
) -> None:
    settings = settings_of(folder)
    edit(folder)
    async with running(settings, FAST) as daemon:
        first = daemon.rooms.rules
        await until(lambda: daemon.rooms.rules is not first)
        taken_over = daemon.rooms.rules.settings
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 10)
        # It is taken once.
        assert daemon.rooms.rules.settings is taken_over
    assert {"north-korea"} <= {
        watch.name for watch in taken_over.watches
    } or taken_over.token != settings.token


async def test_without_an_edit_the_config_is_not_read_again(folder: Path, site: PeerNewsroom) -> None:
    async with house(folder) as daemon:
        first = daemon.rooms.rules.settings
        await until(lambda: len(site.seen("/feed")) > 10)
        assert daemon.rooms.rules.settings is first


async def test_a_rhythm_that_is_edited_counts_at_once(folder: Path, site: PeerNewsroom) -> None:
    put(folder, SOURCES, sources=[feed_source("post", site.url("/feed"), every="1d")])
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) == 1 and daemon.poller.idle)
        quick = feed_source("post", site.url("/feed"))
        await taken(daemon, lambda: put(folder, SOURCES, sources=[quick]))
        await until(lambda: len(site.seen("/feed")) > 3)


async def test_another_address_is_met_anew_and_not_told_singly(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    site.script("/other", rss([entry("Laos opens a bridge", hours=1), entry("Laos of old", days=9)]))
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        moved = feed_source("post", site.url("/other"))
        await taken(daemon, lambda: put(folder, SOURCES, sources=[moved]))
        await until(lambda: len(api.ledger.messages) == 1)
    assert "Catching up" in api.ledger.messages[0].text
    assert "Laos of old" not in api.ledger.messages[0].text


async def test_a_renamed_source_and_watch_keep_their_history(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    first = entry("Laos opens a bridge")
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        site.script("/feed", rss([first, "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 1)

        def edit() -> None:
            put(folder, SOURCES, sources=[feed_source("the-post", site.url("/feed"), was="post")])
            put(folder, WATCHES, watches=[{**LAOS, "name": "lao", "was": "laos"}])

        await taken(daemon, edit)
        polled = len(site.seen("/feed"))
        site.script("/feed", rss([entry("Laos opens a dam"), first, "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 2 and len(site.seen("/feed")) > polled + 2)
        archive = daemon.rooms.archive
        state = await archive.read(lambda conn: sources.get_state(conn, "the-post"))
        gone = await archive.read(lambda conn: sources.get_state(conn, "post"))
        rows = await archive.read(lambda conn: conn.execute(article.select()).all())
        fired = await archive.read(lambda conn: [row.watch for row in conn.execute(match.select())])
        kinds = await told(daemon)
    assert headlines(api) == ["Laos opens a bridge", "Laos opens a dam"]
    assert gone is None
    assert state is not None
    assert state.polls > polled - 3
    assert {(row.source, row.outlet) for row in rows} == {("the-post", "the-post")}
    assert fired == ["lao", "lao"]
    assert not any(kind == "watch-new" for kind, _ in kinds)


async def test_a_new_channel_hears_what_comes_and_one_that_is_gone_for_a_moment_loses_nothing(
    folder: Path, api: BotApiPeer, chat: Chat, site: PeerNewsroom
) -> None:
    second = api.supergroup("Second")
    desk = {"name": "desk", "type": "telegram", "chat": chat.id}
    other = {"name": "other", "type": "telegram", "chat": second.id}
    first = entry("Laos opens a bridge")
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        site.script("/feed", rss([first, "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 1)
        await taken(daemon, lambda: amend(folder, channels=[desk, other]))
        site.script("/feed", rss([entry("Laos opens a dam"), first, "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 3)
        # A delivery that finds its channel gone waits for it in the archive.
        await taken(daemon, lambda: amend(folder, channels=[other]))
        new = deliveries.NewDelivery("desk", "alert", {}, False, str(chat.id), article=1)
        archive = daemon.rooms.archive

        def owe(conn: Any) -> None:
            content = conn.execute(delivery.select().where(delivery.c.id == 1)).one().content
            conn.execute(delivery.update().where(delivery.c.id == 1).values(kind="notice"))
            deliveries.add(conn, [deliveries.NewDelivery(**{
                **{name: getattr(new, name) for name in new.__slots__}, "content": content,
            })], daemon.rooms.clock())  # fmt: skip

        await archive.write(owe)
        await until(lambda: archive.read_now(deliveries.counts).get("dead") == 1)
        await taken(daemon, lambda: amend(folder, channels=[desk, other]))
        await until(lambda: len(api.ledger.messages) == 4)
    assert sorted((act.chat_id, act.text.split("\n")[0]) for act in api.ledger.messages) == sorted(
        [
            (chat.id, "Laos opens a bridge"),
            (chat.id, "Laos opens a bridge"),
            (chat.id, "Laos opens a dam"),
            (second.id, "Laos opens a dam"),
        ]
    )


async def test_a_message_on_its_way_is_answered_though_channels_and_token_change(
    folder: Path, api: BotApiPeer, chat: Chat, site: PeerNewsroom
) -> None:
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        api.faults.add(delay(1), "sendMessage")
        site.script("/feed", rss([entry("Laos opens a bridge"), "Quiet"]))
        await until(lambda: any(asked.method == "sendMessage" for asked in api.requests))
        desk = {"name": "desk", "type": "telegram", "chat": chat.id, "preview": "off"}
        await taken(daemon, lambda: amend(folder, channels=[desk]))
        await until(lambda: bool(api.ledger.messages) and daemon.jobs.idle)
        counts = await daemon.rooms.archive.read(deliveries.counts)
    assert headlines(api) == ["Laos opens a bridge"]
    assert counts == {"sent": 1}


WRONG = {
    "query": ("watches.yaml", "watches:\n  - name: laos\n    query: '@loas'\n", "watches.yaml:3:"),
    "yaml": ("watches.yaml", "watches:\n  - {name: laos, query: Laos\n", "watches.yaml:"),
    "key": ("wirewatch.yaml", "chanels: []\n", "did you mean channels"),
    "empty place": ("sources/test.yaml", "sources: [{name: post, url: 'ftp://x'}]\n", "test.yaml:1:"),
}


@pytest.mark.parametrize("mistake", WRONG)
async def test_a_wrong_edit_changes_nothing_and_is_told_until_it_is_mended(
    folder: Path, api: BotApiPeer, chat: Chat, site: PeerNewsroom, mistake: str
) -> None:
    name, text, words = WRONG[mistake]
    operators = api.supergroup("Operators")
    ops = {"name": "ops", "type": "telegram", "chat": operators.id}
    amend(folder, ops="ops", channels=[{"name": "desk", "type": "telegram", "chat": chat.id}, ops])
    right = (folder / name).read_text()
    async with house(folder) as daemon, ClientSession() as session:
        await until(lambda: len(site.seen("/feed")) > 1)
        rules = daemon.rooms.rules

        async def metric() -> str:
            async with session.get(f"http://{daemon.listening}/metrics") as answer:
                lines = (await answer.text()).splitlines()
            return next(line for line in lines if line.startswith("wirewatch_config_last_reload_successful"))

        assert (await metric()).endswith(" 1.0")
        (folder / name).write_text(right + text if name == "wirewatch.yaml" else text)
        await until(lambda: len(api.ledger.messages) == 1)
        assert daemon.rooms.rules is rules
        assert (await metric()).endswith(" 0.0")
        said = await asyncio.to_thread(run, "status", "--config", folder)
        assert words in said.out
        assert said.code == 0, said.out
        # All goes on as before.
        site.script("/feed", rss([entry("Laos opens a bridge"), "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 2)
        (folder / name).write_text(right)
        await until(lambda: len(api.ledger.messages) == 3)
        assert (await metric()).endswith(" 1.0")
        said = await asyncio.to_thread(run, "status", "--config", folder)
        assert "config is wrong" not in said.out
    refusal, _, mended = api.ledger.messages
    assert words in refusal.text
    assert "mended" in mended.text
    assert [act.chat_id for act in api.ledger.messages] == [operators.id, chat.id, operators.id]


async def test_a_file_that_is_half_written_is_waited_for(
    folder: Path, api: BotApiPeer, site: PeerNewsroom
) -> None:
    whole = "watches:\n- {name: laos, query: Laos}\n- {name: korea, query: '\"North Korea\"'}\n"
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)

        async def slowly() -> None:
            with (folder / WATCHES).open("w") as file:
                for start in range(0, len(whole), 12):
                    file.write(whole[start : start + 12])
                    file.flush()
                    await asyncio.sleep(0.05)

        await slowly()
        await until(lambda: "korea" in daemon.rooms.rules.watches)
        kinds = await told(daemon)
    assert not [kind for kind, _ in kinds if kind == "config-refused"]


async def test_a_folder_that_is_gone_leaves_all_as_it_is(folder: Path, site: PeerNewsroom) -> None:
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        rules = daemon.rooms.rules
        away = folder.with_name("away")
        # The archive lies in the folder in these tests, and its files stay open.
        folder.rename(away)
        await until(lambda: bool(daemon.rooms.config and daemon.rooms.config.mistakes))
        assert daemon.rooms.rules is rules
        away.rename(folder)
        await until(lambda: bool(daemon.rooms.config and not daemon.rooms.config.mistakes))


async def test_what_counts_only_at_the_next_start_is_said(folder: Path, site: PeerNewsroom) -> None:
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/feed")) > 1)
        await taken(daemon, lambda: amend(folder, http={"listen": None}, silent_after="2h"))
        kinds = await told(daemon)
    assert ("config-at-start", "http.listen: counts when Wirewatch is started again") in kinds
    assert ("config", "silent_after changed") in kinds
