"""How is it made sure that only one daemon works on an archive?

`DaemonLock`: beside a SQLite file an operating-system lock on `NAME.lock`, in PostgreSQL an
advisory lock. Both end by themselves when the process dies, however it dies; the first daemon's
process and host are written down, so that the second can name it.
"""

import fcntl
import json
import os
import socket
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, delete, insert, select, text

from archive.archive import Archive, ArchiveError
from archive.tables import fact

ADVISORY_KEY = 0x7769726564
FACT = "daemon"


class ArchiveInUse(ArchiveError):
    """Another daemon works on this archive; the text names its process and host."""


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
            # Only the end of the session frees the lock; the pool would keep it open.
            self._session.invalidate()
            self._session.close()
            self._session = None

    def _lock_file(self, path: Path) -> None:
        held = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.seek(0)
            first = held.read()
            held.close()
            raise ArchiveInUse(_refusal(first)) from error
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
    return json.dumps({"process": os.getpid(), "host": socket.gethostname()})


def _refusal(first: str) -> str:
    try:
        who = json.loads(first)
        named = f"process {who['process']} on {who['host']}"
    except (ValueError, KeyError, TypeError):
        named = "a process that did not leave its name"
    return f"another Wirewatch works on this archive: {named}. End it first, or use another archive."
