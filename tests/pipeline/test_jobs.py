"""`wake` means: run job(key) at least once more, not before its time, never two at once for a key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event

from archive.archive import Archive
from archive.wake import defer, next_wake, wake
from tests.pipeline.house import until
from wirewatch import jobs
from wirewatch.jobs import Jobs


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def engine(archive: Archive, **named: Callable[[str], Awaitable[None]]) -> AsyncIterator[Jobs]:
    running = Jobs(archive, named, now)
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_committed_wake_runs_once_and_is_forgotten(archive: Archive) -> None:
    ran: list[str] = []

    async def job(key: str) -> None:
        ran.append(key)

    async with engine(archive, job=job):
        await archive.write(lambda conn: wake(conn, "job", "a", now()))
        await until(lambda: ran == ["a"])
        await until(lambda: archive.read_now(next_wake) is None)


async def test_a_wake_that_was_rolled_back_runs_nothing(archive: Archive) -> None:
    ran: list[str] = []

    async def job(key: str) -> None:
        ran.append(key)

    def broken(conn) -> None:
        wake(conn, "job", "lost", now())
        raise ZeroDivisionError

    async with engine(archive, job=job):
        with pytest.raises(ZeroDivisionError):
            await archive.write(broken)
        await archive.write(lambda conn: wake(conn, "job", "kept", now()))
        await until(lambda: bool(ran))
    assert ran == ["kept"]


async def test_a_key_woken_while_it_runs_runs_once_more_and_never_beside_itself(archive: Archive) -> None:
    together, most, runs = 0, 0, 0
    gate = asyncio.Event()

    async def job(_key: str) -> None:
        nonlocal together, most, runs
        together, runs = together + 1, runs + 1
        most = max(most, together)
        await gate.wait()
        together -= 1

    async with engine(archive, job=job):
        await archive.write(lambda conn: wake(conn, "job", "a", now()))
        await until(lambda: runs == 1)
        for _ in range(3):
            await archive.write(lambda conn: wake(conn, "job", "a", now()))
        gate.set()
        await until(lambda: archive.read_now(next_wake) is None)
    assert (runs, most) == (2, 1)


async def test_of_two_times_the_earlier_counts(archive: Archive) -> None:
    early, late = now() + timedelta(hours=1), now() + timedelta(hours=2)
    for after in (late, early, late):
        await archive.write(lambda conn, after=after: wake(conn, "job", "a", after))
    assert abs(archive.read_now(next_wake) - early) < timedelta(milliseconds=1)


async def test_a_job_that_fails_runs_again_and_does_not_stop_others(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RETRY", timedelta(milliseconds=50))
    tried: list[str] = []

    async def job(key: str) -> None:
        tried.append(key)
        if key == "bad" and tried.count("bad") < 3:
            raise RuntimeError("not yet")

    async with engine(archive, job=job):
        await archive.write(lambda conn: wake(conn, "job", "bad", now()))
        await archive.write(lambda conn: wake(conn, "job", "good", now()))
        await until(lambda: archive.read_now(next_wake) is None)
    assert (tried.count("bad"), tried.count("good")) == (3, 1)


async def test_a_job_that_fails_rests_though_nothing_can_be_written(
    sqlite_archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RETRY", timedelta(milliseconds=100))
    tried: list[str] = []
    full = False
    write = sqlite_archive.write

    async def written(step):
        if full:
            raise OSError("the disk is full")
        return await write(step)

    async def job(key: str) -> None:
        tried.append(key)
        if full:
            raise OSError("the disk is full")

    monkeypatch.setattr(sqlite_archive, "write", written)
    async with engine(sqlite_archive, job=job):
        full = True
        await write(lambda conn: wake(conn, "job", "a", now()))
        await until(lambda: bool(tried))
        await asyncio.sleep(0.35)
        assert len(tried) <= 5
        full = False
        await until(lambda: sqlite_archive.read_now(next_wake) is None)


async def test_a_job_that_defers_itself_rests_until_then(archive: Archive) -> None:
    runs: list[datetime] = []

    async def job(key: str) -> None:
        runs.append(now())
        if len(runs) < 3:
            again = now() + timedelta(milliseconds=300)
            await archive.write(lambda conn: defer(conn, "job", key, again))

    async with engine(archive, job=job):
        await archive.write(lambda conn: wake(conn, "job", "a", now()))
        await until(lambda: archive.read_now(next_wake) is None)
    assert len(runs) == 3
    assert min(after - before for before, after in pairwise(runs)) >= timedelta(milliseconds=290)


async def test_a_job_left_by_a_process_that_died_runs_after_the_restart(archive: Archive) -> None:
    begun = asyncio.Event()

    async def never_ends(_key: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with engine(archive, job=never_ends):
        await archive.write(lambda conn: wake(conn, "job", "a", now()))
        await begun.wait()

    ran: list[str] = []

    async def job(key: str) -> None:
        ran.append(key)

    async with engine(archive, job=job):
        await until(lambda: ran == ["a"])


async def test_a_job_that_ends_while_its_wake_is_being_read_does_not_run_for_it_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    ending, read = asyncio.Event(), archive.read

    async def slow_read(step):  # the answer lies ready while the job ends
        found = await read(step)
        if ran and not ending.is_set() and found and isinstance(found, list):
            ending.set()
            await until(lambda: archive.read_now(next_wake) is None)
            await asyncio.sleep(0.05)
        return found

    async def job(key: str) -> None:
        ran.append(key)
        running._woken.set()
        await ending.wait()

    monkeypatch.setattr(archive, "read", slow_read)
    async with engine(archive, job=job) as running:
        await archive.write(lambda conn: wake(conn, "job", "a", now()))
        await until(lambda: ending.is_set() and running.idle)
        await asyncio.sleep(0.1)
    assert ran == ["a"]


async def test_slow_work_of_one_kind_keeps_no_place_from_another(sqlite_archive: Archive) -> None:
    slow, told = asyncio.Event(), asyncio.Event()

    async def read(key: str) -> None:
        await slow.wait()

    async def tell(key: str) -> None:
        told.set()

    def step(conn) -> None:
        for number in range(10 * jobs.AT_ONCE):
            wake(conn, "read", f"source-{number}", now() - timedelta(minutes=1))
        wake(conn, "tell", "", now())

    async with engine(sqlite_archive, read=read, tell=tell), asyncio.timeout(20):
        await sqlite_archive.write(step)
        await told.wait()
        slow.set()
        await until(lambda: sqlite_archive.read_now(next_wake) is None)


async def test_what_waits_for_a_place_is_not_asked_for_again_and_again(sqlite_archive: Archive) -> None:
    hold, begun, asked = asyncio.Event(), 0, 0

    async def read(key: str) -> None:
        nonlocal begun
        begun += 1
        await hold.wait()

    def step(conn) -> None:
        for number in range(2 * jobs.AT_ONCE):
            wake(conn, "read", f"source-{number}", now())

    @event.listens_for(sqlite_archive.engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    async with engine(sqlite_archive, read=read):
        await sqlite_archive.write(step)
        await until(lambda: begun == jobs.AT_ONCE)
        # One look may be under way still.
        await asyncio.sleep(0.1)
        before = asked
        await asyncio.sleep(0.3)
        assert asked - before <= 4
        hold.set()
        await until(lambda: begun == 2 * jobs.AT_ONCE)
