"""What is shipped to run Wirewatch as a service is right as far as this machine can tell."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.command_line import ROOT
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline.house import feed_source, until, write_config
from wirewatch.cli import COMMANDS
from wirewatch.supervisor import watchdog_seconds

DEPLOY = ROOT / "deploy"


def unit() -> str:
    return (DEPLOY / "wirewatch.service").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize("name", ["wirewatch", "wirewatch-backup"])
def test_the_units_are_understood_and_leave_little_to_the_service(tmp_path: Path, name: str) -> None:
    for shipped in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")):
        said = shipped.read_text().replace("/opt/wirewatch/bin/wirewatch", sys.executable)
        (tmp_path / shipped.name).write_text(said)
    file = tmp_path / f"{name}.service"
    for one in (file, *tmp_path.glob(f"{name}.timer")):
        verified = subprocess.run(
            ["systemd-analyze", "verify", one], capture_output=True, text=True, check=False
        )
        assert [line for line in verified.stderr.splitlines() if "wirewatch" in line] == []
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", file], capture_output=True, text=True, check=False
    )
    (exposure,) = re.findall(r"exposure level for \S+: ([\d.]+)", rated.stdout)
    assert float(exposure) < 2


def test_the_unit_does_not_start_again_what_cannot_be_mended_by_it() -> None:
    assert "RestartPreventExitStatus=78" in unit()
    # The daemon limits its children, which this group of calls would forbid.
    assert not re.search(r"^SystemCallFilter=~.*@resources", unit(), re.MULTILINE)


async def test_the_daemon_speaks_to_its_supervisor(tmp_path: Path) -> None:
    async with BotApiPeer() as api, PeerNewsroom() as site:
        site.script("/feed", rss(["Quiet"]))
        chat = api.supergroup("The desk")
        folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
        heard: list[dict[str, str]] = []
        where = str(tmp_path / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(where)
            supervisor.setblocking(False)

            def hear(word: str) -> bool:
                try:
                    while True:
                        said = supervisor.recv(4096).decode()
                        heard.append(dict(line.split("=", 1) for line in said.splitlines()))
                except BlockingIOError:
                    return any(word in one for one in heard)

            daemon = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "wirewatch", "run", "--config", str(folder),
                env={**os.environ, "NOTIFY_SOCKET": where, "WATCHDOG_USEC": "300000"},
            )  # fmt: skip
            await until(lambda: hear("READY"), 40)
            # Ready means that the archive is open.
            assert (folder / "wirewatch.db").exists()
            assert heard[0]["STATUS"].startswith("watching 1 sources")
            await until(lambda: hear("") or sum("WATCHDOG" in one for one in heard) > 2, 40)
            daemon.send_signal(signal.SIGHUP)
            await until(lambda: hear("RELOADING"), 40)
            asked = next(one for one in heard if "RELOADING" in one)
            assert int(asked["MONOTONIC_USEC"]) > 0
            await until(lambda: (not hear("x") and "READY" in heard[-1]) or any(
                "READY" in one for one in heard[heard.index(asked) + 1 :]), 40)  # fmt: skip
            daemon.terminate()
            assert await asyncio.wait_for(daemon.wait(), 15) == 0
            assert hear("STOPPING")


@pytest.mark.parametrize(("usec", "pid", "expected"), [
    ("20000000", "", 20.0), ("20000000", "this", 20.0), ("20000000", "1", None), ("", "", None),
    ("0", "", None), ("x", "", None),
])  # fmt: skip
def test_a_watchdog_is_fed_only_where_one_asks_this_process(
    monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, expected: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "this" else pid)
    assert watchdog_seconds() == expected


def test_the_container_is_made_of_what_is_there_and_needs_no_root() -> None:
    said = (DEPLOY / "Containerfile").read_text()
    for copied in re.findall(r"^COPY (?!--)(.+) \./?\S*$", said, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name
    assert re.search(r"^USER 10001$", said, re.MULTILINE)
    (health,) = re.findall(r"^HEALTHCHECK.*CMD (\[.*\])$", said, re.MULTILINE)
    command, word = json.loads(health)
    assert (command, word in COMMANDS) == ("wirewatch", True)
    composed = YAML(typ="safe").load(DEPLOY / "compose.yaml")["services"]["wirewatch"]
    assert composed["read_only"] is True
    assert composed["cap_drop"] == ["ALL"]
    assert (DEPLOY / composed["build"]["context"] / composed["build"]["dockerfile"]).exists()


def test_the_copy_runs_as_the_user_whose_archive_it_is_and_keeps_the_last_one() -> None:
    said = (DEPLOY / "wirewatch-backup.service").read_text()
    # A dynamic user is called as its service is, and shared by all that name it.
    assert {"User=wirewatch", "DynamicUser=yes"} <= set(said.splitlines())
    # Hardened as the service itself.
    hardening = r"^(?:Protect|Private|Restrict|NoNew|Capability|Ambient|Lock|Remove|Proc|SystemCall)\w+=.*$"
    alike = set(re.findall(hardening, unit(), re.MULTILINE)) - set(re.findall(hardening, said, re.MULTILINE))
    assert alike == {"RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"}
    # What is run after a start that failed would remove copies that nothing follows.
    (removing,) = [line for line in said.splitlines() if "-delete" in line]
    assert removing.startswith("ExecStartPost=/usr/bin/find ")
