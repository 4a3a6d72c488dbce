"""Which addresses may be connected to?

`allowed` is the rule, `AllowList` holds the user's exceptions (`fetch.allow_private`), and
`GuardedConnector` enforces the rule for feeds, pages and spiders alike: it looks at the address
of each socket at the moment the socket is made, after every lookup and for every redirect. So
neither a spelling of an address nor a name that resolves differently the second time gets by.
Limits of size and time are in `crawler/client.py`.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest, ConnectionKey
from aiohttp.connector import AddrInfoType, Connection
from aiohttp.tracing import Trace

from crawler import certificates

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA's special-purpose registries, written out: `ipaddress.is_global` differs between Python releases.
_REFUSED_V4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the clouds' metadata service
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, given up by RFC 7526
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Everything outside is local, multicast or unassigned, but for the translated addresses below.
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocols of their own, Teredo tunnels among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which wraps any IPv4 address; given up by RFC 7526
        "3fff::/20",  # documentation
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
# Names that by their RFCs never mean a public host; checked where a proxy resolves for us.
_LOCAL_NAME = re.compile(
    r"(^|\.)(localhost|localdomain|local|internal|intranet|lan|home\.arpa|onion)\.?$", re.IGNORECASE
)


class AddressRefused(OSError):
    """The guard let no connection be made to `host`. Says what to do when the user wants it."""

    def __init__(self, host: str) -> None:
        # Without errno and address: aiohttp keeps this type only if all addresses of a host fail alike.
        super().__init__(
            f"{host} leads to a private or reserved address, which Wirewatch does not ask; "
            f"list it under fetch.allow_private if it is yours"
        )
        self.host = host


@dataclass(frozen=True, slots=True)
class AllowList:
    """The user's exceptions: host names in lower case, and networks (an address is one of size 1)."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "AllowList":
        """Read `allow_private`: host names, addresses, networks. ValueError names a wrong entry."""
        hosts, networks = set(), []
        for entry in entries:
            text = entry.strip().strip("[]").rstrip(".").lower()
            try:
                networks.append(ipaddress.ip_network(text))
            except ValueError as error:
                if not re.fullmatch(r"(?!\d+(\.\d+)*$)[a-z0-9_]([a-z0-9._-]*[a-z0-9])?", text):
                    raise ValueError(
                        f"expected a host name, an address or a network such as 10.1.0.0/16, found {entry!r}"
                    ) from error
                hosts.add(text)
        return cls(frozenset(hosts), tuple(networks))

    def names(self, host: str) -> bool:
        """Whether `host` itself is an exception."""
        return host.rstrip(".").lower() in self.hosts

    def covers(self, address: Address) -> bool:
        """Whether `address` lies in one of the networks."""
        return any(address in network for network in self.networks)


def _meant(address: Address) -> Address:
    """The IPv4 address behind one of IPv6 that only translates it, else `address` itself."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return (
        address in _GLOBAL_V6
        and address.scope_id is None
        and not any(address in network for network in _REFUSED_V6)
    )


def allowed(address: Address, exceptions: AllowList) -> bool:
    """Whether a connection to `address` may be made.

    Only public unicast addresses and the user's exceptions are. An address that translates to
    another (mapped, NAT64) is judged by that one; tunnels (6to4, Teredo) are never allowed.
    """
    meant = _meant(address)
    return _public(meant) or exceptions.covers(address) or exceptions.covers(meant)


def _literal(host: str) -> Address | None:
    """The address that a host part spells, in any form that the system's resolver would accept."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        # 2130706433, 0x7f.1, 0177.0.0.1: the old forms that libc still maps onto an address.
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def refusal(error: BaseException | None) -> AddressRefused | None:
    """The guard's refusal behind an exception of aiohttp, None if something else failed."""
    while error is not None:
        if isinstance(error, AddressRefused):
            return error
        error = error.__cause__
    return None


class _Target(NamedTuple):
    host: str
    trusted: bool


# Set around each connect: the socket factory gets an address and must know for whom it is.
_TARGET: ContextVar[_Target] = ContextVar("wirewatch_connect_target")
# Whether the connection that was got last, for the request that is being made, had been idle before. Asked
# of the connector, since a trace costs a tenth of a request.
REUSED: ContextVar[bool] = ContextVar("wirewatch_connection_reused", default=False)


class GuardedConnector(aiohttp.TCPConnector):
    """An aiohttp connector that opens no socket to an address that is not `allowed`.

    A request through a proxy opens a socket to the proxy, which is trusted; the host that the
    proxy is asked for is checked as a literal, as a local name, and as far as it resolves here.
    `exceptions` may be replaced at any time.
    """

    # A name that nobody here resolves is left to the proxy after this many seconds.
    LOOKUP = 2.0
    # Hosts to which an idle connection is kept. A round over a thousand is past most of them for good, and
    # each connection takes 6 KB, with TLS 110.
    IDLE = 128

    def __init__(
        self,
        exceptions: AllowList,
        *,
        resolver: AbstractResolver | None = None,
        limit: int = 100,
        connect_by: AbstractResolver | None = None,
    ) -> None:
        """`resolver` says what a name means; `connect_by` takes its place where a proxy looks names up."""
        self.exceptions = exceptions
        self._lookup = resolver or aiohttp.ThreadedResolver()
        # Most hosts are asked once in many minutes: an idle connection is only kept for the next request
        # of the same visit.
        super().__init__(
            resolver=connect_by or self._lookup, socket_factory=self._open, limit=limit, keepalive_timeout=4.0
        )

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> Connection:
        """A connection for `req`; AddressRefused, wrapped as aiohttp does, where there may be none."""
        host = req.url.raw_host or ""
        target = _Target(host, trusted=False)
        if req.proxy is not None:
            await self._check_name(host)
            target = _Target(req.proxy.raw_host or "", trusted=True)
        token = _TARGET.set(target)
        REUSED.set(True)
        try:
            return await super().connect(req, traces, timeout)
        finally:
            _TARGET.reset(token)

    async def _create_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's signature
    ) -> ResponseHandler:
        # Called where no idle one was found.
        REUSED.set(False)
        return await super()._create_connection(req, traces, timeout)

    def _get_ssl_context(self, req: ClientRequest) -> ssl.SSLContext | None:
        # Asked for each connection, that to a proxy too.
        if req.is_ssl():
            certificates.read()
        return super()._get_ssl_context(req)

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        # aiohttp bounds those in use, not those that are idle.
        super()._release(key, protocol, should_close=should_close)
        if len(self._conns) > self.IDLE:
            for oldest, _ in self._conns.pop(next(iter(self._conns))):
                oldest.close()

    def _open(self, addr_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = addr_info
        target = _TARGET.get()
        if not (target.trusted or self._may_open(target.host, ipaddress.ip_address(address[0]))):
            raise AddressRefused(target.host)
        return socket.socket(family=family, type=kind, proto=protocol)

    def _may_open(self, host: str, address: Address) -> bool:
        return self.exceptions.names(host) or allowed(address, self.exceptions)

    async def _check_name(self, host: str) -> None:
        """AddressRefused if `host`, which only the proxy will connect to, is known to be private."""
        if self.exceptions.names(host):
            return
        # What the proxy makes of a last dot, or of a percent sign, nobody knows.
        name = host.rstrip(".")
        literal = _literal(name)
        if literal is not None:
            found: list[Address] = [literal]
        elif _LOCAL_NAME.search(name) or "." not in name or "%" in name:
            raise AddressRefused(host)
        else:
            found = await self._resolve(host)
        if not all(allowed(address, self.exceptions) for address in found):
            raise AddressRefused(host)

    async def _resolve(self, host: str) -> list[Address]:
        try:
            async with asyncio.timeout(self.LOOKUP):
                answers = await self._lookup.resolve(host, 0, family=socket.AF_UNSPEC)
        except (OSError, TimeoutError):
            # Behind a proxy it is normal that outside names do not resolve here.
            return []
        return [ipaddress.ip_address(answer["host"]) for answer in answers]
