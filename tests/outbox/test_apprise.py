"""A channel of type apprise, over Apprise's own json:// service and a web server on loopback."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from alerts.channel import AppriseChannel, TelegramSettings
from alerts.channels.interface import Message, Sender, Sent, Unknown
from alerts.channels.letter import letter
from alerts.channels.registry import ChannelError
from alerts.channels.senders import senders
from alerts.messages.content import Content, DigestContent, DigestGroup, DigestItem, NoticeContent, from_json
from alerts.messages.html import UTC_TIMES, render
from alerts.messages.pieces import Piece, to_html
from tests.command_line import run_alone
from tests.config_folder import locations, whole, write
from tests.outbox.office import Office, alert
from wirewatch.config_errors import ConfigErrors
from wirewatch.settings import load

SECRET = "hunter2secret"


@dataclass
class Webhook:
    """Takes posts; answers with the next of `answers`, then 200."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.taken.append(json.loads(await request.read()))
        if self.hold is not None:
            await self.hold.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def url(self, query: str = "") -> str:
        return f"json://user:{SECRET}@127.0.0.1:{self.port}/{SECRET}/{query}"


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hook.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook.port = runner.addresses[0][1]
    yield hook
    await runner.cleanup()


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    """What the channel silences stays silent in the daemon, not for the tests after this."""
    names = ("apprise", "urllib3.connectionpool", "urllib3", "oauthlib", "requests_oauthlib")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    yield
    for logger, level in before:
        logger.disabled = False
        logger.setLevel(level)


def channel(url: str) -> AppriseChannel:
    return AppriseChannel(name="phone", type="apprise", url=url)


def sender(url: str, read_timeout: float = 10.0) -> Sender:
    made = senders([channel(url)], None, TelegramSettings(), console=Console(), read_timeout=read_timeout)
    return made.by_channel["phone"]


def message(content: Content) -> Message:
    return Message("apprise:phone", render(content, UTC_TIMES).text)


ALERT = message(from_json(alert(1, title="Dam <breaks> & floods", url="https://example.org/1?a=1&b=2_c_d")))
BYLINE = "The Vientiane Post · 🇱🇦 · 08:00 UTC\n#laos"
LINK = "https://example.org/1?a=1&b=2_c_d"
DIGEST = message(
    DigestContent(
        "Morning\nedition",
        (DigestGroup("laos", tuple(DigestItem(f"Item {n}", f"https://example.org/{n}") for n in (1, 2))),),
    )
)


async def test_an_alert_arrives_with_its_headline_as_title_and_its_link(webhook: Webhook) -> None:
    assert await sender(webhook.url("?format=text")).send(ALERT) == Sent(None)
    [taken] = webhook.taken
    assert taken["title"] == "Dam <breaks> & floods"
    assert taken["message"] == f"{LINK}\n{BYLINE}"


async def test_a_service_that_takes_html_gets_links_and_line_ends(webhook: Webhook) -> None:
    assert await sender(webhook.url("?format=html")).send(ALERT) == Sent(None)
    [taken] = webhook.taken
    assert taken["title"] == "Dam <breaks> & floods"
    shown = LINK.replace("&", "&amp;")
    assert taken["message"] == f'<a href="{shown}">{shown}</a><br/>\n' + BYLINE.replace("\n", "<br/>\n")


async def test_a_service_that_takes_markdown_loses_no_link(webhook: Webhook) -> None:
    assert await sender(webhook.url("?format=markdown")).send(DIGEST) == Sent(None)
    assert "https://example.org/1" in webhook.taken[0]["message"]
    assert "https://example.org/2" in webhook.taken[0]["message"]


async def test_the_links_of_a_digest_are_written_out_in_text(webhook: Webhook) -> None:
    assert await sender(webhook.url("?format=text")).send(DIGEST) == Sent(None)
    assert webhook.taken[0]["title"] == "Morning"
    assert webhook.taken[0]["message"].splitlines() == [
        "edition",
        "",
        "#laos",
        "• Item 1 https://example.org/1",
        "• Item 2 https://example.org/2",
    ]


async def test_a_notice_of_one_line_is_a_body_without_a_title(webhook: Webhook) -> None:
    assert await sender(webhook.url()).send(message(NoticeContent("All is well."))) == Sent(None)
    assert (webhook.taken[0]["title"], webhook.taken[0]["message"]) == ("", "All is well.")


def test_a_service_without_titles_gets_the_headline_in_the_body() -> None:
    assert letter(ALERT, as_html=False, titled=False).body == f"Dam <breaks> & floods\n{LINK}\n{BYLINE}"
    written = letter(ALERT, as_html=True, titled=False)
    assert written.title == ""
    assert written.body == ALERT.text.replace("\n", "<br/>\n")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"))
pieces = st.builds(Piece, texts, st.booleans(), st.none() | st.just("https://example.org/?a=1&b=2"))


@given(st.lists(pieces), st.booleans())
def test_no_text_and_no_address_is_lost_whatever_the_message(parts: list[Piece], titled: bool) -> None:
    written = letter(Message("apprise:phone", to_html(parts)), as_html=False, titled=titled)
    whole_text = f"{written.title}\n{written.body}"
    for part in parts:
        assert all(line.strip() in whole_text for line in part.text.splitlines())
        assert part.link is None or not part.text or part.link in whole_text
    assert "<br/>" not in whole_text or any("<br/>" in part.text for part in parts)


async def test_an_edit_is_done_without_a_second_message(webhook: Webhook) -> None:
    assert await sender(webhook.url()).edit(0, ALERT) == Sent(None)
    assert webhook.taken == []


async def test_a_refusal_leaves_the_outcome_unknown(webhook: Webhook) -> None:
    webhook.answers = [500]
    assert isinstance(await sender(webhook.url()).send(ALERT), Unknown)
    assert len(webhook.taken) == 1


async def test_an_answer_that_does_not_come_leaves_the_outcome_unknown(webhook: Webhook) -> None:
    webhook.hold = asyncio.Event()
    try:
        assert isinstance(await sender(webhook.url(), read_timeout=0.2).send(ALERT), Unknown)
    finally:
        webhook.hold.set()


async def test_nobody_listening_leaves_the_outcome_unknown(unused_tcp_port: int) -> None:
    made = sender(f"json://user:{SECRET}@127.0.0.1:{unused_tcp_port}/")
    assert isinstance(await made.send(ALERT), Unknown)


async def test_what_was_refused_is_sent_again_until_it_is_taken(desk: Office, webhook: Webhook) -> None:
    webhook.answers = [500, 503]
    desk.channels["phone"], desk.senders["phone"] = channel(webhook.url()), sender(webhook.url())
    first = desk.alert("phone", 1)
    await desk.run()
    assert desk.delivery(first).state == "uncertain"
    await desk.run(120)
    assert desk.delivery(first).state == "sent"
    assert [taken["title"] for taken in webhook.taken] == ["Alert 1"] * 3


async def test_an_edit_in_the_outbox_ends_as_sent(desk: Office, webhook: Webhook) -> None:
    desk.channels["phone"], desk.senders["phone"] = channel(webhook.url()), sender(webhook.url())
    first = desk.alert("phone", 1)
    await desk.run()
    edit = desk.add("phone", alert(1, others=("Another",)), "edit", edits=first)
    assert edit is not None
    await desk.run(5)
    assert desk.delivery(edit).state == "sent"
    assert len(webhook.taken) == 1


@pytest.mark.parametrize("answers", [[], [500]])
async def test_the_address_is_in_no_log_repr_or_reason(
    webhook: Webhook, caplog: pytest.LogCaptureFixture, answers: list[int]
) -> None:
    for name in (None, "apprise", "urllib3", "urllib3.connectionpool"):
        caplog.set_level(logging.DEBUG, name)
    webhook.answers = answers
    made = sender(webhook.url())
    caplog.set_level(logging.DEBUG, "apprise")
    outcome = await made.send(ALERT)
    assert len(webhook.taken) == 1
    told = f"{caplog.text} {made!r} {vars(made)!r} {outcome!r} {channel(webhook.url())!r}"
    assert SECRET not in told
    assert SECRET not in "".join(str(vars(record)) for record in caplog.records)


async def test_a_service_that_raises_does_not_tell_its_address(
    webhook: Webhook, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*args: object, **kwargs: object) -> bool:
        raise RuntimeError(webhook.url())

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("apprise.Apprise.async_notify", broken)
    assert await sender(webhook.url()).send(ALERT) == Unknown("Apprise failed (RuntimeError)")
    assert SECRET not in caplog.text


@pytest.mark.parametrize("address", [f"nonsense://{SECRET}", SECRET, f"mailto://{SECRET}", "json://"])
def test_an_address_that_apprise_cannot_use_is_told_without_it(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ChannelError, match=r"^channels\.phone: Apprise cannot use the address") as raised:
        sender(address)
    assert SECRET not in f"{raised.value!r} {caplog.text}"


async def test_an_address_with_a_comma_is_one_service(webhook: Webhook) -> None:
    assert await sender(webhook.url("a,json://127.0.0.1:1/b")).send(ALERT) == Sent(None)
    assert len(webhook.taken) == 1


async def test_what_is_too_long_arrives_in_parts_unless_the_address_says_otherwise(webhook: Webhook) -> None:
    long = message(NoticeContent("\n".join(f"line {n}" for n in range(400))))
    for query, parts in (("?format=text", 2), ("?format=text&overflow=truncate", 1)):
        webhook.taken.clear()
        made = sender(webhook.url(query))
        [service] = made._notifier  # type: ignore[attr-defined]
        service.body_maxlen = 2000
        assert await made.send(long) == Sent(None)
        assert len(webhook.taken) == parts
        # The parts are numbered, and leave side by side.
        assert any("line 399" in taken["message"] for taken in webhook.taken) == (parts == 2)


def test_without_the_package_the_sender_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ChannelError) as raised:
        sender(f"json://{SECRET}@127.0.0.1/")
    assert str(raised.value) == "channels.phone: Apprise is not installed: install wirewatch[apprise]"


MAIN = f"shipped: []\nchannels:\n  - {{name: phone, type: apprise, url: 'json://{SECRET}@127.0.0.1/'}}\n"


def test_check_warns_where_the_package_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(locations(tmp_path, whole(wirewatch=MAIN)), {}).warnings == ()
    monkeypatch.setitem(sys.modules, "apprise", None)
    [warning] = load(locations(tmp_path, whole(wirewatch=MAIN)), {}).warnings
    assert str(warning).endswith(
        "wirewatch.yaml:3:19: channels.phone.type: found no Apprise: Wirewatch will not start, "
        "expected install wirewatch[apprise]"
    )


@pytest.mark.parametrize("key", ["url", "url_file"])
def test_check_tells_where_the_address_stands_that_apprise_cannot_use(key: str, tmp_path: Path) -> None:
    value = "address" if key == "url_file" else f"nonsense://{SECRET}"
    main = f"channels:\n  - {{name: phone, type: apprise, {key}: '{value}'}}\n"
    where = locations(tmp_path, {**whole(wirewatch=main), "address": f"nonsense://{SECRET}"})
    with pytest.raises(ConfigErrors) as caught:
        load(where, {})
    assert str(caught.value) == (
        f"{where.config}/wirewatch.yaml:2:34: channels.phone.{key}: "
        "found an address that Apprise cannot use (not shown), "
        "expected all parts of one of a service that it knows, and the package that the service needs"
    )


def test_the_daemon_says_in_a_sentence_that_the_package_is_missing(tmp_path: Path) -> None:
    nothing = "sources:\n  - {name: laotian-times, url: 'http://127.0.0.1:9/', enabled: false}\n"
    main = f"{MAIN}archive: {tmp_path}/wirewatch.db\nhttp: {{listen: 127.0.0.1:0}}\n"
    config = write(tmp_path / "config", whole(wirewatch=main, sources__laos=nothing))
    missing = "raise ModuleNotFoundError(\"No module named 'apprise'\", name='apprise')\n"
    stand_in = write(tmp_path / "modules", {"apprise.py": missing})
    ended = run_alone("run", "--config", config, PYTHONPATH=str(stand_in))
    assert ended.code == 78
    assert ended.err.splitlines()[-1] == (
        "Error: channels.phone: Apprise is not installed: install wirewatch[apprise]"
    )
    assert "Traceback" not in ended.err
    assert SECRET not in ended.out + ended.err
