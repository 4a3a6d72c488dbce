"""Is a full queue sent as fast as the limits allow, and never faster?

The outbox and its jobs on an archive, python-telegram-bot and the stand-in over real sockets, on a clock
that jumps to the next timer whenever nobody works.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.channel import Pacing, TelegramChannel
from alerts.channels.interface import Message, Outcome
from alerts.channels.telegram import TelegramSender
from alerts.messages.content import NoticeContent
from alerts.outbox.worker import Outbox
from archive import deliveries
from archive.archive import Archive
from archive.deliveries import NewDelivery
from archive.schema import prepare
from archive.wake import next_wake
from tests.outbox.office import START
from tests.peers.botapi import telegram_bot
from tests.peers.virtual_time import VirtualTimeLoop, run
from wirewatch.demo.botapi import BotApi
from wirewatch.jobs import Jobs

PACING = Pacing()
# Time may be lost to turns that end together; not more than this share of what the limits demand.
ALLOWED = 1.05


# Answers come one after another, as over any wire (seconds). Were all of one turn to come at one instant, all
# their chats would be due again at one instant, and chance would say who is left over, again and again.
APART = 1e-4


class Wire(TelegramSender):
    """Knows how many messages are under way: time must not pass meanwhile."""

    under_way = 0
    arrived = 0.0

    async def send(self, message: Message) -> Outcome:
        Wire.under_way += 1
        try:
            outcome = await super().send(message)
        finally:
            Wire.under_way -= 1
        now = asyncio.get_running_loop().time()
        Wire.arrived = max(Wire.arrived, now) + APART
        await asyncio.sleep(Wire.arrived - now)
        return outcome


async def a_while(seconds: float) -> None:
    # The loop takes what is nearer than its clock's resolution as now, and this clock stands meanwhile.
    await asyncio.sleep(max(seconds, 1e-6))


def queue(names: Sequence[str], chats: Sequence[str], each: int) -> list[NewDelivery]:
    """So many messages for each chat, in turns."""
    return [
        NewDelivery(name, "notice", NoticeContent(f"{name} {number}").to_json(), False, chat)
        for number in range(each)
        for name, chat in zip(names, chats, strict=True)
    ]


async def send_all(
    loop: VirtualTimeLoop, archive: Archive, private: int, groups: int, each: int
) -> tuple[float, list[tuple[float, int]]]:
    """Send `each` messages to every chat: how many seconds it took, and when each was accepted where."""

    def clock() -> datetime:
        return START + timedelta(seconds=loop.time())

    api = BotApi(wall=lambda: clock().timestamp(), monotonic=loop.time, sleep=asyncio.sleep)
    made = [api.private(api.person(f"Reader {number}")) for number in range(private)]
    made += [api.supergroup(f"Desk {number}") for number in range(groups)]
    Wire.arrived = 0.0
    loop.on_the_wire = lambda: Wire.under_way > 0
    async with api:
        bot = telegram_bot(api, read_timeout=60)
        channels = {
            f"chat-{number}": TelegramChannel(name=f"chat-{number}", type="telegram", chat=chat.id)
            for number, chat in enumerate(made)
        }
        senders = {name: Wire(bot, loop.time) for name in channels}
        outbox = Outbox(archive, channels, senders, clock, pacing=PACING, monotonic=loop.time, sleep=a_while)
        jobs = Jobs(archive, {"deliver": outbox.deliver}, clock)
        new = queue(list(channels), [str(chat.id) for chat in made], each)

        def step(conn: Connection) -> None:
            deliveries.add(conn, new, clock())

        await archive.write(step)
        running = asyncio.create_task(jobs.run())
        while await archive.read(next_wake) is not None:
            await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        counts = await archive.read(deliveries.counts)
        assert counts == {"sent": len(new)}
        accepted = [(line.monotonic, line.chat_id) for line in api.ledger.messages]
        await bot.shutdown()
    return accepted[-1][0] - accepted[0][0], accepted


def demanded(private: int, groups: int, each: int) -> float:
    """Seconds that the limits themselves need between the first message and the last."""
    total = (private + groups) * each
    by_bot = (total - 1) // int(PACING.bot_per_second)
    by_chat = each - 1
    # Twenty a minute: the last waits for as many whole minutes as the queue holds twenties before it.
    most = int(PACING.group_per_minute)
    full, rest = divmod(each - 1, most)
    by_group = full * 60.0 + rest if groups else 0.0
    return max(by_bot, by_chat, by_group)


def fullest(times: Iterable[float], seconds: float) -> int:
    """The most of `times` that any window of so many seconds holds, half open."""
    ordered = sorted(times)
    return max(
        sum(first <= other < first + seconds - 1e-6 for other in ordered[index : index + 100])
        for index, first in enumerate(ordered)
    )


@pytest.mark.parametrize(
    ("private", "groups", "each"),
    [
        pytest.param(40, 0, 4, id="the bot's limit"),
        pytest.param(3, 0, 20, id="a chat's limit"),
        pytest.param(1, 2, 23, id="a group's limit"),
        pytest.param(100, 100, 50, id="ten thousand", marks=[pytest.mark.full, pytest.mark.timeout(3600)]),
    ],
)
def test_a_full_queue_takes_the_time_that_the_limits_demand(
    tmp_path: Path, private: int, groups: int, each: int
) -> None:
    archive = Archive(tmp_path / "outbox.db")
    prepare(archive)
    took, accepted = run(lambda loop: send_all(loop, archive, private, groups, each))
    archive.close()
    assert len(accepted) == (private + groups) * each
    assert set(Counter(chat for _, chat in accepted).values()) == {each}
    assert fullest((at for at, _ in accepted), 1.0) <= PACING.bot_per_second
    for chat in {chat for _, chat in accepted}:
        times = [at for at, where in accepted if where == chat]
        assert fullest(times, 1.0) <= PACING.chat_per_second
        assert fullest(times, 60.0) <= PACING.group_per_minute or chat > 0
    assert took <= demanded(private, groups, each) * ALLOWED
