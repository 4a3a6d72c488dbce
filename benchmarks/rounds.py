"""What does a round over N feeds cost, beside the bare aiohttp reference and beside other readers?

`python -m benchmarks.rounds [N …] [--repeats R] [--without-peers]`. Rounds: all new, nothing changed
(304), two new items a feed. All sides are whole processes, started for each round, and take turns;
Wirewatch is `wirewatch run --once` with archive, matching, stories and outbox on. All have learnt before what
feeds there are, which is not measured: its config is read and kept. Prints medians and their ratio to
Wirewatch's and the reference's; for two sizes also what one more feed costs, the start left out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.feed_server import address
from benchmarks.loopback import ask, free_port, many_files, served
from benchmarks.peers import PEERS, urls

ROUNDS = {0: "all new", 1: "nothing changed (304)", 2: "two new items a feed"}
REFERENCE, OURS = "reference", "wirewatch"
# Rounds at which one repeat takes minutes are not repeated as often.
REPEATS = {100: 5, 1000: 3, 5000: 1}


@dataclass(frozen=True, slots=True)
class Cost:
    """One process: seconds by the wall, seconds of CPU with its children, peak memory in MB; and the
    share of its requests that were answered by a 304."""

    wall: float
    cpu: float
    peak: float
    unchanged: float = 0.0


Run = Callable[[], Cost]
Costs = dict[tuple[int, str], list[Cost]]


def measured(command: list[str]) -> Cost:
    """Run `command` to its end; RuntimeError with its last words if it fails."""
    # As installed: where Python may not keep what it compiles, each start compiles the whole program.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=environ
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(
                f"{command[:4]} ended with {process.returncode}: {said.read()[-2000:].decode()}"
            )
    return Cost(time.perf_counter() - before, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def reference(folder: Path, count: int, port: int) -> Run:
    """Rounds of the bare reference on one database."""
    module = [sys.executable, "-m", "benchmarks.peers.reference"]
    return partial(measured, [*module, str(folder / "reference.db"), str(count), str(port)])


def wirewatch(folder: Path, count: int, port: int) -> Run:
    """Rounds of `wirewatch run --once` on one archive; before each every source is made due, and what the
    round before brought is indexed."""
    config = folder / "config"
    (config / "sources").mkdir(parents=True)
    (config / "wirewatch.yaml").write_text(
        f"archive: {folder}/wirewatch.db\nshipped: [watches, terms]\n"
        "fetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n"
    )
    (config / "sources" / "bench.yaml").write_text(
        "sources:\n" + "".join(
            f"  - {{name: feed-{n}, url: '{url}', every: 1h, full_text: never}}\n"
            for n, url in enumerate(urls(count, port))
        )
    )  # fmt: skip
    # As the others are told once which feeds there are.
    subprocess.run([sys.executable, "-m", "benchmarks.learn", str(config)], check=True)
    command = [sys.executable, "-m", "wirewatch", "run", "--once", "--config", str(config)]

    def once() -> Cost:
        if (folder / "wirewatch.db").exists():
            make_due = [sys.executable, "-m", "benchmarks.due", str(folder / "wirewatch.db")]
            subprocess.run(make_due, check=True)
        return measured(command)

    return once


def sides(folder: Path, count: int, port: int, *, peers: bool) -> tuple[dict[str, Run], set[str]]:
    """Everybody's rounds on new databases in `folder`; and who needs a round more before the second."""
    runs = {REFERENCE: reference(folder, count, port), OURS: wirewatch(folder, count, port)}
    cold = set()
    for peer in PEERS if peers else ():
        if count not in peer.sizes:
            continue
        own = folder / peer.name.replace(" ", "-")
        own.mkdir()
        try:
            command = peer.command(own, urls(count, port))
        except subprocess.CalledProcessError as error:
            print(f"{peer.name} is left out: {error}")
            continue
        if command is None:
            continue
        runs[peer.name] = partial(measured, command)
        if peer.warm_up:
            cold.add(peer.name)
    return runs, cold


def compare(count: int, repeats: int, *, peers: bool) -> Costs:
    """Measure and print the table for `count` feeds."""
    costs: Costs = {}
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        here = f"http://{address(0)}:{port}"
        with served("benchmarks.feed_server", count, port):
            for repeat in range(repeats):
                folder = Path(name) / str(repeat)
                folder.mkdir()
                runs, cold = sides(folder, count, port, peers=peers)
                for number in ROUNDS:
                    ask(f"{here}/round/{number}")
                    for side, run in list(runs.items()):
                        try:
                            if number == 1 and side in cold:
                                run()
                            ask(f"{here}/answered")
                            cost = run()
                        except RuntimeError as error:
                            if side in (REFERENCE, OURS):
                                raise
                            print(f"left out: {error}")
                            del runs[side]
                            continue
                        whole, unchanged = map(int, ask(f"{here}/answered").split())
                        share = unchanged / max(whole + unchanged, 1)
                        costs.setdefault((number, side), []).append(
                            Cost(cost.wall, cost.cpu, cost.peak, share)
                        )
    _print(count, costs)
    return costs


def _print(count: int, costs: Costs) -> None:
    repeats = len(costs[0, OURS])
    print(f"\n{count} feeds, {repeats} repeats, medians; whole processes, start included")
    heads = ("feeds/s", "CPU ms/feed", "peak MB", "304", "CPU : ref", "CPU : ours", "wall : ours")
    print(f"{'':22}{'':14}" + "".join(f"{head:>12}" for head in heads))
    for number, what in ROUNDS.items():
        for side in dict.fromkeys(side for _, side in costs):
            runs = costs.get((number, side), [])
            if not runs:
                continue
            ratios = (
                _ratio(costs, number, side, REFERENCE, "cpu"),
                _ratio(costs, number, side, OURS, "cpu"),
                _ratio(costs, number, side, OURS, "wall"),
            )
            print(
                f"{what:22}{side:14}"
                f"{count / median(run.wall for run in runs):12.0f}"
                f"{1000 * median(run.cpu for run in runs) / count:12.2f}"
                f"{median(run.peak for run in runs):12.0f}"
                f"{median(run.unchanged for run in runs):12.0%}"
                + "".join(f"{ratio:12.2f}" for ratio in ratios)
            )
            what = ""


def _ratio(costs: Mapping[tuple[int, str], list[Cost]], number: int, side: str, to: str, what: str) -> float:
    """The median of the ratios within one repeat: what else the machine does falls on both."""
    pairs = zip(costs[number, side], costs[number, to], strict=False)
    return median(getattr(one, what) / getattr(other, what) for one, other in pairs)


def _print_marginal(small: int, large: int, costs: Mapping[int, Costs]) -> None:
    print(f"\none feed more, from {small} to {large}: CPU ms (the start falls out)")
    for number, what in ROUNDS.items():
        each = {
            side: 1000
            * (_cpu(costs[large], number, side) - _cpu(costs[small], number, side))
            / (large - small)
            for side in (REFERENCE, OURS)
        }
        ratio = each[OURS] / each[REFERENCE]
        print(f"{what:24}reference {each[REFERENCE]:6.2f}  wirewatch {each[OURS]:6.2f}  ratio {ratio:6.2f}")


def _cpu(costs: Costs, number: int, side: str) -> float:
    return median(run.cpu for run in costs[number, side])


def _tell_peers() -> None:
    for peer in PEERS:
        with tempfile.TemporaryDirectory() as folder:
            there = peer.command(Path(folder), []) is not None
        sizes = ", ".join(map(str, sorted(peer.sizes)))
        print(f"{peer.name}: {peer.version() or 'as written here' if there else 'MISSING'} (N = {sizes})")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("sizes", nargs="*", type=int, default=[100, 1000, 5000])
    arguments.add_argument("--repeats", type=int, default=None)
    arguments.add_argument("--without-peers", action="store_true")
    asked = arguments.parse_args()
    many_files()
    if not asked.without_peers:
        _tell_peers()
    costs = {
        size: compare(size, asked.repeats or REPEATS.get(size, 1), peers=not asked.without_peers)
        for size in asked.sizes
    }
    if len(costs) > 1:
        _print_marginal(min(costs), max(costs), costs)


if __name__ == "__main__":
    main()
