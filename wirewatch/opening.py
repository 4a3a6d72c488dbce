"""What does the daemon open at its start?

Archive, lock, network, child processes, outbox: all that the steps work with, as `Rooms`. What an earlier
run left is taken up by `wirewatch/recovery.py`; what runs on the rooms is `wirewatch/daemon.py`.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archive.archive import Archive, make_folder
from archive.lock import DaemonLock
from archive.schema import check_whole, found_whole, prepare
from crawler.children import Child
from crawler.client import Client
from crawler.gathering import Tools
from crawler.pages import errand as pages_errand
from crawler.robots import Robots
from crawler.spiders import errand as spiders_errand
from wirewatch.adopting import carried_on, watches_since
from wirewatch.outgoing import Outgoing, open_outgoing
from wirewatch.rooms import ConfigState, Durations, Rooms, Rulebook
from wirewatch.settings import Settings


async def open_rooms(
    stack: AsyncExitStack, settings: Settings, durations: Durations, clock: Callable[[], datetime]
) -> tuple[Rooms, Outgoing]:
    """Open every door, in an order in which each can still be closed when a later one fails."""
    rules = Rulebook.compile(settings)
    if isinstance(settings.archive, Path):
        # The state folder of a first start; what lies there is its owner's business.
        make_folder(settings.archive)
    archive = Archive(settings.archive)
    stack.callback(archive.close)
    await asyncio.to_thread(prepare, archive)
    was_checked = await asyncio.to_thread(check_whole, archive, clock(), durations.check_again)
    lock = DaemonLock(archive)
    lock.acquire()
    stack.callback(lock.release)
    if was_checked:
        await archive.write(lambda conn: found_whole(conn, clock()))
    client = await stack.enter_async_context(Client(settings.fetch, settings.contact))
    # What is slow to import must not count against the first page's or crawl's deadline.
    reading, crawling = (
        Child("reading", prepare=pages_errand.prepare),
        Child("crawling", prepare=spiders_errand.prepare),
    )
    stack.push_async_callback(reading.close)
    stack.push_async_callback(crawling.close)
    tools = Tools(client, reading, crawling, settings.fetch, settings.contact)
    outgoing = await stack.enter_async_context(open_outgoing(archive, settings, clock, durations.outbox))
    now = clock()
    before = await archive.read(watches_since)
    rules = replace(rules, watches_since=carried_on(settings, before, now))
    rooms = Rooms(rules, archive, tools, Robots(client), lambda: outgoing.outbox, clock, durations=durations)
    rooms.config = ConfigState(now)
    outgoing.on_answer = rooms.measures.answered
    return rooms, outgoing
