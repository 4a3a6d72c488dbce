"""What operators read of a day on which everything fails once: a line a change, in the log as in the chat,
and never a line a retry or a traceback."""

import asyncio
import io
import json
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import telegram_errors
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import bad_gateway, refuse
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import feed_source, house, until, write_config
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_month import Full
from wirewatch import daemon as daemon_module
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


class Press:
    """Publishes articles on Laos."""

    def __init__(self, daemon: Daemon, site: PeerNewsroom) -> None:
        self.daemon, self.site = daemon, site
        self.items: list[Any] = ["Quiet"]

    async def publish(self, body: str = "") -> str:
        """A new article, and until its feed has been asked since."""
        title = f"Laos number {len(self.items)}"
        self.items.insert(0, item(title, content=body, published=datetime.now(UTC)))
        self.site.script("/feed", rss(self.items))
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
    monkeypatch.setattr(daemon_module, "CALM", 0.2)
    operators = api.supergroup("Operators")
    site.script("/feed", rss(["Quiet"]))
    site.script("/bugle", rss(["Quiet"]))
    listed = [
        feed_source(name, site.url(f"/{path}")) for name, path in (("post", "feed"), ("bugle", "bugle"))
    ]
    channels = [
        {"name": name, "type": "telegram", "chat": at}
        for name, at in (("desk", chat.id), ("ops", operators.id))
    ]
    folder = write_config(tmp_path / "config", listed, api, chat, channels=channels, ops="ops")
    amend(folder, http={"listen": None})

    async def told(words: str) -> None:
        await until(lambda: any(words in one.text for one in api.ledger.messages))

    async with house(folder) as daemon:
        press, archive = Press(daemon, site), daemon.rooms.archive
        await until(lambda: len(site.seen("/bugle")) > 1)
        await told(await press.publish())
        # A source fails again and again, and is well again.
        site.script("/bugle", Reply(status=500))
        failed = len(site.seen("/bugle"))
        await until(lambda: len(site.seen("/bugle")) > failed + 4)
        site.script("/bugle", rss(["Quiet"]))
        await told("bugle: answers again")
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
        await daemon_module.sweep(daemon.rooms)
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


def _refused(lines: list[dict[str, Any]]) -> int:
    return sum(line.get("event") == "config-refused" for line in lines)


def _read_by_a_person(words: list[str]) -> None:
    """Each trouble comes with what to do about it."""
    for begin, remedy in {
        "bot: Telegram refuses the bot's token": "@BotFather",
        "config: the edit is not in force": "watches.yaml:1:",
        "dams: the watch counts from now on": "`wirewatch backtest dams --since 30d`",
    }.items():
        (line, *_) = [one for one in words if one.startswith(begin)]
        assert remedy in line
