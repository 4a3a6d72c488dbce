"""The scriptable site really does to a client what its scripts say."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Literal

import aiohttp
import brotli  # type: ignore[import-untyped]
import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.etree import fromstring

from tests.peers.newsroom import (
    Encoding,
    Listener,
    PeerNewsroom,
    Reply,
    TrapServer,
    atom,
    bomb,
    item,
    rdf,
    rss,
)
from wirewatch.demo.answers import strong_etag
from wirewatch.demo.feeds import Channel, FeedItem, damage

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Writer = Callable[[Iterable[FeedItem | str], Channel | None], str]
PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1)


@pytest.fixture
async def site() -> AsyncIterator[PeerNewsroom]:
    async with PeerNewsroom() as listening:
        yield listening


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


async def spoken(site: Listener, request: bytes) -> bytes:
    """All that `site` sends to one request before it closes."""
    reader, writer = await asyncio.open_connection(site.host, site.port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_script_is_followed_in_turn_and_its_last_reply_stays(
    site: PeerNewsroom, client: aiohttp.ClientSession
) -> None:
    site.script("/feed.xml", rss(["One"]), Reply(status=503), rss(["Two", "One"]))
    seen = []
    for _ in range(4):
        async with client.get(site.url("/feed.xml")) as response:
            entries = feedparser.parse(await response.read()).entries
            seen.append((response.status, [entry.title for entry in entries]))
    assert seen == [(200, ["One"]), (503, []), (200, ["Two", "One"]), (200, ["Two", "One"])]
    assert site.connections == 1


async def test_what_has_no_script_is_not_found(site: PeerNewsroom, client: aiohttp.ClientSession) -> None:
    async with client.get(site.url("/nowhere")) as response:
        assert response.status == 404


async def test_a_query_is_overlooked_unless_it_has_a_script(
    site: PeerNewsroom, client: aiohttp.ClientSession
) -> None:
    site.script("/list", "first page")
    site.script("/list?page=2", "second page")
    for target, body in (("/list?utm=x", "first page"), ("/list?page=2", "second page")):
        async with client.get(site.url(target)) as response:
            assert await response.text() == body
    assert [request.target for request in site.seen("/list")] == ["/list?utm=x", "/list?page=2"]


async def test_the_log_holds_times_and_headers(client: aiohttp.ClientSession) -> None:
    times = iter([1.0, 2.5])
    async with PeerNewsroom(clock=lambda: next(times)) as site:
        for agent in ("Before/1", "After/2"):
            async with client.head(site.url("/x"), headers={"User-Agent": agent}):
                pass
    assert [(seen.time, seen.method, seen.headers["user-agent"]) for seen in site.requests] == [
        (1.0, "HEAD", "Before/1"),
        (2.5, "HEAD", "After/2"),
    ]


async def test_a_held_reply_waits_for_its_event(site: PeerNewsroom, client: aiohttp.ClientSession) -> None:
    gate = asyncio.Event()
    site.script("/gate", Reply("open", hold=gate))

    async def ask() -> str:
        async with client.get(site.url("/gate")) as response:
            return await response.text()

    asking = asyncio.create_task(ask())
    while not site.requests:
        await asyncio.sleep(0.001)
    assert not asking.done()
    gate.set()
    assert await asking == "open"


async def test_head_and_body_can_come_late_and_byte_by_byte(
    site: PeerNewsroom, client: aiohttp.ClientSession
) -> None:
    loop = asyncio.get_running_loop()
    site.script("/late", Reply("late", before=0.03, between=0.05))
    begun = loop.time()
    async with client.get(site.url("/late")) as response:
        headed = loop.time()
        assert await response.text() == "late"
    assert headed - begun >= 0.03
    assert loop.time() - headed >= 0.04
    site.script("/drip", Reply("a" * 20, drip=0.002))
    async with client.get(site.url("/drip")) as response:
        pieces = [piece async for piece in response.content.iter_any()]
    assert len(pieces) > 5
    site.script("/head", Reply("x", drip_head=0.0005))
    async with client.get(site.url("/head")) as response:
        assert await response.text() == "x"


async def test_a_connection_drops_before_the_head(site: PeerNewsroom, client: aiohttp.ClientSession) -> None:
    site.script("/gone", Reply("never", cut="before-head"))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.post(site.url("/gone"), data=b"a body is read too")
    assert len(site.requests) == 1


@pytest.mark.parametrize(("cut", "arrives"), [("after-head", b""), (4, b"half")])
async def test_a_connection_drops_within_the_answer(
    site: PeerNewsroom, client: aiohttp.ClientSession, cut: Literal["after-head"] | int, arrives: bytes
) -> None:
    site.script("/cut", Reply("half and half", cut=cut))
    head, _, body = (await spoken(site, b"GET /cut HTTP/1.1\r\n\r\n")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"Content-Length: 13" in head
    assert body == arrives
    async with client.get(site.url("/cut")) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_a_stated_length_can_be_too_long_or_too_short(
    site: PeerNewsroom, client: aiohttp.ClientSession
) -> None:
    site.script("/lie", Reply("twelve bytes", length=100), Reply("twelve bytes", length=6))
    async with client.get(site.url("/lie")) as longer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await longer.read()
    # What a client makes of the bytes too many is its own affair: here is what it is sent.
    head, _, body = (await spoken(site, b"GET /lie HTTP/1.1\r\n\r\n")).partition(b"\r\n\r\n")
    assert b"Content-Length: 6" in head
    assert body == b"twelve bytes"


async def test_a_chunked_answer_states_no_length(site: PeerNewsroom, client: aiohttp.ClientSession) -> None:
    site.script("/chunks", Reply("in chunks", chunked=True), Reply(chunked=True))
    for body in ("in chunks", ""):
        async with client.get(site.url("/chunks")) as response:
            assert "Content-Length" not in response.headers
            assert await response.text() == body


async def test_redirects_form_chains_and_loops(site: PeerNewsroom, client: aiohttp.ClientSession) -> None:
    site.redirect("/old", "/new", hops=3, status=301)
    site.script("/new", "arrived")
    async with client.get(site.url("/old")) as response:
        assert await response.text() == "arrived"
        assert [hop.status for hop in response.history] == [301, 301, 301]
    site.redirect("/round", "/round")
    with pytest.raises(aiohttp.TooManyRedirects):
        await client.get(site.url("/round"))


async def test_a_conditional_reply_answers_304_and_a_change_ends_that(
    site: PeerNewsroom, client: aiohttp.ClientSession
) -> None:
    site.script("/feed.xml", Reply(rss(["One"]), conditional=True, modified=NOON))
    async with client.get(site.url("/feed.xml")) as first:
        tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert (tag, modified) == (strong_etag(rss(["One"]).encode()), "Tue, 24 Nov 2026 12:00:00 GMT")
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": modified}):
        async with client.get(site.url("/feed.xml"), headers=headers) as again:
            assert (again.status, await again.read()) == (304, b"")
    site.script("/feed.xml", Reply(rss(["Two"]), conditional=True))
    async with client.get(site.url("/feed.xml"), headers={"If-None-Match": tag}) as changed:
        assert changed.status == 200


async def test_an_entity_tag_can_be_wrong_both_ways(
    site: PeerNewsroom, client: aiohttp.ClientSession
) -> None:
    fixed = {"ETag": '"fixed"'}
    site.script("/stale", Reply("changed", headers=fixed, conditional=True))
    async with client.get(site.url("/stale"), headers={"If-None-Match": '"fixed"'}) as stale:
        assert stale.status == 304
    site.script("/deaf", Reply("same", headers=fixed))
    async with client.get(site.url("/deaf"), headers={"If-None-Match": '"fixed"'}) as deaf:
        assert (deaf.status, deaf.headers["ETag"]) == (200, '"fixed"')


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_a_bomb_is_small_on_the_wire_and_large_when_opened(
    site: PeerNewsroom, client: aiohttp.ClientSession, encoding: Encoding
) -> None:
    site.script("/bomb", bomb(encoding, 4 << 20))
    async with client.get(site.url("/bomb")) as response:
        assert response.headers["Content-Encoding"] == encoding
        packed = await response.read()
    opened = {"gzip": gzip.decompress, "deflate": zlib.decompress, "br": brotli.decompress}[encoding](packed)
    assert len(packed) < 10_000
    assert opened == b" " * (4 << 20)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_a_compressed_reply_is_read_by_an_ordinary_client(
    site: PeerNewsroom, encoding: Encoding
) -> None:
    site.script("/packed", Reply("ລາວ", encoding=encoding))
    async with aiohttp.ClientSession() as ordinary, ordinary.get(site.url("/packed")) as response:
        assert await response.text() == "ລາວ"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.7", "::1"])
async def test_a_trap_counts_who_walks_in_and_says_nothing(host: str) -> None:
    async with AsyncExitStack() as open_until_the_end:
        try:
            trap = await open_until_the_end.enter_async_context(TrapServer(host))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        assert (trap.connections, trap.bytes) == (0, 0)
        assert await spoken(trap, b"GET /secret HTTP/1.1\r\n\r\n") == b""
        assert (trap.connections, trap.bytes) == (1, 24)


async def test_a_site_closes_over_a_reply_that_is_still_held() -> None:
    async with PeerNewsroom() as site:
        site.script("/gate", Reply(hold=asyncio.Event()))
        asking = asyncio.create_task(spoken(site, b"GET /gate HTTP/1.1\r\n\r\n"))
        while not site.requests:
            await asyncio.sleep(0.001)
    assert await asking == b""


async def test_an_address_is_written_as_urls_are() -> None:
    async with PeerNewsroom() as site:
        assert site.url("/x") == f"http://127.0.0.1:{site.port}/x"
    six = TrapServer("::1")
    assert six.url() == "http://[::1]:0/"


async def test_a_request_the_site_cannot_read_fails_the_test_that_sent_it() -> None:
    site = PeerNewsroom()
    await site.__aenter__()
    assert await spoken(site, b"NONSENSE\r\n\r\n") == b""
    with pytest.raises(ValueError, match="not enough values"):
        await site.__aexit__(None, None, None)


# ---- feeds


@pytest.mark.parametrize("write", [rss, atom, rdf])
def test_each_builder_makes_a_feed_that_feedparser_reads_whole(write: Writer) -> None:
    made = item("Tom & Jerry", summary="a < b", content="<p>full</p>", published=NOON)
    read = feedparser.parse(write([made, "Plain"], Channel("A & B", "http://127.0.0.1:9/", "lo", NOON)))
    first, second = read.entries
    assert not read.bozo
    assert read.feed.title == "A & B"
    assert (first.title, first.link, second.title) == ("Tom & Jerry", made.link, "Plain")
    assert (first.published_parsed if "published" in first else first.updated_parsed)[:5] == (
        2026,
        11,
        24,
        12,
        0,
    )
    assert first.content[0].value == "<p>full</p>"


@pytest.mark.parametrize("write", [rss, atom, rdf])
@given(title=PRINTABLE)
def test_any_title_survives_the_trip(write: Writer, title: str) -> None:
    feed = fromstring(write([FeedItem("http://127.0.0.1:9/x", title)], None).encode())
    assert title in [element.text for element in feed.findall(".//{*}title")]


def test_a_verbatim_date_stands_as_it_was_given() -> None:
    xml = rss([item("Late", published="Sun,27 Sep 2026 09:00:00 KST", guid="")])
    assert "<pubDate>Sun,27 Sep 2026 09:00:00 KST</pubDate>" in xml
    assert "<guid" not in xml


def test_damage_leaves_no_well_formed_feed() -> None:
    assert feedparser.parse(damage(rss([item("Tom & Jerry", summary="x")]))).bozo
