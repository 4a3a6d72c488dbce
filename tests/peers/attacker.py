"""A newsroom that means harm: every attack on a fetcher that its guards are for, by name.

`Attacker` answers the host `NAME.attack.example` with the attack of that name. What some of them lead
to is a trap, which nobody may reach. `ATTACKS` are over plain HTTP; `Mute` and `Babble` are for those
who expect TLS.
"""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

import brotli  # type: ignore[import-untyped]
from backports import zstd

from tests.peers.newsroom import Listener, Seen

MIB = 1 << 20
BOMB = 64 * MIB
ENTRIES = 100_000

Attack = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def whole(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A well-formed response."""
    return head(status, Content_Length=str(len(body)), **headers) + body


def head(status: int = 200, **headers: str) -> bytes:
    """The head of a response; `Content_Length` is the header Content-Length."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode()


def rss(inner: bytes, before: bytes = b"") -> bytes:
    return before + b'<rss version="2.0"><channel>' + inner + b"</channel></rss>"


def item(title: bytes, link: str = "http://nowhere.example/1", more: bytes = b"") -> bytes:
    return b"<item><title>" + title + b"</title><link>" + link.encode() + b"</link>" + more + b"</item>"


def pouring(first: bytes, piece: bytes, every: float = 0.0) -> Attack:
    """`first`, and then `piece` for ever, each after `every` seconds."""

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            # Many pour at once, and the others want their turn to attack.
            await asyncio.sleep(every or 0.02)

    return pour


def bomb(encoding: str) -> bytes:
    """`BOMB` blanks, small on the wire."""
    blanks = bytes(BOMB)
    compress = {
        "gzip": lambda: gzip.compress(blanks, 1, mtime=0),
        "deflate": lambda: zlib.compress(blanks, 1),
        "br": lambda: brotli.compress(blanks, quality=1),
        "zstd": lambda: zstd.compress(blanks),
    }
    return whole(bytes(compress[encoding]()), Content_Encoding=encoding)


def redirect(to: str) -> bytes:
    return whole(b"", 302, Location=to)


def _expanding(levels: int) -> bytes:
    entities = [b'<!ENTITY e0 "ha">']
    for level in range(1, levels):
        entities.append(b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10))
    return b"<?xml version='1.0'?><!DOCTYPE x [" + b"".join(entities) + b"]>"


def transport() -> dict[str, Attack]:
    """Attacks on the client: size, time, HTTP itself."""
    endless = b"HTTP/1.1 200 OK\r\n"
    chunked = head(Transfer_Encoding="chunked")
    return {
        **{f"bomb-{encoding}": bomb(encoding) for encoding in ("gzip", "deflate", "br", "zstd")},
        "nested": whole(gzip.compress(gzip.compress(bytes(MIB))), Content_Encoding="gzip, gzip"),
        "not-gzip": whole(b"plain text", Content_Encoding="gzip"),
        "cut-gzip": whole(gzip.compress(bytes(MIB))[:500], Content_Encoding="gzip"),
        "endless-body": pouring(head(Connection="close"), bytes(65536)),
        "endless-chunks": pouring(chunked, b"10000\r\n" + bytes(65536) + b"\r\n"),
        "endless-headers": pouring(endless, b"X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"),
        "endless-header": pouring(endless + b"X-More: ", b"a" * 4096),
        "endless-status": pouring(b"HTTP/1.1 200 ", b"O" * 4096),
        "endless-hints": pouring(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        "slow-headers": pouring(endless + b"X-Slow: ", b"a", 0.05),
        "slow-body": pouring(head(Content_Length="100000"), b"a", 0.05),
        "silence": pouring(b"", b"", 0.05),
        "bad-chunk": chunked + b"zz\r\nhello\r\n0\r\n\r\n",
        "huge-chunk": pouring(chunked + b"FFFFFFFFFFFFFFFF\r\n", bytes(65536)),
        "chunk-extension": pouring(chunked + b"5;", b"x" * 4096),
        "length-too-long": whole(b"")[:-2].replace(b"Length: 0", b"Length: 99999") + b"\r\nshort",
        "length-beyond": head(Content_Length="99999999999") + b"short",
        "length-negative": head(Content_Length="-1") + b"short",
        "lengths-two": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nshort",
        "nul-header": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
        "no-http": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "http-zero-nine": b"<rss/>",
        "bytes": bytes(range(256)) * 64 + b"\r\n\r\n",
        "upgrade": head(101, Upgrade="websocket", Connection="Upgrade"),
        "cookies": b"",  # filled in by Attacker, who knows the port
    }


def documents() -> dict[str, Attack]:
    """Attacks on the parsers."""
    many = b"".join(item(b"entry %d of many" % n, f"http://many.example/{n}") for n in range(ENTRIES))
    return {
        "laughs": whole(rss(item(b"&e9;"), _expanding(10))),
        "quadratic": whole(rss(item(b"&e;" * 20_000), b'<!DOCTYPE x [<!ENTITY e "%s">]>' % (b"a" * 20_000))),
        "one-title": whole(rss(item(b"a" * (9 * MIB)))),
        "markup-title": whole(rss(item(b"&lt;b&gt;" * MIB))),
        "brackets": whole(rss(b"<item><title>" + b"<" * (5 * MIB))),
        "deep": whole(rss(b"<item>" + b"<a>" * MIB)),
        "attributes": whole(b"<rss " + b" ".join(b"a%d=x" % n for n in range(300_000)) + b"><channel>"),
        "small-attributes": whole(b"<rss " + b" ".join(b"a%d=x" % n for n in range(1_500)) + b"><channel>"),
        "deep-json": whole(b'{"items": [' * (MIB // 2)),
        "many-entries": whole(rss(many)),
        "wild-charset": whole(rss(item(b"a")), Content_Type="text/xml; charset=zip"),
    }


class Attacker(Listener):
    """Attacks whoever asks, and remembers who did."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.requests: list[Seen] = []
        self.attacks: dict[str, Attack] = transport() | documents()

    def address(self, name: str) -> str:
        """Where the attack of that name is to be had."""
        return f"http://{name}.attack.example:{self.port}/feed"

    def leading(self, inside: Mapping[str, str]) -> None:
        """Add attacks that lead to the addresses `inside`, by name, and round in circles."""
        for name, to in inside.items():
            self.attacks[f"redirect-{name}"] = redirect(to)
            self.attacks[f"entity-{name}"] = whole(
                rss(item(b"&e;"), f'<!DOCTYPE x [<!ENTITY e SYSTEM "{to}">]>'.encode())
            )
        self.attacks["loop"] = redirect(self.address("loop"))
        self.attacks["cookies"] = head(302, Location=self.address("cookies"), Set_Cookie="a=" + "b" * 3000,
                                       Content_Length="0")  # fmt: skip
        for name, to in {
            "file": "file:///etc/passwd", "gopher": "gopher://x/", "ftp": "ftp://x/", "data": "data:,x",
            "no-address": "http://[::1", "blank": "http:// /", "backslash": "http:\\\\127.0.0.66\\",
        }.items():  # fmt: skip
            self.attacks[f"redirect-{name}"] = redirect(to)
        self.attacks["entity-file"] = whole(
            rss(item(b"&e;"), b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')
        )
        # Young enough for their pages to be wanted.
        now = f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate>".encode()
        links = b"".join(item(b"Laos is here %d" % n, to, now) for n, to in enumerate(inside.values()))
        self.attacks["links-inside"] = whole(rss(links))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await self._asked(reader)
        if asked is None:
            return
        self.requests.append(asked)
        if asked.target == "/robots.txt":
            writer.write(whole(b"", 404))
        else:
            attack = self.attacks[asked.headers["host"].partition(".")[0]]
            if isinstance(attack, bytes):
                writer.write(attack)
            else:
                await attack(writer)
        await writer.drain()

    async def _asked(self, reader: asyncio.StreamReader) -> Seen | None:
        try:
            text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            # Who wanted to speak TLS has left.
            return None
        first, *lines = text.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        method, target = first.split(" ")[:2]
        return Seen(asyncio.get_running_loop().time(), method, target, headers)


class Mute(Listener):
    """Takes every connection and never says a word."""

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass


class Babble(Listener):
    """Answers a TLS greeting with nonsense without end."""

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        while True:
            writer.write(b"\x16\x03\x03\xff\xff" + bytes(range(256)) * 255)
            await writer.drain()


def spellings(port: int, six: int) -> Iterator[tuple[str, str]]:
    """(name, address) of the traps at 127.0.0.66 and at ::1, in every way to write them."""
    hosts = {
        "plain": "127.0.0.66", "decimal": "2130706498", "octal": "0177.0.0.0102", "hex": "0x7f.0x0.0x0.0x42",
        "short": "127.66", "mapped": "[::ffff:127.0.0.66]", "mapped-hex": "[::ffff:7f00:42]",
        "nat64": "[64:ff9b::7f00:42]", "six": "[::1]", "circled": "①②⑦.⓪.⓪.⑥⑥", "wide-dots": "127。0。0。66",
        "user": "news.example@127.0.0.66", "dot": "127.0.0.66.", "name": "inside.example",
    }  # fmt: skip
    for name, host in hosts.items():
        yield name, f"http://{host}:{six if name == 'six' else port}/latest/meta-data"
