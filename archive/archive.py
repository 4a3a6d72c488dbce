"""How is the archive opened, and who may touch it when?

`Archive` holds the database, SQLite or PostgreSQL, behind two doors: `write`, one transaction at
a time in the one writer thread, and `read`, in one of a few reader threads. So the event loop is
never held by a disk, and statements stay plain synchronous SQLAlchemy. Statements are in the
files of their tables; making the schema is `archive/schema.py`, the daemon's lock `archive/lock.py`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError

from archive.together import Step, Together

T = TypeVar("T")
R = TypeVar("R")

# A backup or another command may hold the file; wait this long before an error (seconds).
BUSY_WAIT = 30
READERS = 2
# What SQLite's writer may hold of the file in memory (KiB, as a negative number); a reader half of that. With
# twice as much neither a round nor the index is faster: the system holds the file too.
WRITER_CACHE = "-2048"
DAMAGED = "the archive is damaged: restore a backup; the file was left as it is"
_MALFORMED = "malformed"


class ArchiveError(Exception):
    """The archive cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What kept the archive from working, first and last met (monotonic seconds)."""

    what: str
    first: float
    last: float


class Archive:
    """An open archive. Make it with `Archive(where)`, then `schema.prepare` it; `close` it."""

    def __init__(self, where: str | Path) -> None:
        """`where` is a file path, or a `postgresql://` address. Opens nothing yet."""
        self.url = database_url(where)
        self.engine = _engine(self.url)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="archive-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="archive-reader")
        self._writer_connection: Connection | None = None
        self._write_turn = Lock()
        self._together: dict[Any, Together[Any, Any]] = {}
        # Called in the event loop after a write that woke a job; set by whoever runs the jobs.
        self.on_wake: Callable[[], None] = lambda: None
        # What was found to be damaged, if anything was, and who is to hear of it, in the event loop.
        self.damage: str | None = None
        self.on_damage: Callable[[], None] = lambda: None
        self._hindrance: Hindrance | None = None

    async def write(self, step: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run `step` in one transaction in the writer thread and give its result.

        It is committed when this returns, rolled back when `step` raises. With `durable` the
        commit also outlives a power cut: used where something becomes visible outside next.
        """
        result, woken = await self._run(self._writer, partial(self.write_now, step, durable))
        if woken:
            self.on_wake()
        return result

    async def write_together(self, step: Step[T, R], one: T, rows: int) -> R:
        """As `write` for `one`, about so many rows, in a transaction that others of the same `step` may
        share."""
        together = self._together.setdefault(step, Together(self.write, step))
        result: R = await together.write(one, rows)
        return result

    async def read(self, step: Callable[[Connection], T]) -> T:
        """Run `step` on one consistent view in a reader thread and give its result."""
        return await self._run(self._readers, partial(self.read_now, step))

    async def shrink(self) -> None:
        """Let SQLite's writer forget what it holds of the file in memory."""
        await self._run(self._writer, self._shrink)

    async def _run(self, threads: ThreadPoolExecutor, act: Callable[[], T]) -> T:
        if self.damage is not None:
            raise ArchiveError(self.damage)
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, act)
        except DatabaseError as error:
            if _MALFORMED in _said(error):
                # Whatever else would be written might bury what can still be saved.
                self.damage = f"{self.shown}: {plain_error(error)}"
                self.on_damage()
            if (wrong := trouble(error)) is not None:
                first = self._hindrance.first if self._hindrance is not None else monotonic()
                self._hindrance = Hindrance(wrong, first, monotonic())
            raise

    def overcome(self, calm: float) -> Hindrance | None:
        """What hindered, once it has not been met for `calm` seconds; told once.

        One write that goes well says little: a full disk still takes what is small.
        """
        was = self._hindrance
        if was is None or monotonic() - was.last < calm:
            return None
        self._hindrance = None
        return was

    def write_now(self, step: Callable[[Connection], T], durable: bool = False) -> tuple[T, bool]:
        """As `write`, in the calling thread; also tells whether `step` woke a job."""
        with self._writing() as conn:
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

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The connection that writes.

        SQLite's stays the same: what it holds of the file in memory is true for as long as nobody else
        writes, while every other has to forget its own at each write. Were they to take turns, each would
        fill its memory anew and keep it.
        """
        if self.engine.dialect.name != "sqlite":
            with self.engine.connect() as conn:
                yield conn
            return
        with self._write_turn:
            if self._writer_connection is None:
                conn = self.engine.connect().execution_options(begin_immediate=True)
                _pragma(conn, "cache_size", WRITER_CACHE)
                self._writer_connection = conn
            yield self._writer_connection

    def _shrink(self) -> None:
        with self._write_turn:
            if self._writer_connection is not None:
                _execute(self._writer_connection, "pragma shrink_memory")

    def read_now(self, step: Callable[[Connection], T]) -> T:
        """As `read`, in the calling thread."""
        with self.engine.connect() as conn, conn.begin():
            return step(conn)

    @property
    def shown(self) -> str:
        """Where it lies, without a password."""
        plain = self.url.difference_update_query(["password", "sslpassword"])
        if plain.get_backend_name() == "postgresql":
            plain = plain.set(drivername="postgresql")
        return plain.render_as_string(hide_password=True)

    def close(self) -> None:
        """Let running steps end, then close every connection."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        if self._writer_connection is not None:
            self._writer_connection.close()
            self._writer_connection = None
        self.engine.dispose()


def stands(file: Path) -> bool:
    """Whether there is such a file. One that may not be looked at counts: to open it tells what is wrong."""
    try:
        return file.is_file()
    except OSError:
        return True


def make_folder(file: Path) -> None:
    """Make the folder of an archive's file, its owner's alone, where there is none. Raises ArchiveError."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        said = f"the archive's folder cannot be made: check owner and rights ({error.strerror})"
        raise ArchiveError(f"{file.parent}: {said}") from error


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
    engine = create_engine(
        url, pool_size=READERS + 2, pool_use_lifo=True, connect_args={"timeout": BUSY_WAIT}
    )
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # sqlite3's own transaction handling would commit behind our back before DDL.
    connection.isolation_level = None
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma cache_size = -1024")


def _begin_sqlite(conn: Connection) -> None:
    # Taking the write lock at once avoids the upgrade from read to write that cannot wait.
    immediate = conn.get_execution_options().get("begin_immediate", False)
    conn.exec_driver_sql("begin immediate" if immediate else "begin")


def _pragma(conn: Connection, name: str, value: str) -> None:
    _execute(conn, f"pragma {name} = {value}")


def _execute(conn: Connection, pragma: str) -> None:
    driver = conn.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("a pragma is for SQLite only")
    driver.execute(pragma)


# Part of what the database says, and what it means to the person who runs the archive.
_MEANINGS = {
    "disk is full": "the disk is full: free some space, nothing was lost",
    "disk I/O error": "the disk cannot be read or written: see whether it is full or failing",
    "database is locked": "another program holds the archive: end it, or wait",
    "readonly database": "the archive may not be written: check its owner and rights",
    _MALFORMED: DAMAGED,
    "not a database": "this file is no archive: check the path in `archive:`",
    "unable to open": "the archive or its folder is not there or may not be opened: check owner and rights",
    "No space left": "the database's disk is full: free some space, nothing was lost",
    "permission denied for schema": "the role in `archive:` may make no tables there: grant it that, or name"
    " the database's owner",
    "permission denied for": "the tables belong to another role than that in `archive:`: name their owner",
    "must be owner of": "the tables belong to another role than that in `archive:`: name their owner",
    "FATAL:  database": "there is no such database: make it with `createdb`, or check `archive:`",
    "FATAL:  role": "there is no such role: make it with `createuser`, or check `archive:`",
    "password authentication failed": "the database does not take this password: check `archive:`",
    "no password supplied": "the database asks for a password: put it into `archive:` or into ~/.pgpass",
    "too many clients": "the database has no connection left: raise its max_connections",
    "starting up": "the database is just starting: try again in a moment",
    "connection to server": "the database does not answer: start it, or check the address in `archive:`",
    "Connection refused": "the database does not answer: start it, or check the address in `archive:`",
}


def trouble(error: BaseException) -> str | None:
    """What is wrong with the archive, in one sentence; None where the error is the program's own."""
    if not isinstance(error, DBAPIError):
        return None
    said = _said(error)
    return next((f"{meaning} ({said})" for part, meaning in _MEANINGS.items() if part in said), None)


def plain_error(error: DBAPIError) -> str:
    """What a database error means to the person who runs the archive, in one sentence."""
    return trouble(error) or _said(error)


def _said(error: DBAPIError) -> str:
    return str(error.orig or error).strip().splitlines()[0]


@contextmanager
def told_plainly(where: str) -> Iterator[None]:
    """Inside, what a person can mend about the archive is an ArchiveError that names it: `where`."""
    try:
        yield
    except DBAPIError as error:
        if (wrong := trouble(error)) is None:
            raise
        raise ArchiveError(f"{where}: {wrong}") from error
