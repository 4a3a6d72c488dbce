"""Can work in a child process harm the daemon, other tasks, or see what it must not?"""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic

import pytest

from crawler.children import Child, ChildDied, ChildTimeout, ChildUnavailable
from tests.crawler import tasks

ROOM = Path(__file__).parents[2]


@pytest.fixture
async def child() -> AsyncIterator[Child]:
    child = Child("reading", memory=700 * 1024 * 1024)
    yield child
    await child.close()


async def test_a_task_runs_in_another_process_that_stays(child: Child) -> None:
    assert await child.run(tasks.add, 5, 2, 3) == 5
    assert await child.run(tasks.add, 5, a=1, b=1) == 2
    first = await child.run(tasks.pid, 5)
    assert first != os.getpid()
    assert await child.run(tasks.pid, 5) == first


async def test_no_process_before_the_first_task() -> None:
    child = Child("reading")
    assert not child.running
    await child.close()


async def test_what_a_task_raises_comes_back(child: Child) -> None:
    with pytest.raises(ValueError, match="as it is"):
        await child.run(tasks.fail, 5, "as it is")
    with pytest.raises(TimeoutError, match="the task's own"):
        await child.run(tasks.fail_in_time, 5)


@pytest.mark.parametrize("stuck", [tasks.hang, tasks.hang_in_c])
async def test_a_hung_task_is_killed_at_its_deadline_and_the_next_is_unharmed(
    child: Child, stuck: Callable[[], None]
) -> None:
    first = await child.run(tasks.pid, 5)
    started = monotonic()
    hung = asyncio.ensure_future(child.run(stuck, 0.5))
    queued = [asyncio.ensure_future(child.run(tasks.pid, 5)) for _ in range(3)]
    with pytest.raises(ChildTimeout, match=r"the reading process was killed after 0\.5 s"):
        await hung
    assert monotonic() - started < 1.0
    pids = set(await asyncio.gather(*queued))
    assert len(pids) == 1
    assert first not in pids
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


async def test_the_deadline_counts_from_the_tasks_own_start_not_from_queueing(child: Child) -> None:
    behind = [asyncio.ensure_future(child.run(tasks.hang, 0.4)) for _ in range(2)]
    # Waits 0.8 s and two new processes behind the hung ones, with a deadline of its own of 0.5 s.
    last = asyncio.ensure_future(child.run(tasks.add, 0.5, 1, 1))
    done = await asyncio.gather(*behind, last, return_exceptions=True)
    assert [type(result) for result in done[:2]] == [ChildTimeout, ChildTimeout]
    assert done[2] == 2


async def test_a_task_that_ends_its_process_is_told_so_and_the_next_is_unharmed(child: Child) -> None:
    dying = [child.run(tasks.exit_with, 5, 3), child.run(tasks.crash, 5)]
    done = await asyncio.gather(*dying, child.run(tasks.add, 5, 1, 1), return_exceptions=True)
    assert str(done[0]) == "the reading process died (exit code 3)"
    assert str(done[1]) == "the reading process died (SIGSEGV)"
    assert all(isinstance(error, ChildDied) for error in done[:2])
    assert done[2] == 2


async def test_a_process_killed_while_idle_costs_no_task_anything(child: Child) -> None:
    os.kill(await child.run(tasks.pid, 5), signal.SIGKILL)
    await asyncio.sleep(0.3)
    assert await child.run(tasks.add, 5, 1, 1) == 2


async def test_memory_is_bounded(child: Child) -> None:
    assert await child.run(tasks.swell, 5, 100 * 1024 * 1024) == 100 * 1024 * 1024
    with pytest.raises(ChildDied, match="needed more than 700 MiB"):
        await child.run(tasks.swell, 5, 900 * 1024 * 1024)
    assert await child.run(tasks.add, 5, 1, 1) == 2


async def test_the_child_never_sees_a_secret(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_TELEGRAM_TOKEN", "123:secret")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    monkeypatch.setenv("ORDINARY", "kept")
    for _ in range(2):  # in the first process, and in the one that follows a killed one
        seen = await child.run(tasks.environment, 5)
        assert seen["ORDINARY"] == "kept"
        assert not [name for name in seen if name.startswith(("WIREWATCH_", "CREDENTIALS_"))]
        with pytest.raises(ChildTimeout):
            await child.run(tasks.hang, 0.2)
    assert os.environ["WIREWATCH_TELEGRAM_TOKEN"] == "123:secret"


async def test_ctrl_c_in_the_terminal_does_not_end_the_child(child: Child) -> None:
    assert await child.run(tasks.interrupt_me, 5) == "unmoved"


async def test_a_new_process_is_prepared_first() -> None:
    child = Child("reading", prepare=tasks.prepare)
    assert await child.run(tasks.was_prepared, 5) == "yes"
    with pytest.raises(ChildTimeout):
        await child.run(tasks.hang, 0.2)
    assert await child.run(tasks.was_prepared, 5) == "yes"
    await child.close()


async def test_a_process_that_does_not_start_is_no_tasks_fault() -> None:
    child = Child("crawl", prepare=tasks.cannot_prepare)
    with pytest.raises(ChildUnavailable, match="the crawl process does not start"):
        await child.run(tasks.add, 5, 1, 1)
    await child.close()


async def test_the_process_ends_when_idle_and_starts_again() -> None:
    child = Child("reading", idle=0.2)
    first = await child.run(tasks.pid, 5)
    await asyncio.sleep(0.8)
    assert not child.running
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert await child.run(tasks.pid, 5) != first
    await child.close()


async def test_a_cancelled_task_is_killed_and_the_next_is_unharmed(child: Child) -> None:
    await child.run(tasks.add, 5, 1, 1)
    running = asyncio.ensure_future(child.run(tasks.hang, 60))
    await asyncio.sleep(0.2)
    running.cancel()
    assert await child.run(tasks.add, 5, 1, 1) == 2


async def test_closing_ends_what_runs() -> None:
    child = Child("reading")
    worker = await child.run(tasks.pid, 5)
    await child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


async def test_the_event_loop_is_not_held_while_a_child_is_started_and_killed(child: Child) -> None:
    lags = []

    async def watch() -> None:
        while True:
            before = monotonic()
            await asyncio.sleep(0.01)
            lags.append(monotonic() - before - 0.01)

    watching = asyncio.ensure_future(watch())
    for _ in range(2):
        with pytest.raises(ChildTimeout):
            await child.run(tasks.hang, 0.3)
    watching.cancel()
    # The promise is 50 ms. A process takes ten times as long to start, and a loaded machine gets some room.
    assert sorted(lags)[-2] < 0.25


def test_the_child_dies_with_the_daemon(tmp_path: Path) -> None:
    script = tmp_path / "daemon.py"
    script.write_text(
        textwrap.dedent("""
        import asyncio, os, sys
        from crawler.children import Child
        from tests.crawler import tasks

        async def main():
            child = Child("reading")
            print(await child.run(tasks.pid, 30), flush=True)
            await child.run(tasks.hang_in_c, 60)

        if __name__ == "__main__":
            asyncio.run(main())
        """)
    )
    daemon = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        cwd=ROOM,
        env={**os.environ, "PYTHONPATH": str(ROOM)},
    )
    assert daemon.stdout is not None
    worker = int(daemon.stdout.readline())
    daemon.kill()
    daemon.wait()
    daemon.stdout.close()
    assert _gone(worker)


def _gone(pid: int) -> bool:
    """Whether the process ends within two seconds; a zombie that nobody has waited for is ended."""
    end = monotonic() + 2
    while monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
    return False


async def test_naming_the_work_does_not_import_its_libraries_into_the_daemon() -> None:
    names = (
        "crawler.gathering",
        "crawler.client",
        "crawler.pages.reading",
        "crawler.pages.errand",
        "crawler.spiders.gather",
        "crawler.spiders.errand",
    )
    code = f"import sys, {', '.join(names)}; print(sorted(m for m in sys.modules if '.' not in m))"
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=subprocess.PIPE, cwd=ROOM
    )  # fmt: skip
    out, _ = await done.communicate()
    loaded = set(eval(out))
    assert loaded
    assert loaded.isdisjoint(
        {"scrapy", "twisted", "trafilatura", "dateparser", "htmldate", "feedparser", "lxml"}
    )
