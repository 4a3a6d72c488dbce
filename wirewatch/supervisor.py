"""How does the daemon speak to whoever supervises it (systemd's `Type=notify`)?

One datagram a message to `$NOTIFY_SOCKET`; without one nothing is sent. The watchdog is fed from the
event loop itself, so that a loop that stands still is noticed and the daemon started again.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable

# A watchdog is fed so many times in the span that systemd allows.
_TIMES = 3


def notify(*lines: str) -> None:
    """Tell the supervisor `lines` such as READY=1; one that cannot be reached is not told."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where.startswith(("/", "@")):
        return
    # A name that begins with @ lies in Linux' abstract namespace.
    address = f"\0{where[1:]}" if where.startswith("@") else where
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.sendto("\n".join(lines).encode(), address)
        except OSError:
            # Work goes on without a supervisor that listens.
            return


def reloading() -> None:
    """The config is being read again; systemd wants the time with it."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_seconds() -> float | None:
    """How often the watchdog must be fed at least, in seconds; None where nobody watches."""
    wanted, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or int(wanted) == 0 or process not in ("", str(os.getpid())):
        return None
    return int(wanted) / 1e6


async def keep_told(status: Callable[[], str]) -> None:
    """Feed the watchdog and tell `status`, a line, until cancelled."""
    allowed = watchdog_seconds()
    every = 10.0 if allowed is None else min(allowed / _TIMES, 10.0)
    while True:
        notify("WATCHDOG=1", f"STATUS={status()}")
        await asyncio.sleep(every)
