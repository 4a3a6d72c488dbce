"""From a token to the first message, against a Bot API server; what it leaves is a config that works."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.command_line import ROOT
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, rss
from tests.pipeline.house import settings_of
from tests.pipeline.test_housekeeping import amend
from wirewatch import setting_up
from wirewatch.config_files import Locations
from wirewatch.setting_up import FirstConfig, text_of, write
from wirewatch.settings import load


@pytest.fixture
async def api() -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer() as peer:
        yield peer


async def wirewatch(*words: object, said: str = "", **environ: str) -> tuple[int, str]:
    """Run a command; its exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wirewatch", *map(str, words),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(said.encode()), 90)
    return process.returncode or 0, out.decode()


async def test_by_options_a_folder_is_made_and_the_first_message_stands_in_the_chat(
    api: BotApiPeer, tmp_path: Path
) -> None:
    chat = api.supergroup("The: 'desk' # one", topics=2)
    topic = next(iter(chat.topics))
    folder = tmp_path / "new" / "config"
    code, out = await wirewatch(
        "init", folder, "--token-file", "-", "--chat", chat.id, "--topic", topic,
        "--timezone", "Asia/Vientiane", "--api-url", api.api_url, said=f"{api.token}\n",
    )  # fmt: skip
    assert code == 0, out
    assert api.token not in out
    (message,) = api.ledger.messages
    assert message.chat_id == chat.id
    assert "connected" in message.text
    secret = folder / "telegram.token"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert api.token not in (folder / "wirewatch.yaml").read_text()
    settings = settings_of(folder)
    assert not settings.warnings
    assert settings.timezone.key == "Asia/Vientiane"
    (channel,) = settings.channels
    assert (getattr(channel, "chat", None), getattr(channel, "topic", None)) == (chat.id, topic)
    # A second time nothing is overwritten, and nobody is written to.
    before = (folder / "wirewatch.yaml").read_bytes()
    code, out = await wirewatch("init", folder, "--token-file", "-", "--chat", "1", said=api.token)
    assert code == 1
    assert "there already" in out
    assert (folder / "wirewatch.yaml").read_bytes() == before


async def test_the_chat_is_chosen_among_those_that_wrote_and_the_token_is_not_echoed(
    api: BotApiPeer, tmp_path: Path
) -> None:
    ann = api.person("Ann")
    api.say(api.private(ann), ann, "/start")
    group = api.supergroup("Newsroom", ann)
    api.say(group, ann, "/start")
    # In a terminal of its own: what is typed for a password is not shown there.
    words = [sys.executable, "-m", "wirewatch", "init", str(tmp_path / "config"), "--api-url", api.api_url]
    out = await asyncio.to_thread(_in_terminal, words, ["Asia/Vientiane", api.token, "2"])
    assert "first message stands in Newsroom" in out, out
    assert api.token not in out
    assert [act.chat_id for act in api.ledger.messages] == [group.id]
    assert (tmp_path / "config" / "telegram.token").read_text().strip() == api.token


def _in_terminal(words: list[str], answers: list[str]) -> str:
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["PYTHONPATH"] = str(ROOT)
        os.execv(words[0], words)
    said = b""
    prompts = [b"zone", b"not shown", b"Which one?"]
    try:
        while True:
            piece = os.read(terminal, 4096)
            said += piece
            if prompts and prompts[0] in said and said.rstrip().endswith((b":", b"]:")):
                prompts.pop(0)
                os.write(terminal, answers.pop(0).encode() + b"\n")
    except OSError:
        # The other end is closed: the program has ended.
        os.waitpid(pid, 0)
    return said.decode()


@pytest.mark.parametrize(("token", "words"), [
    ("123456:wrong-but-well-formed-xxxxxxxxxxxxxxxxxxx", "does not know this token"),
    ("no token", "not as BotFather gives it"),
    ("", "not as BotFather gives it"),
])  # fmt: skip
async def test_a_token_that_is_wrong_leaves_nothing(
    api: BotApiPeer, tmp_path: Path, token: str, words: str
) -> None:
    code, out = await wirewatch(
        "init", tmp_path / "c", "--token-file", "-", "--chat", "5", "--timezone", "UTC",
        "--api-url", api.api_url, said=token,
    )  # fmt: skip
    assert code in (1, 2)
    assert words in out
    assert not token or token not in out
    assert not (tmp_path / "c").exists()


async def test_a_channel_in_which_the_bot_may_edit_is_told_of_and_one_without_rights_is_no_channel(
    api: BotApiPeer, tmp_path: Path
) -> None:
    channel = api.channel("Wire")
    common = ("--token-file", "-", "--timezone", "UTC", "--api-url", api.api_url)
    channel.rights.discard("can_post_messages")
    code, out = await wirewatch("init", tmp_path / "c", "--chat", channel.id, *common, said=api.token)
    assert code == 1
    assert "may not post" in out
    assert not api.ledger.messages
    channel.rights.update({"can_post_messages", "can_edit_messages"})
    code, out = await wirewatch("init", tmp_path / "c", "--chat", channel.id, *common, said=api.token)
    assert code == 0, out
    assert "Take the right away" in out
    # Afterwards the live check says the same, and asks the sources.
    async with PeerNewsroom() as site:
        site.script("/feed", rss(["Quiet"]))
        site.script("/", rss([]))
        folder = amend(tmp_path / "c", shipped=["watches", "terms"], fetch={"allow_private": ["127.0.0.0/8"]})
        (folder / "sources").mkdir()
        listed = (
            f"sources: [{{name: post, url: '{site.url('/feed')}'}}, {{name: bad, url: '{site.url('/x')}'}}]"
        )
        (folder / "sources" / "mine.yaml").write_text(listed)
        code, out = await wirewatch("check", "--live", "--config", folder)
        assert code == 1, out
        assert "ok: token: it is that of @" in out
        assert "warning: channel desk: Wire: the bot may edit" in out
        assert "ok: source post: 1 entries" in out
        assert "error: source bad: " in out
        assert "clock: " in out
        assert api.token not in out
        assert len(api.ledger.messages) == 1


@pytest.mark.parametrize("title", ["a # b: 'c'\nchannels: []", "ລາວ", "x" * 200])
def test_whatever_a_chat_is_called_the_config_can_be_read(tmp_path: Path, title: str) -> None:
    write(tmp_path / "c", FirstConfig("UTC", "@lao_news", title, None, "http://127.0.0.1:8081"), None)
    settings = load(Locations(tmp_path / "c", tmp_path / "none", tmp_path / "state"), {})
    assert [channel.name for channel in settings.channels] == ["desk"]
    assert "\n\n\n" not in text_of(FirstConfig("UTC", "1", title))


def test_in_a_checkout_it_is_not_said_that_a_name_may_stand_a_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_up, "shipped", lambda: tmp_path / "checkout")
    said = {}
    for name in ("checkout", "own"):
        write(tmp_path / name, FirstConfig("UTC", "1", "Ann"), None)
        said[name] = (tmp_path / name / "wirewatch.yaml").read_text()
    assert "under its name beside this file: sources/mine.yaml" in said["own"]
    assert "sources/mine.yaml" not in said["checkout"]
    assert "a name may stand only once" in said["checkout"]
