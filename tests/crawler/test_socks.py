"""Feeds, pages and crawls go through a SOCKS5 proxy, behind the same guard, and its failures are told."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic
from typing import get_args

import pytest
from aiohttp.abc import AbstractResolver

from crawler import sessions
from crawler.children import Child
from crawler.client import Client
from crawler.fetch_errors import Refused, TooLarge, Unreachable
from crawler.source import FetchSettings, Source
from crawler.spiders.errand import CrawlSettings, prepare
from crawler.spiders.gather import gather_section
from crawler.turns import HostTurns
from tests.crawler.site import Answer, Asked, never, reply, running
from tests.crawler.test_guard import SPELLINGS, _Resolver
from tests.crawler.test_spiders import listing
from tests.peers.newsroom import Listener, TrapServer
from tests.peers.socks import REFUSED, TYPE_UNKNOWN, Manner, SocksPeer, World

PUBLIC = "93.184.216.34"
SIX = "2606:4700::1111"


@asynccontextmanager
async def client_through(proxy: str | None, *answers: list[str]) -> AsyncIterator[Client]:
    """A client whose names resolve to `answers`, the last for ever."""
    resolver: AbstractResolver = _Resolver(*(answers or ([PUBLIC],)))
    async with Client(FetchSettings(min_delay=timedelta(0), proxy=proxy), resolver=resolver) as client:
        yield client


# Through the proxy


async def test_a_name_is_looked_up_here_and_the_proxy_is_asked_for_the_address() -> None:
    async with running(lambda _: reply("by proxy")) as site:
        async with (
            SocksPeer(World({(PUBLIC, 80): site.port})) as proxy,
            client_through(proxy.proxy()) as client,
        ):
            response = await client.get("http://feeds.example/rss")
            assert (response.body, response.url) == (b"by proxy", "http://feeds.example/rss")
        assert proxy.asked == [(PUBLIC, 80)]
        assert (site.paths, site.asked[0].headers["host"]) == (["/rss"], "feeds.example")


async def test_socks5h_leaves_the_name_to_the_proxy() -> None:
    async with running(lambda _: reply("by proxy")) as site:
        world = World({("feeds.example", 8080): site.port})
        async with SocksPeer(world) as proxy, client_through(proxy.proxy("socks5h")) as client:
            assert (await client.get("http://feeds.example:8080/rss")).body == b"by proxy"
        assert proxy.asked == [("feeds.example", 8080)]


async def test_the_proxy_gets_the_login_and_its_connections_are_used_again() -> None:
    async with running(lambda _: reply("by proxy")) as site:
        world = World({(PUBLIC, 80): site.port})
        async with SocksPeer(world, login=("desk", "rose:b@d")) as proxy:
            async with client_through(proxy.proxy(userinfo="desk:rose%3Ab%40d")) as client:
                for _ in range(3):
                    await client.get("http://feeds.example/rss")
            assert (proxy.logins, proxy.connections) == ([("desk", "rose:b@d")], 1)


async def test_requests_with_and_without_the_proxy_share_no_connection() -> None:
    async with running(lambda _: reply("direct")) as here, running(lambda _: reply("by proxy")) as there:
        world = World({("127.0.0.1", here.port): there.port})
        settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))
        async with SocksPeer(world) as proxy, Client(settings) as client:
            said = [(await client.get(here.url(), proxy=via)).body for via in (None, proxy.proxy(), None)]
    assert said == [b"direct", b"by proxy", b"direct"]


async def test_tls_is_spoken_with_the_host_and_not_with_the_proxy() -> None:
    async with Greeted() as site, SocksPeer(World({(PUBLIC, 443): site.port})) as proxy:
        async with client_through(proxy.proxy()) as client:
            with pytest.raises(Unreachable):
                await client.get("https://feeds.example/rss")
        assert proxy.asked == [(PUBLIC, 443)]
    assert site.said[:1] == b"\x16"
    assert b"feeds.example" in site.said


class Greeted(Listener):
    """Remembers the first words, and hangs up."""

    said = b""

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.said = await reader.read(65536)


async def test_of_several_addresses_the_one_that_the_proxy_reaches_is_taken() -> None:
    async with running(lambda _: reply("by proxy")) as site:
        world = World({(PUBLIC, 80): site.port}, otherwise=TYPE_UNKNOWN)
        async with (
            SocksPeer(world) as proxy,
            client_through(proxy.proxy(), [SIX, "8.8.8.8", PUBLIC]) as client,
        ):
            assert (await client.get("http://feeds.example/")).body == b"by proxy"
        assert proxy.asked == [(SIX, 80), ("8.8.8.8", 80), (PUBLIC, 80)]


async def test_redirects_and_limits_hold_behind_it() -> None:
    def respond(asked: Asked) -> Answer:
        return reply(status=302, Location="/b") if asked.path == "/a" else reply(bytes(3000))

    async with running(respond) as site:
        world = World({(PUBLIC, 80): site.port})
        async with SocksPeer(world) as proxy, client_through(proxy.proxy()) as client:
            assert len((await client.get("http://feeds.example/a")).body) == 3000
            with pytest.raises(TooLarge):
                await client.get("http://feeds.example/a", max_bytes=2000)


# The guard behind the proxy


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_loopback_is_asked_for(host: str, scheme: str) -> None:
    async with TrapServer() as trap:
        places = {(name, trap.port): trap.port for name in ("127.0.0.1", "::1", host.lower())}
        async with SocksPeer(World(places)) as proxy:
            settings = FetchSettings(min_delay=timedelta(0), proxy=proxy.proxy(scheme))
            async with Client(settings) as client:
                with pytest.raises((Refused, Unreachable)):
                    await client.get(f"http://{host}:{trap.port}/")
            assert proxy.asked == []
    assert (trap.connections, trap.bytes) == (0, 0)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["127.0.0.1", "::1"], ["169.254.169.254"]])
async def test_a_name_that_resolves_here_to_a_private_address_is_refused(
    scheme: str, addresses: list[str]
) -> None:
    async with SocksPeer(World()) as proxy, client_through(proxy.proxy(scheme), addresses) as client:
        with pytest.raises(Refused, match=r"inside\.example leads to a private or reserved address"):
            await client.get("http://inside.example/")
        assert proxy.connections == 0


async def test_a_redirect_into_private_space_reaches_nobody() -> None:
    async with TrapServer() as trap:
        places = {(PUBLIC, 80): 0, ("127.0.0.1", trap.port): trap.port}
        to = f"http://127.0.0.1:{trap.port}/"
        async with running(lambda _: reply(status=302, Location=to)) as site:
            places[PUBLIC, 80] = site.port
            async with SocksPeer(World(places)) as proxy, client_through(proxy.proxy()) as client:
                with pytest.raises(Refused, match="is not asked"):
                    await client.get("http://feeds.example/")
        assert (trap.connections, trap.bytes) == (0, 0)


async def test_a_name_that_changes_its_mind_is_asked_for_by_the_address_that_was_seen() -> None:
    async with TrapServer() as trap, running(never) as site:
        places = {(PUBLIC, 80): site.port, ("127.0.0.1", 80): trap.port, ("feeds.example", 80): trap.port}
        found = [PUBLIC], ["127.0.0.1"]
        async with SocksPeer(World(places)) as proxy, client_through(proxy.proxy(), *found) as client:
            await client.get("http://feeds.example/")
        assert proxy.asked == [(PUBLIC, 80)]
        assert trap.connections == 0


# What may go wrong


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("no-method", "made no connection: No acceptable authentication methods were offered"),
        ("wrong-login", "made no connection: Username and password authentication failure"),
        ("hang-up", "made no connection: Connection closed unexpectedly"),
        ("hang-up-late", "made no connection: Connection closed unexpectedly"),
        ("http", "made no connection: Unexpected SOCKS version number: 72"),
        ("bytes", "made no connection: Unexpected SOCKS version number: 200"),
        ("unknown", "made no connection: Invalid address type: 0X4D"),
        ("nonsense", "is no SOCKS5 proxy, or broke off: 'utf-8' codec can't decode byte 0xff in position 0"),
        ("hang", "did not connect within 0.3 s"),
        ("hang-late", "did not connect within 0.3 s"),
    ],
    ids=lambda said: None if said in get_args(Manner) else "",
)
async def test_a_proxy_that_breaks_its_promise_is_told_in_words(
    manner: Manner, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_CONNECT", 0.3)
    async with TrapServer() as trap:
        world = World({(PUBLIC, 80): trap.port})
        async with SocksPeer(world, login=("desk", "rosebud"), manner=manner) as proxy:
            address = proxy.proxy(userinfo="desk:rosebud")
            began, said = monotonic(), await _refused("http://feeds.example/rss", address)
    assert said.startswith(f"http://feeds.example/rss could not be asked: the proxy {proxy.proxy()} {words}")
    assert said.endswith("; check the proxy that fetch or the source names")
    assert "rosebud" not in said
    assert monotonic() - began < 20
    assert trap.connections == 0


async def _refused(url: str, proxy: str) -> str:
    async with client_through(proxy) as client:
        with pytest.raises(Unreachable) as caught:
            await client.get(url)
    return str(caught.value)


async def test_what_the_proxy_says_of_the_host_is_told() -> None:
    async with SocksPeer(World(otherwise=REFUSED)) as proxy, client_through(proxy.proxy()) as client:
        with pytest.raises(Unreachable, match="made no connection: Connection refused by destination host"):
            await client.get("http://feeds.example/")
        assert proxy.connections == 1


async def test_a_proxy_that_is_down_is_named_without_its_password() -> None:
    async with SocksPeer(World()) as gone:
        address = gone.proxy(userinfo="desk:rosebud")
    async with client_through(address) as client:
        with pytest.raises(
            Unreachable, match=r"the proxy socks5://127\.0\.0\.1:\d+ cannot be reached"
        ) as caught:
            await client.get("http://feeds.example/")
    error: BaseException | None = caught.value
    while error is not None:
        assert "rosebud" not in f"{error} {error!r}"
        error = error.__cause__


@pytest.mark.parametrize(
    "proxy",
    [
        "socks4://h:1",
        "socks5://",
        "ftp://u:rosebud@h",
        "socks5://rosebud@h",
        "socks5://u:röse@h",
        "::rosebud",
    ],
)
async def test_what_is_no_proxy_is_refused_unseen(proxy: str) -> None:
    async with client_through(None) as client:
        with pytest.raises(Refused, match="nothing is asked through the proxy: expected") as caught:
            await client.get("http://feeds.example/", proxy=proxy)
        assert "rosebud" not in str(caught.value)


# Spiders


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_crawl_goes_through_it(scheme: str) -> None:
    def respond(asked: Asked) -> Answer:
        return listing(1, last=1) if asked.path.endswith("/news") else reply(status=404)

    child = Child("crawl", prepare=prepare)
    async with running(respond) as site, TrapServer() as trap:
        inside = ("127.0.0.9", trap.port)
        world = World({("93.184.216.34", 80): site.port, inside: trap.port})
        async with SocksPeer(world, login=("desk", "rosebud")) as proxy:
            address = proxy.proxy(scheme, "desk:rosebud")
            settings = CrawlSettings(min_delay=0, proxy=address)
            wanted = Source(name="ours", type="section", url="http://93.184.216.34/news")
            private = Source(name="inside", type="section", url=f"http://{inside[0]}:{inside[1]}/")
            found = await gather_section(child, HostTurns(0), wanted, settings)
            refused = await gather_section(child, HostTurns(0), private, settings)
            proxy.login = ("desk", "other")
            shut = await gather_section(child, HostTurns(0), wanted, settings)
    await child.close()
    assert (len(found.entries), site.paths) == (3, ["/robots.txt", "/news"])
    assert refused.error is not None
    assert "is not asked" in refused.error
    assert (trap.connections, proxy.asked) == (0, [("93.184.216.34", 80)])
    assert shut.error is not None
    assert "authentication failure" in shut.error
    assert "rosebud" not in shut.error


def test_the_library_is_loaded_only_for_such_a_proxy() -> None:
    program = "import sys, wirewatch.daemon, crawler.socks; sys.exit('python_socks' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
