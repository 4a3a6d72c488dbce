"""Are hosts asked politely: one at a time, with a pause, and left to a crawl for its time?"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic

import pytest

from crawler.client import Client
from crawler.source import FetchSettings
from crawler.turns import HostTurns
from tests.crawler.site import never, reply, running

HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(HERE) as client:
        yield client


async def test_one_connection_at_a_time_a_host(client: Client) -> None:
    async with running(lambda _: reply("x")) as site:
        await asyncio.gather(*(client.get(site.url(f"/{n}")) for n in range(8)))
    assert (len(site.asked), site.most_open, site.connections) == (8, 1, 1)


async def test_different_hosts_do_not_wait_for_each_other() -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)
        writer.write(reply("late"))
        await writer.drain()

    async with running(lambda _: slow) as one, running(never, "127.0.0.2") as two, Client(settings) as client:
        waiting = asyncio.ensure_future(client.get(one.url()))
        await asyncio.wait_for(client.get(two.url()), 0.4)
        assert not waiting.done()
        assert (await waiting).body == b"late"


async def test_between_two_requests_to_a_host_lies_the_minimum_delay() -> None:
    settings = FetchSettings(min_delay=timedelta(seconds=0.2), allow_private=("127.0.0.1",))
    async with Client(settings) as client, running(never) as site:
        started = monotonic()
        await asyncio.gather(*(client.get(site.url()) for _ in range(3)))
        assert 0.4 <= monotonic() - started < 2


async def test_a_host_granted_to_a_crawl_is_not_asked_meanwhile(client: Client) -> None:
    async with running(never) as site:
        async with client.turns.grant("127.0.0.1"):
            waiting = asyncio.ensure_future(client.get(site.url()))
            await asyncio.sleep(0.1)
            assert site.connections == 0
        await waiting
    assert len(site.asked) == 1


async def test_who_gives_up_waiting_leaves_the_host_free_for_others() -> None:
    turns = HostTurns(0.05)
    async with turns.grant("Example.org."):
        waiting = asyncio.ensure_future(_take(turns))
        await asyncio.sleep(0)
        waiting.cancel()
    # Cancelled in the delay after the turn, too.
    waiting = asyncio.ensure_future(_take(turns))
    await asyncio.sleep(0.01)
    waiting.cancel()
    taken = asyncio.ensure_future(_take(turns))
    await asyncio.wait({taken}, timeout=1)
    assert taken.done()


async def _take(turns: HostTurns) -> None:
    async with turns.grant("example.org"):
        pass


async def test_no_more_requests_run_at_once_than_the_client_has_connections() -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(reply("x"))
        await writer.drain()

    async with running(lambda _: slow, "0.0.0.0") as site, Client(settings, connections=3) as client:
        urls = [site.url(host=f"127.0.1.{n}") for n in range(1, 13)]
        await asyncio.gather(*(client.get(url) for url in urls))
    assert (len(site.asked), site.most_open) == (12, 3)
