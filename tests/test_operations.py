"""What docs/operations.md tells people to type can be typed.

Every command line of `wirewatch` on the page is understood by the real program, the shell lines are run
where that needs neither root nor systemd, and the pieces of config are read. A new line on the page fails
here until somebody has decided where it belongs.
"""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from tests.command_line import ROOT
from tests.config_folder import locations
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, item, rss
from tests.pipeline.house import feed_source, house, until, write_config
from wirewatch.cli import COMMANDS, wirewatch
from wirewatch.settings import load

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
IN_STATE = "STATE_DIRECTORY=/var/lib/wirewatch /opt/wirewatch/bin/wirewatch"
ENVIRON = os.environ | {"PYTHONPATH": str(ROOT)}
# Run in the order of this list, beside a daemon that works.
BESIDE_A_DAEMON = [
    "/opt/wirewatch/bin/wirewatch check --config /etc/wirewatch",
    "/opt/wirewatch/bin/wirewatch check --live --config /etc/wirewatch",
    f"{IN_STATE} status --config /etc/wirewatch",
    f"{IN_STATE} backup /var/backups/ --config /etc/wirewatch",
    "(umask 077; tar czf /var/backups/wirewatch-config.tgz -C /etc wirewatch)",
]
# Run when it has ended: back on the same machine, then on another.
WITHOUT = [
    f"{IN_STATE} restore /var/backups/FILE --config /etc/wirewatch",
    "tar xzf wirewatch-config.tgz -C /etc",
    f"{IN_STATE} restore FILE --config /etc/wirewatch",
]
# Not run here, by how the line begins, and why.
NOT_HERE = {
    "apt install ": "needs root",
    "python3 -m venv ": "tests/test_drill.py",
    "/opt/wirewatch/bin/pip install ": "tests/test_drill.py",
    "/opt/wirewatch/bin/wirewatch demo": "takes a minute; has tests of its own",
    "/opt/wirewatch/bin/wirewatch init ": "asks questions: tests/commands/test_init.py",
    "systemctl ": "needs systemd",
    "cp deploy/": "to /etc; that the file exists is tested here",
    "cp /etc/systemd/": "needs root",
    "mkdir -p /etc/systemd/": "needs root",
    "printf '[Service]": "into /etc/systemd",
    "groupadd ": "needs root",
    "chgrp ": "needs root",
    "chmod ": "of a file in /etc",
    "ls -l /var/lib/wirewatch-backup/": "of the timer's copies",
    "mkdir -p deploy/config && wirewatch init deploy/config": "tests/commands/test_init.py",
    "chown -R 10001 ": "needs root",
    "docker compose ": "needs an engine: tests/test_container.py",
    "promtool ": "needs Prometheus",
    "runuser -u postgres ": "needs a server of the machine",
    "printf 'url = ": "to Telegram; what it makes is tested here",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def shell_lines() -> list[str]:
    lines = [re.sub(r"\s+# .*", "", line).strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


def typed() -> Iterable[tuple[str, bool]]:
    """What follows `wirewatch` on the page, and whether it is meant to be typed as it stands."""
    for line in shell_lines():
        for found in re.findall(r"(?:/bin/|&& |exec wirewatch )wirewatch ([^&;)]+)", line):
            yield found.strip(), True
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    for found in re.findall(r"`wirewatch ([a-z][^`]*)`", prose):
        yield found, False


TYPED = sorted(set(typed()))


@pytest.mark.parametrize(("words", "whole"), TYPED, ids=[words for words, _ in TYPED])
def test_the_program_understands_what_is_to_be_typed(words: str, whole: bool) -> None:
    # Stand-ins for what the reader puts there.
    name, *arguments = shlex.split(re.sub(r"\S*\bFILE\b", __file__, words).replace("NUMBER", "1"))
    assert name in COMMANDS
    command = wirewatch.get_command(click.Context(wirewatch), name)
    assert command is not None
    try:
        command.make_context(name, arguments)
    except click.MissingParameter:
        # Prose may name a command without what it is given.
        if whole:
            raise


def test_each_line_of_the_page_is_run_or_has_a_reason_not_to_be() -> None:
    lines = shell_lines()
    assert len(lines) > 40
    tried = [*BESIDE_A_DAEMON, *WITHOUT]
    undecided = [line for line in lines if line not in tried and not line.startswith(tuple(NOT_HERE))]
    assert undecided == []
    # And nothing is decided that the page no longer says.
    assert [line for line in tried if line not in lines] == []
    assert [start for start in NOT_HERE if not any(line.startswith(start) for line in lines)] == []


def test_what_is_copied_from_the_project_is_there() -> None:
    named = re.findall(r"\bdeploy/[\w.-]+\.\w+", PAGE)
    assert len(named) > 4
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_pieces_of_config_are_read(tmp_path: Path) -> None:
    pieces = [piece for piece in blocks("yaml") if "scrape_configs" not in piece]
    assert len(pieces) == 3
    for number, piece in enumerate(pieces):
        files = {"wirewatch.yaml": piece, "archive.secret": "postgresql://w:geheim-8@127.0.0.1/w\n"}
        assert load(locations(tmp_path / str(number), files), {}).sources == ()


def test_prometheus_asks_under_the_name_that_the_rules_look_for(tmp_path: Path) -> None:
    (piece,) = [piece for piece in blocks("yaml") if "scrape_configs" in piece]
    (asked,) = YAML(typ="safe").load(piece)["scrape_configs"]
    rules = (ROOT / "deploy" / "alerts.yaml").read_text()
    assert set(re.findall(r'job="(\w+)"', rules)) == {asked["job_name"]}
    default = load(locations(tmp_path, {}), {}).http.listen
    assert asked["static_configs"] == [{"targets": [str(default)]}]


class Machine:
    """The page's folders below one of the test's, and a shell that knows them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("etc", "var/backups", "opt/wirewatch/bin"):
            (root / folder).mkdir(parents=True)
        self.program = root / "opt/wirewatch/bin/wirewatch"
        self.program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wirewatch "$@"\n')
        self.program.chmod(0o700)

    def here(self, text: str) -> str:
        return re.sub(r"(?<![\w.])/(etc|var|opt)\b", rf"{self.root}/\1", text)

    async def sh(self, line: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", self.here(line), cwd=self.root / "var/backups", env=ENVIRON,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, f"{line}\n{said.decode()}"
        return said.decode()


async def test_the_lines_do_what_the_page_says(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    archive = tmp_path / "var/lib/wirewatch/wirewatch.db"
    async with BotApiPeer() as api, PeerNewsroom() as site:
        site.script("/feed", rss(["Quiet"]))
        chat, sources = api.supergroup("The desk"), [feed_source("post", site.url("/feed"))]
        write_config(tmp_path / "etc/wirewatch", sources, api, chat, archive=str(archive))
        words = ["run", "--config", tmp_path / "etc/wirewatch"]
        daemon = await asyncio.create_subprocess_exec(machine.program, *words, env=ENVIRON)
        try:
            await until(lambda: len(site.seen("/feed")) > 1, 40)
            for line in BESIDE_A_DAEMON:
                await machine.sh(line)
        finally:
            daemon.terminate()
            assert await asyncio.wait_for(daemon.wait(), 15) == 0
        (copy,) = (tmp_path / "var/backups").glob("*.backup")
        config = tmp_path / "var/backups/wirewatch-config.tgz"
        assert [file.stat().st_mode & 0o777 for file in (copy, config)] == [0o600, 0o600]
        (tmp_path / "etc/wirewatch").rename(tmp_path / "etc/lost")
        restored, unpacked, moved = WITHOUT
        await machine.sh(unpacked)
        for line in (restored, moved):
            archive.unlink()
            await machine.sh(line.replace("FILE", copy.name))
            assert archive.stat().st_size > 0


async def test_a_move_to_postgresql_repeats_the_last_day_as_one_digest(
    tmp_path: Path, postgres_url: str
) -> None:
    titles = ["Laos opens a bridge", "Vientiane: Laos sells a dam", "Laos wins at chess"]
    news = [item(title, published=datetime.now(UTC) - timedelta(hours=1)) for title in titles]
    old = item("Laos closes a mine", published=datetime.now(UTC) - timedelta(days=3))
    newest = item("Laos finds a new frog", published=datetime.now(UTC))
    async with BotApiPeer() as api, PeerNewsroom() as site:
        site.script("/feed", rss([old]), rss([*news, old]))
        chat, sources = api.supergroup("The desk"), [feed_source("post", site.url("/feed"))]
        folder = write_config(tmp_path / "config", sources, api, chat)
        async with house(folder):
            await until(lambda: len(api.ledger.messages) == len(titles))
        main = folder / "wirewatch.yaml"
        said = main.read_text()
        main.write_text("archive_file: archive.secret\n" + said[said.index("shipped:") :])
        (folder / "archive.secret").write_text(postgres_url)
        async with house(folder):
            await until(lambda: len(api.ledger.messages) == len(titles) + 1)
            asked = len(site.seen("/feed"))
            await until(lambda: len(site.seen("/feed")) > asked + 3)
            site.script("/feed", rss([newest, *news, old]))
            await until(lambda: len(api.ledger.messages) == len(titles) + 2)
    digest, alert = api.ledger.messages[-2:]
    assert [title for title in titles if title in digest.text] == titles
    assert "mine" not in digest.text
    assert alert.text.startswith("Laos finds a new frog")


def test_the_token_is_handed_to_curl_out_of_sight(tmp_path: Path) -> None:
    (line,) = [line for line in shell_lines() if line.startswith("printf 'url = ")]
    said, asking = line.split(" | ")
    assert asking == "curl --config -"
    (tmp_path / "etc/wirewatch").mkdir(parents=True)
    (tmp_path / "etc/wirewatch/telegram.token").write_text("123:abc\n")
    made = os.popen(said.replace("/etc", f"{tmp_path}/etc")).read()
    assert made == 'url = "https://api.telegram.org/bot123:abc/logOut"\n'
