"""A change of the config's files is seen whatever way they are written, and nothing else is."""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from tests import config_folder
from wirewatch.config_cache import settings_at
from wirewatch.config_files import digest, locate
from wirewatch.config_watch import ConfigFiles

FIRST, SECOND = "watches: [{name: laos, query: Laos}]\n", "watches: [{name: laos, query: Lao}]\n"


def in_place(file: Path) -> None:
    file.write_text(SECOND)


def by_rename(file: Path) -> None:
    new = file.with_name(".watches.yaml.tmp")
    new.write_text(SECOND)
    new.replace(file)


def by_backup(file: Path) -> None:
    file.rename(file.with_name("watches.yaml~"))
    file.write_text(SECOND)


def unlinked_first(file: Path) -> None:
    file.unlink()
    file.write_text(SECOND)


def same_size_and_time(file: Path) -> None:
    before = file.stat()
    file.write_text(FIRST.replace("Laos}", "Lao }"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def by_sed(file: Path) -> None:
    subprocess.run(["sed", "-i", "s/query: Laos/query: Lao/", file], check=True)


def by_vim(file: Path) -> None:
    subprocess.run(
        ["vim", "-u", "NONE", "-es", "-c", "%s/query: Laos/query: Lao/", "-c", "wq", file], check=False
    )


@pytest.mark.parametrize(
    "write", [in_place, by_rename, by_backup, unlinked_first, same_size_and_time, by_sed, by_vim]
)
def test_every_way_of_writing_is_seen_once(write: Callable[[Path], None], tmp_path: Path) -> None:
    if write is by_vim and shutil.which("vim") is None:
        pytest.skip("no vim here; its way of writing is that of by_backup")
    file = tmp_path / "watches.yaml"
    file.write_text(FIRST)
    files = ConfigFiles(tmp_path)
    before = files.fingerprint()
    assert files.fingerprint() == before
    write(file)
    after = files.fingerprint()
    assert after != before
    assert files.fingerprint() == after


def test_a_swap_of_symbolic_links_is_seen(tmp_path: Path) -> None:
    # As kubernetes mounts a config map: the files lead to ..data, which is swapped.
    for name, text in (("..1", FIRST), ("..2", SECOND)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "watches.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "watches.yaml").symlink_to("..data/watches.yaml")
    files = ConfigFiles(tmp_path)
    before = files.fingerprint()
    (tmp_path / "..new").symlink_to("..2")
    (tmp_path / "..new").rename(tmp_path / "..data")
    assert files.fingerprint() != before


def test_a_checkout_of_another_branch_is_seen(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@x.example"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    if shutil.which("git") is None:
        pytest.skip("no git here; its way of writing is that of unlinked_first")
    file = tmp_path / "watches.yaml"
    git("init", "-q")
    for branch, text in (("one", FIRST), ("two", SECOND)):
        git("checkout", "-q", "-b", branch)
        file.write_text(text)
        git("add", "watches.yaml")
        git("commit", "-q", "-m", branch)
    files = ConfigFiles(tmp_path)
    before = files.fingerprint()
    git("checkout", "-q", "one")
    assert files.fingerprint() != before
    git("checkout", "-q", "two")
    assert files.fingerprint() == before


def test_what_is_no_config_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    files = ConfigFiles(tmp_path)
    before = files.fingerprint()
    for name in (".watches.yaml.swp", "4913", "watches.yaml~", "sources/.lao.yaml.swx", "notes.txt"):
        (tmp_path / name).write_text("x")
    assert files.fingerprint() == before


def test_a_file_with_a_secret_counts_where_it_is_named(tmp_path: Path) -> None:
    token = tmp_path / "elsewhere" / "telegram.token"
    files = ConfigFiles(tmp_path)
    before = files.fingerprint([token])
    token.parent.mkdir()
    token.write_text("123456:x")
    assert files.fingerprint([token]) != before


def test_a_folder_may_be_named_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "terms").mkdir()
    read = {}
    for name in ("watches.yaml", "terms/lao.yaml"):
        (tmp_path / name).write_text(FIRST)
        read[Path(name)] = digest(FIRST.encode())
    monkeypatch.chdir(tmp_path)
    files = ConfigFiles(Path())
    assert files.fingerprint() == files.fingerprint_of(read)


def test_a_thread_that_waits_for_an_edit_ends_with_one_or_when_it_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "watches.yaml"
    file.write_text(FIRST)
    files, enough = ConfigFiles(tmp_path), Event()
    seen = files.fingerprint()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(files.await_change, (), seen, 0.001, enough)
        file.touch()
        assert not waiting.done()
        by_rename(file)
        waiting.result(timeout=30)
        assert files.fingerprint() != seen
        waiting = thread.submit(files.await_change, (), files.fingerprint(), 3600.0, enough)
        enough.set()
        waiting.result(timeout=30)


def test_a_touched_file_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "watches.yaml"
    file.write_text(FIRST)
    files = ConfigFiles(tmp_path)
    before = files.fingerprint()
    file.touch()
    by_rename(file)
    file.write_text(FIRST)
    assert files.fingerprint() == before


@pytest.mark.parametrize("recalled", [False, True], ids=["read", "recalled"])
def test_what_was_loaded_has_the_same_fingerprint_until_an_edit(recalled: bool, tmp_path: Path) -> None:
    main = "shipped: [terms]\nping_url_file: ping.url\n"
    folder = config_folder.write(tmp_path / "config", config_folder.whole(wirewatch=main))
    secret = folder / "ping.url"
    secret.write_text("https://ping.example/1\n")
    stray = folder / "notes.yaml"
    stray.write_text("")
    where = replace(locate(folder, {}), state=tmp_path / "state")
    settings = settings_at(where, {}, keep=True)
    if recalled:
        settings = settings_at(where, {})
    assert (settings.files is None) == recalled
    files, named = ConfigFiles(folder), settings.named_files
    loaded = files.fingerprint_of(settings.digests, named)
    assert loaded == files.fingerprint(named)
    stray.unlink()
    assert loaded == files.fingerprint(named)
    terms = folder / "terms" / "laos.yaml"
    terms.rename(tmp_path / "terms.yaml")
    assert loaded != files.fingerprint(named)
    (tmp_path / "terms.yaml").rename(terms)
    assert loaded == files.fingerprint(named)
    secret.write_text("https://ping.example/2\n")
    assert loaded != files.fingerprint(named)
