"""How is an archive copied, and put back?

`back_up` copies a SQLite archive as it is at one moment, while a daemon writes to it; `restore` puts a
copy in its place. Both are SQLite's own online copy: a copy of the bare file would miss what lies in
the write-ahead log. A PostgreSQL archive is copied by PostgreSQL's own tools; that it was put back by them
is seen at the daemon's next start (`notice_restore`).
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from archive import chats, facts
from archive.archive import Archive, ArchiveError, make_folder, stands
from archive.lock import DaemonLock
from archive.schema import check_whole, revision_of, suits

# Pages copied between two words about how far it is; a writer waits for none of them.
_STEP = 4096

Progress = Callable[[int, int], None]


def back_up(archive: Path, target: Path, progress: Progress = lambda done, pages: None) -> None:
    """Copy the archive to `target`, a new file that only its owner may read.

    `progress` hears of pages done and pages in all. Raises ArchiveError where there is no archive, or
    something in the way of the copy.
    """
    if not stands(archive):
        raise ArchiveError(f"there is no archive to copy ({archive})")
    if target.exists():
        raise ArchiveError(f"{target} exists already: name another file, or remove it first")
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        _copy(archive, unfinished, progress)
        unfinished.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"{target} could not be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def restore(copy: Path, archive: Path, kept: Path, progress: Progress = lambda done, pages: None) -> bool:
    """Put the archive `copy` in the place of `archive`, which is kept as `kept`; whether there was one.

    The copy is looked through first and stays as it is. What the bot has sent since it was made is
    unknown from here on, so lost messages are not looked for by what was known before. Raises
    ArchiveError: a daemon works on the archive, the copy is damaged, or it is of a newer Wirewatch.
    """
    if not copy.is_file():
        raise ArchiveError(f"there is no such file: {copy}")
    make_folder(archive)
    former = Archive(archive)
    lock = DaemonLock(former)
    lock.acquire()
    _hand_over(archive.with_name(f"{archive.name}.lock"))
    made = archive.with_name(f".{archive.name}.restored")
    try:
        _copy(copy, made, progress)
        _make_ready(made, copy)
        stood = archive.exists()
        for ending in ("", "-wal", "-shm"):
            beside = archive.with_name(archive.name + ending)
            if beside.exists():
                beside.rename(kept.with_name(kept.name + ending))
        _hand_over(made)
        made.rename(archive)
        return stood
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"{copy} could not be restored: {error}") from error
    finally:
        made.unlink(missing_ok=True)
        lock.release()
        former.close()


# Which tables of which server the archive lay in when a daemon last looked (the fact's name).
PLACE = "place"


def notice_restore(conn: Connection) -> bool:
    """Whether a PostgreSQL archive was put back by pg_restore since this was last asked, which made its
    tables anew; then what the bot has sent since the copy is unknown, as after `restore`.

    A copy of the server's whole files is not noticed.
    """
    if conn.dialect.name != "postgresql":
        return False
    place = conn.execute(text(_PLACE)).scalar_one()
    before = facts.get(conn, PLACE)
    if before == place:
        return False
    facts.put(conn, PLACE, place)
    if before is None:
        return False
    chats.forget_ids(conn)
    return True


_PLACE = "select system_identifier || ' ' || cast(cast('chat' as regclass) as oid) from pg_control_system()"


def _hand_over(made: Path) -> None:
    """What root makes here must be open to the service whose folder it lies in."""
    if os.geteuid() == 0:
        folder = made.parent.stat()
        os.chown(made, folder.st_uid, folder.st_gid)


def _make_ready(made: Path, copy: Path) -> None:
    opened = Archive(made)
    try:
        check_whole(opened)
        found = opened.read_now(revision_of)
        if found is None:
            raise ArchiveError(f"{copy} is no archive of Wirewatch")
        suits(found)
        opened.write_now(chats.forget_ids)
    finally:
        opened.close()


def _copy(source: Path, target: Path, progress: Progress) -> None:
    target.unlink(missing_ok=True)
    # What was read and where it was sent is nobody else's business.
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    address = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        # One view for the whole copy: pages that change meanwhile would make it begin anew.
        old.execute("begin")
        old.execute("select count(*) from sqlite_master").fetchone()
        old.backup(new, pages=_STEP, progress=lambda _, left, pages: progress(pages - left, pages))
        old.rollback()
        # A single file, without a log beside it.
        new.execute("pragma journal_mode = delete")
    with target.open("rb+") as file:
        os.fsync(file.fileno())
