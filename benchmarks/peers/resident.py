"""The sides of `benchmarks/latency.py`, each a process that stays and polls when it is told to.

`python -m benchmarks.peers.resident SIDE FOLDER N PORT API TOKEN CHAT` polls once, says "ready", and then
for each line on stdin polls all feeds; it says the moment (monotonic seconds) at which that began, and
"done" at its end.
"""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.peers import urls
from benchmarks.peers.reference import AT_ONCE, TERMS, open_database, poll_all

Poll = Callable[[], Awaitable[None]]
LOOK = 0.1


async def when_told(poll: Poll) -> None:
    """Poll for each line on stdin."""
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        await poll()
        print("done", flush=True)


def tell_start() -> None:
    """The poll begins now."""
    print(time.monotonic(), flush=True)


async def reference(folder: Path, feeds: list[str], api: str, token: str, chat: int) -> None:
    import aiohttp
    from daachorse import CharwiseDoubleArrayAhoCorasick

    db, automaton = open_database(str(folder / "reference.db")), CharwiseDoubleArrayAhoCorasick(TERMS)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def send(link: str, title: str) -> None:
            said = {"chat_id": chat, "text": f"{title} {link}"}
            async with session.post(f"{api}/bot{token}/sendMessage", json=said) as answer:
                await answer.read()

        async def silence(_link: str, _title: str) -> None:
            pass

        async def poll() -> None:
            tell_start()
            await poll_all(session, db, automaton, feeds, send)

        await poll_all(session, db, automaton, feeds, silence)
        await when_told(poll)


async def naive(folder: Path, feeds: list[str], api: str, token: str, chat: int) -> None:
    import feedparser
    from telegram import Bot

    db = sqlite3.connect(folder / "naive.db")
    db.execute("create table item(link text primary key)")
    async with Bot(token, base_url=f"{api}/bot") as bot:

        async def poll(*, tell: bool = True) -> None:
            if tell:
                tell_start()
            for url in feeds:
                for entry in feedparser.parse(url).entries:
                    if db.execute("select 1 from item where link = ?", (entry.link,)).fetchone():
                        continue
                    db.execute("insert into item values(?)", (entry.link,))
                    db.commit()
                    text = f"{entry.title}\n{entry.summary}".lower()
                    if tell and any(term in text for term in TERMS):
                        await bot.send_message(chat, f"{entry.title} {entry.link}")

        await poll(tell=False)
        await when_told(poll)


async def wirewatch(folder: Path, feeds: list[str], api: str, token: str, chat: int) -> None:
    from archive import sources
    from wirewatch.config_files import locate
    from wirewatch.daemon import running
    from wirewatch.rooms import Durations
    from wirewatch.settings import load

    _write_config(folder / "config", feeds, api, token, chat)
    async with running(load(locate(folder / "config", {}), {}), Durations()) as daemon:
        rooms, names = daemon.rooms, list(daemon.rooms.rules.sources)

        async def polled() -> bool:
            states = await rooms.archive.read(sources.all_states)
            return daemon.idle and all(state.polls for state in states)

        while not await polled():
            await asyncio.sleep(LOOK)

        async def poll() -> None:
            now = rooms.clock()
            await rooms.archive.write(lambda conn: sources.reschedule(conn, dict.fromkeys(names, now)))
            tell_start()
            daemon.poller.replan()
            await asyncio.sleep(LOOK)
            # Until what unchanged polls gave is written too: it says when they are due.
            while not daemon.idle:
                await asyncio.sleep(LOOK)

        await when_told(poll)


def _write_config(config: Path, feeds: list[str], api: str, token: str, chat: int) -> None:
    (config / "sources").mkdir(parents=True)
    (config / "telegram.token").write_text(token)
    (config / "wirewatch.yaml").write_text(
        f"archive: {config}/wirewatch.db\nshipped: [watches, terms]\nhttp: {{listen: null}}\n"
        "fetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n"
        f"telegram: {{api_url: '{api}', pacing: {{chat_per_second: 50, bot_per_second: 1000}}}}\n"
        f"channels: [{{name: desk, type: telegram, chat: {chat}}}]\n"
    )
    entries = [
        f"  - {{name: feed-{n}, url: '{url}', every: 6h, full_text: never}}\n" for n, url in enumerate(feeds)
    ]
    (config / "sources" / "bench.yaml").write_text("sources:\n" + "".join(entries))


SIDES = {"reference": reference, "wirewatch": wirewatch, "naive": naive}

if __name__ == "__main__":
    side, place, count, port, api_url, bot_token, chat_id = sys.argv[1:]
    addresses = urls(int(count), int(port))
    asyncio.run(SIDES[side](Path(place), addresses, api_url, bot_token, int(chat_id)))
