"""An archive in PostgreSQL: migrated when asked, copied by its own tools, errors told in a sentence."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from archive import articles, chats, facts, full_text, noted, schema
from archive.archive import Archive
from archive.backup import notice_restore
from archive.lock import DaemonLock
from archive.schema import prepare
from archive.text.tokens import Token
from tests import postgres
from tests.command_line import ROOT, run, run_alone
from tests.commands.desk import Desk, open_desk
from tests.config_folder import whole, write
from wirewatch.indexing import index


@pytest.fixture
def config(postgres_url: str, tmp_path: Path) -> Path:
    """A config whose archive is an empty database."""
    return configured(tmp_path / "config", postgres_url)


def configured(folder: Path, address: str) -> Path:
    return write(folder, whole(wirewatch=f"shipped: []\narchive: {address}\nhttp: {{listen: null}}\n"))


@pytest.fixture
def desk(postgres_url: str, tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path, address=postgres_url)
    yield opened
    opened.archive.close()


def test_an_empty_database_gets_the_schema_and_a_second_time_nothing(config: Path) -> None:
    assert run("migrate", "--config", config).out == f"The archive has schema {schema.REVISION} now.\n"
    again = run("migrate", "--config", config)
    assert (again.code, "nothing to do" in again.out) == (0, True)


def test_of_two_that_migrate_at_once_the_second_finds_it_done(config: Path, postgres_url: str) -> None:
    first, second = Archive(postgres_url), []
    with first.engine.begin() as conn:
        schema._upgrade(conn)
        thread = threading.Thread(target=lambda: second.append(run("migrate", "--config", config)))
        thread.start()
        until = time.monotonic() + 30
        # It has found no schema, since the first has not committed, and waits.
        while not conn.execute(text("select 1 from pg_locks where not granted")).first():
            assert time.monotonic() < until
            time.sleep(0.02)
    thread.join()
    assert (second[0].code, second[0].err) == (0, "")
    assert first.read_now(articles.count) == 0
    first.close()


KILLED = """
import os, signal, sys
from archive import full_text, schema
from archive.archive import Archive
full_text.create = lambda conn: os.kill(os.getpid(), signal.SIGKILL)
schema.prepare(Archive(sys.argv[1]), migrate=True)
"""


def test_a_migration_that_was_killed_leaves_nothing_behind(config: Path, postgres_url: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, postgres_url], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    left = Archive(postgres_url)
    assert left.read_now(lambda conn: inspect(conn).get_table_names()) == []
    left.close()
    assert run("migrate", "--config", config).code == 0


def test_an_older_archive_waits_for_migrate(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.article("Laos opens a bridge", "https://a.example/1")

    def upgrade(conn: Connection) -> None:
        conn.execute(text("update schema_version set version_num = '0003'"))

    monkeypatch.setattr(schema, "REVISION", "0003")
    monkeypatch.setattr(schema, "_upgrade", upgrade)
    for command in (["search", "laos"], ["run", "--once"], ["status"], ["forget", "7"], ["retry", "--all"]):
        refused = desk.run(*command)
        assert refused.code == 1, command
        assert "older schema (0002, this Wirewatch needs 0003)" in refused.err
        assert "`wirewatch migrate`" in refused.err
    daemon = DaemonLock(desk.archive)
    daemon.acquire()
    assert "End it first" in desk.run("migrate").err
    daemon.release()
    assert desk.run("migrate").out == "The archive has schema 0003 now; it had 0002.\n"
    assert "bridge" in desk.run("search", "laos").out


def test_a_newer_archive_is_refused_untouched(desk: Desk) -> None:
    desk.write(lambda conn: conn.execute(text("update schema_version set version_num = '9999'")))
    for command in (["migrate"], ["search", "laos"], ["run", "--once"]):
        refused = desk.run(*command)
        assert (refused.code, "newer Wirewatch" in refused.err) == (78, True), command
    assert desk.archive.read_now(schema.revision_of) == "9999"
    assert desk.archive.read_now(lambda conn: facts.get(conn, "daemon")) is None


@pytest.fixture
def weak(postgres_server: str) -> Iterator[str]:
    """A role that may connect, and nothing else."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("drop role if exists weak")
        admin.execute("create role weak login")
        yield "weak"
        admin.execute("drop role weak")


def test_what_a_database_refuses_is_told_with_what_to_do(
    weak: str, config: Path, postgres_url: str, tmp_path: Path
) -> None:
    def refused(address: str, command: tuple[str, ...]) -> str:
        ended = run(*command, "--config", configured(tmp_path / "other", address))
        assert (ended.code, ended.out) == (1, "")
        assert "Traceback" not in ended.err
        return ended.err

    database = postgres_url.split("?")[0].rsplit("/", 1)[1]
    other_role = postgres_url.replace("postgres@", f"{weak}@")
    for command in (("migrate",), ("search", "laos"), ("run", "--once")):
        said = refused(other_role, command)
        assert "the role in `archive:` may make no tables there" in said
        assert f"Error: postgresql://{weak}@/{database}?" in said
        assert "no such role" in refused(postgres_url.replace("postgres@", "nobodyhere@"), command)
        assert "no such database" in refused(postgres_url.replace(database, "nowhere"), command)
        gone = refused(f"postgresql://postgres@/x?host={tmp_path}", command)
        assert "the database does not answer" in gone
    assert run("migrate", "--config", config).code == 0
    for command in (("migrate",), ("search", "laos"), ("run", "--once")):
        assert "belong to another role" in refused(other_role, command)


def test_a_password_in_an_address_is_not_shown() -> None:
    shown = Archive("postgresql://me:secret1@db.example/w?password=secret2&sslmode=require").shown
    assert shown == "postgresql://me:***@db.example/w?sslmode=require"


def test_copies_are_left_to_the_tools_of_the_database(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    refused = desk.run("backup", file)
    assert (refused.code, "`pg_dump --format=custom`" in refused.err, file.exists()) == (1, True, False)
    file.write_text("a copy")
    refused = desk.run("restore", file)
    assert (refused.code, "`pg_restore --clean`" in refused.err) == (1, True)


def test_what_pg_restore_put_back_is_whole_and_noticed_once(
    desk: Desk, postgres_url: str, tmp_path: Path
) -> None:
    tools = postgres.binaries()
    if tools is None or not (tools / "pg_dump").exists():
        pytest.skip("pg_dump is not here")
    desk.article("Laos opens a bridge", "https://a.example/1", body="Long text.")
    asyncio.run(index(desk.archive))
    desk.write(lambda conn: chats.note_id(conn, "-100123", 41, desk.now))
    assert desk.write(notice_restore) is False
    copy = tmp_path / "copy"
    subprocess.run([tools / "pg_dump", "--format=custom", f"--file={copy}", postgres_url], check=True)
    desk.article("Laos wins a medal", "https://a.example/2")
    assert desk.write(notice_restore) is False
    desk.archive.close()
    subprocess.run([tools / "pg_restore", "--clean", f"--dbname={postgres_url}", copy], check=True)

    again = Archive(postgres_url)
    prepare(again)
    found = again.read_now(lambda conn: full_text.find(conn, Token("bridge")))
    assert (len(list(found)), again.read_now(articles.count), again.read_now(noted.behind)) == (1, 1, 0)
    assert again.read_now(lambda conn: chats.get(conn, "-100123").highest_id) == 41
    assert again.write_now(notice_restore)[0] is True
    assert again.read_now(lambda conn: chats.get(conn, "-100123").highest_id) is None
    assert again.write_now(notice_restore)[0] is False
    again.close()


def test_one_round_export_and_forget_work_there(desk: Desk) -> None:
    desk.article("Laos opens a bridge", "https://a.example/1", body="Long text.")
    assert '"title": "Laos opens a bridge"' in desk.run("export").out
    assert desk.run("forget", "7").out == "Nothing was known of this person.\n"
    ended = run_alone("run", "--once", "--config", desk.config)
    assert "Traceback" not in ended.err
    assert desk.archive.read_now(noted.behind) == 0
