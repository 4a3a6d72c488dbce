"""How is a host asked through a SOCKS5 proxy?

A connector like the one of `crawler/guard.py`, which has the proxy open the connection; TLS is spoken
with the host itself. For `socks5://` the guard sees each address that the name resolves to, and the
proxy is asked for that address. For `socks5h://` the proxy is asked for the name, which is checked as
behind any other proxy. The proxy's own address is trusted.
"""

import asyncio
import ipaddress
import socket
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import AddrInfoType, Connection
from aiohttp.tracing import Trace
from yarl import URL

from crawler.guard import AddressRefused, AllowList, GuardedConnector
from crawler.proxies import SOCKS, masked


class SocksFailed(aiohttp.ClientConnectionError):
    """The proxy made no connection. The text names it without its password, and is for people."""


def connector_through(
    proxy: URL | None, exceptions: AllowList, *, resolver: AbstractResolver | None = None, limit: int = 100
) -> GuardedConnector:
    """The connector for requests through `proxy`; any other than a SOCKS proxy is named in each request."""
    if proxy is not None and proxy.scheme in SOCKS:
        return SocksConnector(proxy, exceptions, resolver=resolver, limit=limit)
    return GuardedConnector(exceptions, resolver=resolver, limit=limit)


class SocksConnector(GuardedConnector):
    """A guarded connector whose connections are all made by `proxy` (see `crawler/proxies.py`)."""

    def __init__(
        self, proxy: URL, exceptions: AllowList, *, resolver: AbstractResolver | None = None, limit: int = 100
    ) -> None:
        self._socks = proxy
        self._by_name = proxy.scheme == "socks5h"
        connect_by = _AsNamed() if self._by_name else None
        super().__init__(exceptions, resolver=resolver, limit=limit, connect_by=connect_by)

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> Connection:
        """A connection for `req`, AddressRefused or SocksFailed."""
        if self._by_name:
            await self._check_name(req.url.raw_host or "")
        return await super().connect(req, traces, timeout)

    # aiohttp has no public place between looking a name up and speaking TLS.
    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: list[AddrInfoType],
        req: ClientRequest,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
        **kwargs: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        host = req.url.raw_host or ""
        wanted = list(dict.fromkeys(str(address[0]) for _, _, _, _, address in addr_infos))
        if not self._by_name:
            wanted = [one for one in wanted if self._may_open(host, ipaddress.ip_address(one))]
        if not wanted:
            refused = AddressRefused(host)
            raise aiohttp.ClientConnectorError(req.connection_key, refused) from refused
        try:
            async with asyncio.timeout(timeout.sock_connect):
                sock = await self._dial(wanted, req.port or 0)
        except TimeoutError as error:
            raise self._failed(f"did not connect within {timeout.sock_connect:g} s") from error
        return await self._wrap_existing_connection(*args, sock=sock, req=req, timeout=timeout, **kwargs)

    async def _dial(self, wanted: list[str], port: int) -> socket.socket:
        """A socket whose other end is the first of `wanted` that the proxy can connect to."""
        # Loaded only where there is such a proxy.
        from python_socks import ProxyConnectionError, ProxyError, ProxyType
        from python_socks.async_.asyncio import Proxy

        said = self._socks
        proxy = Proxy(
            ProxyType.SOCKS5, said.raw_host or "", said.port or 0, said.user, said.password, rdns=True
        )
        for host in wanted:
            try:
                return await proxy.connect(host, port)
            except ProxyConnectionError as error:
                raise self._failed(f"cannot be reached: {error.strerror}") from error
            except ProxyError as error:
                # With a code it is about the host, whose next address may do.
                if error.error_code is None or host == wanted[-1]:
                    raise self._failed(f"made no connection: {error or 'it hung up'}") from error
            except (OSError, ValueError) as error:
                raise self._failed(f"is no SOCKS5 proxy, or broke off: {error}") from error
        raise AssertionError("unreachable")

    def _failed(self, how: str) -> SocksFailed:
        return SocksFailed(f"the proxy {masked(self._socks)} {how}")


class _AsNamed(AbstractResolver):
    """Looks nothing up: the name itself travels."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=host, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass
