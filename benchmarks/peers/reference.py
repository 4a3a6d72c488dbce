"""The bare reference of the feed rounds: what aiohttp, lxml, an automaton and SQLite cost alone.

Run as a process: `python -m benchmarks.peers.reference DATABASE N PORT`: one round over N feeds. No
redirects, limits, politeness, dates, health, stories or outbox; alerts are lines on stdout.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b

import aiohttp
from daachorse import CharwiseDoubleArrayAhoCorasick
from lxml import etree

from benchmarks.peers import urls

AT_ONCE = 64
TERMS = ["laos", "ສປປ ລາວ", "라오스", "asean", "아세안", "north korea", "북한", "朝鲜", "เกาหลีเหนือ"]


def open_database(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(
        "pragma journal_mode=wal; pragma synchronous=normal;"
        "create table if not exists feed(id integer primary key, etag text);"
        "create table if not exists item"
        "(key integer primary key, link text, title text, summary text, date text);"
    )
    return db


def key(link: str) -> int:
    return int.from_bytes(blake2b(link.encode(), digest_size=8).digest(), "big", signed=True)


def keep(
    db: sqlite3.Connection, automaton: CharwiseDoubleArrayAhoCorasick, feed: int, body: bytes, etag: str
) -> list[tuple[str, str]]:
    """Link and title of what is new and names a term."""
    items = [
        (key(e.findtext("link")), *map(e.findtext, ("link", "title", "description", "pubDate")))
        for e in etree.fromstring(body).iter("item")
    ]
    db.execute("begin immediate")
    marks = ",".join("?" * len(items))
    known = {
        row[0] for row in db.execute(f"select key from item where key in ({marks})", [i[0] for i in items])
    }
    new = [entry for entry in items if entry[0] not in known]
    db.executemany("insert into item values(?,?,?,?,?)", new)
    db.execute("insert or replace into feed values(?,?)", (feed, etag))
    db.execute("commit")
    return [
        (entry[1], entry[2]) for entry in new if automaton.find_overlapping(f"{entry[2]}\n{entry[3]}".lower())
    ]


async def poll_all(
    session: aiohttp.ClientSession,
    db: sqlite3.Connection,
    automaton: CharwiseDoubleArrayAhoCorasick,
    feeds: Sequence[str],
    alert: Callable[[str, str], Awaitable[None]],
) -> None:
    """One round: `alert(link, title)` for each hit."""
    etags = dict(db.execute("select id, etag from feed"))
    turn = asyncio.Semaphore(AT_ONCE)

    async def poll(feed: int) -> None:
        headers = {"If-None-Match": etags[feed]} if feed in etags else {}
        async with turn, session.get(feeds[feed], headers=headers) as response:
            if response.status == 304:
                return
            hits = keep(db, automaton, feed, await response.read(), response.headers["ETag"])
        for link, title in hits:
            await alert(link, title)

    await asyncio.gather(*map(poll, range(len(feeds))))


async def main(path: str, count: int, port: int) -> None:
    async def alert(link: str, title: str) -> None:
        print(link, title)

    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        automaton = CharwiseDoubleArrayAhoCorasick(TERMS)
        await poll_all(session, open_database(path), automaton, urls(count, port), alert)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
