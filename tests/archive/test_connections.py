"""SQLite's writer keeps its connection, and readers take no more than they need at once."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from archive.archive import READERS, Archive


def driver(conn: Connection) -> sqlite3.Connection:
    opened = conn.connection.driver_connection
    assert isinstance(opened, sqlite3.Connection)
    return opened


def cache_of(conn: Connection) -> int:
    kept: int = driver(conn).execute("pragma cache_size").fetchone()[0]
    return kept


async def test_all_writes_go_through_one_connection_which_no_reader_uses(sqlite_archive: Archive) -> None:
    writers, readers = [], []
    for _ in range(5):
        writers.append(await sqlite_archive.write(driver))
        read = await asyncio.gather(*(sqlite_archive.read(driver) for _ in range(READERS)))
        readers += read
    assert len(set(map(id, writers))) == 1
    assert not set(map(id, writers)) & set(map(id, readers))


async def test_one_read_after_another_fills_one_cache_only(sqlite_archive: Archive) -> None:
    assert len({id(await sqlite_archive.read(driver)) for _ in range(5)}) == 1


async def test_a_reader_holds_less_of_the_file_than_the_writer(sqlite_archive: Archive) -> None:
    # Negative: KiB, not pages.
    writer, reader = await sqlite_archive.write(cache_of), await sqlite_archive.read(cache_of)
    assert writer < reader < 0


async def test_a_write_that_failed_leaves_nothing_to_the_next(sqlite_archive: Archive) -> None:
    def wrong(conn: Connection) -> None:
        conn.execute(text("insert into fact (name, value) values ('half', 'done')"))
        conn.execute(text("insert into nowhere values (1)"))

    with pytest.raises(OperationalError, match="nowhere"):
        await sqlite_archive.write(wrong)
    count = text("select count(*) from fact")
    assert await sqlite_archive.write(lambda conn: conn.execute(count).scalar()) == 0


def test_a_write_in_any_thread_waits_for_the_one_under_way(sqlite_archive: Archive) -> None:
    async def both() -> list[object]:
        def note(conn: Connection) -> None:
            conn.execute(text("insert into fact (name, value) values (hex(randomblob(8)), '')"))

        elsewhere = [asyncio.to_thread(sqlite_archive.write_now, note) for _ in range(20)]
        await asyncio.gather(*(sqlite_archive.write(note) for _ in range(20)), *elsewhere)
        return list(await sqlite_archive.read(lambda conn: conn.execute(text("select 1 from fact")).all()))

    assert len(asyncio.run(both())) == 40
