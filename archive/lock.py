"""How is it made sure that only one daemon works on an archive?

`DaemonLock`: beside a SQLite file an operating-system lock on `NAME.lock`, in PostgreSQL an
advisory lock. Both end by themselves when the process dies, however it dies; the first daemon's
process and host are written down, so that the second can name it. `holder` asks who has it.
"""

import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from archive.archive import Archive, ArchiveError
from archive.tables import fact

ADVISORY_KEY = 0x7769726564
FACT = "daemon"
# Whoever asks for the holder touches the file's lock for a moment: a daemon tries so often, and
# waits so long in between (seconds), before it takes the archive to be in use.
TRIES = 5
BETWEEN_TRIES = 0.02


class ArchiveInUse(ArchiveError):
    """Another daemon works on this archive; the text names its process and host."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The daemon that works on an archive; None where it did not leave its process or host."""

    process: int | None = None
    host: str | None = None

    @classmethod
    def this(cls) -> "Holder":
        """This process."""
        return cls(os.getpid(), socket.gethostname())

    def __str__(self) -> str:
        if self.process is None:
            return "a process that did not leave its name"
        return f"process {self.process} on {self.host}"


def holder(archive: Archive) -> Holder | None:
    """The daemon that holds the archive's lock now; None where none does. Takes it from nobody."""
    if archive.engine.dialect.name == "sqlite":
        return _file_holder(Path(f"{archive.url.database}.lock"))
    return archive.read_now(_session_holder)


class DaemonLock:
    """Held from `acquire` to `release`, or to the end of the process."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._file: IO[str] | None = None
        self._session: Connection | None = None

    def acquire(self) -> None:
        """Take the lock; ArchiveInUse if another daemon holds it."""
        if self._archive.engine.dialect.name == "sqlite":
            self._lock_file(Path(f"{self._archive.url.database}.lock"))
        else:
            self._lock_session()

    def release(self) -> None:
        """Give the lock back; without effect when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._session is not None:
            self._release_session(self._session)
            self._session = None

    def _release_session(self, session: Connection) -> None:
        # The end of the session frees the lock as well, but a moment later; where the database is gone,
        # only that does.
        with suppress(DBAPIError):
            session.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})
        session.invalidate()
        session.close()

    def _lock_file(self, path: Path) -> None:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        held = os.fdopen(opened, "a+", encoding="utf-8")
        if not _locked(held):
            held.seek(0)
            first = held.read()
            held.close()
            raise ArchiveInUse(_refusal(first))
        held.seek(0)
        held.truncate()
        held.write(_whoami())
        held.flush()
        self._file = held

    def _lock_session(self) -> None:
        session = self._archive.engine.connect()
        taken = session.execute(text("select pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}).scalar()
        if not taken:
            first = session.execute(select(fact.c.value).where(fact.c.name == FACT)).scalar()
            session.close()
            raise ArchiveInUse(_refusal(first or ""))
        session.execute(delete(fact).where(fact.c.name == FACT))
        session.execute(insert(fact), {"name": FACT, "value": _whoami()})
        session.commit()
        self._session = session


def _whoami() -> str:
    return json.dumps(asdict(Holder.this()))


def _locked(file: IO[str]) -> bool:
    for attempt in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if attempt + 1 < TRIES:
                time.sleep(BETWEEN_TRIES)
        else:
            return True
    return False


def _file_holder(path: Path) -> Holder | None:
    try:
        file = path.open(encoding="utf-8")
    except FileNotFoundError:
        return None
    with file:
        try:
            # A shared lock: two that ask at once do not take each other for a daemon.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _named(file.read())
    return None


def _session_holder(conn: Connection) -> Holder | None:
    # An advisory lock of one 64-bit key lies there as its two halves.
    held = conn.execute(
        text(
            "select 1 from pg_locks where locktype = 'advisory' and granted and objsubid = 1"
            " and classid = :high and objid = :low"
            " and database = (select oid from pg_database where datname = current_database())"
        ),
        {"high": ADVISORY_KEY >> 32, "low": ADVISORY_KEY & 0xFFFFFFFF},
    ).first()
    if held is None:
        return None
    return _named(conn.execute(select(fact.c.value).where(fact.c.name == FACT)).scalar() or "")


def _named(said: str) -> Holder:
    try:
        who = json.loads(said)
        return Holder(int(who["process"]), str(who["host"]))
    except (ValueError, KeyError, TypeError):
        return Holder()


def _refusal(first: str) -> str:
    return f"another Wirewatch works on this archive: {_named(first)}. End it first, or use another archive."
