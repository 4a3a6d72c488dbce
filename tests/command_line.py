"""Running a command of `wirewatch` in a test."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from wirewatch.cli import wirewatch

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def run(*arguments: str | Path, stdin: str | bytes = "") -> Ended:
    """Run a command in this process."""
    result = CliRunner().invoke(wirewatch, [str(argument) for argument in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def run_alone(*arguments: str | Path, stdin: bytes = b"", **environ: str) -> Ended:
    """Run a command in a process of its own, with `environ` besides what is there."""
    done = subprocess.run(
        [sys.executable, "-m", "wirewatch", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | environ,
        timeout=60,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
