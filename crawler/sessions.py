"""In which of aiohttp's sessions is a request made?

One for direct requests and those through an HTTP proxy, which is named in each request, and one for each
SOCKS proxy, whose connections must not be mixed with others. All stand behind the guard.
"""

from asyncio.sslproto import SSLProtocol

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_reqrep import ClientRequest
from yarl import URL

from crawler.guard import REUSED, AllowList, GuardedConnector
from crawler.proxies import SOCKS
from crawler.socks import connector_through

# Each is inflated piece by piece, and what a piece may need beside its output is bounded too: 128 MiB of
# addresses for a frame of zstd, of which only as much is touched as comes out of it.
_ACCEPT_ENCODING = "gzip, deflate, br, zstd"
# To a host or through a proxy (seconds).
_CONNECT = 15.0
# What each TLS connection gets to read into (bytes): two records of the protocol. What asyncio gives it is
# eight times as much: 340 KB a connection in place of 110, and a round over many hosts has hundreds open.
_TLS_BUFFER = 32 * 1024


class Dropped(aiohttp.ClientConnectionError):
    """The server dropped the connection before it answered; `reused` if that had been idle before."""

    def __init__(self, said: str, *, reused: bool) -> None:
        super().__init__(said)
        self.reused = reused


async def _once(request: ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Whenever a server drops the connection, new or not, aiohttp would ask again at once; it does so for
    errors of its own alone."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except aiohttp.ClientOSError as error:
        raise Dropped(str(error), reused=REUSED.get()) from error
    except aiohttp.ServerDisconnectedError as error:
        # Its own words may be what aiohttp had understood so far.
        raise Dropped("it hung up before it had answered", reused=REUSED.get()) from error


class Sessions:
    """Sessions as they are needed; `exceptions` and `resolver` are the guard's."""

    def __init__(self, exceptions: AllowList, resolver: AbstractResolver | None = None) -> None:
        self._exceptions = exceptions
        self._resolver = resolver
        self._open: dict[URL | None, tuple[aiohttp.ClientSession, GuardedConnector]] = {}
        # asyncio takes it from the class alone.
        SSLProtocol.max_size = _TLS_BUFFER

    def through(self, proxy: URL | None) -> tuple[aiohttp.ClientSession, URL | None]:
        """The session for requests through `proxy`, and what each request there names as its proxy."""
        socks = proxy if proxy is not None and proxy.scheme in SOCKS else None
        if socks not in self._open:
            self._open[socks] = self._made(socks)
        return self._open[socks][0], None if socks else proxy

    def change(self, exceptions: AllowList) -> None:
        """Let the guard go by `exceptions` from now on."""
        self._exceptions = exceptions
        for _, connector in self._open.values():
            connector.exceptions = exceptions

    async def close(self) -> None:
        """Close all of them."""
        sessions, self._open = self._open, {}
        for session, _ in sessions.values():
            await session.close()

    def _made(self, socks: URL | None) -> tuple[aiohttp.ClientSession, GuardedConnector]:
        connector = connector_through(socks, self._exceptions, resolver=self._resolver, limit=0)
        session = aiohttp.ClientSession(
            connector=connector,
            headers={"Accept-Encoding": _ACCEPT_ENCODING},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
            middlewares=[_once],
        )
        return session, connector
