"""An archive that cannot be used: a sentence that says why and what to do, and the file as it was."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from archive.archive import Archive, ArchiveError
from tests.command_line import ROOT, run
from tests.commands.desk import open_desk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An archive with some pages of content, in a config folder's place."""
    made = open_desk(tmp_path)
    for number in range(30):
        made.article(f"Laos opens bridge {number}", f"https://a.example/{number}", body="text " * 2000)
    made.archive.close()
    return tmp_path / "wirewatch.db"


def config(file: Path) -> Path:
    return file.parent / "config"


def garble(file: Path) -> None:
    """Overwrite everything behind the first pages, as a dying disk does."""
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 3)
        opened.write(os.urandom(size // 2))


def cut_short(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def no_archive(file: Path) -> None:
    file.write_text("dear diary, " * 400)


def newer(file: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("update schema_version set version_num = '9999'")
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("pragma journal_mode = delete")


SPOILT: list[tuple[Callable[[Path], None], int, str]] = [
    (garble, 1, "the archive is damaged: restore a backup"),
    (cut_short, 1, "the archive is damaged: restore a backup"),
    (no_archive, 1, "this file is no archive: check the path in `archive:`"),
    (newer, 78, "written by a newer Wirewatch (schema 9999"),
]


@pytest.mark.parametrize(("spoil", "code", "words"), SPOILT, ids=lambda value: getattr(value, "__name__", ""))
def test_the_daemon_says_what_is_wrong_and_leaves_the_file(
    file: Path, spoil: Callable[[Path], None], code: int, words: str
) -> None:
    spoil(file)
    before = file.read_bytes()
    ended = run("run", "--once", "--config", config(file))
    assert (ended.code, ended.out) == (code, "")
    assert str(file) in ended.err or code == 78
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1
    assert file.read_bytes() == before


def test_a_command_that_meets_damage_says_so(file: Path) -> None:
    garble(file)
    ended = run("status", "--config", config(file))
    assert ended.code == 1
    assert "the archive is damaged: restore a backup" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write anything")
def test_an_archive_that_may_only_be_read_is_refused_by_the_daemon(file: Path) -> None:
    for path in (file, file.parent):
        path.chmod(path.stat().st_mode & ~0o222)
    # Root may write what nobody may, unless it gives that up.
    humble = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    before = file.read_bytes()
    try:
        ended = subprocess.run(
            [*(humble if os.geteuid() == 0 else []), sys.executable, "-m", "wirewatch", "run", "--once",
             "--config", config(file)],
            capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
        )  # fmt: skip
    finally:
        file.parent.chmod(0o755)
        file.chmod(0o644)
    assert ended.returncode == 1
    assert "the archive may not be written: check its owner and rights" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert file.read_bytes() == before


async def test_damage_met_at_work_is_heard_of_and_nothing_more_is_written(file: Path) -> None:
    archive = Archive(file)
    heard: list[str | None] = []
    archive.on_damage = lambda: heard.append(archive.damage)
    garble(file)
    before = file.read_bytes()
    with pytest.raises(DatabaseError):
        await archive.read(lambda conn: conn.exec_driver_sql("select sum(length(body)) from article").all())
    with pytest.raises(ArchiveError, match="the archive is damaged"):
        await archive.write(lambda conn: conn.exec_driver_sql("delete from wake"))
    archive.close()
    assert len(heard) == 1
    assert file.read_bytes() == before
