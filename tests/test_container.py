"""The container, for real: built from the Containerfile, run as the compose file says, killed and stopped.

Needs an engine (see `container_engine.py`) and root: `pytest -s -m full tests/test_container.py`.
"""

import asyncio
import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.command_line import ROOT
from tests.container_engine import Engine, engine, provide_base
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import feed_source, headlines, until, write_config
from tests.pipeline.test_whole_path import LONG, entry, published

CONTAINERFILE = ROOT / "deploy" / "Containerfile"
COMPOSED = YAML(typ="safe").load(ROOT / "deploy" / "compose.yaml")["services"]["wirewatch"]
PAGE = "<html><head><title>Ministers meet</title></head><body><article><h1>Ministers meet</h1>" + "".join(
    f"<p>{LONG} Paragraph {number} speaks of Laos and its rivers.</p>" for number in range(5)
)

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


@pytest.fixture(scope="module")
def podman() -> Iterator[Engine]:
    """An engine with the image `wirewatch-try`."""
    found = engine()
    if found is None or os.geteuid() != 0:
        pytest.skip("no container engine answers here, or this is not root")
    for base in set(re.findall(r"^FROM (\S+)", CONTAINERFILE.read_text(), re.MULTILINE)):
        print(f"\n{base}: {provide_base(found, base)}")
    # Docker's own format: the other one knows no HEALTHCHECK.
    os.environ["BUILDAH_FORMAT"] = "docker"
    found("build", "--network", "host", "-t", "wirewatch-try", "-f", CONTAINERFILE, ROOT)
    yield found
    found("rmi", "wirewatch-try", fails=True)


def as_composed(config: Path, token: Path, volume: str) -> list[str]:
    """What the compose file asks for, as options of `run`, on the network of the host, as the peers."""
    options = ["--network", "host", "--memory", COMPOSED["mem_limit"], "--pids-limit", COMPOSED["pids_limit"]]
    options += ["--read-only"] * COMPOSED["read_only"]
    for name, key in (("--tmpfs", "tmpfs"), ("--cap-drop", "cap_drop"), ("--security-opt", "security_opt")):
        options += [word for value in COMPOSED[key] for word in (name, value)]
    for name, value in COMPOSED["environment"].items():
        options += ["--env", f"{name}={value}"]
    for secret in COMPOSED["secrets"]:
        options += ["--volume", f"{token}:/run/secrets/{secret}:ro"]
    for said in COMPOSED["volumes"]:
        options += ["--volume", said.replace("./config:", f"{config}:").replace("data:", f"{volume}:")]
    return [str(option) for option in options]


async def test_the_image_watches_tells_and_ends_as_the_compose_file_runs_it(
    podman: Engine, api: BotApiPeer, tmp_path: Path
) -> None:
    name = f"wirewatch-try-{secrets.token_hex(4)}"
    async with PeerNewsroom() as site:
        site.script("/ministers", Reply(PAGE, headers={"Content-Type": "text/html"}))
        news = item("Ministers meet", link=site.url("/ministers"), published=published(seconds=1))
        site.script("/feed", rss(["Quiet"]), rss([news, "Quiet"]))
        sources = [{**feed_source("post", site.url("/feed")), "every": "1s", "full_text": "always"}]
        chat = api.supergroup("The desk")
        config = write_config(tmp_path / "config", sources, api, chat, archive="wirewatch.db")
        # The token is where the compose file puts it, and nowhere else.
        token = (config / "telegram.token").rename(tmp_path / "telegram.token")
        token.chmod(0o600)
        os.chown(token, 10001, 10001)
        tmp_path.chmod(0o755)
        try:
            podman("run", "--detach", "--name", name, *as_composed(config, token, name), "wirewatch-try")
            # A page is read in a child process: it starts, with its limit, in this container too.
            await until(lambda: any("Laos and its rivers" in m.text for m in api.ledger.messages), 90)
            health = re.findall(r"^HEALTHCHECK.*CMD (\[.*\])$", CONTAINERFILE.read_text(), re.MULTILINE)
            said = await asyncio.to_thread(podman, "exec", name, *json.loads(health[0]))
            assert said.startswith("Working")
            assert podman("exec", name, "id", "-u") == "10001"
            for path in ("/x", "/config/x", "/opt/wirewatch/x"):
                assert podman.run("exec", name, "touch", path).returncode != 0
            assert podman("exec", name, "stat", "-c", "%a %u", "/data").split() == ["700", "10001"]
            logged = podman.run("logs", name)
            assert api.token not in podman("inspect", name) + logged.stdout + logged.stderr
            podman("kill", "--signal", "KILL", name)
            # Told while it was away, and what it had told before is not told again.
            site.script("/feed", rss([entry("Laos opens a bridge"), news, "Quiet"]))
            await asyncio.to_thread(podman, "start", name)
            await until(lambda: len(api.ledger.messages) == 2, 90)
            polled = len(site.seen("/feed"))
            await until(lambda: len(site.seen("/feed")) > polled + 2, 60)
            await asyncio.to_thread(podman, "stop", "--time", "20", name)
            assert podman("inspect", "--format", "{{.State.ExitCode}}", name) == "0"
            # The health check says no without a daemon.
            options = as_composed(config, token, name)
            assert podman.run("run", "--rm", *options, "wirewatch-try", "status").returncode == 1
        finally:
            print(podman.run("logs", name).stderr[-3000:])
            podman("rm", "--force", name, fails=True)
            podman("volume", "rm", name, fails=True)
    assert headlines(api) == ["Ministers meet", "Laos opens a bridge"]
