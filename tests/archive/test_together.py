"""Writes that wait for the writer at the same time share a transaction, and nothing else."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, event, func, select

from archive import facts
from archive.archive import Archive
from archive.tables import fact
from archive.together import MOST


def step(conn: Connection, names: Sequence[str]) -> list[str]:
    for name in names:
        if name.startswith("bad"):
            raise ValueError(name)
        facts.put(conn, name, True)
    return [name.upper() for name in names]


def kept(archive: Archive) -> int:
    return archive.read_now(lambda conn: conn.execute(select(func.count()).select_from(fact)).scalar_one())


async def test_what_waits_at_once_is_one_transaction_and_each_gets_its_own_result(
    sqlite_archive: Archive,
) -> None:
    before, commits = kept(sqlite_archive), []
    event.listen(sqlite_archive.engine, "commit", commits.append)
    names = [f"one-{number}" for number in range(50)]
    results = await asyncio.gather(*(sqlite_archive.write_together(step, name, MOST // 50) for name in names))
    assert results == [name.upper() for name in names]
    assert len(commits) == 1
    assert kept(sqlite_archive) == before + 50


async def test_what_is_many_rows_together_is_several_transactions_in_order(sqlite_archive: Archive) -> None:
    shared: list[list[str]] = []

    def noted(conn: Connection, names: Sequence[str]) -> list[str]:
        shared.append(list(names))
        return step(conn, names)

    rows = {"half": MOST // 2, "other half": MOST // 2, "whole": MOST, "more": 3 * MOST, "one": 1, "two": 1}
    results = await asyncio.gather(
        *(sqlite_archive.write_together(noted, name, many) for name, many in rows.items())
    )
    assert results == [name.upper() for name in rows]
    assert shared == [["half", "other half"], ["whole"], ["more"], ["one", "two"]]


async def test_what_fails_fails_alone(sqlite_archive: Archive) -> None:
    before = kept(sqlite_archive)
    names = ["one", "bad", "two"]
    results = await asyncio.gather(
        *(sqlite_archive.write_together(step, name, 1) for name in names), return_exceptions=True
    )
    assert (results[0], results[2]) == ("ONE", "TWO")
    assert isinstance(results[1], ValueError)
    assert kept(sqlite_archive) == before + 2


async def test_what_is_cancelled_while_it_waits_is_not_written_and_holds_nobody(
    sqlite_archive: Archive,
) -> None:
    before = kept(sqlite_archive)
    first, second = (
        asyncio.create_task(sqlite_archive.write_together(step, name, 1)) for name in ("one", "two")
    )
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert await first == "ONE"
    assert await sqlite_archive.write_together(step, "three", 1) == "THREE"
    assert kept(sqlite_archive) == before + 2
