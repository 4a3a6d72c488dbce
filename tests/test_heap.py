"""The daemon's threads take their memory from one heap, and it gives back what only work needs."""

import asyncio
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.text import language_model
from tests.command_line import ROOT
from wirewatch import heap
from wirewatch.giving_back import give_back

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


glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries have one heap, and keep what is free in it"
)


def heaps(first: str) -> int:
    """From how many heaps four threads at once take memory, after `first`."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(first=first)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.count("<heap ")


@glibc
def test_threads_share_one_heap() -> None:
    assert heaps("") > 1
    assert heaps("heap.share()") == 1


AT_REST = """
import asyncio, re, sys
from pathlib import Path
from archive.archive import Archive
from archive.text import language_model
from wirewatch import heap
from wirewatch.giving_back import give_back

def resident():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

def work(conn):
    conn.exec_driver_sql("create table page(text)")
    for _ in range(2_000):
        conn.exec_driver_sql("insert into page values (hex(randomblob(1000)))")

async def main():
    archive = Archive(Path(sys.argv[1]))
    await archive.write(lambda conn: None)
    heap.give_back()
    before = resident()
    await archive.write(work)
    language_model.guess("Il presidente della repubblica")
    worked = resident()
    resting = asyncio.create_task(give_back(archive, lambda _: asyncio.sleep(0.01)))
    async with asyncio.timeout(30):
        while resident() - before > (worked - before) / 2:
            await asyncio.sleep(0.01)
    assert language_model.guess("Il presidente della repubblica") == "it"
    count = "select count(*) from page"
    assert await archive.read(lambda conn: conn.exec_driver_sql(count).scalar()) == 2_000
    resting.cancel()

heap.share()
asyncio.run(main())
"""


@glibc
def test_a_daemon_at_rest_gives_back_what_only_work_needs(tmp_path: Path) -> None:
    program = [sys.executable, "-c", AT_REST, str(tmp_path / "news.db")]
    subprocess.run(program, cwd=ROOT, timeout=60, check=True)


async def test_the_language_model_stays_for_as_long_as_it_is_asked(sqlite_archive: Archive) -> None:
    turns: asyncio.Queue[None] = asyncio.Queue()
    paused = asyncio.Event()

    async def pause(_seconds: float) -> None:
        paused.set()
        await turns.get()

    async def turn() -> int:
        paused.clear()
        turns.put_nowait(None)
        await paused.wait()
        return language_model.asked()

    language_model.let_go()
    resting = asyncio.create_task(give_back(sqlite_archive, pause))
    await paused.wait()
    for times in (1, 2):
        assert language_model.guess("Il presidente della repubblica") == "it"
        assert await turn() == times
    assert await turn() == 0
    resting.cancel()


def test_where_the_c_library_knows_no_such_thing_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap.ctypes, "CDLL", lambda _name: object())
    heap.share()
    heap.give_back()
