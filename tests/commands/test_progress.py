"""Long work shows a person at a terminal how far it has come, and a script nothing of it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ROOT
from tests.commands.desk import Desk, open_desk

COMMANDS = {
    "backup": ("copying", ["{copy}"]),
    "restore": ("copying", ["{made}"]),
    "migrate": ("migrating", []),
    "search": ("searching", ["bridge"]),
    "backtest": ("reading", ["laos"]),
    "export": ("writing", []),
    "opml": ("importing", ["import", "{feeds}"]),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    made = open_desk(folder)
    for number in range(5):
        made.article(f"Laos opens bridge {number}", f"https://a.example/{number}")
    assert made.run("backup", folder / "made").code == 0
    made.archive.close()
    return made


def places(desk: Desk, folder: Path) -> dict[str, Path]:
    """What the words of a command stand for; a list of feeds that nobody knows yet."""
    feeds = folder / f"{folder.name}.opml"
    url = f"https://{folder.name.replace('_', '-')}.example/feed"
    feeds.write_text(f'<opml version="2.0"><body><outline xmlUrl="{url}"/></body></opml>', encoding="utf-8")
    return {"copy": folder / "copy", "made": desk.config.parent / "made", "feeds": feeds}


def in_terminal(name: str, *words: str) -> tuple[int, str, str]:
    """Run a command whose stderr is a terminal: its exit code, stdout, and what the terminal showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wirewatch", name, *words],
        stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        # The other end is closed: the program has ended.
        pass
    finally:
        os.close(ours)
    assert process.stdout is not None
    out = process.stdout.read().decode()
    return process.wait(60), out, shown.decode()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_terminal_shows_a_bar_that_ends_at_the_end(desk: Desk, tmp_path: Path, name: str) -> None:
    label, words = COMMANDS[name]
    config = desk.config
    if name in ("restore", "migrate"):
        config = open_desk(tmp_path / "other").config
        (tmp_path / "other" / "wirewatch.db").unlink()
    words = [word.format(**places(desk, tmp_path)) for word in words]
    code, out, shown = in_terminal(name, "--config", str(config), *words)
    assert code == 0, shown
    assert f"{label}  [" in shown
    assert "100%" in shown
    # What comes out is the same as without a terminal.
    assert label not in out
    assert out


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("restore", "migrate")])
def test_a_script_sees_no_bar(desk: Desk, tmp_path: Path, name: str) -> None:
    label, words = COMMANDS[name]
    ended = desk.run(name, *(word.format(**places(desk, tmp_path)) for word in words))
    assert (ended.code, ended.err) == (0, "")
    assert label not in ended.out
