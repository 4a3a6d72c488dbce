"""Who else reads feeds, and how is each started for a round over N feeds?

`PEERS` names them. A peer is told once which feeds there are, then each round is one command, a
process of its own. What is not installed is named and left out: `make bench` installs reader and
rss2email into an environment of their own (`.venv/peers`), newsboat comes from the system. Each
peer is measured only at the sizes at which it was compared before: newsboat's time rises with the
square of the feeds, the naive script's is a line.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.feed_server import address

HERE = Path(__file__).parent
ENVIRONMENT = Path(os.environ.get("WIREWATCH_PEERS", HERE.parents[1] / ".venv" / "peers"))

Command = list[str]


@dataclass(frozen=True, slots=True)
class Peer:
    """`command` makes ready in an empty folder and gives the command of a round; None where the peer
    is not installed. `version` tells which one it is. `warm_up` says that it needs one more round,
    not measured, before it asks conditionally."""

    name: str
    sizes: frozenset[int]
    command: Callable[[Path, Sequence[str]], Command | None]
    version: Callable[[], str] = lambda: ""
    warm_up: bool = False


def urls(count: int, port: int) -> list[str]:
    """The addresses of the feeds."""
    return [f"http://{address(number)}:{port}/feed" for number in range(count)]


def _installed(program: str) -> str | None:
    own = ENVIRONMENT / "bin" / program
    return str(own) if own.exists() else shutil.which(program)


def _reader(folder: Path, feeds: Sequence[str]) -> Command | None:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists() or subprocess.run([python, "-c", "import reader"], capture_output=True).returncode:
        return None
    command = [str(python), str(HERE / "reader_round.py"), str(folder / "reader.db")]
    subprocess.run([*command, "add"], input="\n".join(feeds), text=True, check=True)
    return [*command, "update"]


def _reader_version() -> str:
    asked = [ENVIRONMENT / "bin" / "python", "-c", "import reader; print(reader.__version__)"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _rss2email(folder: Path, feeds: Sequence[str]) -> Command | None:
    program = _installed("r2e")
    if program is None:
        return None
    lines = ["[DEFAULT]", "from = bench@example.org", "to = bench@example.org", "email-protocol = smtp"]
    for number, feed in enumerate(feeds):
        lines += [f"[feed.feed-{number}]", f"url = {feed}"]
    (folder / "rss2email.cfg").write_text("\n".join(lines) + "\n")
    data = folder / "rss2email.json"
    return [program, "-c", str(folder / "rss2email.cfg"), "-d", str(data), "run", "--no-send"]


def _rss2email_version() -> str:
    program = _installed("r2e")
    if program is None:
        return ""
    return subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()


def _newsboat(folder: Path, feeds: Sequence[str]) -> Command | None:
    program = _installed("newsboat")
    if program is None:
        return None
    (folder / "urls").write_text("\n".join(feeds) + "\n")
    (folder / "config").write_text("reload-threads 16\nauto-reload no\n")
    cache = str(folder / "cache.db")
    return [
        program,
        "-q",
        "-u",
        str(folder / "urls"),
        "-c",
        cache,
        "-C",
        str(folder / "config"),
        "-x",
        "reload",
    ]


def _newsboat_version() -> str:
    program = _installed("newsboat")
    if program is None:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return said.splitlines()[0] if said else ""


def _naive(folder: Path, feeds: Sequence[str]) -> Command | None:
    (folder / "urls").write_text("\n".join(feeds))
    return [sys.executable, str(HERE / "naive.py"), str(folder / "naive.db"), str(folder / "urls")]


PEERS = (
    Peer("reader", frozenset({100, 1000, 5000}), _reader, _reader_version),
    Peer("rss2email", frozenset({100, 1000}), _rss2email, _rss2email_version),
    Peer("newsboat", frozenset({100, 1000}), _newsboat, _newsboat_version, warm_up=True),
    Peer("naive script", frozenset({100}), _naive),
)
