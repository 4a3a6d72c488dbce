"""What does a round over N feeds cost, beside the bare aiohttp reference?

Rounds: all new, nothing changed (304), two new items a feed. Both sides are whole processes,
started for each round, and take turns; Wirewatch is `wirewatch run --once` with archive, matching,
stories and outbox on. Prints medians and the ratio Wirewatch / reference.
"""

import os
import resource
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.feed_server import address

ROUNDS = {0: "all new", 1: "nothing changed (304)", 2: "two new items a feed"}


@dataclass(frozen=True, slots=True)
class Cost:
    """One process: seconds by the wall, seconds of CPU with its children, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def measured(command: list[str]) -> Cost:
    """Run `command` to its end; RuntimeError with its last words if it fails."""
    before = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(
                f"{command[:4]} ended with {process.returncode}: {said.read()[-2000:].decode()}"
            )
    return Cost(time.perf_counter() - before, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def reference(folder: Path, count: int, port: int) -> Callable[[], Cost]:
    """Rounds of the bare reference on one database."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.reference",
        str(folder / "reference.db"),
        str(count),
        str(port),
    ]
    return lambda: measured(command)


def wirewatch(folder: Path, count: int, port: int) -> Callable[[], Cost]:
    """Rounds of `wirewatch run --once` on one archive; before each every source is made due."""
    config = folder / "config"
    (config / "sources").mkdir(parents=True)
    (config / "wirewatch.yaml").write_text(
        f"archive: {folder}/wirewatch.db\nshipped: [watches, terms]\n"
        "fetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n"
    )
    (config / "sources" / "bench.yaml").write_text(
        "sources:\n" + "".join(
            f"  - {{name: feed-{n}, url: 'http://{address(n)}:{port}/feed', every: 1h, full_text: never}}\n"
            for n in range(count)
        )
    )  # fmt: skip
    command = [sys.executable, "-m", "wirewatch", "run", "--once", "--config", str(config)]

    def once() -> Cost:
        if (folder / "wirewatch.db").exists():
            with sqlite3.connect(folder / "wirewatch.db") as db:
                now = int(time.time() * 1000)
                db.execute("update source_state set due_at = ?, lease_until = null", (now,))
        return measured(command)

    return once


def compare(count: int, repeats: int) -> None:
    """Print the table for `count` feeds."""
    with tempfile.TemporaryDirectory() as name:
        port = _free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.feed_server", str(count), str(port)], stdout=subprocess.PIPE
        )
        try:
            server.stdout.readline()
            costs: dict[tuple[int, str], list[Cost]] = {}
            for repeat in range(repeats):
                folder = Path(name) / str(repeat)
                folder.mkdir()
                sides = {
                    "reference": reference(folder, count, port),
                    "wirewatch": wirewatch(folder, count, port),
                }
                for number in ROUNDS:
                    urllib.request.urlopen(f"http://{address(0)}:{port}/round/{number}").close()
                    for side, run in sides.items():
                        costs.setdefault((number, side), []).append(run())
        finally:
            server.terminate()
            server.wait()
    _print(count, repeats, costs)


def _print(count: int, repeats: int, costs: dict[tuple[int, str], list[Cost]]) -> None:
    print(f"\n{count} feeds, {repeats} repeats, medians; whole processes, start included")
    print(f"{'round':24}{'':12}{'feeds/s':>9}{'CPU ms/feed':>13}{'peak MB':>9}")
    for number, what in ROUNDS.items():
        rows = {}
        for side in ("reference", "wirewatch"):
            runs = costs[number, side]
            rows[side] = (
                count / median(run.wall for run in runs),
                1000 * median(run.cpu for run in runs) / count,
                median(run.peak for run in runs),
            )
            speed, cpu, peak = rows[side]
            print(f"{what:24}{side:12}{speed:9.0f}{cpu:13.2f}{peak:9.0f}")
        print(f"{'':24}{'CPU ratio':12}{'':9}{rows['wirewatch'][1] / rows['reference'][1]:13.2f}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    # A listening socket a feed.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    for size in map(int, sys.argv[1:] or ["100", "1000"]):
        compare(size, repeats=3)
