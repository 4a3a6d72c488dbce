"""The daemon is killed at random moments and started again: nothing is lost, nothing told twice.

The truth is the stand-in's ledger, written when a message is stored, whatever the daemon knew.
"""

import asyncio
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from archive import chats, deliveries
from archive.archive import Archive
from archive.tables import delivery
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, item, rss
from tests.pipeline.house import feed_source, headlines, until, write_config
from wirewatch.demo.botapi import Chat

OUTLETS = 6
EACH = 12


class Press:
    """Six outlets that publish one article each, again and again, until all are out."""

    def __init__(self, site: PeerNewsroom) -> None:
        self._site = site
        self._out: list[list[object]] = [[] for _ in range(OUTLETS)]
        self.titles: set[str] = set()
        for outlet in range(OUTLETS):
            self._show(outlet)

    def publish(self, number: int) -> None:
        """Article `number` of every outlet."""
        for outlet in range(OUTLETS):
            title = f"Laos report {outlet}-{number}"
            self._out[outlet].insert(0, item(title, published=datetime.now(UTC) - timedelta(seconds=1)))
            self.titles.add(title)
            self._show(outlet)

    def _show(self, outlet: int) -> None:
        self._site.script(f"/{outlet}", rss([*self._out[outlet], f"Quiet {outlet}"]))

    def sources(self) -> list[dict[str, object]]:
        return [feed_source(f"outlet-{outlet}", self._site.url(f"/{outlet}")) for outlet in range(OUTLETS)]

    def met(self) -> bool:
        """Whether every source has been polled twice: the first contact is over."""
        return all(len(self._site.seen(f"/{outlet}")) > 1 for outlet in range(OUTLETS))


async def start(folder: Path) -> asyncio.subprocess.Process:
    with (folder / "daemon.log").open("a") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.pipeline.program", str(folder), stdout=log, stderr=log
        )


@pytest.mark.parametrize(
    ("kills", "seed"),
    [(10, 20261124), pytest.param(200, 7, marks=pytest.mark.full)],
)
@pytest.mark.timeout(900)
async def test_killed_again_and_again_every_alert_comes_once(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, kills: int, seed: int
) -> None:
    chance = random.Random(seed)
    press = Press(site)
    folder = write_config(tmp_path / "config", press.sources(), api, chat)
    daemon = await start(folder)
    await until(press.met, 60)
    rounds = max(kills, EACH)
    for number in range(rounds):
        press.publish(number)
        # Anywhere between the poll that finds them and the last answer, or before it has started.
        before = len(api.ledger.messages)
        if number < kills:
            sent = chance.randrange(OUTLETS + 1)
            try:
                await until(lambda sent=sent, before=before: len(api.ledger.messages) >= before + sent, 60)
            finally:
                await asyncio.sleep(chance.random() * 0.1)
                daemon.kill()
                await daemon.wait()
            daemon = await start(folder)
    log = folder / "daemon.log"
    archive = Archive(folder / "wirewatch.db")
    try:
        await until(lambda: press.titles <= set(headlines(api)), 120)
        # A copy that arrived late is looked for once more, and deleted.
        await until(lambda: archive.read_now(at_rest), 60)
    except TimeoutError:
        pytest.fail(f"missing: {press.titles - set(headlines(api))}\n{log.read_text()[-3000:]}")
    daemon.terminate()
    assert await asyncio.wait_for(daemon.wait(), 10) == 0, log.read_text()[-2000:]

    told = Counter(title for title in headlines(api) if title in press.titles)
    assert set(told) == press.titles
    sent = archive.read_now(lambda conn: deliveries.listed(conn, ["sent"], 10 * len(press.titles)))
    rows = [row for row in sent if row.kind == "alert"]
    stopped = archive.read_now(lambda conn: chats.get(conn, str(chat.id)).look_stopped)
    archive.close()
    assert sorted(headline(row.content) for row in rows) == sorted(press.titles)
    standing = {id_: message.content.text.split("\n")[0] for id_, message in chat.messages.items()}
    for row in rows:
        copies = {id_ for id_, title in standing.items() if title == headline(row.content)}
        assert row.message_id in copies
        extra = copies - {row.message_id}
        # The listed cases: a question about that id was cut off, or nothing is looked for any more.
        excused = extra <= set(row.doubtful or ()) or row.mark is None or stopped is not None
        assert not extra or (row.resent and excused), (row, copies, log.read_text()[-3000:])


def at_rest(conn: Connection) -> bool:
    """Whether nothing is to be sent and no second copy is to be looked for."""
    rechecks = conn.scalar(select(func.count()).where(delivery.c.recheck_at.is_not(None)))
    return deliveries.open_count(conn) == 0 and not rechecks


def headline(content: dict[str, Any]) -> str:
    """The headline that a delivery's content bears."""
    return str(content["title"])
