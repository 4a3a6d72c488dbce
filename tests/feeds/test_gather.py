"""Polling a feed over real sockets: what is asked, and what each answer comes to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from archive.rules import checked
from archive.sources import SourceState
from crawler.children import ChildTimeout
from crawler.gathering import Gathered, Tools, gather
from crawler.polling import after_poll
from crawler.refusals import read_retry_after
from crawler.rhythm import longer, max_age
from crawler.source import Source
from tests.feeds.newsroom import Newsroom, newsroom, rss

ZONE = ZoneInfo("Asia/Vientiane")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FEED = rss("<title>A dam</title><link>/a-dam</link>", "<title>A road</title><link>/a-road</link>")


JSON = b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1","title":"A dam"}]}'


def source(room: Newsroom, **keys: Any) -> Source:
    return checked(Source, {"name": "kpl", "url": f"{room.url}/feed", **keys})


def fresh() -> SourceState:
    return SourceState("kpl", due_at=NOW)


async def poll(room: Newsroom, tools: Tools, state: SourceState | None = None, **keys: Any) -> Gathered:
    return await gather(source(room, **keys), state or fresh(), tools, NOW)


async def test_a_feed_gives_its_entries_and_what_makes_the_next_request_conditional() -> None:
    async with newsroom() as (room, tools):
        room.serves(FEED, ETag='"1"', Last_Modified="Tue, 24 Nov 2026 07:00:00 GMT")
        found = await poll(room, tools)
    assert found.outcome == "entries"
    assert [entry.link for entry in found.entries] == [f"{room.url}/a-dam", f"{room.url}/a-road"]
    assert (found.etag, found.last_modified) == ('"1"', "Tue, 24 Nov 2026 07:00:00 GMT")


async def test_what_the_server_gave_is_sent_back_and_304_ends_the_poll() -> None:
    async with newsroom() as (room, tools):
        room.serves(status=304)
        known = fresh()._replace(etag='"1"', last_modified="yesterday", body_hash="abc")
        found = await poll(room, tools, known)
    assert room.asked[0].headers["If-None-Match"] == '"1"'
    assert room.asked[0].headers["If-Modified-Since"] == "yesterday"
    assert found == Gathered("unchanged", (), '"1"', "yesterday", f"{room.url}/feed", "abc", requests=1)


async def test_an_equal_body_is_unchanged_though_the_server_knows_no_validators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with newsroom() as (room, tools):
        room.serves(FEED)
        first = await poll(room, tools)
        monkeypatch.setattr("crawler.feeds.parse.parse_feed", None)  # not even looked into
        second = await poll(room, tools, fresh()._replace(body_hash=first.body_hash))
    assert second == Gathered(
        "unchanged",
        validated_url=f"{room.url}/feed",
        body_hash=first.body_hash,
        requests=1,
        wire_bytes=len(FEED),
    )


async def test_headers_and_user_agent_of_the_source_are_sent() -> None:
    async with newsroom() as (room, tools):
        room.serves(FEED)
        await poll(room, tools, headers={"X-Key": "k"}, user_agent="Desk/1")
    assert (room.asked[0].headers["X-Key"], room.asked[0].headers["User-Agent"]) == ("k", "Desk/1")


@pytest.mark.parametrize(
    ("status", "trouble", "words"),
    [(401, "blocked", "login"), (403, "blocked", "refuses"), (404, "missing", "nowhere"),
     (410, "gone", "gone for good"), (418, "other", "418"), (429, "throttled", "too often"),
     (451, "blocked", "legal"), (500, "other", "in trouble"), (503, "throttled", "overloaded"),
     (511, "unreachable", "this network"), (600, "other", "unexpected answer 600"),
     (999, "blocked", "refuses us")],
)  # fmt: skip
async def test_a_refusal_is_told_in_plain_words(status: int, trouble: str, words: str) -> None:
    async with newsroom() as (room, tools):
        room.serves(status=status)
        found = await poll(room, tools)
    assert (found.outcome, found.trouble) == ("failed", trouble)
    assert words in (found.error or "")
    assert room.url in (found.error or "")


@pytest.mark.parametrize("value", ["120", "Tue, 24 Nov 2026 08:02:00 GMT", "Tue, 24 Nov 2026 08:02:00"])
async def test_retry_after_is_read_as_seconds_and_as_a_date(value: str) -> None:
    async with newsroom() as (room, tools):
        room.serves(status=503, Retry_After=value)
        found = await poll(room, tools)
    assert found.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), ("soon", None), ("-5", None), ("9" * 40, timedelta(days=1)), ("0", timedelta()),
     ("Tue, 24 Nov 2020 08:02:00 GMT", timedelta()), ("Tue, 24 Nov 2099 08:02:00 GMT", timedelta(days=1)),
     ("²", None), ("120.5", timedelta(seconds=120)), ("1e9", None), ("5 s", None),
     ("Tue, 99 Nov 2026 08:02:00 GMT", None)],
)  # fmt: skip
def test_odd_retry_after_values_never_block_a_source_for_good(value: str | None, expected: Any) -> None:
    assert read_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("header", "age", "seconds"),
    [("max-age=600", None, 600), ("public, MAX-AGE=600", "100", 500), ("s-maxage=600", None, None),
     ("no-cache, max-age=600", None, None), ("no-store", None, None), ("max-age=10", "99", 0),
     ("max-age=x", None, None), ("max-age=600", "x", 600), ("", None, None), (None, None, None)],
)  # fmt: skip
def test_cache_control_says_how_long_to_wait(header: Any, age: Any, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert max_age(header, age) == expected


def test_of_two_wishes_the_longer_counts() -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert [longer(hour, day), longer(None, hour), longer(day, None), longer(None, None)] == [
        day,
        hour,
        day,
        None,
    ]


async def test_what_a_feed_asks_for_reaches_the_plan() -> None:
    wishes = "<ttl>60</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    async with newsroom() as (room, tools):
        room.serves(rss("<title>t</title>", channel=wishes), Cache_Control="max-age=300")
        found = await poll(room, tools)
    assert (found.ask_after, found.wish) == (timedelta(minutes=5), timedelta(hours=1))
    assert found.skip_hours == {3, 27, 51, 75, 99, 123, 147} | set(range(144, 168))


async def test_an_answer_that_is_no_feed_or_has_no_entries_is_a_failure() -> None:
    async with newsroom() as (room, tools):
        room.serves(b"<!doctype html><html><body>Please wait</body></html>")
        page = await poll(room, tools)
        room.serves(rss())
        empty = await poll(room, tools)
    assert (page.trouble, empty.trouble) == ("unreadable", "empty")
    search = "find the right address with `wirewatch discover`"
    assert page.error == f"{room.url}/feed: this is a web page, not a feed; {search}"
    assert empty.error == f"{room.url}/feed answers, but with no entries; {search}"


async def test_a_login_in_the_address_is_in_no_link_and_no_error() -> None:
    async with newsroom() as (room, tools):
        room.serves(FEED, ETag='"1"')
        plain = room.url
        room.url = plain.replace("//", "//me:pass@")
        found = await poll(room, tools)
        room.serves(b"<html></html>")
        page = await poll(room, tools)
    assert [entry.link for entry in found.entries] == [f"{plain}/a-dam", f"{plain}/a-road"]
    assert found.validated_url == f"{plain}/feed"
    assert page.error is not None
    assert "which leads to" not in page.error


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
async def test_a_page_to_which_a_source_is_led_is_named(kind: str) -> None:
    async with newsroom() as (room, tools):

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/feed":
                return web.Response(status=302, headers={"Location": "/login"})
            return web.Response(body=b"<!doctype html><html><body>Who are you?</body></html>")

        room.answer = answer
        found = await poll(room, tools, type=kind)
    assert found.error is not None
    assert found.error.startswith(f"{room.url}/feed (which leads to {room.url}/login): this is ")


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
@pytest.mark.parametrize("body", [b"", b" \n"])
async def test_an_answer_without_a_word_is_empty(kind: str, body: bytes) -> None:
    async with newsroom() as (room, tools):
        room.serves(body)
        found = await poll(room, tools, type=kind)
    assert (found.outcome, found.trouble) == ("failed", "empty")


@pytest.mark.parametrize(
    ("body", "is_whole"),
    [(FEED, True), (FEED + b"\n<!-- cached -->\n", True), (FEED[:-30], False),
     (FEED.decode().encode("utf-16"), True), (JSON, True), (JSON + b"\n", True)],
)  # fmt: skip
async def test_what_came_in_part_is_asked_for_whole_the_next_time(body: bytes, is_whole: bool) -> None:
    async with newsroom() as (room, tools):
        room.serves(body, ETag='"1"', Last_Modified="Tue, 24 Nov 2026 07:00:00 GMT")
        first = await poll(room, tools)
        again = await poll(room, tools, fresh()._replace(body_hash=first.body_hash))
    assert [first.outcome, again.outcome] == ["entries", "unchanged"]
    for found in (first, again):
        assert (found.etag is not None, found.last_modified is not None) == (is_whole, is_whole)


async def test_a_server_that_is_not_there_is_told_as_unreachable() -> None:
    async with newsroom() as (room, tools):
        room.url = "http://127.0.0.1:1"
        found = await poll(room, tools)
    assert (found.outcome, found.trouble) == ("failed", "unreachable")
    assert "127.0.0.1" in (found.error or "")


async def test_an_address_the_guard_forbids_is_not_asked() -> None:
    async with newsroom() as (room, tools):
        room.serves(FEED)
        room.url = room.url.replace("127.0.0.1", "127.0.0.2")
        found = await poll(room, tools)
    assert (found.outcome, found.trouble, room.asked) == ("failed", "refused", [])


async def test_a_large_feed_is_parsed_in_the_reading_process() -> None:
    long = "x" * 1000
    async with newsroom() as (room, tools):
        room.serves(rss(*[f"<title>{n} {long}</title><link>/{n}</link>" for n in range(1100)]))
        found = await poll(room, tools)
        assert tools.reading.running
    assert len(found.entries) == 1100


# Which the fast reader leaves to feedparser.
DTD = '<!DOCTYPE rss [<!ENTITY ours "x">]>'


async def test_a_feed_that_needs_the_slow_parser_is_parsed_in_the_reading_process() -> None:
    async with newsroom() as (room, tools):
        room.serves(rss(*[f"<title>{n} of ours</title><link>/{n}</link>" for n in range(400)], head=DTD))
        found = await poll(room, tools)
        assert tools.reading.running
    assert found.entries[399].link == f"{room.url}/399"


async def test_a_parse_that_hangs_is_killed_and_charged_to_its_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with newsroom() as (room, tools):
        room.serves(rss(*["<title>ours</title>"] * 20000, head=DTD))

        async def hang(*_: object, **__: object) -> None:
            raise ChildTimeout("the reading process was killed after 20 s")

        monkeypatch.setattr(tools.reading, "run", hang)
        found = await poll(room, tools)
    assert (found.trouble, found.error) == (
        "unreadable", f"{room.url}/feed: the reading process was killed after 20 s"
    )  # fmt: skip


async def test_a_permanent_redirect_is_adopted_after_three_polls_and_asked_directly_then() -> None:
    async with newsroom() as (room, tools):

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/feed":
                return web.Response(status=308, headers={"Location": "/new"})
            return web.Response(body=FEED, headers={"ETag": '"1"'})

        room.answer = answer
        state = fresh()
        for _ in range(4):
            found = await poll(room, tools, state)
            state, _ = after_poll(
                state, source(room), found, found_new=False, now=NOW, fetch=tools.fetch, zone=ZONE, chance=0.5
            )
    assert [request.path for request in room.asked] == ["/feed", "/new"] * 3 + ["/new"]
