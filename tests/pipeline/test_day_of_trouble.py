"""What operators read of a day on which everything fails once: a line a change, in the log as in the chat,
and never a line a retry or a traceback."""

import asyncio
import io
import json
import logging
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts.channels import telegram_errors
from archive.archive import Archive
from archive.tables import article
from tests.feeds.test_offline import PAGE
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import bad_gateway, refuse
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import FAST, feed_source, house, until, write_config
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_month import Full
from wirewatch import offline, polling, recovery
from wirewatch.daemon import Daemon
from wirewatch.demo.botapi import Chat, Refusal
from wirewatch.logs import start_logging


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Logging as the daemon starts it; gives what was logged, a JSON line each."""
    page = io.StringIO()
    root, telegram = logging.getLogger(), logging.getLogger("telegram")
    before = root.handlers[:], root.level, telegram.level
    monkeypatch.setattr(sys, "stderr", page)
    start_logging()
    yield lambda: [json.loads(line) for line in page.getvalue().splitlines()]
    root.handlers[:], root.level, telegram.level = before


class Net:
    """What this machine's resolver says: each name under `.example` is the newsroom. Once `goes_at` has been
    looked up no name server answers any more, and each lookup waits for `given_up`, as resolvers do."""

    def __init__(self, site: PeerNewsroom, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes_at = ""
        self.cut = False
        self.in_vain: Counter[str] = Counter()
        self.given_up = threading.Event()
        self._site = site
        self._lookup = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)
        # Polls that are minutes apart ask for their name each time.
        monkeypatch.setattr("aiohttp.connector._DNSCacheTable.expired", lambda _table, _key: True)

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}.example:{self._site.port}{path}"

    def _answer(self, host: Any, *args: Any, **more: Any) -> Any:
        if not str(host).endswith(".example"):
            return self._lookup(host, *args, **more)
        self.cut = self.cut or host == self.goes_at
        if not self.cut:
            return self._lookup("127.0.0.1", *args, **more)
        self.in_vain[host] += 1
        self.given_up.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def feed(items: list[Any]) -> Reply:
    """Its connection is not kept either."""
    return Reply(rss(items), headers={"Connection": "close"})


class Press:
    """Publishes articles on Laos."""

    def __init__(self, daemon: Daemon, site: PeerNewsroom) -> None:
        self.daemon, self.site = daemon, site
        self.items: list[Any] = ["Quiet"]

    async def publish(self, body: str = "") -> str:
        """A new article, and until its feed has been asked since."""
        title = f"Laos number {len(self.items)}"
        self.items.insert(0, item(title, content=body, published=datetime.now(UTC)))
        self.site.script("/feed", feed(self.items))
        asked = len(self.site.seen("/feed"))
        await until(lambda: len(self.site.seen("/feed")) > asked + 1)
        return title


async def test_each_trouble_and_its_end_are_one_line(
    api: BotApiPeer,
    chat: Chat,
    site: PeerNewsroom,
    tmp_path: Path,
    log: Callable[[], list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telegram_errors, "TOKEN_WAIT", 0.1)
    monkeypatch.setattr(recovery, "CALM", 0.2)
    monkeypatch.setattr(offline, "LASTING", timedelta(seconds=0.5))
    for module in (offline, polling):
        monkeypatch.setattr(module, "LOOK", timedelta(seconds=0.1))
    operators = api.supergroup("Operators")
    net = Net(site, monkeypatch)
    site.script("/feed", feed(["Quiet"]))
    site.script("/bugle", feed(["Quiet"]))
    listed = [
        feed_source("post", net.url("post", "/feed")),
        feed_source("bugle", net.url("bugle", "/bugle"), full_text="always"),
    ]
    channels = [
        {"name": name, "type": "telegram", "chat": at}
        for name, at in (("desk", chat.id), ("ops", operators.id))
    ]
    folder = write_config(tmp_path / "config", listed, api, chat, channels=channels, ops="ops")
    amend(folder, http={"listen": None})

    async def told(words: str) -> None:
        await until(lambda: any(words in one.text for one in api.ledger.messages))

    patient = replace(FAST, page_deadline=timedelta(seconds=20))
    async with house(folder, patient) as daemon:
        press, archive = Press(daemon, site), daemon.rooms.archive
        await until(lambda: len(site.seen("/bugle")) > 1)
        await told(await press.publish())
        # A source fails again and again, and is well again.
        site.script("/bugle", Reply(status=500))
        failed = len(site.seen("/bugle"))
        await until(lambda: len(site.seen("/bugle")) > failed + 4)
        site.script("/bugle", feed(["Quiet"]))
        await told("bugle: answers again")
        # The net is gone for a while, as a page is about to be read.
        site.script("/ministers", Reply(PAGE, headers={"Content-Type": "text/html"}))
        net.goes_at = "pages.example"
        link = net.url("pages", "/ministers")
        met = item("Laos and its ministers", link=link, published=datetime.now(UTC))
        site.script("/bugle", feed([met, "Quiet"]))
        await until(lambda: net.in_vain.keys() >= {"pages.example", "post.example", "bugle.example"})
        net.given_up.set()
        await told("this machine: no host can be reached")
        await told("Laos and its ministers")
        assert page_of(archive, link) == "wanted"
        asked = net.in_vain.copy()
        await recovery.sweep(daemon.rooms)
        await until(lambda: (net.in_vain - asked).total() > 2)
        assert net.in_vain["pages.example"] == asked["pages.example"]
        assert page_of(archive, link) == "wanted"
        net.goes_at, net.cut = "", False
        await told("this machine: is online again after")
        await recovery.sweep(daemon.rooms)
        await until(lambda: page_of(archive, link) == "read")
        # A gateway in between sends pages in place of answers.
        api.faults.add(bad_gateway(), times=3)
        await told(await press.publish())
        # The token is revoked, and given back.
        for method in ("sendMessage", "getUpdates"):
            api.faults.add(refuse(Refusal(401, "Unauthorized")), method, times=None)
        refused = len(api.requests)
        title = await press.publish()
        await until(lambda: len(api.requests) > refused + 5)
        api.faults.clear()
        await told(title)
        await told("bot: messages arrive again")
        # The disk is full for a while.
        full = Full(archive)
        title = await press.publish(body="It rained on the river. " * 40_000)
        await until(lambda: full.refused > 1)
        full.end()
        await told(title)
        await asyncio.sleep(0.3)
        await recovery.sweep(daemon.rooms)
        await told("the archive: works again after")
        # The config is edited wrongly twice, then rightly, with a new watch.
        watches = folder / "watches.yaml"
        right = watches.read_text()
        for number, wrong in enumerate(("Laos AND", "@loas")):
            watches.write_text(f"watches: [{{name: laos, query: '{wrong}'}}]\n")
            await until(lambda count=number: _refused(log()) > count)  # type: ignore[misc]
        watches.write_text(f"{right}- {{name: dams, query: dam}}\n")
        await told("dams: the watch counts from now on")
        await until(lambda: daemon.jobs.idle)
    lines = log()
    heard = Counter((line["event"], line["subject"]) for line in lines if "event" in line)
    expected = {
        ("source-failing", "bugle"): 1,
        ("source-ok", "bugle"): 1,
        ("offline", "this machine"): 1,
        ("online", "this machine"): 1,
        ("delivery", "bot"): 2,
        ("archive-ok", "the archive"): 1,
        ("config-refused", "config"): 2,
        ("config-mended", "config"): 1,
        ("watch-new", "dams"): 1,
    }
    assert heard == expected, lines
    words = [line["message"] for line in lines]
    assert sum("the disk is full: free some space" in one and "again after" not in one for one in words) == 1
    assert not [line for line in lines if "traceback" in line]
    # Besides: the start, the config, what readers press, and no word a retry.
    assert len(lines) <= sum(expected.values()) + 10, words
    # What the log says of a change, the operators' channel says too.
    notices = [one.text for one in api.ledger.messages if one.chat_id == operators.id]
    for line in lines:
        if "event" in line:
            assert any(line["message"].split(": ", 1)[1][:40] in notice for notice in notices), line
    _read_by_a_person(words)


def page_of(archive: Archive, link: str) -> str:
    """How it stands with the page of the article that leads there."""
    return str(
        archive.read_now(
            lambda conn: conn.execute(select(article.c.page).where(article.c.url == link)).scalar_one()
        )
    )


def _refused(lines: list[dict[str, Any]]) -> int:
    return sum(line.get("event") == "config-refused" for line in lines)


def _read_by_a_person(words: list[str]) -> None:
    """Each trouble comes with what to do about it."""
    for begin, remedy in {
        "this machine: no host can be reached": "See whether this machine is online",
        "bot: Telegram refuses the bot's token": "@BotFather",
        "config: the edit is not in force": "watches.yaml:1:",
        "dams: the watch counts from now on": "`wirewatch backtest dams --since 30d`",
    }.items():
        (line, *_) = [one for one in words if one.startswith(begin)]
        assert remedy in line
