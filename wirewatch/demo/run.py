"""How is the demo played?

Newsroom and Bot API stand-in run here, the daemon is the real one in a process of its own. Each
message is shown as the stand-in accepts it; at the end what was expected is held against what
came. The daemon's config is `setting.py`, the final figures are `outcome.py`.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.text import Text

from wirewatch.demo.botapi import Accepted, BotApi
from wirewatch.demo.newsroom import Newsroom
from wirewatch.demo.outcome import judge
from wirewatch.demo.rendering import bubble
from wirewatch.demo.setting import write_config

# The daemon must have met every source by then (seconds).
MEETING = 45.0
# What comes after the last publication is waited for so long (seconds).
PATIENCE = 25.0
# The daemon promises to end within ten seconds of SIGTERM.
ENDING = 15.0


class DemoFailed(Exception):
    """The demo could not be played to its end; the text holds what the daemon said last."""


async def play(console: Console, *, lines: bool) -> int:
    """Play the demo; the exit code. With `lines`, JSON lines go to standard output and the
    terminal's pictures are left out."""
    with tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            newsroom = await stack.enter_async_context(Newsroom(waits=True))
            bot_api = await stack.enter_async_context(BotApi())
            chat = bot_api.supergroup("Wirewatch demo")
            write_config(
                folder, newsroom.sources(), api_url=bot_api.api_url, token=bot_api.token, chat=chat.id
            )
            if not lines:
                _introduce(console, newsroom)
                bot_api.on_accepted(_shower(console))
            await _run_daemon(folder, newsroom, bot_api)
        outcome = judge(folder / "wirewatch.db", newsroom, bot_api.ledger)
    if lines:
        for message in outcome.messages:
            print(json.dumps(message, ensure_ascii=False), flush=True)
    console.print(outcome.summary())
    return 0 if outcome.complete else 1


async def _run_daemon(folder: Path, newsroom: Newsroom, bot_api: BotApi) -> None:
    """The daemon over the whole schedule, from its start to its end in good order."""
    log = folder / "daemon.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")}
    with log.open("w", encoding="utf-8") as out:
        daemon = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wirewatch", "run", "--config", str(folder),
            stdout=out, stderr=out, stdin=asyncio.subprocess.DEVNULL, env=environment,
        )  # fmt: skip
    try:
        if not await _until(lambda: not newsroom.unread(), MEETING, daemon):
            raise DemoFailed(f"the daemon did not meet every source\n{_tail(log)}")
        newsroom.begin()
        waiting = {alert.url for alert in newsroom.expected()}
        await _until(lambda: not _missing(waiting, bot_api), newsroom.lasts + PATIENCE, daemon)
        # What must not come had time to come as well.
        await asyncio.sleep(2)
        if daemon.returncode is not None:
            raise DemoFailed(f"the daemon ended with {daemon.returncode}\n{_tail(log)}")
    finally:
        code = await _end(daemon)
    if code != 0:
        raise DemoFailed(f"the daemon ended with {code} when it was told to stop\n{_tail(log)}")


def _missing(urls: set[str], bot_api: BotApi) -> set[str]:
    """Those of `urls` that no message carries yet."""
    sent = {entity.url for act in bot_api.ledger for entity in act.content.entities if entity.url}
    return urls - sent


async def _until(done: Callable[[], bool], limit: float, daemon: asyncio.subprocess.Process) -> bool:
    until = monotonic() + limit
    while monotonic() < until and daemon.returncode is None:
        if done():
            return True
        await asyncio.sleep(0.1)
    return done()


async def _end(daemon: asyncio.subprocess.Process) -> int:
    if daemon.returncode is None:
        daemon.terminate()
    try:
        return await asyncio.wait_for(daemon.wait(), ENDING)
    except TimeoutError:
        daemon.kill()
        return await daemon.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8").splitlines()[-15:])


def _introduce(console: Console, newsroom: Newsroom) -> None:
    outlets = [place.outlet.name for place in newsroom.places]
    console.print(
        Text.assemble(
            (f"{len(outlets)} invented outlets", "bold"),
            " publish for about a minute; Wirewatch watches them for ",
            ("laos", "bold"), ", ", ("asean", "bold"), " and ", ("north-korea", "bold"),
            ".\nEach alert is shown as it reaches the chat. No token, no internet.\n",
        )
    )  # fmt: skip


def _shower(console: Console) -> Callable[[Accepted], None]:
    """Shows each message as it is accepted, and of an edit its new state."""

    def show(act: Accepted) -> None:
        if act.method in ("sendMessage", "editMessageText"):
            silent = act.params.get("disable_notification") in ("true", True)
            console.print(
                bubble(
                    act.content, act.reply_markup, act.link_preview, chat="Wirewatch demo",
                    at=act.at.astimezone(), silent=silent, edited=act.method != "sendMessage",
                )
            )  # fmt: skip

    return show


def play_now(*, lines: bool) -> int:
    """Play the demo from the command line."""
    console = Console(stderr=lines)
    try:
        return asyncio.run(play(console, lines=lines))
    except DemoFailed as error:
        console.print(Text(str(error), "red"))
        return 1
