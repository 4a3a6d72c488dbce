"""The newcomer's drill: an empty environment, a wheel, and nothing but the commands of the operations page.

Install, connect a chat, first alert, a changed watch, a new source, a copy, restored elsewhere, an upgrade.
Each step's time is printed (`pytest -s -m full tests/test_drill.py`). The wheel's requirements are those of
the environment that runs the tests; with WIREWATCH_DRILL_INSTALL=1 they are installed anew, from the network.
"""

import asyncio
import os
import re
import shutil
import signal
import site as site_packages
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from tests.command_line import ROOT
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline.house import headlines, until
from tests.pipeline.test_whole_path import entry

BUILT = ("pyproject.toml", "README.md", "LICENSE", "config", "wirewatch", "crawler", "alerts", "archive")


class Drill:
    """A newcomer's machine: an environment, a home, and a stop-watch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "env" / "bin" / "python"
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "WIREWATCH_"))
        } | {"HOME": str(folder), "STATE_DIRECTORY": str(folder / "state"), "NO_COLOR": "1"}
        self._began = monotonic()

    def step(self, what: str) -> None:
        """Tell how long the step took that ends here."""
        now = monotonic()
        print(f"{now - self._began:7.1f} s  {what}")
        self._began = now

    def wheel(self, version: str) -> Path:
        """A wheel of this tree that calls itself `version`."""
        tree = self.folder / f"tree-{version}"
        tree.mkdir()
        for name in BUILT:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, tree / name)
        project = tree / "pyproject.toml"
        said = re.sub(r'^version = ".*"$', f'version = "{version}"', project.read_text(), flags=re.MULTILINE)
        project.write_text(said)
        out = self.folder / "wheels"
        words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", out, tree]
        subprocess.run(words, check=True, timeout=300)
        return next(out.glob(f"wirewatch-{version}-*.whl"))

    def install(self, wheel: Path) -> None:
        anew = os.environ.get("WIREWATCH_DRILL_INSTALL") == "1"
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", self.folder / "env"], check=True, timeout=120)
            (packages,) = (self.folder / "env" / "lib").glob("python*/site-packages")
            if not anew:
                # Not this project: its editable install is a .pth file, which is not read there.
                (packages / "drill.pth").write_text("\n".join(site_packages.getsitepackages()))
        more = [] if anew else ["--no-deps"]
        words = [self.python, "-m", "pip", "install", "--quiet", *more, wheel]
        subprocess.run(words, check=True, timeout=600, env=self.environ)

    async def wirewatch(self, *words: object, said: str = "") -> str:
        """Run a command to its end; what it printed. It must succeed."""
        process = await self.started(*words)
        out, _ = await asyncio.wait_for(process.communicate(said.encode()), 120)
        assert process.returncode == 0, out.decode()
        return out.decode()

    async def started(self, *words: object) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            self.folder / "env" / "bin" / "wirewatch", *map(str, words), cwd=self.folder, env=self.environ,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


@pytest.mark.full
@pytest.mark.timeout(1800)
async def test_a_newcomer_comes_from_nothing_to_a_service_that_is_kept(
    api: BotApiPeer, tmp_path: Path
) -> None:
    drill = Drill(tmp_path)
    chat = api.supergroup("The desk")
    first = drill.wheel("0.1.0")
    drill.step("the wheel is built")
    drill.install(first)
    assert "0.1.0" in await drill.wirewatch("--version")
    drill.step("it is installed in an empty environment")
    await drill.wirewatch(
        "init", "config", "--token-file", "-", "--chat", chat.id, "--timezone", "Asia/Vientiane",
        "--api-url", api.api_url, said=api.token,
    )  # fmt: skip
    assert len(api.ledger.messages) == 1
    drill.step("a chat is connected, the first message is there")
    async with PeerNewsroom() as site:
        site.script("/one", rss(["Quiet"]))
        site.script("/two", rss(["Calm"]))
        config = tmp_path / "config"
        # What a test must do and a newcomer need not: only these sources, on loopback, asked often.
        main = (config / "wirewatch.yaml").read_text()
        own = "shipped: [watches, terms]\nhttp: {listen: null}\n"
        own += "fetch: {allow_private: [127.0.0.0/8], min_delay: 20ms}\n"
        (config / "wirewatch.yaml").write_text(main + own)
        (config / "sources").mkdir()
        one = f"sources:\n  - {{name: one, url: '{site.url('/one')}', every: 1s, full_text: never}}\n"
        (config / "sources" / "mine.yaml").write_text(one)
        await drill.wirewatch("check")
        daemon = await drill.started("run")
        await until(lambda: bool(site.seen("/one")), 60)
        site.script("/one", rss([entry("Laos opens a bridge"), "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 2, 60)
        drill.step("the daemon runs, the first alert is there")
        (config / "watches.yaml").write_text("watches:\n  - {name: dams, query: dam}\n")
        await asyncio.sleep(2)
        site.script("/one", rss([entry("A dam is full"), entry("Laos opens a bridge"), "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 3, 60)
        drill.step("a watch was added, and alerts")
        two = one + f"  - {{name: two, url: '{site.url('/two')}', every: 1s, full_text: never}}\n"
        (config / "sources" / "mine.yaml").write_text(two)
        await until(lambda: bool(site.seen("/two")), 60)
        site.script("/two", rss([entry("Vientiane has a new school"), "Calm"]))
        await until(lambda: len(api.ledger.messages) == 4, 60)
        drill.step("a source was added, and alerts")
        assert "Working" in (await drill.wirewatch("status")).splitlines()[0]
        copy = tmp_path / "copy"
        await drill.wirewatch("backup", copy)
        drill.step("the archive is copied while the daemon runs")
        daemon.send_signal(signal.SIGTERM)
        await asyncio.wait_for(daemon.communicate(), 20)
        assert daemon.returncode == 0
        drill.environ["STATE_DIRECTORY"] = str(tmp_path / "elsewhere")
        await drill.wirewatch("restore", copy)
        drill.step("the copy is put back on another path")
        drill.install(drill.wheel("0.1.1"))
        assert "0.1.1" in await drill.wirewatch("--version")
        await drill.wirewatch("migrate")
        drill.step("a newer wheel is installed over it")
        daemon = await drill.started("run")
        polled = len(site.seen("/two"))
        await until(lambda: len(site.seen("/two")) > polled + 1, 60)
        site.script("/one", rss([entry("Laos builds a road"), entry("A dam is full"), "Quiet"]))
        await until(lambda: len(api.ledger.messages) == 5, 60)
        daemon.send_signal(signal.SIGTERM)
        await asyncio.wait_for(daemon.communicate(), 20)
        drill.step("it goes on, and tells nothing again")
    assert sorted(headlines(api)[1:]) == [
        "A dam is full", "Laos builds a road", "Laos opens a bridge", "Vientiane has a new school",
    ]  # fmt: skip
