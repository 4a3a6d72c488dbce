"""What the children of the tests are given to do: functions that can be named in another process."""

import os
import re
import signal
import sys
import time
from pathlib import Path

KEPT: list[bytes] = []


def add(a: int, b: int) -> int:
    return a + b


def pid() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    """The environment as the kernel shows it to other processes of the user."""
    with Path("/proc/self/environ").open(encoding="utf-8") as file:
        return dict(line.split("=", 1) for line in file.read().split("\0") if "=" in line)


def modules() -> set[str]:
    return set(sys.modules)


def hang() -> None:
    while True:
        time.sleep(0.01)


def hang_in_c() -> None:
    """Backtracks in C, where Python's own signal handlers are never run."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def exit_with(code: int) -> None:
    os._exit(code)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def swell(size: int) -> int:
    return len(bytearray(size))


def fail(words: str) -> None:
    raise ValueError(words)


def fail_in_time() -> None:
    raise TimeoutError("the task's own")


def interrupt_me() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "unmoved"


def prepare() -> None:
    os.environ["PREPARED"] = "yes"


def was_prepared() -> str | None:
    return os.environ.get("PREPARED")


def cannot_prepare() -> None:
    os._exit(1)


def hang_on_page(html: bytes, url: str, **_: object) -> None:
    """Stands for an extraction that never ends."""
    hang_in_c()


def die_on_crawl(source: object, settings: object) -> None:
    """Stands for a crawl that takes its process with it."""
    crash()
