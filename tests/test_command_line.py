"""The command line as a whole: help, version, exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ROOT, run, run_alone
from tests.config_folder import whole, write
from wirewatch.cli import COMMANDS


def test_help_lists_every_command_with_a_line() -> None:
    ended = run("--help")
    assert ended.code == 0
    for name, entry in COMMANDS.items():
        assert f"  {name} " in ended.out
        assert entry.does.endswith(".")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself_and_takes_a_config_folder(name: str) -> None:
    ended = run(name, "--help")
    assert ended.code == 0
    # These two make a config of their own.
    assert ("--config DIR" in ended.out) == (name not in ("demo", "init"))


def test_the_version_is_printed() -> None:
    assert run("--version").out.startswith("wirewatch ")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["check", "--nonsense"], ["config", "show"], ["extract"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert run(*arguments).code == 2


def test_the_config_folder_may_stand_before_or_after_the_command(tmp_path: Path) -> None:
    right = write(tmp_path / "right", whole(wirewatch="shipped: []\n"))
    wrong = write(tmp_path / "wrong", whole(wirewatch="shipped: []\nversion: 9\n"))
    assert run("--config", right, "check").code == 0
    assert run("check", "--config", right).code == 0
    assert run("--config", wrong, "check", "--config", right).code == 0
    assert run("--config", wrong, "check").code == 78
    assert run("--config", right, "config", "show", "watch:laos").code == 0
    assert run("config", "--config", wrong, "show", "--config", right, "watch:laos").code == 0


def test_a_config_folder_without_a_name_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["--config", "", "check"], ["check", "--config", ""]):
        ended = run(*words)
        assert ended.code == 78
        assert ended.out.startswith("--config: found nothing, expected a folder with config files\n")


def test_the_config_folder_may_come_from_the_environment(tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong", whole(wirewatch="shipped: []\nversion: 9\n"))
    ended = run_alone("check", WIREWATCH_CONFIG=str(wrong))
    assert ended.code == 78
    assert ended.out.startswith(f"{wrong}/wirewatch.yaml:2:1: version: found 9")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_changes_nothing(closed: str, tmp_path: Path) -> None:
    write(tmp_path / "config", whole())
    command = f"exec {sys.executable} -m wirewatch --config {tmp_path}/config"
    for words, code in (("check", 0), ("match", 0), ("config show watch:none", 2)):
        ended = subprocess.run(
            ["/bin/sh", "-c", f"{command} {words} {closed}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
        )  # fmt: skip
        assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr
