"""How is the archive opened, and who may touch it when?

`Archive` holds the database, SQLite or PostgreSQL, behind two doors: `write`, one transaction at
a time in the one writer thread, and `read`, in one of a few reader threads. So the event loop is
never held by a disk, and statements stay plain synchronous SQLAlchemy. Statements are in the
files of their tables; making the schema is `archive/schema.py`, the daemon's lock `archive/lock.py`.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

# A backup or another command may hold the file; wait this long before an error (seconds).
BUSY_WAIT = 30
READERS = 2


class ArchiveError(Exception):
    """The archive cannot be used; the text says why and what to do."""


class Archive:
    """An open archive. Make it with `Archive(where)`, then `schema.prepare` it; `close` it."""

    def __init__(self, where: str | Path) -> None:
        """`where` is a file path, or a `postgresql://` address. Opens nothing yet."""
        self.url = database_url(where)
        self.engine = _engine(self.url)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="archive-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="archive-reader")
        # Called in the event loop after a write that woke a job; set by whoever runs the jobs.
        self.on_wake: Callable[[], None] = lambda: None

    async def write(self, step: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run `step` in one transaction in the writer thread and give its result.

        It is committed when this returns, rolled back when `step` raises. With `durable` the
        commit also outlives a power cut: used where something becomes visible outside next.
        """
        loop = asyncio.get_running_loop()
        result, woken = await loop.run_in_executor(self._writer, self.write_now, step, durable)
        if woken:
            self.on_wake()
        return result

    async def read(self, step: Callable[[Connection], T]) -> T:
        """Run `step` on one consistent view in a reader thread and give its result."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, step)

    def write_now(self, step: Callable[[Connection], T], durable: bool = False) -> tuple[T, bool]:
        """As `write`, in the calling thread; also tells whether `step` woke a job."""
        with self.engine.connect() as plain:
            conn = plain.execution_options(begin_immediate=True)
            if durable and self.engine.dialect.name == "sqlite":
                _pragma(conn, "synchronous", "full")
            conn.info.pop("woken", None)
            try:
                with conn.begin():
                    result = step(conn)
            finally:
                if durable and self.engine.dialect.name == "sqlite":
                    _pragma(conn, "synchronous", "normal")
            return result, bool(conn.info.pop("woken", False))

    def read_now(self, step: Callable[[Connection], T]) -> T:
        """As `read`, in the calling thread."""
        with self.engine.connect() as conn, conn.begin():
            return step(conn)

    def close(self) -> None:
        """Let running steps end, then close every connection."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()


def database_url(where: str | Path) -> URL:
    """The SQLAlchemy address of a path or a `postgresql://` address."""
    if isinstance(where, str) and where.startswith(("postgresql:", "postgres:")):
        return make_url(where).set(drivername="postgresql+psycopg")
    return URL.create("sqlite", database=str(where))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        try:
            return create_engine(url, pool_size=READERS + 2, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise ArchiveError(
                "a PostgreSQL archive needs the driver: install wirewatch[postgres]"
            ) from error
    engine = create_engine(url, pool_size=READERS + 2, connect_args={"timeout": BUSY_WAIT})
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # sqlite3's own transaction handling would commit behind our back before DDL.
    connection.isolation_level = None
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma cache_size = -16384")


def _begin_sqlite(conn: Connection) -> None:
    # Taking the write lock at once avoids the upgrade from read to write that cannot wait.
    immediate = conn.get_execution_options().get("begin_immediate", False)
    conn.exec_driver_sql("begin immediate" if immediate else "begin")


def _pragma(conn: Connection, name: str, value: str) -> None:
    driver = conn.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("a pragma is for SQLite only")
    driver.execute(f"pragma {name} = {value}")


def plain_error(error: DBAPIError) -> str:
    """What a database error means to the person who runs the archive, in one sentence."""
    said = str(error.orig or error).strip().splitlines()[0]
    known = {
        "database or disk is full": "the disk is full: free some space, nothing was lost",
        "database is locked": "another program holds the archive: end it, or wait",
        "readonly database": "the archive may not be written: check its owner and rights",
        "malformed": "the archive is damaged: restore a backup; the file was left as it is",
        "not a database": "this file is no archive: check the path in `archive:`",
        "unable to open": "the archive's folder does not exist or may not be entered",
    }
    for part, meaning in known.items():
        if part in said:
            return f"{meaning} ({said})"
    return said
