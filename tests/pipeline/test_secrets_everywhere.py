"""Everything that a daemon in trouble writes, shows and keeps is searched for its secrets."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.command_line import ROOT
from tests.crawler.site import Asked, reply, running
from tests.peers.botapi import BotApiPeer
from tests.peers.faults import bad_gateway, refuse
from tests.peers.newsroom import rss
from tests.pipeline.house import feed_source, until, write_config
from tests.pipeline.test_housekeeping import amend
from tests.pipeline.test_whole_path import entry
from wirewatch.demo.botapi import Chat, Refusal

PROXY, PING, PLACE = "proxy-rosebud-1941", "ping-rosebud-1942", "feed-rosebud-1943"
FEED, HIDDEN = "http://feeds.test/feed", f"http://feeds.test/{PLACE}/feed"


async def said_by(*words: object) -> str:
    """What a command prints, on both streams."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wirewatch", *map(str, words),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return out.decode()


def shown_of_processes(parent: int) -> bytes:
    """Arguments and environments of the daemon's children, and its own arguments, as `ps` shows them."""
    found = Path(f"/proc/{parent}/cmdline").read_bytes()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int((process / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found += (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            # It has ended meanwhile.
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
async def test_no_secret_is_anywhere(api: BotApiPeer, chat: Chat, tmp_path: Path) -> None:
    operators = api.supergroup("Operators")
    pages = [rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"])]
    status = 200
    polls = Counter[str]()

    def through_proxy(asked: Asked) -> bytes:
        # Both sources have met what they had at first before one of them has news.
        polls[asked.path] += 1
        met = all(polls[path] > 2 for path in (FEED, HIDDEN))
        return reply(pages[met], status=status)

    async with running(through_proxy) as proxy:
        listed = [
            feed_source("post", FEED),
            {"name": "hidden", "url_file": "hidden.url", "every": "200ms", "full_text": "never"},
        ]
        channels = [
            {"name": "desk", "type": "telegram", "chat": chat.id},
            {"name": "ops", "type": "telegram", "chat": operators.id},
        ]
        folder = write_config(tmp_path / "config", listed, api, chat, channels=channels, ops="ops")
        (folder / "sources" / "hidden.url").write_text(HIDDEN)
        (folder / "proxy").write_text(proxy.url().replace("//", f"//desk:{PROXY}@"))
        (folder / "ping").write_text(f"http://feeds.test/{PING}")
        fetch = {"proxy_file": "proxy", "allow_private": ["127.0.0.0/8", "feeds.test"], "min_delay": "20ms"}
        (folder / "telegram.token").unlink()
        amend(folder, fetch=fetch, ping_url_file="ping", daily="* * * * *")
        log = tmp_path / "log"
        with log.open("wb") as file:
            daemon = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wirewatch", "run", "--config", str(folder), stdout=file, stderr=file,
                env={**os.environ, "WIREWATCH_TELEGRAM_TOKEN": api.token}, cwd=ROOT,
            )  # fmt: skip
        try:
            await until(lambda: bool(api.ledger.messages), 60)
            processes = shown_of_processes(daemon.pid)
            # Everything goes wrong: the token, a gateway, sources, proxy and ping, an edit.
            api.faults.add(bad_gateway(), "getUpdates", times=2)
            api.faults.add(refuse(Refusal(401, "Unauthorized")), "getUpdates", times=3)
            status = 407
            await until(lambda: any("407" in one.text for one in api.ledger.messages), 60)
            (folder / "proxy").write_text(f"http://desk:{PROXY}@127.0.0.1:9")
            await until(lambda: b"in force" in log.read_bytes(), 60)
            (folder / "proxy").write_text(f"ftp://desk:{PROXY}@127.0.0.1:9")
            await until(lambda: b"not in force" in log.read_bytes(), 60)
            shown = [await said_by(*words, "--config", folder) for words in (
                ("status",), ("status", "--json"), ("sources",), ("deliveries",), ("check",),
                ("poll", "hidden"), ("config", "show", "source:hidden"), ("opml", "export"),
            )]  # fmt: skip
            where = next(
                word for word in log.read_text().replace('"', " ").split() if word.startswith("http://127")
            )
            async with aiohttp.ClientSession() as session:
                for path in ("metrics", "readyz", "healthz"):
                    async with session.get(f"{where}/{path}") as answer:
                        shown.append(await answer.text())
                async with session.post(f"{where}/-/reload") as answer:
                    shown.append(await answer.text())
        finally:
            if daemon.returncode is None:
                daemon.terminate()
            await asyncio.wait_for(daemon.wait(), 20)
    everything = {
        "processes": processes,
        "log": log.read_bytes(),
        "commands and endpoints": "\n".join(shown).encode(),
        "messages": "\n".join(one.text for one in api.ledger.messages).encode(),
        "archive": b"".join(file.read_bytes() for file in folder.glob("wirewatch.db*")),
    }
    for secret in (PROXY, PING, PLACE, api.token):
        for name, content in everything.items():
            assert secret.encode() not in content, f"{secret} in {name}"
    # They were looked for where something is.
    assert all(len(content) > 50 for content in everything.values())
    assert b"not in force" in everything["messages"]
