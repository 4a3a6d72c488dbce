"""Runs an outbox in children that kill themselves: `python -m tests.outbox.crash_nursery`.

Reads one JSON object a line (archive, api_url, token, channels, kill_at), forks, lets the child work
until nothing is left to do, and prints its exit status. The child counts every boundary of a commit
and of a request, before and after it, and takes SIGKILL at the one numbered `kill_at` (0 = never).
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from alerts.channel import Channel, Pacing, TelegramChannel, TelegramSettings
from alerts.channels import console, telegram  # noqa: F401, loaded before the fork
from alerts.channels.senders import senders
from alerts.outbox.transitions import Times
from alerts.outbox.worker import Outbox
from archive import deliveries
from archive.archive import Archive
from archive.rules import checked
from archive.wake import finish, next_wake, waiting

TIMES = Times(
    settle=timedelta(milliseconds=60),
    settle_most=timedelta(seconds=1),
    recheck=timedelta(milliseconds=200),
    backoff=timedelta(milliseconds=10),
    backoff_most=timedelta(milliseconds=50),
)
READ_TIMEOUT = 0.25
# Far above any real limit: this is about crashes.
PACING = Pacing(chat_per_second=1e6, group_per_minute=1e8, bot_per_second=1e6)
# Each is one request; looking, reading and stamping are made of marks.
ACTS = ("send", "edit", "_mark", "delete")


class Boundaries:
    """Counts boundaries, and dies at one."""

    def __init__(self, kill_at: int) -> None:
        self._kill_at = kill_at
        self._passed = 0

    def __call__(self) -> None:
        self._passed += 1
        if self._passed == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def bounded(*args: Any, **more: Any) -> Any:
            self()
            result = await call(*args, **more)
            self()
            return result

        return bounded


def now() -> datetime:
    return datetime.now(UTC)


async def work(order: dict[str, Any]) -> None:
    boundary = Boundaries(order["kill_at"])
    archive = Archive(order["archive"])
    setattr(archive, "write", boundary.around(archive.write))  # noqa: B010, mypy would want its type
    channels: dict[str, Channel] = {
        values["name"]: checked(TelegramChannel, {"type": "telegram", **values})
        for values in order["channels"]
    }
    settings = TelegramSettings(api_url=order["api_url"])
    built = senders(channels.values(), order["token"], settings, read_timeout=READ_TIMEOUT)
    for sender in built.by_channel.values():
        for act in ACTS:
            setattr(sender, act, boundary.around(getattr(sender, act)))
    outbox = Outbox(archive, channels, built.by_channel, now, pacing=PACING, times=TIMES)
    await archive.write(lambda conn: deliveries.recover(conn, now(), TIMES.settle))
    while (later := await archive.read(next_wake)) is not None:
        await asyncio.sleep(max((later - now()).total_seconds(), 0.0))
        for due in await archive.read(partial(waiting, limit=10)):
            if due.after > now():
                break
            await outbox.deliver(due.key)
            await archive.write(partial(finish, done=due))
    await built.close()
    archive.close()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(work(json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
