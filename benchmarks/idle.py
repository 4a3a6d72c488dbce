"""What does a daemon cost that has nothing to do?

`python -m benchmarks.idle [N] [--seconds S]`: `wirewatch run` with N feeds (1000), which it has polled and
which are not due for hours, its endpoints open; CPU and memory over S seconds (60), once it has come to
rest. Beside it the bare reference: a process that has loaded the same libraries (HTTP client and server,
lxml, SQLite by SQLAlchemy, pydantic, APScheduler, the automaton) and wakes once a second for a look at a
database.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.feed_server import address
from benchmarks.loopback import ask, free_port, many_files, served
from benchmarks.peers import urls

SPANS = 20
SETTLED = 0.8
PATIENCE = 600.0

BARE = """
import asyncio, sqlite3, sys
import aiohttp.web, apscheduler.schedulers.asyncio, daachorse, lxml.etree, pydantic, sqlalchemy

async def main():
    db = sqlite3.connect(sys.argv[1])
    db.execute("create table due(at integer primary key)")
    while True:
        await asyncio.sleep(1)
        db.execute("select at from due where at < ? limit 64", (0,)).fetchall()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """CPU in ms a second, and memory in MB: resident, and what is not shared with others."""

    cpu: float
    resident: float
    own: float


def cpu_of(pid: int) -> float:
    """Seconds that the process's threads have computed, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def memory_of(pid: int, what: str) -> float:
    """MB by the kernel's roll-up of the process's maps."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def rest(process: "subprocess.Popen[bytes]", seconds: float) -> Idle:
    """Watch the process until it computes no less than in the span before: then what its polls left to
    do, an index above all, is done."""
    last = float("inf")
    for _ in range(SPANS):
        before, began = cpu_of(process.pid), time.monotonic()
        time.sleep(seconds)
        spent = 1000 * (cpu_of(process.pid) - before) / (time.monotonic() - began)
        if spent > SETTLED * last:
            return Idle(min(spent, last), memory_of(process.pid, "Rss:"), memory_of(process.pid, "Private"))
        last = spent
    raise RuntimeError(f"{process.args} does not come to rest: still {last:.0f} ms/s")


def watched(command: list[str], seconds: float, ready: Callable[[], None] = lambda: None) -> Idle:
    """The process of `command` at rest, after `ready()`."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        ready()
        return rest(process, seconds)
    finally:
        process.terminate()
        process.wait()


def write_config(folder: Path, count: int, port: int) -> Path:
    config = folder / "config"
    (config / "sources").mkdir(parents=True)
    (config / "wirewatch.yaml").write_text(
        f"archive: {folder}/wirewatch.db\nshipped: [watches, terms]\nhttp: {{listen: '127.0.0.1:0'}}\n"
        "fetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n"
    )
    entries = [
        f"  - {{name: feed-{n}, url: '{url}', every: 6h, full_text: never}}\n"
        for n, url in enumerate(urls(count, port))
    ]
    (config / "sources" / "bench.yaml").write_text("sources:\n" + "".join(entries))
    return config


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("count", nargs="?", type=int, default=1000)
    arguments.add_argument("--seconds", type=float, default=60.0)
    asked = arguments.parse_args()
    many_files()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        config = write_config(folder, asked.count, port)

        def polled() -> None:
            given, until = 0, time.monotonic() + PATIENCE
            while given < asked.count:
                time.sleep(0.5)
                given += int(ask(f"http://{address(0)}:{port}/answered").split()[0])
                if time.monotonic() > until:
                    raise RuntimeError(f"only {given} of {asked.count} feeds were polled")

        with served("benchmarks.feed_server", asked.count, port):
            command = [sys.executable, "-m", "wirewatch", "run", "--config", str(config)]
            ours = watched(command, asked.seconds, polled)
        bare = watched([sys.executable, "-c", BARE, str(folder / "bare.db")], asked.seconds)
    print(f"{asked.count} feeds that are not due, {asked.seconds:g} s")
    print(f"{'':12}{'CPU ms/s':>10}{'RSS MB':>10}{'own MB':>10}")
    for side, cost in (("bare", bare), ("wirewatch", ours)):
        print(f"{side:12}{cost.cpu:10.2f}{cost.resident:10.0f}{cost.own:10.0f}")
    ratio = f"{ours.cpu / bare.cpu:.1f}" if bare.cpu else "-"
    print(f"ratio: CPU {ratio}, RSS {ours.resident / bare.resident:.2f}")


if __name__ == "__main__":
    main()
