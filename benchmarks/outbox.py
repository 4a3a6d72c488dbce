"""What does a delivered message cost, beside python-telegram-bot alone?

`python -m benchmarks.outbox [--messages N] [--chats C] [--repeats R]`: N pending alerts over C chats,
without limits, sent by the outbox and its jobs from an archive on disk to the stand-in of the Bot API
in a process of its own; and the same texts to the same chats by a bare loop over `Bot.send_message`.
They take turns. CPU of the sending process alone, imports and opening left out; the difference is what
the outbox itself costs: a durable row before each message, its outcome after it, pace, order, buttons.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import Connection

from alerts.channel import Pacing, TelegramChannel, TelegramSettings
from alerts.channels.interface import Message
from alerts.channels.senders import senders
from alerts.messages.content import AlertContent
from alerts.outbox.preparing import prepare
from alerts.outbox.worker import Outbox
from archive import deliveries, wake
from archive.archive import Archive
from archive.deliveries import Delivery, NewDelivery
from archive.insert import insert
from archive.schema import prepare as make_schema
from archive.tables import article, outlet
from wirewatch.demo.botapi import BotApi
from wirewatch.jobs import MORE_AT_ONCE, Jobs

UNLIMITED = Pacing(chat_per_second=1e6, group_per_minute=1e6, bot_per_second=1e6)
BEGAN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


async def stand_in(chats: int) -> None:
    """The Bot API with so many chats, half of them private; tells its address, token and chats."""
    api = BotApi()
    made = [
        api.private(api.person(f"Reader {number}")) if number % 2 else api.supergroup(f"Desk {number}")
        for number in range(chats)
    ]
    async with api:
        print(api.api_url, api.token, *(chat.id for chat in made), flush=True)
        await asyncio.Event().wait()


def alert(number: int) -> AlertContent:
    title = f"Lao government signs accord number {number} on the dam near Pakse"
    return AlertContent(
        title, f"https://example.org/{number}", "The Vientiane Post", "LA", BEGAN, "stated", BEGAN,
        watches=("laos",),
    )  # fmt: skip


def channels_of(chats: list[int]) -> dict[str, TelegramChannel]:
    return {
        f"chat-{n}": TelegramChannel(name=f"chat-{n}", type="telegram", chat=c) for n, c in enumerate(chats)
    }


def fill(archive: Archive, channels: dict[str, TelegramChannel], messages: int) -> None:
    """The pending deliveries, in turns over the chats."""
    names = list(channels)

    def step(conn: Connection) -> None:
        conn.execute(insert(conn, outlet), {"name": "post", "title": "The Vientiane Post", "languages": []})
        rows = [
            {
                "source": "post", "outlet": "post", "url": f"https://example.org/{n}", "trust": "none",
                "canonical": f"https://example.org/{n}", "title": str(n), "found_at": BEGAN,
                "contact": "live", "tell_after": BEGAN, "told_at": BEGAN,
            }
            for n in range(messages)
        ]  # fmt: skip
        conn.execute(insert(conn, article), rows)
        new = [
            NewDelivery(
                names[n % len(names)], "alert", alert(n).to_json(), False,
                str(channels[names[n % len(names)]].chat), article=n + 1,
            )
            for n in range(messages)
        ]  # fmt: skip
        deliveries.add(conn, new, now())

    archive.write_now(step)


async def through_outbox(
    archive: Archive, channels: dict[str, TelegramChannel], token: str, url: str
) -> None:
    built = senders(channels.values(), token, TelegramSettings(api_url=url))
    outbox = Outbox(archive, channels, built.by_channel, now, pacing=UNLIMITED)
    jobs = Jobs(archive, {"deliver": outbox.deliver}, now)
    running = asyncio.create_task(jobs.run())
    while await archive.read(wake.next_wake) is not None:
        await asyncio.sleep(0.2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    counts = await archive.read(deliveries.counts)
    if set(counts) != {"sent"}:
        raise RuntimeError(f"not all was sent: {counts}")
    await built.close()


async def bare(prepared: list[Message], token: str, url: str) -> None:
    """Nothing but the library: a chat's messages in order, so many chats at once as the jobs run."""
    built = senders(
        [TelegramChannel(name="bare", type="telegram", chat=1)], token, TelegramSettings(api_url=url)
    )
    sender, turn = built.by_channel["bare"], asyncio.Semaphore(MORE_AT_ONCE["deliver"])
    by_chat: dict[str, list[Message]] = {}
    for message in prepared:
        by_chat.setdefault(message.chat, []).append(message)

    async def send_all(messages: list[Message]) -> None:
        async with turn:
            for message in messages:
                await sender.send(message)

    await asyncio.gather(*map(send_all, by_chat.values()))
    await built.close()


def rendered(archive: Archive, channels: dict[str, TelegramChannel]) -> list[Message]:
    """Every pending delivery as its message."""
    rows: list[Delivery] = archive.read_now(lambda conn: deliveries.listed(conn, ["pending"], 10**9))
    return [prepare(row, None, channels[row.channel]) for row in reversed(rows)]


def cost_of(run: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Seconds of CPU and by the wall."""
    cpu, wall = time.process_time(), time.perf_counter()
    asyncio.run(run())  # type: ignore[arg-type]
    return time.process_time() - cpu, time.perf_counter() - wall


def one_side(side: str, messages: int, url: str, token: str, chats: list[int]) -> None:
    """One measurement, in this process: prints CPU and wall seconds."""
    channels = channels_of(chats)
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "outbox.db")
        make_schema(archive)
        fill(archive, channels, messages)
        if side == "outbox":
            spent = cost_of(lambda: through_outbox(archive, channels, token, url))
        else:
            prepared = rendered(archive, channels)
            spent = cost_of(lambda: bare(prepared, token, url))
        archive.close()
    print(*spent)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--messages", type=int, default=10_000)
    arguments.add_argument("--chats", type=int, default=200)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--side", nargs="+", help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.side:
        if asked.side[0] == "server":
            asyncio.run(stand_in(asked.chats))
        else:
            side, url, token, *chats = asked.side
            one_side(side, asked.messages, url, token, [int(chat.removeprefix("chat")) for chat in chats])
        return
    me = [sys.executable, "-m", "benchmarks.outbox", "--messages", str(asked.messages)]
    spent: dict[str, list[tuple[float, float]]] = {"bare": [], "outbox": []}
    for _ in range(asked.repeats):
        for side, costs in spent.items():
            server = subprocess.Popen(
                [*me, "--chats", str(asked.chats), "--side", "server"], stdout=subprocess.PIPE, text=True
            )
            try:
                url, token, *chats = server.stdout.readline().split()
                # A group's id begins with a minus, which would be read as an option.
                named = [f"chat{chat}" for chat in chats]
                said = subprocess.run(
                    [*me, "--side", side, url, token, *named], stdout=subprocess.PIPE, text=True, check=True
                )
                cpu, wall = map(float, said.stdout.split())
                costs.append((cpu, wall))
            finally:
                server.terminate()
                server.wait()
    print(f"{asked.messages} alerts over {asked.chats} chats, {asked.repeats} repeats, medians")
    each = {side: 1000 * median(cpu for cpu, _ in costs) / asked.messages for side, costs in spent.items()}
    for side, costs in spent.items():
        rate = asked.messages / median(wall for _, wall in costs)
        print(f"  {side:8}{each[side]:8.2f} ms CPU a message{rate:8.0f} messages/s")
    own = median(one[0] - other[0] for one, other in zip(spent["outbox"], spent["bare"], strict=True))
    print(f"  own cost{1000 * own / asked.messages:8.2f} ms CPU a message (outbox less bare)")


if __name__ == "__main__":
    main()
