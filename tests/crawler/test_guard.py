"""Which addresses does the guard let through, and does every way to spell a private one end at it?"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from crawler.guard import AddressRefused, AllowList, GuardedConnector, allowed, refusal
from tests.crawler.site import never, running

NOBODY = AllowList()
NAT64 = IPv6Network("64:ff9b::/96")

REFUSED = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.251",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:808:808::1",
    "2001:0:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "3fff::1",
    "5f00::1",
)
PUBLIC = (
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.169.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
)


@pytest.mark.parametrize("address", REFUSED)
def test_refuses_what_is_not_a_public_unicast_address(address: str) -> None:
    assert not allowed(ip_address(address), NOBODY)


@pytest.mark.parametrize("address", PUBLIC)
def test_allows_public_addresses(address: str) -> None:
    assert allowed(ip_address(address), NOBODY)


@given(st.ip_addresses(v=4))
def test_judges_an_address_and_its_wrapped_forms_alike(address: IPv4Address) -> None:
    number = int(address)
    mapped, translated = IPv6Address((0xFFFF << 32) | number), IPv6Address((0x64FF9B << 96) | number)
    assert allowed(mapped, NOBODY) == allowed(translated, NOBODY) == allowed(address, NOBODY)


@given(st.ip_addresses(v=6))
def test_never_allows_what_python_calls_private_multicast_or_reserved(address: IPv6Address) -> None:
    translated = address.ipv4_mapped is not None or address in NAT64
    if not translated and (address.is_private or address.is_multicast or address.is_reserved):
        assert not allowed(address, NOBODY)


def test_an_exception_opens_its_network_and_no_other() -> None:
    mine = AllowList.parse(["10.1.0.0/16", "127.0.0.1", "fd00::/8"])
    assert allowed(ip_address("10.1.200.3"), mine)
    assert allowed(ip_address("127.0.0.1"), mine)
    assert allowed(ip_address("::ffff:10.1.0.1"), mine)
    assert allowed(ip_address("fd00::17"), mine)
    assert not allowed(ip_address("10.2.0.1"), mine)
    assert not allowed(ip_address("127.0.0.2"), mine)


def test_exceptions_may_name_hosts() -> None:
    mine = AllowList.parse(["Intranet.Example.", "feeds_1.lan"])
    assert all(mine.names(host) for host in ("intranet.example", "INTRANET.example.", "feeds_1.lan"))
    assert not any(mine.names(host) for host in ("example", "other.intranet.example"))


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.1.2.3/8", "127.1", "2130706433", "http://x", "", "a b"])
def test_an_exception_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="expected a host name, an address or a network"):
        AllowList.parse([entry])


# What follows is tried over real sockets: the trap listens on loopback and must see no connection.

SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]",
    "[64:ff9b::7f00:1]",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "127%2e0%2e0%2e1",
    "user@127.0.0.1",
    "public.example@127.0.0.1",
)


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_loopback_reaches_the_trap(host: str) -> None:
    async with running(never) as trap, aiohttp.ClientSession(connector=GuardedConnector(NOBODY)) as session:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await session.get(f"http://{host}:{trap.port}/")
        assert trap.connections == 0


class _Resolver(AbstractResolver):
    """Answers with the next address each time: names that change their mind."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_resolves_to_loopback_is_refused_at_the_socket() -> None:
    connector = GuardedConnector(NOBODY, resolver=_Resolver(["127.0.0.1"]))
    async with running(never) as trap, aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientError) as caught:
            await session.get(f"http://news.example:{trap.port}/")
        assert "news.example leads to a private or reserved address" in str(refusal(caught.value))
        assert trap.connections == 0


async def test_a_name_with_only_private_addresses_of_both_families_is_refused() -> None:
    connector = GuardedConnector(NOBODY, resolver=_Resolver(["127.0.0.1", "::1", "10.0.0.1"]))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientError) as caught:
            await session.get("http://news.example/")
        assert isinstance(refusal(caught.value), AddressRefused)


async def test_rebinding_from_an_allowed_to_a_private_address_does_not_pass() -> None:
    # 127.0.0.2 stands for the public address of the first answer.
    connector = GuardedConnector(
        AllowList.parse(["127.0.0.2"]), resolver=_Resolver(["127.0.0.2"], ["127.0.0.1"])
    )
    async with running(never, "127.0.0.2") as public, aiohttp.ClientSession(connector=connector) as session:
        response = await session.get(f"http://news.example:{public.port}/", headers={"Connection": "close"})
        assert response.status == 200
        connector.clear_dns_cache()
        async with running(never) as trap:
            with pytest.raises(aiohttp.ClientError) as caught:
                await session.get(f"http://news.example:{trap.port}/")
            assert refusal(caught.value) is not None
            assert trap.connections == 0


async def test_of_several_addresses_only_the_allowed_is_connected_to() -> None:
    connector = GuardedConnector(
        AllowList.parse(["127.0.0.2"]), resolver=_Resolver(["127.0.0.1", "127.0.0.2"])
    )
    async with running(never, "127.0.0.2") as public, aiohttp.ClientSession(connector=connector) as session:
        response = await session.get(f"http://news.example:{public.port}/")
        assert response.status == 200
        assert public.connections == 1


async def test_a_host_that_the_user_names_may_be_private() -> None:
    connector = GuardedConnector(AllowList.parse(["intranet.example"]), resolver=_Resolver(["127.0.0.1"]))
    async with running(never) as site, aiohttp.ClientSession(connector=connector) as session:
        response = await session.get(f"http://intranet.example:{site.port}/")
        assert response.status == 200
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://other.example:{site.port}/")
        assert site.connections == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "localhost", "printer.local", "db.internal", "nas",
     "127.0.0.1.", "127.1.", "localhost..", "127%2e0.0.1", "127.0.0.1%00.example.org"],
)  # fmt: skip
async def test_a_proxy_is_not_asked_for_a_private_target(host: str) -> None:
    connector = GuardedConnector(NOBODY, resolver=_Resolver(["93.184.216.34"]))
    async with running(never) as proxy, aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await session.get(f"http://{host}/", proxy=proxy.url())
        assert proxy.connections == 0


async def test_a_proxy_is_trusted_and_asked_for_public_targets() -> None:
    resolver = _Resolver(["93.184.216.34"])
    async with (
        running(never) as proxy,
        aiohttp.ClientSession(connector=GuardedConnector(NOBODY, resolver=resolver)) as session,
    ):
        response = await session.get("http://news.example/feed", proxy=proxy.url())
        assert response.status == 200
        assert proxy.paths == ["http://news.example/feed"]


async def test_a_name_behind_a_proxy_that_resolves_to_a_private_address_is_refused() -> None:
    resolver = _Resolver(["10.0.0.7"])
    async with (
        running(never) as proxy,
        aiohttp.ClientSession(connector=GuardedConnector(NOBODY, resolver=resolver)) as session,
    ):
        with pytest.raises(aiohttp.ClientError) as caught:
            await session.get("http://news.example/feed", proxy=proxy.url())
        assert refusal(caught.value) is not None
        assert proxy.connections == 0
