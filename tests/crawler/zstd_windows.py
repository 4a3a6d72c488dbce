"""How much memory do frames of zstd with large windows take? `python -m tests.crawler.zstd_windows`

Prints as JSON the errors that the client gives for twenty of each at once, by the logarithm of the
window, and by how many MiB the process has `grown`.
"""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from crawler.client import Client
from crawler.fetch_errors import FetchError
from crawler.source import FetchSettings
from tests.crawler.site import Answer, Asked, reply, running

AT_ONCE = 20
_BLOCK = 128 * 1024
_BLOCKS = 512


def frame(window: int) -> bytes:
    """64 MiB of blanks behind a window of 2 to the power of `window` (RFC 8878, 3.1.1)."""
    head = b"\x28\xb5\x2f\xfd" + bytes((0, (window - 10) << 3))
    # Each block says: this byte, so many times.
    return head + ((1 << 1) | (_BLOCK << 3)).to_bytes(3, "little").join([b"", *[b" "] * _BLOCKS])


def peak() -> int:
    """The most memory this process has held, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def respond(asked: Asked) -> Answer:
    return reply(frame(int(asked.path.strip("/"))), Content_Encoding="zstd")


async def main() -> None:
    # Twenty addresses: of one host only one would be asked at a time.
    hosts = [f"127.0.0.{n}" for n in range(1, AT_ONCE + 1)]
    settings = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.0/8",))
    async with running(respond, "0.0.0.0") as site, Client(settings) as client:

        async def error(host: str, window: int) -> str:
            try:
                await client.get(site.url(f"/{window}", host))
            except FetchError as failed:
                return type(failed).__name__
            return "none"

        before = peak()
        said: dict[str, object] = {}
        for window in (27, 31):
            said[str(window)] = await asyncio.gather(*(error(host, window) for host in hosts))
        print(json.dumps(said | {"grown": peak() - before}))


if __name__ == "__main__":
    asyncio.run(main())
