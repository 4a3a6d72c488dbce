"""The archive copied while it is written to, put back, and a person forgotten."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from archive import chats, deliveries, mutes
from archive.archive import Archive
from archive.deliveries import NewDelivery
from archive.lock import DaemonLock
from archive.persons import forget
from archive.tables import delivery
from tests.commands.desk import Desk


@pytest.fixture
def writing(desk: Desk) -> Iterator[Desk]:
    """A desk whose archive is written to without rest."""
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            number += 1
            desk.article(f"Laos opens bridge {number}", f"https://a.example/{number}")

    thread = threading.Thread(target=write)
    thread.start()
    yield desk
    over.set()
    thread.join()


def count(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as conn:
        assert conn.execute("pragma integrity_check").fetchone() == ("ok",)
        return int(conn.execute(f"select count(*) from {table}").fetchone()[0])


def test_a_copy_is_whole_while_the_archive_is_written_to(writing: Desk, tmp_path: Path) -> None:
    counted = text("select count(*) from article")
    before = writing.archive.read_now(lambda conn: conn.execute(counted).scalar_one())
    for number in range(3):
        target = tmp_path / f"copy-{number}"
        done = writing.run("backup", target)
        assert (done.code, done.err) == (0, "")
        # Each article has its keys: a copy of two moments would not.
        assert (
            count(target, "article where not exists (select 1 from identity where article = article.id)") == 0
        )
        assert count(target, "article") >= before
        assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy-0", "copy-1", "copy-2"]


def test_a_copy_never_takes_the_place_of_another_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = desk.run("backup", tmp_path / "mine")
    assert done.code == 1
    assert "exists already" in done.err
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_copy_comes_back_and_looking_is_off(desk: Desk, tmp_path: Path) -> None:
    article = desk.article("Laos opens a bridge", "https://a.example/1")
    desk.delivery(article, state="uncertain", mark=7, not_before=desk.now)
    desk.write(lambda conn: chats.note_id(conn, "123", 9, desk.now))
    assert desk.run("backup", tmp_path / "copy").code == 0
    desk.article("Laos opens a dam", "https://a.example/2")
    desk.archive.close()
    done = desk.run("restore", tmp_path / "copy")
    assert done.code == 0, done.err
    assert "looked for" in done.err
    archive = Archive(tmp_path / "wirewatch.db")
    rows = archive.read_now(lambda conn: conn.execute(delivery.select()).all())
    known = archive.read_now(lambda conn: chats.get(conn, "123"))
    archive.close()
    assert [row.mark for row in rows] == [None]
    assert known.highest_id is None
    assert count(tmp_path / "wirewatch.db", "article") == 1
    (kept,) = tmp_path.glob("*.before-restore")
    assert count(kept, "article") == 2
    # The copy stays as it was.
    with closing(sqlite3.connect(tmp_path / "copy")) as conn:
        assert conn.execute("select mark from delivery").fetchall() == [(7,)]


def test_nothing_is_put_under_a_running_daemon(desk: Desk, tmp_path: Path) -> None:
    assert desk.run("backup", tmp_path / "copy").code == 0
    lock = DaemonLock(desk.archive)
    lock.acquire()
    done = desk.run("restore", tmp_path / "copy")
    lock.release()
    assert done.code == 1
    assert "works on this archive" in done.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_puts_back_belongs_to_the_service_whose_folder_it_is(desk: Desk, tmp_path: Path) -> None:
    assert desk.run("backup", tmp_path / "copy").code == 0
    folder = (tmp_path / "wirewatch.db").parent
    os.chown(folder, 61853, 61853)
    assert desk.run("restore", tmp_path / "copy").code == 0
    for name in ("wirewatch.db", "wirewatch.db.lock"):
        stands = (folder / name).stat()
        assert (stands.st_uid, stands.st_gid, stands.st_mode & 0o777) == (61853, 61853, 0o600)


@pytest.mark.parametrize(("how", "code", "words"), [
    ("damaged", 1, "damaged"), ("newer", 78, "newer Wirewatch"), ("other", 1, "no archive"), ("text", 1, ""),
])  # fmt: skip
def test_a_copy_that_cannot_be_used_changes_nothing(
    desk: Desk, tmp_path: Path, how: str, code: int, words: str
) -> None:
    copy = tmp_path / "copy"
    for number in range(50):
        desk.article(f"Laos opens bridge {number}", f"https://a.example/{number}", body="long " * 500)
    assert desk.run("backup", copy).code == 0
    match how:
        case "damaged":
            whole = bytearray(copy.read_bytes())
            whole[20_000:40_000] = b"x" * 20_000
            copy.write_bytes(whole)
        case "newer":
            with closing(sqlite3.connect(copy)) as conn:
                conn.execute("update schema_version set version_num = '9999'")
                conn.commit()
        case "other":
            copy.unlink()
            with closing(sqlite3.connect(copy)) as conn:
                conn.execute("create table x (y)")
        case "text":
            copy.write_text("no database")
    before = (tmp_path / "wirewatch.db").read_bytes()
    done = desk.run("restore", copy)
    assert done.code == code, done.err
    assert words in done.err
    assert "Traceback" not in done.err
    assert (tmp_path / "wirewatch.db").read_bytes() == before
    assert not list(tmp_path.glob(".*restored*"))


def test_an_archive_of_this_version_needs_no_migration(desk: Desk) -> None:
    done = desk.run("migrate")
    assert (done.code, done.out) == (0, "The archive has the schema of this version (0002): nothing to do.\n")


def test_a_person_is_forgotten(archive: Archive) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    mute = mutes.NewMute("watch", "laos", "-100", now + timedelta(days=1), "Ann", 4711)
    archive.write_now(lambda conn: mutes.add(conn, [mute], now))
    archive.write_now(lambda conn: chats.note_id(conn, "4711", 9, now))
    archive.write_now(
        lambda conn: deliveries.add(conn, [NewDelivery("desk", "notice", {}, False, "4711")], now)
    )
    changed, _ = archive.write_now(lambda conn: forget(conn, 4711))
    assert changed == {"mutes": 1, "deliveries": 1, "chats": 1}
    (left,) = archive.read_now(lambda conn: mutes.active(conn, now))
    assert (left.by, left.user) == ("somebody", None)
    # Nor is it sent again, wherever the channel goes.
    assert archive.write_now(lambda conn: deliveries.retry(conn, now))[0] == 0
    archive.write_now(lambda conn: deliveries.follow(conn, {"desk": "4711"}, now))
    rows = archive.read_now(lambda conn: conn.execute(delivery.select()).all())
    assert [(row.chat, row.state) for row in rows] == [("somebody", "dead")]
    assert archive.read_now(lambda conn: chats.get(conn, "4711")).highest_id is None
