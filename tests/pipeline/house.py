"""A whole Wirewatch in a test: config on disk, a newsroom, a chat, and the real daemon on them.

`write_config` makes what a user would have written; `house` runs the daemon in this process;
`tests/pipeline/program.py` is the same in a process that can be killed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from alerts.outbox.transitions import Times
from wirewatch.config_files import locate
from wirewatch.daemon import Daemon, running
from wirewatch.rooms import Durations
from wirewatch.settings import Settings, load

# The judges are slow to import, and a daemon that is killed and started needs none of them.
if TYPE_CHECKING:
    from tests.peers.botapi import BotApiPeer
    from wirewatch.demo.botapi import Chat

# The product's own durations, a hundred times shorter where something is waited for.
FAST = Durations(
    page_wait=timedelta(seconds=5),
    page_deadline=timedelta(seconds=3),
    settle=timedelta(milliseconds=300),
    tick=timedelta(milliseconds=100),
    config_look=timedelta(milliseconds=60),
    config_rest=timedelta(milliseconds=60),
    config_hold=timedelta(milliseconds=300),
    lease=timedelta(seconds=5),
    outbox=Times(
        settle=timedelta(milliseconds=300),
        recheck=timedelta(seconds=2),
        backoff=timedelta(milliseconds=50),
        backoff_most=timedelta(seconds=1),
    ),
)
LAOS = {"name": "laos", "query": "Laos OR 라오스"}
KOREA = {"name": "north-korea", "query": '"North Korea" OR 북한'}


def write_config(
    folder: Path,
    sources: Sequence[Mapping[str, Any]],
    api: "BotApiPeer",
    chat: "Chat",
    *,
    watches: Sequence[Mapping[str, Any]] | None = (LAOS, KOREA),
    channels: Sequence[Mapping[str, Any]] | None = None,
    fetch: Mapping[str, Any] | None = None,
    ops: str | None = None,
    archive: str | None = None,
) -> Path:
    """A config folder; `watches` None takes the shipped ones, `archive` None a file in it."""
    main: dict[str, Any] = {
        "archive": archive or str(folder / "wirewatch.db"),
        "shipped": ["watches", "terms"] if watches is None else [],
        "fetch": {"allow_private": ["127.0.0.0/8"], "min_delay": "20ms", **(fetch or {})},
        "telegram": {
            "api_url": api.api_url,
            "pacing": {"chat_per_second": 50, "group_per_minute": 3000, "bot_per_second": 1000},
        },
        "channels": list(channels or [{"name": "desk", "type": "telegram", "chat": chat.id}]),
        "http": {"listen": "127.0.0.1:0"},
    }
    if ops is not None:
        main["ops"] = ops
    (folder / "sources").mkdir(parents=True)
    yaml = YAML()
    yaml.dump(main, folder / "wirewatch.yaml")
    yaml.dump({"sources": [dict(source) for source in sources]}, folder / "sources" / "test.yaml")
    if watches is not None:
        yaml.dump({"watches": [dict(watch) for watch in watches]}, folder / "watches.yaml")
    (folder / "telegram.token").write_text(api.token)
    return folder


def feed_source(name: str, url: str, **keys: Any) -> dict[str, Any]:
    """A feed as a user writes it, polled ten times a second, whose pages are not read."""
    return {"name": name, "url": url, "every": "100ms", "full_text": "never", **keys}


def settings_of(folder: Path) -> Settings:
    """The settings in `folder`."""
    return load(locate(folder, {}), {})


@asynccontextmanager
async def house(folder: Path, durations: Durations = FAST) -> AsyncIterator[Daemon]:
    """The daemon on the config in `folder`, in this process."""
    async with running(settings_of(folder), durations) as daemon:
        yield daemon


async def until(done: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for `done()`; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.02)


def headlines(api: "BotApiPeer") -> list[str]:
    """The first line of every message sent, in order."""
    return [act.text.split("\n")[0] for act in api.ledger.messages]
