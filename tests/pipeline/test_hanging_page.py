"""A page that makes extraction hang costs its own source, and nobody else.

The page is real input, not a stub: some megabytes of unclosed tags, which keep the extractor busy
for many times the deadline.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import thread_time

from archive import articles, events, sources
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import FAST, feed_source, headlines, house, until, write_config
from wirewatch.demo.botapi import Chat

HANGS = "<html><body><article>" + "<p>Laos <b>river <i>x" * 400_000
READS = "<html><head><title>Ministers meet</title></head><body><article><h1>Ministers meet</h1>" + "".join(
    f"<p>The ministers spoke about the river, its banks and the villages there. Laos spoke {n}.</p>"
    for n in range(12)
)
HELD = 0.05
GOOD = 8


@contextmanager
def loop_held() -> Iterator[list[float]]:
    """How long the loop's thread computed between two looks, in seconds of its own CPU: what others do on
    this machine does not count, nor does looking for garbage among what the tests before have left."""
    spans: list[float] = []

    async def look() -> None:
        while True:
            before = thread_time()
            await asyncio.sleep(0.005)
            spans.append(thread_time() - before)

    gc.collect()
    gc.freeze()
    task = asyncio.get_running_loop().create_task(look())
    try:
        yield spans
    finally:
        task.cancel()
        gc.unfreeze()


async def test_a_hanging_page_is_charged_to_its_source_and_the_others_stay_on_time(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    now = datetime.now(UTC) - timedelta(seconds=1)
    html = {"Content-Type": "text/html"}
    site.script("/bad/page", Reply(HANGS, headers=html))
    site.script("/well/page", Reply(READS, headers=html))
    hanging = item("Ministers meet in Laos", link=site.url("/bad/page"), published=now)
    reading = item("Ministers meet", link=site.url("/well/page"), published=now)
    site.script("/bad", rss(["Quiet"]), rss([hanging, "Quiet"]))
    site.script("/well", rss(["Calm"]), rss(["Calm"]), rss([reading, "Calm"]))
    for number in range(GOOD):
        site.script(f"/good/{number}", rss([f"Nothing {number}"]))
    listed = [
        feed_source("bad", site.url("/bad"), full_text="always"),
        feed_source("well", site.url("/well"), full_text="always"),
        *(feed_source(f"good-{n}", site.url(f"/good/{n}")) for n in range(GOOD)),
    ]
    folder = write_config(tmp_path / "config", listed, api, chat)
    # It is told without its page when the page has been given up, not because the wait is over.
    durations = replace(FAST, page_deadline=timedelta(seconds=1.5), page_wait=timedelta(minutes=1))

    async with house(folder, durations) as daemon:
        await until(lambda: bool(site.seen("/bad/page")))
        polled = {number: len(site.seen(f"/good/{number}")) for number in range(GOOD)}
        with loop_held() as held:
            await until(lambda: len(api.ledger.messages) == 2, 40)
        meanwhile = [len(site.seen(f"/good/{number}")) - polled[number] for number in range(GOOD)]
        states = {state.source: state for state in await daemon.rooms.archive.read(sources.all_states)}
        told = await daemon.rooms.archive.read(events.latest)
        stored = await daemon.rooms.archive.read(lambda conn: articles.by_ids(conn, range(1, 30)))

    assert sorted(headlines(api)) == ["Ministers meet", "Ministers meet in Laos"]
    assert states["bad"].pages_hung == 1
    assert {name for name, state in states.items() if state.pages_hung} == {"bad"}
    assert [(event.kind, event.subject) for event in told] == [("page-hung", "bad")]
    by_title = {one.article.title: one for one in stored}
    assert by_title["Ministers meet in Laos"].page == "failed"
    assert "killed" in (by_title["Ministers meet in Laos"].page_note or "")
    assert by_title["Ministers meet"].page == "read"
    assert min(meanwhile) >= 3, meanwhile
    assert max(held) < HELD, f"the loop was held for {max(held) * 1000:.0f} ms"
