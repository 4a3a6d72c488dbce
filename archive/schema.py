"""Does the archive's schema fit this program, and what is done when it does not?

At start one row is compared. An empty archive gets the schema as `archive/tables.py` and
`archive/full_text.py` say it; an older SQLite file is copied beside itself and then migrated, an older
PostgreSQL only by `wirewatch migrate`; a newer schema is refused and the archive left untouched. Alembic
is loaded only where an older schema is: a daemon that began with an empty archive would hold it to its end.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    column,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from archive import facts
from archive.archive import DAMAGED, Archive, ArchiveError, plain_error, told_plainly
from archive.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

# The newest revision in `archive/migrations/versions`; a test holds the two together.
REVISION = "0002"
VERSION_TABLE = "schema_version"
# So that two programs that find an empty PostgreSQL do not both build it ("wirewatch" in ASCII).
MIGRATION_LOCK = 0x7769726577


class SchemaTooNew(ArchiveError):
    """A later Wirewatch has written this archive."""

    # To whoever starts the program this is like a config that cannot be used.
    exit_code = 78


class SchemaTooOld(ArchiveError):
    """The archive waits for `wirewatch migrate`."""


def prepare(
    archive: Archive, *, migrate: bool = False, progress: Callable[[int, int], None] = lambda done, of: None
) -> None:
    """Make sure that the archive has this program's schema.

    `migrate` allows the upgrade of an older PostgreSQL archive too; `progress` hears how far the copy of a
    SQLite one has come. Raises SchemaTooNew, SchemaTooOld, or ArchiveError when the database cannot be
    opened at all.
    """
    sqlite = archive.engine.dialect.name == "sqlite"
    if sqlite:
        _begin_file(Path(str(archive.url.database)))
    try:
        found = archive.read_now(revision_of)
        if found != REVISION:
            if found is not None:
                suits(found)
            if found is not None and not sqlite and not migrate:
                raise SchemaTooOld(
                    f"the archive has an older schema ({found}, this Wirewatch needs {REVISION}): "
                    "make a copy with pg_dump, then run `wirewatch migrate` once"
                )
            if found is not None and sqlite:
                _copy_beside(Path(str(archive.url.database)), found, progress)
            archive.write_now(_upgrade)
        if sqlite:
            # Only after the check: switching the journal writes to the file.
            _write_ahead(archive)
    except DBAPIError as error:
        raise ArchiveError(f"{archive.shown}: {plain_error(error)}") from error


def check_whole(archive: Archive, now: datetime | None = None, again: timedelta = timedelta()) -> bool:
    """Look through the whole SQLite file before a daemon writes to it; nothing is done elsewhere.

    Half a second a gigabyte, so not `again` so soon after `found_whole` was noted, by `now`. Gives whether it
    was done. Raises ArchiveError where the file is damaged.
    """
    if archive.engine.dialect.name != "sqlite":
        return False
    with told_plainly(archive.shown):
        if now is not None and archive.read_now(partial(_is_lately_whole, now, again)):
            return False
        found = archive.read_now(lambda conn: conn.exec_driver_sql("pragma quick_check(1)").scalar())
    if found != "ok":
        what = str(found).splitlines()[-1]
        raise ArchiveError(f"{archive.shown}: {DAMAGED} ({what})")
    return True


def _is_lately_whole(now: datetime, again: timedelta, conn: Connection) -> bool:
    noted = facts.get(conn, _FOUND_WHOLE)
    # The clock may have been set back since.
    return noted is not None and timedelta() <= now - datetime.fromisoformat(noted) < again


def found_whole(conn: Connection, now: datetime) -> None:
    """Note that `check_whole` found the file whole."""
    facts.put(conn, _FOUND_WHOLE, now.isoformat())


_FOUND_WHOLE = "found_whole"


def suits(found: str) -> None:
    """Raises SchemaTooNew where this program does not know the schema `found`."""
    if found != REVISION and found not in _revisions():
        raise SchemaTooNew(
            f"the archive was written by a newer Wirewatch (schema {found}, this one knows "
            f"{REVISION}): install that version, or restore an older backup"
        )


def revision_of(conn: Connection) -> str | None:
    """The schema that the archive has; None where it has none."""
    if not inspect(conn).has_table(VERSION_TABLE):
        return None
    return conn.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


def _revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def _upgrade(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    # Another program may have been faster; the answer inside the lock counts.
    found = revision_of(conn)
    if found is None:
        _build(conn)
    elif found != REVISION:
        _migrate(conn)


def _build(conn: Connection) -> None:
    """The newest schema at once; a test holds it against what the migrations build."""
    from archive import full_text

    metadata.create_all(conn)
    full_text.create(conn)
    version = Table(
        VERSION_TABLE,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
    )
    version.create(conn)
    conn.execute(version.insert().values(version_num=REVISION))


def _migrate(conn: Connection) -> None:
    from alembic import command

    config = _alembic()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _alembic() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "archive:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _begin_file(file: Path) -> None:
    """A file that is not there yet is its owner's alone; SQLite gives what lies beside it the same rights."""
    # Only a new one: to close one that is there would take the locks of this process off it. What is in
    # the way of a new one, SQLite says in a moment.
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _copy_beside(file: Path, found: str, progress: Callable[[int, int], None]) -> None:
    # Needed for a migration alone.
    from archive.backup import back_up

    target = file.with_name(f"{file.name}.before-{REVISION}-was-{found}")
    # One that is there already was made before a migration that failed, so it is as old.
    if not target.exists():
        back_up(file, target, progress)


def _write_ahead(archive: Archive) -> None:
    with archive.engine.connect() as conn:
        driver = conn.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            driver.execute("pragma journal_mode = wal")
