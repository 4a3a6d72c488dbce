"""What does the one client promise: limits, redirects, politeness, plain words?"""

import asyncio
import gzip
import json
import re
import socket
import sys
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic

import brotli  # type: ignore[import-untyped]
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from backports import zstd

from crawler.client import Client, Validators, counted, user_agent
from crawler.fetch_errors import BadResponse, FetchError, Refused, TooLarge, TooSlow, Unnamed, Unreachable
from crawler.guard import GuardedConnector
from crawler.source import FetchSettings
from tests.crawler.site import Answer, Asked, never, reply, running

HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(HERE, "desk@example.org") as client:
        yield client


async def test_a_response_holds_status_headers_body_and_address(client: Client) -> None:
    async with running(lambda _: reply("hello", ETag='"1"', Content_Type="text/plain")) as site:
        response = await client.get(site.url("/feed?a=b%20c"))
    assert (response.status, response.body, response.url) == (200, b"hello", site.url("/feed?a=b%20c"))
    assert response.headers["etag"] == '"1"'
    assert response.permanent_url is None
    assert response.wire_bytes == 5
    assert site.paths == ["/feed?a=b%20c"]


async def test_it_says_honestly_who_it_is(client: Client) -> None:
    async with running(never) as site:
        await client.get(site.url())
        await client.get(site.url(), user_agent="Own/1.0", headers={"Accept-Language": "lo"})
    assert site.asked[0].headers["user-agent"] == user_agent("desk@example.org")
    assert site.asked[0].headers["user-agent"].startswith("Wirewatch/")
    assert site.asked[0].headers["user-agent"].endswith("(+desk@example.org)")
    assert site.asked[1].headers["user-agent"] == "Own/1.0"
    assert site.asked[1].headers["accept-language"] == "lo"


async def test_validators_are_sent_and_a_304_is_a_response(client: Client) -> None:
    async with running(lambda _: reply(status=304, ETag='"2"')) as site:
        response = await client.get(
            site.url(), conditional=Validators('"1"', "Tue, 24 Nov 2026 06:00:00 GMT")
        )
    assert (response.status, response.body, response.wire_bytes) == (304, b"", 0)
    assert site.asked[0].headers["if-none-match"] == '"1"'
    assert site.asked[0].headers["if-modified-since"] == "Tue, 24 Nov 2026 06:00:00 GMT"


async def test_validators_are_shown_to_the_address_that_gave_them_alone(client: Client) -> None:
    async with running(_hops(a="302 /b")) as site:  # type: ignore[arg-type]
        for url in (None, site.url("/b"), site.url("/c")):
            await client.get(site.url("/a"), conditional=Validators('"1"', None, url))
    shown = [(asked.path, "if-none-match" in asked.headers) for asked in site.asked]
    assert shown == [("/a", True), ("/b", False), ("/a", False), ("/b", True), ("/a", False), ("/b", False)]


async def test_a_connection_is_used_again(client: Client) -> None:
    async with running(lambda _: reply("hello")) as site:
        for _ in range(3):
            await client.get(site.url())
    assert (site.connections, len(site.asked)) == (1, 3)


async def test_of_many_hosts_only_those_asked_last_keep_an_idle_connection() -> None:
    many = GuardedConnector.IDLE + 8
    async with (
        running(lambda _: reply("hello")) as site,
        Client(HERE, resolver=Here()) as client,
    ):
        for number in (*range(many), many - GuardedConnector.IDLE):
            await client.get(site.url(host=f"outlet-{number}.example"))
        assert site.connections == many
        await client.get(site.url(host="outlet-0.example"))
        assert site.connections == many + 1


async def test_a_server_that_drops_a_new_connection_is_not_asked_twice(client: Client) -> None:
    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with running(lambda _: drop) as site:
        with counted() as traffic, pytest.raises(FetchError):
            await client.get(site.url())
        assert (len(site.asked), traffic.requests) == (1, 1)


async def test_an_idle_connection_that_the_server_closed_is_made_anew(client: Client) -> None:
    answers: list[Answer] = [reply("one"), reply("two")]

    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    answers.insert(1, drop)
    async with running(lambda _: answers.pop(0)) as site:
        assert (await client.get(site.url())).body == b"one"
        with counted() as traffic:
            assert (await client.get(site.url())).body == b"two"
        assert (len(site.asked), traffic.requests) == (3, 2)


# Compression and size


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"news " * 1000, mtime=0)),
        ("deflate", zlib.compress(b"news " * 1000)),
        ("br", brotli.compress(b"news " * 1000)),
        ("zstd", zstd.compress(b"news " * 1000)),
        ("zstd", zstd.compress(b"news " * 500) + zstd.compress(b"news " * 500)),
        ("identity", b"news " * 1000),
    ],
    ids=["gzip", "deflate", "br", "zstd", "zstd-in-frames", "identity"],
)
async def test_compressed_bodies_are_inflated(client: Client, encoding: str, body: bytes) -> None:
    async with running(lambda _: reply(body, Content_Encoding=encoding)) as site:
        response = await client.get(site.url())
    assert response.body == b"news " * 1000
    assert response.wire_bytes == len(body)
    assert encoding in f"{site.asked[0].headers['accept-encoding']}, identity".split(", ")


BOMB = 100 * 1024 * 1024


def _bomb(encoding: str) -> bytes:
    zeros = bytes(BOMB)
    match encoding:
        case "br":
            return bytes(brotli.compress(zeros, quality=1))
        case "zstd":
            return zstd.compress(zeros)
        case _:
            return gzip.compress(zeros, 1, mtime=0)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_bomb_is_cut_at_the_limit_and_memory_stays_small(client: Client, encoding: str) -> None:
    body = _bomb(encoding)
    async with running(lambda _: reply(body, Content_Encoding=encoding)) as site:
        tracemalloc.start()
        with pytest.raises(TooLarge, match=r"is larger than 10 MiB"):
            await client.get(site.url())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


async def test_a_zstd_frame_may_not_ask_for_more_memory_than_there_is_of_it() -> None:
    """In a process of its own, whose memory is nobody else's."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crawler.zstd_windows", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    said = json.loads(out)
    assert process.returncode == 0
    assert set(said["27"]) == {"TooLarge"}
    assert set(said["31"]) == {"BadResponse"}
    # Twenty at once, of 10 MiB each: the pieces, their sum, and what was touched of each window.
    assert said["grown"] < 20 * 3 * 10


async def test_many_empty_frames_of_zstd_end() -> None:
    body = zstd.compress(b"") * 200_000
    async with running(lambda _: reply(body, Content_Encoding="zstd")) as site, Client(HERE) as client:
        with pytest.raises(BadResponse):
            await client.get(site.url())


async def test_a_declared_length_over_the_limit_is_not_read(client: Client) -> None:
    async def endless(writer: object) -> None:
        assert isinstance(writer, asyncio.StreamWriter)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(30)

    async with running(lambda _: endless) as site:
        with pytest.raises(TooLarge):
            await client.get(site.url())


async def test_an_endless_body_without_length_is_cut(client: Client) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(bytes(65536))
            await writer.drain()

    async with running(lambda _: endless) as site:
        with pytest.raises(TooLarge, match="is larger than 1 MiB"):
            await client.get(site.url(), max_bytes=1024 * 1024)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,br", "lzma", "gzip, deflate, gzip", "zstd, gzip"])
async def test_nested_and_unknown_encodings_are_refused(client: Client, encoding: str) -> None:
    body = gzip.compress(gzip.compress(b"x" * 1000, mtime=0))
    async with running(lambda _: reply(body, Content_Encoding=encoding)) as site:
        with pytest.raises(BadResponse, match="which is not accepted"):
            await client.get(site.url())


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "none"])
async def test_what_is_no_encoding_leaves_the_body_as_it_is(client: Client, encoding: str) -> None:
    async with running(lambda _: reply("plain", Content_Encoding=encoding)) as site:
        assert (await client.get(site.url())).body == b"plain"


async def test_a_body_that_is_not_what_its_encoding_says_is_a_bad_response(client: Client) -> None:
    async with running(lambda _: reply(b"not gzip at all", Content_Encoding="gzip")) as site:
        with pytest.raises(BadResponse):
            await client.get(site.url())


# Time


def _drip(first: bytes, piece: bytes) -> Answer:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.05)

    return drip


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n", b"a"),
        (b"", b""),
    ],
    ids=["headers", "body", "silence"],
)
async def test_a_slow_server_ends_at_the_total_deadline(client: Client, first: bytes, piece: bytes) -> None:
    async with running(lambda _: _drip(first, piece)) as site:
        started = monotonic()
        with pytest.raises(TooSlow, match=r"did not answer completely within 0.3 s"):
            await client.get(site.url(), deadline=0.3)
        assert monotonic() - started < 2


async def test_the_deadline_counts_over_all_redirects(client: Client) -> None:
    def respond(asked: Asked) -> Answer:
        async def late(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.2)
            writer.write(reply(status=302, Location=asked.path + "x"))
            await writer.drain()

        return late

    async with running(respond) as site:
        with pytest.raises(TooSlow):
            await client.get(site.url("/a"), deadline=0.5)
        assert len(site.asked) == 3


# Redirects


def _hops(**to: str) -> object:
    def respond(asked: Asked) -> Answer:
        name = asked.path.strip("/")
        if name in to:
            status, _, location = to[name].partition(" ")
            return reply(status=int(status), Location=location)
        return reply(f"this is {asked.path}")

    return respond


async def test_redirects_are_followed_and_the_final_address_is_told(client: Client) -> None:
    async with running(_hops(a="302 /b", b="307 c?x=1")) as site:  # type: ignore[arg-type]
        response = await client.get(site.url("/a"))
    assert response.body == b"this is /c?x=1"
    assert response.url == site.url("/c?x=1")
    assert response.permanent_url is None


async def test_an_address_in_another_encoding_is_asked_for_as_it_came(client: Client) -> None:
    moved = reply(status=302, Location="/cafXX?q=XX").replace(b"XX", b"\xe9")
    async with running(lambda asked: moved if asked.path == "/a" else reply("hello")) as site:
        await client.get(site.url("/a"))
    assert site.paths == ["/a", "/caf%E9?q=%E9"]


async def test_a_validator_that_is_empty_is_none(client: Client) -> None:
    async with running(lambda _: reply("hello")) as site:
        await client.get(site.url(), conditional=Validators("", ""))
    assert {"if-none-match", "if-modified-since"}.isdisjoint(site.asked[0].headers)


async def test_only_a_wholly_permanent_way_gives_a_permanent_address(client: Client) -> None:
    async with running(_hops(a="301 /b", b="308 /c", d="301 /a2", a2="302 /c")) as site:  # type: ignore[arg-type]
        assert (await client.get(site.url("/a"))).permanent_url == site.url("/c")
        assert (await client.get(site.url("/d"))).permanent_url is None


async def test_a_loop_of_redirects_ends(client: Client) -> None:
    async with running(_hops(a="302 /b", b="302 /a")) as site:  # type: ignore[arg-type]
        with pytest.raises(BadResponse, match="leads back to where it came from, as sites do that want"):
            await client.get(site.url("/a"))
        assert len(site.asked) == 6


async def test_a_way_without_end_ends(client: Client) -> None:
    async with running(lambda asked: reply(status=302, Location=f"{asked.path}x")) as site:
        with pytest.raises(BadResponse, match="redirects more than 5 times"):
            await client.get(site.url("/a"))
        assert len(site.asked) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x/", "javascript:alert(1)", "data:,x"]
)
async def test_a_redirect_out_of_http_is_refused(client: Client, location: str) -> None:
    async with running(_hops(a=f"301 {location}")) as site:  # type: ignore[arg-type]
        with pytest.raises(Refused, match="is not http or https"):
            await client.get(site.url("/a"))


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "2130706434", "0x7f.2", "[::ffff:127.0.0.2]", "[::1]", "10.0.0.1"]
)
async def test_a_redirect_into_private_space_reaches_nobody(client: Client, host: str) -> None:
    async with running(never, "127.0.0.2") as trap:
        target = f"http://{host}:{trap.port}/latest/meta-data"
        async with running(_hops(a=f"302 {target}")) as site:  # type: ignore[arg-type]
            with pytest.raises(Refused, match="is not asked"):
                await client.get(site.url("/a"))
        assert trap.connections == 0


async def test_a_key_for_one_host_is_not_shown_to_another() -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))
    async with Client(settings) as client, running(never, "127.0.0.2") as other:
        async with running(_hops(a=f"302 {other.url('/b')}")) as site:  # type: ignore[arg-type]
            await client.get(site.url("/a"), headers={"Authorization": "secret", "Accept-Language": "lo"})
        assert site.asked[0].headers["authorization"] == "secret"
        assert "authorization" not in other.asked[0].headers
        assert other.asked[0].headers["accept-language"] == "lo"


async def test_a_redirect_to_what_is_no_name_is_refused_in_plain_words() -> None:
    async with Client(HERE) as client:
        for host in ("xn--a.example", "a..example"):
            async with running(_hops(a=f"302 http://{host}/")) as site:  # type: ignore[arg-type]
                with pytest.raises(FetchError, match=re.escape(host)):
                    await client.get(site.url("/a"))


async def test_a_redirect_to_what_is_no_address_is_told_in_plain_words(client: Client) -> None:
    for location in ("http://[]@/", "http://[::1"):
        async with running(_hops(a=f"302 {location}")) as site:  # type: ignore[arg-type]
            with pytest.raises(BadResponse, match="which is not an address"):
                await client.get(site.url("/a"))


async def test_of_an_endless_address_people_are_shown_the_beginning(client: Client) -> None:
    async with running(_hops(a=f"302 data:{'x' * 7000}")) as site:  # type: ignore[arg-type]
        with pytest.raises(Refused, match="is not http or https") as caught:
            await client.get(site.url("/a"))
    assert len(str(caught.value)) < 1200


async def test_a_key_is_shown_to_its_home_alone_and_never_in_clear() -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))
    async with Client(settings) as client, running(lambda _: reply("hello")) as site:
        for home in (site.url("/feed"), "http://127.0.0.2/feed", "https://127.0.0.1/feed"):
            await client.get(site.url("/article"), headers={"X-Key": "secret"}, home=home)
    assert ["x-key" in asked.headers for asked in site.asked] == [True, False, False]


async def test_a_login_in_an_address_is_for_its_host_and_stands_in_no_answer() -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))
    async with Client(settings) as client, running(never, "127.0.0.2") as other:
        way = {"a": "301 /b", "b": "301 AT/c", "c": f"302 {other.url('/d')}"}

        def respond(asked: Asked) -> Answer:
            status, _, to = way.get(asked.path.strip("/"), "").partition(" ")
            return reply(status=int(status or 200), Location=to.replace("AT", site.url("")))

        async with running(respond) as site:
            home = site.url("/a").replace("//", "//me:pass@")
            away = await client.get(home)
            page = await client.get(site.url("/page"), home=home)
    assert [asked.headers.get("authorization") for asked in site.asked] == ["Basic bWU6cGFzcw=="] * 4
    assert "authorization" not in other.asked[0].headers
    assert (away.url, page.url) == (other.url("/d"), site.url("/page"))


# What cannot be asked


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "example.org/feed", "http://", "//x"]
)
async def test_only_absolute_web_addresses_are_asked(client: Client, url: str) -> None:
    with pytest.raises(Refused, match=r"is not (an absolute http|a web address)"):
        await client.get(url)


async def test_a_private_address_is_refused_in_plain_words() -> None:
    async with Client(FetchSettings()) as client, running(never) as trap:
        with pytest.raises(Refused) as caught:
            await client.get(trap.url("/feed"))
        assert trap.connections == 0
    assert str(caught.value) == (
        f"{trap.url('/feed')} is not asked: 127.0.0.1 leads to a private or reserved address, which "
        "Wirewatch does not ask; list it under fetch.allow_private if it is yours"
    )


async def test_a_server_that_is_down_is_unreachable_and_the_cause_is_kept(client: Client) -> None:
    async with running(never) as site:
        url = site.url()
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached: Connect call failed") as caught:
        await client.get(url)
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_name_that_does_not_resolve_is_said_so() -> None:
    async with Client(HERE, resolver=Unresolving()) as client:
        with pytest.raises(Unreachable, match=r"the name news\.example does not resolve"):
            await client.get("http://news.example/feed")


async def test_a_silent_name_server_is_told_from_a_name_that_there_is_not() -> None:
    async with Client(HERE, resolver=Unresolving(socket.EAI_AGAIN)) as client:
        with pytest.raises(Unnamed, match=r"no name server answers for news\.example"):
            await client.get("http://news.example/feed")


class Here(AbstractResolver):
    """Knows every name, as one of this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass


class Unresolving(AbstractResolver):
    """Knows no name."""

    def __init__(self, error: int = socket.EAI_NONAME) -> None:
        self.error = error

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(self.error, f"{host}: no such name")

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x00\x01\x02\r\n\r\n", "no proper HTTP response"),
        (b"HTTP/1.1 abc\r\n\r\n", "no proper HTTP response (Bad status line)"),
        (b"SSH-2.0-x\r\n\r\n", "no proper HTTP response (Bad status line)"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "(Invalid character in Content-Length)"),
        (b"HTTP/1.1 200 OK\r\nContent-Len", "hung up before it had answered"),
        (b"", "hung up before it had answered"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "broke off in the middle of its answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "broke off in the middle"),
        (reply("plain", Content_Encoding="gzip"), "is not compressed as it says"),
    ],
)
async def test_what_is_no_whole_response_is_told_in_plain_words(
    client: Client, answer: bytes, words: str
) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with running(lambda _: say) as site:
        with pytest.raises(FetchError) as caught:
            await client.get(site.url())
    said = str(caught.value)
    assert words in said
    # aiohttp counts all of these as 400, which no server has said. Its port may be one with a 400 in it.
    assert "400" not in said.replace(f":{site.port}", "")
    assert "\n" not in said


async def test_a_header_that_is_no_text_is_left_out(client: Client) -> None:
    answer = reply("hello", ETag='"1"', Last_Modified="XX").replace(b"XX", b"\xff")
    async with running(lambda _: answer) as site:
        response = await client.get(site.url())
    assert response.headers["etag"] == '"1"'
    assert "last-modified" not in response.headers


# Proxies


async def test_requests_go_through_the_proxy() -> None:
    async with running(lambda _: reply("by proxy")) as proxy:
        settings = FetchSettings(
            min_delay=timedelta(0), proxy=proxy.url().replace("//", "//me:pw@"), allow_private=("feeds.test",)
        )
        async with Client(settings) as client:
            response = await client.get("http://feeds.test/rss")
    assert response.body == b"by proxy"
    assert proxy.paths == ["http://feeds.test/rss"]
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic bWU6cHc="


async def test_a_proxy_whose_name_does_not_resolve_is_named_and_not_the_site() -> None:
    async with Client(HERE, resolver=Unresolving()) as client:
        with pytest.raises(Unreachable) as caught:
            await client.get("http://feeds.test/rss", proxy="http://me:pw@proxy.example:3128")
    assert str(caught.value) == (
        "http://feeds.test/rss could not be asked through http://proxy.example:3128: "
        "its name does not resolve; check the proxy that fetch or the source names"
    )


async def test_a_proxy_that_is_down_is_named_without_its_password() -> None:
    async with running(never) as gone:
        proxy = gone.url().replace("//", "//me:pw@")
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("feeds.test",))
    async with Client(settings) as client:
        with pytest.raises(Unreachable, match="could not be asked through") as caught:
            await client.get("http://feeds.test/rss", proxy=proxy)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "words"), [(407, "wants a login (407)"), (502, "answers 502; check the proxy")]
)
async def test_a_proxy_that_refuses_is_named_without_its_password(status: int, words: str) -> None:
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("feeds.test",))
    async with running(lambda _: reply(status=status)) as site, Client(settings) as client:
        with pytest.raises(Unreachable, match="could not be asked through") as caught:
            await client.get("https://feeds.test/rss", proxy=site.url().replace("//", "//me:pass@"))
    assert words in str(caught.value)
    assert "pass@" not in str(caught.value)
