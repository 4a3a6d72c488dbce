"""The SOCKS5 server of the tests speaks as RFC 1928 and 1929 have it: curl judges it."""

import asyncio
import shutil

import pytest

from tests.peers.newsroom import PeerNewsroom
from tests.peers.socks import SocksPeer, World

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")


async def curl(*arguments: str) -> tuple[int, str]:
    """Its exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        "curl", "-s", "-S", "--noproxy", "", "-m", "20", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


@pytest.mark.parametrize("userinfo", ["", "desk:rosebud"])
async def test_curl_reads_through_it_by_name_and_by_address(userinfo: str) -> None:
    login = ("desk", "rosebud") if userinfo else None
    async with PeerNewsroom() as site:
        site.script("/feed", "through")
        world = World({("news.example", 80): site.port, ("93.184.216.34", 80): site.port})
        async with SocksPeer(world, login=login) as proxy:
            by_name = await curl("-x", proxy.proxy("socks5h", userinfo), "http://news.example/feed")
            by_address = await curl("-x", proxy.proxy("socks5", userinfo), "http://93.184.216.34/feed")
    assert (by_name, by_address) == ((0, "through"), (0, "through"))
    assert proxy.asked == [("news.example", 80), ("93.184.216.34", 80)]


async def test_curl_understands_how_it_refuses() -> None:
    async with SocksPeer(World(), login=("desk", "rosebud")) as proxy:
        code, said = await curl("-x", proxy.proxy("socks5h", "desk:wrong"), "http://news.example/")
        assert (code, "rejected" in said) == (97, True)
        code, said = await curl("-x", proxy.proxy("socks5h", "desk:rosebud"), "http://news.example/")
        assert (code, "(4)" in said) == (97, True)
