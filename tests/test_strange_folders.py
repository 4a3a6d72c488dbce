"""Folders of config and state as systems and editors leave them: hidden files, links, closed doors."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.archive import ArchiveError, make_folder, stands
from archive.backup import back_up
from tests.command_line import ROOT
from tests.config_folder import locations, whole, write
from wirewatch import config_cache
from wirewatch.config_cache import settings_at
from wirewatch.config_errors import ConfigErrors
from wirewatch.config_files import Locations, locate
from wirewatch.config_watch import ConfigFiles
from wirewatch.settings import load


@pytest.fixture
def house() -> Iterator[Path]:
    """A folder that other users may enter, as pytest's own may not be."""
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-house-"))
    folder.chmod(0o755)
    yield folder
    for inner in folder.rglob("*"):
        if inner.is_dir():
            inner.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def as_somebody() -> Iterator[None]:
    """As a user who may not enter every folder, which root may."""
    os.seteuid(65534 if os.geteuid() == 0 else os.geteuid())
    try:
        yield
    finally:
        os.seteuid(os.getuid())


def mistakes(where: Locations) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load(where, {})
    return [str(error).replace(f"{where.config}/", "") for error in caught.value.errors]


# As macOS, Emacs and rsync leave them beside the file that is written.
HIDDEN = ["sources/._laos.yaml", "sources/.#laos.yaml", "terms/.laos.yaml", ".#watches.yaml", "sources/.yaml"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_file_is_no_config(name: str, tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    assert where.config is not None
    before, files = settings_at(where, {}, keep=True), ConfigFiles(where.config)
    seen = files.fingerprint()
    if "#" in name:
        (where.config / name).symlink_to("somebody@host.4711:1")
    else:
        (where.config / name).write_bytes(b"\0\5\x16\7\xff")
    assert load(where, {}) == before
    assert settings_at(where, {}, keep=True).kept_as is not None
    assert files.fingerprint() == seen


def test_what_stands_in_the_place_of_a_file_is_told_and_not_taken_for_nothing(tmp_path: Path) -> None:
    where = locations(tmp_path, {})
    assert where.config is not None
    # As a mount of a file that is not there makes one.
    (where.config / "wirewatch.yaml").mkdir()
    (where.config / "watches.yaml").symlink_to("/not/mounted/watches.yaml")
    (where.config / "sources").write_text("")
    assert mistakes(where) == [
        "sources: found a folder that cannot be read (Not a directory)",
        "watches.yaml: found a file that cannot be read (No such file or directory)",
        "wirewatch.yaml: found a file that cannot be read (Is a directory)",
    ]


def test_sources_that_may_not_be_looked_into_are_not_taken_for_none(house: Path) -> None:
    where = locations(house, whole())
    assert where.config is not None
    (where.config / "sources").chmod(0)
    with as_somebody():
        assert mistakes(where) == ["sources: found a folder that cannot be read (Permission denied)"]
        with pytest.raises(ConfigErrors):
            settings_at(where, {}, keep=True)


def test_a_config_folder_that_may_not_be_entered_is_told(house: Path) -> None:
    where = locations(house, whole())
    assert where.config is not None
    where.config.chmod(0)
    with as_somebody():
        told = mistakes(where)
    assert "wirewatch.yaml: found a file that cannot be read (Permission denied)" in told
    assert "sources: found a folder that cannot be read (Permission denied)" in told


def test_a_config_in_a_folder_that_may_not_be_entered(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)
    (house / "root" / ".config" / "wirewatch").mkdir(parents=True)
    (house / "root").chmod(0)
    named = house / "root" / "config"
    with as_somebody():
        with pytest.raises(ConfigErrors) as caught:
            locate(named, {})
        # Left in the environment by `sudo -u`.
        found = locate(None, {"HOME": str(house / "root")})
    assert str(caught.value) == (
        f"{named}: --config: found what may not be looked at (Permission denied), "
        "expected a folder with config files"
    )
    assert found.config in (None, Path("/etc/wirewatch"))


def test_names_that_are_no_utf_8_keep_nothing_from_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = os.fsdecode(b"\xff")
    where = locations(tmp_path, {**whole(), f"sources/{odd}.yaml": "sources: []\n"})
    assert settings_at(where, {}, keep=True) == load(where, {})
    assert settings_at(where, {}, keep=True).kept_as is not None
    # What is kept names this one, and cannot.
    elsewhere = Locations(where.config, where.shipped, tmp_path / odd)
    assert settings_at(elsewhere, {}, keep=True) == load(elsewhere, {})
    monkeypatch.setenv("HOME", f"/home/{odd}")
    assert settings_at(where, {}, keep=True) == load(where, {})


def test_what_an_editor_leaves_in_the_program_keeps_nothing_from_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = locations(tmp_path / "config", whole())
    for package in ("wirewatch", "crawler", "alerts", "archive"):
        write(tmp_path / "program" / package, {"one.py": "1"})
    monkeypatch.setattr(config_cache, "package_folder", lambda: tmp_path / "program" / "wirewatch")
    settings_at(where, {}, keep=True)
    (tmp_path / "program" / "alerts" / ".#one.py").symlink_to("somebody@host.4711:1")
    assert settings_at(where, {}).kept_as is not None


def test_an_archive_whose_folder_may_not_be_entered_is_not_taken_for_none(house: Path) -> None:
    (house / "state").mkdir(mode=0)
    house.chmod(0o777)
    file = house / "state" / "wirewatch.db"
    with as_somebody():
        assert stands(file)
        with pytest.raises(ArchiveError, match=r"could not be written: unable to open database file"):
            back_up(file, house / "copy.db")
    assert not stands(house / "wirewatch.db")


def test_an_archive_whose_folder_cannot_be_made_is_told(house: Path) -> None:
    with as_somebody(), pytest.raises(ArchiveError) as caught:
        make_folder(house / "news" / "wirewatch.db")
    assert str(caught.value) == (
        f"{house}/news: the archive's folder cannot be made: check owner and rights (Permission denied)"
    )


def test_a_daemon_whose_archive_has_no_folder_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = write(tmp_path / "config", whole(wirewatch=f"archive: {tmp_path}/file/wirewatch.db\n"))
    ended = subprocess.run(
        [sys.executable, "-m", "wirewatch", "run", "--once", "--config", config],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        f"Error: {tmp_path}/file: the archive's folder cannot be made: check owner and rights (File exists)"
    ]
