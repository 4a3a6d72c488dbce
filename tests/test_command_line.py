"""The command line as a whole: help, version, lazy imports, exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ROOT, run, run_alone
from tests.config_folder import whole, write
from wirewatch.cli import COMMANDS

# What only the daemon, the spiders or page extraction need.
HEAVY = {"scrapy", "twisted", "telegram", "httpx", "sqlalchemy", "alembic", "aiohttp", "trafilatura"}
HEAVY |= {"feedparser", "apscheduler", "dateparser", "rich"}


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
    # The demo makes a config of its own.
    assert ("--config DIR" in ended.out) == (name != "demo")


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


def test_the_config_folder_may_come_from_the_environment(tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong", whole(wirewatch="shipped: []\nversion: 9\n"))
    ended = run_alone("check", WIREWATCH_CONFIG=str(wrong))
    assert ended.code == 78
    assert ended.out.startswith(f"{wrong}/wirewatch.yaml:2:1: version: found 9")


@pytest.mark.parametrize(
    "command", [["match"], ["check"], ["config", "show", "watch:laos"], ["--help"], ["--version"]]
)
def test_light_commands_never_load_what_only_the_daemon_needs(tmp_path: Path, command: list[str]) -> None:
    config = write(tmp_path / "config", whole(wirewatch="shipped: []\n"))
    program = (
        "import sys\n"
        "from wirewatch.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print(sorted(set({sorted(HEAVY)!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    arguments = [sys.executable, "-c", program, "--config", str(config), *command]
    done = subprocess.run(arguments, input=b"", capture_output=True, cwd=ROOT, timeout=60, check=False)
    assert done.stderr.decode().splitlines()[-1] == "[]"
