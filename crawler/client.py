"""How is anything fetched?

The one HTTP client of feeds, pages and robots.txt. It goes through the address guard, takes turns
at a host, follows redirects itself and ends a response that is too large or too slow. What is
worth asking when is `crawler/polling.py`; aiohttp's sessions and proxies are `crawler/sessions.py`;
spiders download through `crawler/spiders/download.py`, behind the same guard; what its errors say is
`crawler/fetch_errors.py`.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from types import TracebackType
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict
from yarl import URL

from archive.web_address import parse_address
from crawler.fetch_errors import BadResponse, Refused, TooLarge, in_plain_words, shown
from crawler.guard import AllowList
from crawler.proxies import masked, parse_proxy
from crawler.sessions import Dropped, Sessions
from crawler.source import FetchSettings
from crawler.turns import HostTurns

MAX_BYTES = 10 * 1024 * 1024
DEADLINE = 30.0
REDIRECTS = 5

# What aiohttp decodes piece by piece, with a bound on each piece. One in another is not.
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate", "br", "zstd"})
# What some servers say of a body that is not compressed; aiohttp leaves it as it is.
_NO_ENCODINGS = frozenset({"none", "binary", "8bit", "utf-8", "utf8", "iso-8859-1", "windows-1252"})
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
# A source's own headers may carry a key: another host than the source's gets only these.
HARMLESS = frozenset({"accept", "accept-language"})


class Validators(NamedTuple):
    """What a server gave to ask "has it changed?" with; None where it gave nothing.

    `url` is the address that gave it, and no other is shown it: a date means nothing elsewhere, and
    would be taken for the other's own. None is the address that is asked first.
    """

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None


class Response(NamedTuple):
    """What came back.

    `url` is the final address without a login, `permanent_url` the same if every redirect on the way
    there was permanent, else None. `body` is decompressed; `wire_bytes` counts the body as it travelled.
    `elapsed_s` is the time from first request to last byte, without waiting for the host's turn.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    permanent_url: str | None
    elapsed_s: float
    wire_bytes: int


@dataclass(slots=True)
class Traffic:
    """Requests that were sent, and bytes of bodies as they travelled."""

    requests: int = 0
    wire_bytes: int = 0


_TRAFFIC: ContextVar[Traffic | None] = ContextVar("wirewatch_traffic", default=None)


@contextmanager
def counted() -> Iterator[Traffic]:
    """Counts what any client fetches for this task while inside."""
    traffic = Traffic()
    token = _TRAFFIC.set(traffic)
    try:
        yield traffic
    finally:
        _TRAFFIC.reset(token)


def user_agent(contact: str | None) -> str:
    """The honest User-Agent; `contact` is where an operator can complain, an address or a page."""
    try:
        name = f"Wirewatch/{version('wirewatch')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        name = "Wirewatch/dev"
    return f"{name} (+{contact})" if contact else name


class Client:
    """`async with Client(settings, contact) as client: await client.get(url)`.

    `turns` is public: a crawl takes its host's turn for as long as it runs. `resolver` is for
    tests and for unusual networks.
    """

    def __init__(
        self,
        settings: FetchSettings,
        contact: str | None = None,
        *,
        turns: HostTurns | None = None,
        resolver: AbstractResolver | None = None,
        connections: int = 64,
    ) -> None:
        self.turns = turns or HostTurns(settings.min_delay.total_seconds())
        self.user_agent = user_agent(contact)
        self._proxy = settings.proxy
        self._sessions = Sessions(AllowList.parse(settings.allow_private), resolver)
        self._inside = False
        # Bounded here and not in the connector: with requests waiting, it shuffles the whole queue
        # for each one that ends, a third of the time of a round of a thousand feeds.
        self._slots = asyncio.Semaphore(connections)

    async def __aenter__(self) -> "Client":
        self._inside = True
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self._inside = False
        await self._sessions.close()

    def change(self, settings: FetchSettings, contact: str | None = None) -> None:
        """Ask by these settings from now on; requests under way end by the former ones."""
        self.turns.min_delay = settings.min_delay.total_seconds()
        self.user_agent = user_agent(contact)
        self._proxy = settings.proxy
        self._sessions.change(AllowList.parse(settings.allow_private))

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        home: str | None = None,
        conditional: Validators | None = None,
        max_bytes: int = MAX_BYTES,
        deadline: float = DEADLINE,
        redirects: int = REDIRECTS,
        user_agent: str | None = None,
        proxy: str | None = None,
    ) -> Response:
        """Fetch `url` (http or https) and follow at most `redirects` redirects.

        Any status is a Response, 304 and 500 too. `deadline` is in seconds, for all hops and the
        body together, waiting for a host's turn apart; `max_bytes` bounds the decompressed body.
        `headers`, and a login in the address of `home`, are for its host, by default that of `url`: another
        gets only what is no key.
        Raises FetchError.
        """
        target, asked = _parse(url), CIMultiDict(headers or {})
        via = _proxy(proxy or self._proxy)
        if user_agent is not None:
            asked["User-Agent"] = user_agent
        asked.setdefault("User-Agent", self.user_agent)
        known = conditional or Validators()
        given_by = known.url or str(masked(target))
        permanent, spent, origin, way = True, 0.0, _parse(home or url), [target]
        for hop in range(redirects + 1):
            at_home = is_at_home(target, origin)
            if not at_home:
                asked = _for_another_host(asked)
            async with self.turns.grant(target.raw_host or ""), self._slots:
                started = monotonic()
                said = _with_validators(asked, known) if str(masked(target)) == given_by else asked
                address = _logged_in(target, origin) if at_home else target
                answer = await self._ask(address, said, via, max_bytes, deadline - spent, deadline)
                spent += monotonic() - started
            status, answer_headers, body, wire = answer
            if status == 304 and not any(name in said for name in _CONDITIONS):
                raise BadResponse(
                    f"{shown(target)} answers that nothing has changed (304), though nobody asked that; "
                    f"the site must repair it"
                )
            if not _leads_on(status, answer_headers):
                final = str(masked(target))
                # Without a login that a redirect brought it leads nowhere.
                moved = final if hop and permanent and target.raw_user is None else None
                return Response(status, final, _of_text(answer_headers), body, moved, spent, wire)
            permanent = permanent and status in _PERMANENT
            target = _redirected(target, answer_headers["Location"])
            way.append(target)
        raise BadResponse(f"{shown(way[0])} {_endless(way)}")

    async def _ask(
        self,
        url: URL,
        headers: Mapping[str, str],
        proxy: URL | None,
        max_bytes: int,
        left: float,
        deadline: float,
    ) -> tuple[int, Mapping[str, str], bytes, int]:
        """One request without redirects: status, headers, body, bytes on the wire."""
        if not self._inside:
            raise RuntimeError("the client is used outside `async with`")
        try:
            async with asyncio.timeout(left):
                # A server may close an idle connection just when it is used again (RFC 9112, 9.3.1).
                try:
                    return await self._once(url, headers, proxy, max_bytes)
                except Dropped as dropped:
                    if not dropped.reused:
                        raise
                # It may have seen the request all the same, so it gets its delay.
                await asyncio.sleep(self.turns.min_delay)
                return await self._once(url, headers, proxy, max_bytes)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise in_plain_words(error, url, proxy, deadline) from error

    async def _once(
        self,
        url: URL,
        headers: Mapping[str, str],
        proxy: URL | None,
        max_bytes: int,
    ) -> tuple[int, Mapping[str, str], bytes, int]:
        session, named = self._sessions.through(proxy)
        traffic = _TRAFFIC.get() or Traffic()
        traffic.requests += 1
        async with session.get(url, headers=headers, proxy=named, allow_redirects=False) as response:
            if response.status == 304 or _leads_on(response.status, response.headers):
                return response.status, response.headers, b"", 0
            body = await _read(response, url, max_bytes)
            # An answer that has no body by its status has no stream that counts either.
            wire = response.content.total_compressed_bytes or len(body) if body else 0
            traffic.wire_bytes += wire
            return response.status, response.headers, body, wire


async def _read(response: aiohttp.ClientResponse, url: URL, max_bytes: int) -> bytes:
    """The decompressed body. aiohttp inflates in bounded pieces, so a bomb ends at the limit."""
    encodings = response.headers.getall("Content-Encoding", ())
    if len(encodings) > 1 or (encodings and encodings[0].strip().lower() not in _ENCODINGS | _NO_ENCODINGS):
        raise BadResponse(f"{shown(url)} is compressed as {', '.join(encodings)!r}, which is not accepted")
    length = response.content_length
    if length is not None and length > max_bytes:
        raise _too_large(url, max_bytes)
    pieces, size = [], 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > max_bytes:
            raise _too_large(url, max_bytes)
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _of_text(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Without those that hold bytes which are no text: they could be neither kept nor shown."""
    if all(value.isascii() for value in headers.values()):
        return headers
    return CIMultiDict((name, value) for name, value in headers.items() if not _LONE.search(value))


# How aiohttp writes a byte that is no UTF-8.
_LONE = re.compile("[\ud800-\udfff]")


def _escaped(lone: "re.Match[str]") -> str:
    # As browsers send a byte of an address that is in Latin-1, or in an Asian encoding.
    return f"%{ord(lone[0]) - 0xDC00:02X}"


def _leads_on(status: int, headers: Mapping[str, str]) -> bool:
    return status in _REDIRECTING and "Location" in headers


def _too_large(url: URL, max_bytes: int) -> TooLarge:
    return TooLarge(
        f"{shown(url)} is larger than {max_bytes / 1048576:.3g} MiB; check that the address is right"
    )


def _parse(url: str) -> URL:
    try:
        target = parse_address(url)
    except ValueError as error:
        raise Refused(f"{url} is not a web address: {error}") from error
    if target.scheme not in ("http", "https") or not target.raw_host:
        raise Refused(f"{url} is not an absolute http:// or https:// address")
    return target


def _proxy(proxy: str | None) -> URL | None:
    try:
        return None if proxy is None else parse_proxy(proxy)
    except ValueError as error:
        raise Refused(f"nothing is asked through the proxy: {error}") from error


def _redirected(url: URL, location: str) -> URL:
    try:
        target = url.join(parse_address(_LONE.sub(_escaped, location)))
    except ValueError as error:
        raise BadResponse(
            f"{shown(url)} redirects to {shown(location)!r}, which is not an address"
        ) from error
    if target.scheme not in ("http", "https") or not target.raw_host:
        raise Refused(f"{shown(url)} redirects to {shown(target)}, which is not http or https")
    return target


def _endless(way: Sequence[URL]) -> str:
    if len(set(way)) < len(way):
        return (
            "leads back to where it came from, as sites do that want a browser with cookies; "
            "look for another address"
        )
    return f"redirects more than {len(way) - 2} times; open it in a browser and use where it ends"


def is_at_home(url: URL, home: URL) -> bool:
    """Whether `url` may see what is for the host of `home`: by no way that is less secret."""
    return url.raw_host == home.raw_host and (url.scheme == "https" or home.scheme == "http")


def _logged_in(url: URL, home: URL) -> URL:
    """`url` with the login of its home, which relative links in an answer must not bear."""
    if url.raw_user is not None or home.raw_user is None:
        return url
    return url.with_user(home.user).with_password(home.password)


def _for_another_host(headers: "CIMultiDict[str]") -> "CIMultiDict[str]":
    keep = HARMLESS | {"user-agent"}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() in keep)


def _with_validators(headers: "CIMultiDict[str]", known: Validators) -> "CIMultiDict[str]":
    headers = headers.copy()
    # Some servers name one and give none.
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers
