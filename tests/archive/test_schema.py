"""The archive opens, refuses what it does not know, and has one daemon at a time."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from archive import facts, full_text, schema
from archive.archive import Archive, ArchiveError
from archive.lock import ArchiveInUse, DaemonLock
from archive.tables import announced, metadata


def test_an_empty_archive_gets_every_table(archive: Archive) -> None:
    tables = archive.read_now(lambda conn: set(inspect(conn).get_table_names()))
    assert {one for one in tables if not _of_index(one)} == {*metadata.tables, schema.VERSION_TABLE}
    assert full_text.TABLE in tables


def test_the_migrations_build_what_the_tables_say(archive: Archive) -> None:
    _migrate_from_nothing(archive)

    def differences(conn):
        opts = {
            "version_table": schema.VERSION_TABLE,
            "include_name": lambda name, kind, _: kind != "table" or not _of_index(name),
        }
        context = MigrationContext.configure(conn, opts=opts)
        return compare_metadata(context, metadata)

    assert archive.read_now(differences) == []


def test_an_empty_archive_gets_what_the_migrations_build(archive: Archive) -> None:
    at_once = _everything(archive)
    _migrate_from_nothing(archive)
    assert _everything(archive) == at_once


def _migrate_from_nothing(archive: Archive) -> None:
    def again(conn: Connection) -> None:
        full_text.drop(conn)
        metadata.drop_all(conn)
        conn.execute(text(f"drop table {schema.VERSION_TABLE}"))
        assert inspect(conn).get_table_names() == []
        schema._migrate(conn)

    archive.write_now(again)


def _everything(archive: Archive) -> list[tuple[str, ...]]:
    """All that the database says of its tables and indexes, and which schema that is."""
    told = {
        "sqlite": ("select type, name, tbl_name, sql from sqlite_master",),
        "postgresql": (
            "select table_name, column_name, data_type, is_nullable, column_default,"
            " character_maximum_length from information_schema.columns where table_schema = 'public'",
            "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
            "select conrelid::regclass, conname, pg_get_constraintdef(oid) from pg_constraint"
            " where connamespace = 'public'::regnamespace",
        ),
    }[archive.engine.dialect.name]
    rows = [
        row
        for question in (*told, f"select version_num from {schema.VERSION_TABLE}")
        for row in archive.read_now(lambda conn, asked=question: conn.execute(text(asked)).fetchall())
    ]
    # Where a statement breaks its lines says nothing.
    return sorted(tuple(" ".join(str(value).split()) for value in row) for row in rows)


def _of_index(table: str) -> bool:
    """Whether it is the full-text index, which no `Table` can say, or one of FTS5's own tables below it."""
    return table == full_text.TABLE or table.startswith(f"{full_text.TABLE}_")


def test_preparing_twice_changes_nothing(archive: Archive) -> None:
    schema.prepare(archive)
    assert archive.read_now(schema.revision_of) == schema.REVISION


def test_an_empty_archive_needs_no_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from archive import schema; from archive.archive import Archive\n"
        "schema.prepare(Archive(Path(sys.argv[1]))); print('alembic' in sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "new.db")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema._alembic()).get_current_head() == schema.REVISION


def test_a_newer_schema_is_refused_and_the_file_left_untouched(tmp_path: Path) -> None:
    file = tmp_path / "wirewatch.db"
    archive = Archive(file)
    schema.prepare(archive)
    archive.write_now(lambda conn: conn.execute(text("update schema_version set version_num = '9999'")))
    archive.close()
    before = hashlib.sha256(file.read_bytes()).hexdigest()

    with pytest.raises(schema.SchemaTooNew, match=r"newer Wirewatch.*9999"):
        schema.prepare(Archive(file))
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_a_file_that_is_no_archive_is_named_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "wirewatch.db"
    file.write_text("dear diary, " * 400)
    with pytest.raises(ArchiveError, match="no archive"):
        schema.prepare(Archive(file))
    assert file.read_text() == "dear diary, " * 400


def test_a_second_daemon_is_refused_and_told_of_the_first(archive: Archive, archive_address: str) -> None:
    first = DaemonLock(archive)
    first.acquire()
    program = (
        "import sys; from archive.archive import Archive; from archive.lock import *\n"
        "try: DaemonLock(Archive(sys.argv[1])).acquire()\n"
        "except ArchiveInUse as error: print(error)\n"
    )
    second = [sys.executable, "-c", program, archive_address]
    import os
    import socket

    said = subprocess.run(second, capture_output=True, text=True, check=True).stdout
    assert f"process {os.getpid()} on {socket.gethostname()}" in said

    first.release()
    assert subprocess.run(second, capture_output=True, text=True, check=True).stdout == ""


def test_the_lock_of_a_killed_daemon_is_free(archive: Archive, archive_address: str) -> None:
    program = (
        "import os, signal, sys; from archive.archive import Archive; from archive.lock import *\n"
        "DaemonLock(Archive(sys.argv[1])).acquire(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, archive_address], check=False)
    assert killed.returncode == -9
    lock = DaemonLock(archive)
    lock.acquire()
    with pytest.raises(ArchiveInUse):
        DaemonLock(archive).acquire()
    lock.release()


def test_an_archive_of_before_the_last_migration_learns_what_is_new(archive: Archive) -> None:
    built = _everything(archive)

    def before(conn: Connection) -> None:
        announced.drop(conn)
        facts.put(conn, "kept", "before")
        conn.execute(text(f"update {schema.VERSION_TABLE} set version_num = '0001'"))

    archive.write_now(before)
    schema.prepare(archive, migrate=True)
    assert _everything(archive) == built
    assert archive.read_now(lambda conn: facts.get(conn, "kept")) == "before"


def test_an_older_archive_is_copied_whole_before_it_is_migrated(
    sqlite_archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_archive.write_now(lambda conn: facts.put(conn, "kept", "before"))
    seen = []

    def upgrade(conn: Connection) -> None:
        seen.append(sorted(path.name for path in tmp_path.glob("*before*")))

    monkeypatch.setattr(schema, "REVISION", "0003")
    monkeypatch.setattr(schema, "_upgrade", upgrade)
    schema.prepare(sqlite_archive)
    # The write-ahead log was not empty: a copy of the bare file would miss what lies there.
    assert (tmp_path / "wirewatch.db-wal").stat().st_size > 0
    assert seen == [["wirewatch.db.before-0003-was-0002"]]
    beside = tmp_path / "wirewatch.db.before-0003-was-0002"
    assert beside.stat().st_mode & 0o777 == 0o600
    copy = Archive(beside)
    assert copy.read_now(lambda conn: facts.get(conn, "kept")) == "before"
    copy.close()


@pytest.mark.parametrize(
    ("later", "is_checked"),
    [(timedelta(hours=23), False), (timedelta(days=1), True), (timedelta(hours=-1), True)],
)
def test_a_file_that_was_found_whole_lately_is_not_looked_through_again(
    sqlite_archive: Archive, later: timedelta, is_checked: bool
) -> None:
    now, day = datetime(2026, 3, 1, tzinfo=UTC), timedelta(days=1)
    assert schema.check_whole(sqlite_archive, now, day)
    sqlite_archive.write_now(lambda conn: schema.found_whole(conn, now))
    assert schema.check_whole(sqlite_archive, now + later, day) is is_checked
    assert schema.check_whole(sqlite_archive)
