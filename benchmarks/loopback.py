"""What do the benchmarks need of this machine? A free port, many open files, a server while one measures."""

import resource
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class Served:
    """`first` is the line with which the process told that it was ready."""

    first: str
    stdin: IO[str]
    stdout: IO[str]


def free_port() -> int:
    """A port that is free on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def many_files() -> None:
    """A listening socket a feed, in the processes started from here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def ask(url: str) -> str:
    """The text at `url`."""
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


@contextmanager
def served(module: str, *arguments: object) -> Iterator[Served]:
    """A module of the benchmarks in a process of its own, once it has said its first line."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdin is not None
        assert server.stdout is not None
        yield Served(server.stdout.readline().strip(), server.stdin, server.stdout)
    finally:
        server.terminate()
        server.wait()
