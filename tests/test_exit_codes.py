"""Every command ends with the code that scripts rely on: 0 ok, 1 failure, 2 usage, 78 a bad config or a newer
archive; and says on one of its streams why, never by a traceback."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.lock import DaemonLock
from tests.command_line import run
from tests.commands.desk import Desk, open_desk
from tests.commands.test_broken_archive import newer
from wirewatch.cli import COMMANDS

LINE = '{"id": "1", "title": "Laos opens a bridge"}\n'
FEED = "<rss version='2.0'><channel><item><title>A</title><link>https://a.example/1</link></item></channel></rss>"
PAGE = f"<html><body><article><h1>Laos</h1><p>{'It rained on the river. ' * 60}</p></article></body></html>"


@dataclass(frozen=True)
class Case:
    """How a command is called so that it goes well, fails, and is used wrongly; {…} are files of the desk.

    `config` and `archive` tell whether it reads them; None where a way to go well or to fail needs a
    network or a person, and is tested where that is at hand.
    """

    good: str | None
    bad: str | None
    wrong: str = "--nonsense"
    stdin: str = ""
    bad_stdin: str = ""
    config: bool = True
    archive: bool = True


# Names that the config does not know are wrong usage, what the archive does not know is a failure.
CASES: dict[str, Case] = {
    "demo": Case(None, None, config=False, archive=False),
    "run": Case(None, None, archive=True),
    "init": Case(None, None, config=False, archive=False),
    "check": Case("", None, archive=False),
    "config": Case("show watch:laos", None, "show watch:none", archive=False),
    "parse": Case("", "", stdin=FEED, bad_stdin="no feed", config=False, archive=False),
    # A page without an article is an answer too.
    "extract": Case("--url https://a.example/1", None, "", stdin=PAGE, config=False, archive=False),
    "match": Case("", "", stdin=LINE, bad_stdin="no line", archive=False),
    "cluster": Case("", "", stdin=LINE, bad_stdin="no line", config=False, archive=False),
    "status": Case("", None),
    "sources": Case("", None, "--sort nonsense"),
    "poll": Case(None, "laotian-times", "nobody"),
    "discover": Case(None, "https://127.0.0.1:9/", "", archive=False),
    "opml": Case("export", "import {there}", "import {none}", archive=False),
    "shell": Case(None, "https://127.0.0.1:9/ -c 1", "", archive=False),
    "deliveries": Case("", None, "--state nonsense"),
    "retry": Case("1", "99999", ""),
    "mute": Case("watch:laos --for 1h", "watch:none --for 1h", "watch:laos"),
    "stories": Case("", "99999"),
    "explain": Case("https://a.example/1", "https://a.example/none", ""),
    "terms": Case("Laos", None, archive=False),
    "backtest": Case("laos", None, "none"),
    "route": Case("", "", stdin=LINE, bad_stdin="no line", archive=False),
    "search": Case("Laos", "nothingofthekind", "Laos --limit none"),
    "export": Case("", None, "--since nonsense"),
    "backup": Case("{copy}", "{there}"),
    "restore": Case(None, "{there}", "{none}"),
    "migrate": Case("", None),
    "forget": Case("12345", None, "somebody"),
    "preview": Case("", None, archive=False),
}


# Larger than any column of a database, longer than any calendar, and what is no address and no chat.
TOO_MUCH = "99999999999999999999"
OUT_OF_BOUNDS = [
    f"retry {TOO_MUCH}", f"stories {TOO_MUCH}", f"stories merge 1 {TOO_MUCH}",
    f"mute story:{TOO_MUCH} --for 1h", f"deliveries --limit {TOO_MUCH}", f"search Laos --limit {TOO_MUCH}",
    f"forget {TOO_MUCH}",
    "mute watch:laos --for 99999999d", "search Laos --since 99999999d", "export --since 99999999d",
    "backtest laos --since 99999999d", "extract --url http://[a.example/", "init {none} --chat 12x",
]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = open_desk(tmp_path)
    for name in ("laotian-times", "laotian-times-business"):
        made.source(name)
    made.delivery(made.article("Laos opens a bridge", "https://a.example/1"), state="dead", reason="gone")
    (tmp_path / "there").write_text("is here already")
    return made


def words(said: str, tmp_path: Path) -> list[str]:
    names = {name: str(tmp_path / name) for name in ("none", "copy", "there")}
    return said.format(**names).split()


def chosen(**needs: object) -> list[str]:
    return [
        name for name, case in CASES.items()
        if all(getattr(case, key) is not None if wanted is ... else getattr(case, key) == wanted
               for key, wanted in needs.items())
    ]  # fmt: skip


def test_the_table_is_whole() -> None:
    assert list(CASES) == list(COMMANDS)


@pytest.mark.parametrize("name", chosen(good=...))
def test_what_goes_well_ends_with_0(desk: Desk, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    lock = DaemonLock(desk.archive)
    lock.acquire()
    good = words(case.good or "", tmp_path)
    ended = desk.run(name, *good, stdin=case.stdin) if case.config else run(name, *good, stdin=case.stdin)
    lock.release()
    assert ended.code == 0, ended


@pytest.mark.parametrize("name", chosen(bad=...))
def test_what_fails_ends_with_1_and_says_why(desk: Desk, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    bad = words(case.bad or "", tmp_path)
    ended = (
        desk.run(name, *bad, stdin=case.bad_stdin) if case.config else run(name, *bad, stdin=case.bad_stdin)
    )
    assert ended.code == 1, ended
    assert "Traceback" not in ended.err
    assert (ended.err or ended.out).strip()


@pytest.mark.parametrize("name", CASES)
def test_wrong_usage_ends_with_2(desk: Desk, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    wrong = words(case.wrong, tmp_path)
    ended = run(name, *wrong) if name in ("demo", "init") else desk.run(name, *wrong)
    assert ended.code == 2, ended
    assert f"Usage: wirewatch {name}" in ended.err


@pytest.mark.parametrize("line", OUT_OF_BOUNDS)
def test_what_is_out_of_bounds_is_wrong_usage(desk: Desk, tmp_path: Path, line: str) -> None:
    name, *rest = words(line, tmp_path)
    ended = run(name, *rest) if name == "init" else desk.run(name, *rest, stdin=PAGE)
    assert ended.code == 2, ended
    assert f"Usage: wirewatch {name}" in ended.err


# It shows what the files say, right or wrong.
@pytest.mark.parametrize("name", [name for name in chosen(config=True) if name != "config"])
def test_a_bad_config_ends_with_78_and_names_its_place(desk: Desk, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    (desk.config / "wirewatch.yaml").write_text("shipped: []\ntimezone: Mars\n")
    ended = desk.run(name, *words(case.good or case.bad or "", tmp_path), stdin=case.stdin)
    assert ended.code == 78, ended
    assert "wirewatch.yaml:2:" in ended.out + ended.err


# A copy is one of whatever there is.
@pytest.mark.parametrize("name", [name for name in chosen(archive=True) if name != "backup"])
def test_an_archive_of_a_newer_version_ends_with_78(desk: Desk, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    desk.archive.close()
    newer(tmp_path / "wirewatch.db")
    before = (tmp_path / "wirewatch.db").read_bytes()
    called = str(tmp_path / "wirewatch.db") if name == "restore" else case.good or case.bad or ""
    ended = desk.run(name, *words(called, tmp_path), stdin=case.stdin)
    assert ended.code == 78, ended
    assert "newer Wirewatch" in ended.err
    assert (tmp_path / "wirewatch.db").read_bytes() == before


MAKES_ONE = ("run", "migrate", "poll", "restore")


@pytest.mark.parametrize("name", [name for name in chosen(archive=True) if name not in MAKES_ONE])
def test_without_an_archive_nothing_is_made_and_1_says_so(desk: Desk, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    desk.archive.close()
    (tmp_path / "wirewatch.db").unlink()
    ended = desk.run(name, *words(case.good or case.bad or "", tmp_path), stdin=case.stdin)
    assert ended.code == 1, ended
    # What it says is the answer to `status`, and the failure of any other.
    assert "there is no archive" in (ended.out if name == "status" else ended.err)
    assert not (tmp_path / "wirewatch.db").exists()


@pytest.mark.parametrize("held", [True, False])
def test_an_edit_that_is_wrong_stops_no_daemon_and_keeps_none_from_being_told(desk: Desk, held: bool) -> None:
    (desk.config / "watches.yaml").write_text("watches: [{name: laos, query: '@loas'}]\n")
    lock = DaemonLock(desk.archive)
    if held:
        lock.acquire()
    ended = desk.run("status")
    lock.release()
    # A daemon goes on with the config before; without one there is none that could.
    assert ended.code == (0 if held else 1), ended
    assert "watches.yaml:1:" in ended.out
    assert "mend it; `wirewatch check` shows every mistake" in ended.out
