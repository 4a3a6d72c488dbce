"""How long is it from a poll's start to the accepted alert?

`python -m benchmarks.latency [N …] [--repeats R]` for N feeds (1, 100). In one of them, each time another,
an article appears that a watch hears; all N are due, and the clock runs from the moment at which they are
found due until the stand-in of the Bot API, in a process of its own, accepts the message. Three resident
processes take turns at the same change: Wirewatch's daemon with archive, matching, stories and outbox;
the bare aiohttp reference of the rounds; and the naive script, feed after feed with feedparser and
python-telegram-bot. Milliseconds, and their ratio to the reference's.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from statistics import median
from threading import Thread

from benchmarks.feed_server import address
from benchmarks.loopback import Served, ask, free_port, many_files, served
from wirewatch.demo.botapi import BotApi
from wirewatch.demo.botapi.ledger import Accepted

REFERENCE = "reference"
SIDES = (REFERENCE, "wirewatch", "naive")
# A poll that alerts nobody is a fault (seconds).
PATIENCE = 120.0
REPEATS = {1: 30, 100: 10}
# From one changed feed to the next, so that they lie all over the list.
STRIDE = 37


async def stand_in() -> None:
    """The Bot API with a private chat a side; tells its address, token and chats, and then the chat and
    the moment (monotonic seconds) of each message that it accepts."""
    api = BotApi()
    chats = [api.private(api.person(side)) for side in SIDES]

    def tell(act: Accepted) -> None:
        if act.method == "sendMessage":
            print(act.chat_id, act.monotonic, flush=True)

    api.on_accepted(tell)
    async with api:
        print(api.api_url, api.token, *(chat.id for chat in chats), flush=True)
        await asyncio.Event().wait()


def compare(count: int, repeats: int) -> Mapping[str, list[float]]:
    """Seconds of each side in each turn."""
    spent: dict[str, list[float]] = {side: [] for side in SIDES}
    port = free_port()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        stack.enter_context(served("benchmarks.feed_server", count, port))
        api = stack.enter_context(served("benchmarks.latency", "--stand-in"))
        url, token, *chats = api.first.split()
        lines: Queue[str] = Queue()
        Thread(target=_read, args=(api, lines), daemon=True).start()
        sides = {}
        for side, chat in zip(SIDES, chats, strict=True):
            folder = Path(name) / side
            folder.mkdir()
            resident = served("benchmarks.peers.resident", side, folder, count, port, url, token, chat)
            sides[side] = stack.enter_context(resident), chat
        for turn in range(repeats):
            ask(f"http://{address((turn + 1) * STRIDE % count)}:{port}/change")
            for side, (process, chat) in sides.items():
                spent[side].append(_accepted(lines, chat, process))
    return spent


def _accepted(lines: "Queue[str]", chat: str, process: Served) -> float:
    """Tell the process to poll; how long it took until the stand-in had its message."""
    process.stdin.write("\n")
    process.stdin.flush()
    began = float(process.stdout.readline())
    while True:
        # Empty, as an error, where none comes.
        whose, at = lines.get(timeout=PATIENCE).split()
        # A message of the first contact came before.
        if whose == chat and float(at) > began:
            # The next change must not be met by this round.
            process.stdout.readline()
            return float(at) - began


def _read(api: Served, lines: "Queue[str]") -> None:
    for line in api.stdout:
        lines.put(line)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("sizes", nargs="*", type=int, default=[1, 100])
    arguments.add_argument("--repeats", type=int, default=None)
    arguments.add_argument("--stand-in", action="store_true", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.stand_in:
        asyncio.run(stand_in())
        return
    many_files()
    for count in asked.sizes:
        repeats = asked.repeats or REPEATS.get(count, 10)
        spent = compare(count, repeats)
        print(f"\n{count} feeds, {repeats} changes: ms from the poll's start to the accepted sendMessage")
        print(f"{'':12}{'median':>10}{'least':>10}{'most':>10}{': ref':>10}")
        for side, seconds in spent.items():
            ratio = median(one / other for one, other in zip(seconds, spent[REFERENCE], strict=True))
            figures = (1000 * figure(seconds) for figure in (median, min, max))
            print(f"{side:12}" + "".join(f"{ms:10.1f}" for ms in figures) + f"{ratio:10.2f}")


if __name__ == "__main__":
    main()
