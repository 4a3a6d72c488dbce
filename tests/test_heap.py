"""The daemon's threads take their memory from one heap."""

import platform
import subprocess
import sys

import pytest

from tests.command_line import ROOT

PROGRAM = """
import ctypes, threading
from wirewatch import heap
{first}
kept, ready = [], threading.Barrier(4)
def work():
    ready.wait()
    kept.append([bytearray(3000) for _ in range(1000)])
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = libc.fclose.argtypes = None
stdout = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, stdout)
libc.fclose(stdout)
"""


def heaps(first: str) -> int:
    """From how many heaps four threads at once take memory, after `first`."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(first=first)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.count("<heap ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap anyway")
def test_threads_share_one_heap() -> None:
    assert heaps("") > 1
    assert heaps("heap.share()") == 1


def test_where_the_c_library_knows_no_such_thing_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    from wirewatch import heap

    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _name: object())
    heap.share()
