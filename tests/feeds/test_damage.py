"""Feeds that were cut, mangled or made to hurt: FeedError at worst, and never a hang."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.feeds.decode import in_utf8
from crawler.feeds.gather import FAST_SIZE, SMALL_SIZE
from crawler.feeds.parse import FeedError, LastPoll, ParsedFeed, parse_fast, parse_feed
from crawler.plain_text import plain_text
from tests.examples import examples
from tests.feeds.newsroom import atom, rss

URL = "https://kpl.example/feed"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
# Seconds, on a loaded machine.
PATIENCE = 5.0

OWN = [
    rss(
        "<title>ສປປ &amp;amp; ລາວ</title><link>/1</link><guid>1</guid>"
        "<description>&lt;p&gt;ก&lt;/p&gt;</description>"
        "<pubDate>Tue, 24 Nov 2026 10:00:00 KST</pubDate><media:title>m</media:title>",
        "<title><![CDATA[<b>북한</b>]]></title><content:encoded>&lt;div&gt;x&lt;/div&gt;</content:encoded>",
        head='<?xml version="1.0" encoding="utf-8"?>',
    ),
    atom(
        '<title type="html">A</title><link href="b"/><id>tag:1</id><updated>2026-11-24T10:00:00Z</updated>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>',
        attributes='xml:lang="ko" xml:base="/a/"',
    ),
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "\\u0e81", "url": "/1"}]}',
    "<rss><channel><item><title>북한이 미사일</title><link>/1</link></item></channel></rss>".encode("euc-kr"),
]


def survives(body: bytes, content_type: str | None = None) -> None:
    started = time.monotonic()
    try:
        parsed = parse_feed(body, URL, content_type=content_type, zone=SEOUL, now=NOW)
    except FeedError:
        parsed = ParsedFeed(())
    assert time.monotonic() - started < PATIENCE
    for entry in parsed.entries:
        assert entry.link == "" or entry.link.lower().startswith(("http://", "https://"))
        assert entry.link or entry.title
        assert len(entry.title.encode()) <= 4096  # also: it can be encoded
        assert len(entry.summary.encode()) <= 65536
        assert (entry.published is None) == (entry.trust == "none")
        assert entry.published is None or entry.published <= NOW


@st.composite
def damaged(draw: st.DrawFn, bodies: list[bytes]) -> bytes:
    """One of `bodies`, cut, with bytes flipped, pieces doubled, or in another encoding."""
    body = bytearray(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(body) - 1, 0)))
        match draw(st.sampled_from(["cut", "behead", "flip", "double", "insert", "recode"])):
            case "cut":
                del body[place:]
            case "behead":
                del body[:place]
            case "flip" if body:
                body[place] = draw(st.integers(0, 255))
            case "double":
                end = place + draw(st.integers(1, 300))
                body[place:place] = body[place:end]
            case "insert":
                body[place:place] = draw(st.sampled_from(SPLINTERS))
            case "recode":
                encoding = draw(st.sampled_from(["utf-16", "utf-32", "cp949", "gb18030", "cp874", "utf-7"]))
                body = bytearray(body.decode("utf-8", "replace").encode(encoding, "replace"))
    return bytes(body)


SPLINTERS = [
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"\x00", b"\xff\xfe", b"<!DOCTYPE x [",
    b"&#xD800;", b"&#99999999999;", b"<?xml encoding='utf-16'?>", b"</item>", b"<item>", b"<title><title>",
    b"\xed\xa0\x80", b'"',
    b"<svg>", b"<link href='http://[::1'/>", b"<content type='image/png'>\x01</content>",
    b"&nbsp;", b"&#55357;&#56832;", b"&#55357;", b"\xed\xa0\xbd\xed\xb8\x80", b"&amp;#xD83D;&#xDE00;", b"&",
]  # fmt: skip


@given(damaged(OWN), st.sampled_from([None, "text/xml; charset=euc-kr", "text/html", "charset=\x00"]))
@examples(300)
def test_damaged_feeds_are_read_as_far_as_they_go_or_refused(body: bytes, content_type: str | None) -> None:
    survives(body, content_type)


@given(st.binary(max_size=2000))
@examples(200)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    survives(body)
    survives(b"<rss><channel><item><title>" + body)


@examples(60)
@given(data=st.data())
def test_captured_feeds_survive_damage(shared: Path, data: st.DataObject) -> None:
    files = sorted(f for f in (shared / "data/feeds").rglob("*") if f.is_file() and f.stat().st_size < 80_000)
    survives(data.draw(damaged([data.draw(st.sampled_from(files)).read_bytes()])))


@given(st.text(max_size=300), st.integers(0, 200))
def test_plain_text_never_raises_and_keeps_its_bound(markup: str, limit: int) -> None:
    text = plain_text(markup, limit=limit)
    assert len(text.encode()) <= limit


@given(st.text(alphabet="<>&;/!-[]CDAT p=\"'\n日ກ", max_size=200))
def test_plain_text_has_no_white_space_but_single_blanks(markup: str) -> None:
    text = plain_text(markup, limit=1000)
    assert text == " ".join(text.split())


@given(
    st.binary(max_size=500),
    st.sampled_from([None, "charset=utf-7", "charset=idna", "charset=zip", "charset=hex"]),
)
def test_any_bytes_become_text_in_utf_8(body: bytes, content_type: str | None) -> None:
    in_utf8(body, content_type).decode()


def hostile(size: int) -> dict[str, bytes]:
    """Feeds of about `size` bytes that are made to hurt."""

    def fill(piece: bytes) -> bytes:
        return piece * (size // len(piece))

    item = b"<rss><channel><item><title>"
    return {
        "one endless title": item + fill(b"a"),
        "a title of markup": item + fill(b"&lt;b&gt;"),
        "a title of brackets": item + fill(b"<"),
        "a title of ampersands": item + fill(b"&"),
        "an endless good title": item + fill(b"a") + b"</title></item></channel></rss>",
        "a good title of markup": rss("<title>" + fill(b"&lt;b&gt;").decode() + "</title>"),
        "deep elements": b"<rss><channel><item>" + fill(b"<a>"),
        "deep html": rss("<title><![CDATA[" + fill(b"<div>").decode() + "]]></title>"),
        "many items": b"<rss><channel>" + fill(b"<item><title>a</title></item>") + b"</channel></rss>",
        "many broken items": b"<rss><channel><br>" + fill(b"<item><title>a</title></item>"),
        "ends of items": b"<rss><channel>" + fill(b"</item>"),
        "beginnings of items": b"<rss><channel>" + fill(b"<items>") + b"</item>",
        "many attributes": b"<rss " + b" ".join(b"a%d='x'" % n for n in range(size // 11)) + b"><channel>",
        "many namespaces": b"<rss " + b" ".join(b"xmlns:a%d='x'" % n for n in range(size // 16)) + b"/>",
        "comments": b"<rss><!--" + fill(b"-"),
        "halves of characters": item + fill(b"&#55357;"),
        "good halves of characters": rss("<title>" + fill(b"&#55357;&#56832;").decode() + "</title>"),
        "bare ampersands": rss("<title>" + fill(b"&a ").decode() + "</title>"),
        "tones": item + b"\x80" + fill(b"a\xcc\xf2"),
        "entities": item + fill(b"&nbsp;"),
        "unclosed cdata": b"<rss><channel>" + fill(b"<item><title><![CDATA["),
        "declarations": fill(b"<!") + b"<rss>",
        "processing instructions": fill(b"<?") + b"<rss>",
        "quotes": b"<rss><channel><item><link href='" + fill(b"\"'"),
        "blanks": b"<rss>" + fill(b" \n") + b"<channel/></rss>",
        "a long date": rss("<title>a</title><pubDate>" + fill(b"1 ").decode() + "</pubDate>"),
        "deep json": b'{"items": [' + fill(b'{"a":'),
        "long numbers": b'{"items": [{"id": ' + fill(b"9") + b"}]}",
        "foreign bytes": item + fill(b"\xc7\xd1\xa4") + b"</title></item></channel></rss>",
    }


@pytest.mark.parametrize("name", hostile(1))
def test_what_is_small_and_made_to_hurt_is_over_at_once(name: str) -> None:
    survives(hostile(SMALL_SIZE)[name])


@pytest.mark.parametrize("name", hostile(1))
def test_what_is_parsed_in_the_daemons_own_process_takes_no_time_to_speak_of(name: str) -> None:
    body = hostile(FAST_SIZE)[name]
    started = time.process_time()
    with suppress(FeedError):
        parse_fast(body, URL, now=NOW, last=LastPoll(None, "kpl"))
    assert time.process_time() - started < PATIENCE
