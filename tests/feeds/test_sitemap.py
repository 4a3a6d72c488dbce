"""Sitemaps: of news, of plain addresses, and of other sitemaps."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from archive.rules import checked
from archive.sources import SourceState
from crawler.entry import Entry
from crawler.gathering import Gathered, Tools, gather
from crawler.sitemap import FOLLOWED, NEWEST, SitemapError, parse_sitemap
from crawler.source import Source
from tests.feeds.newsroom import Newsroom, newsroom

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
URL = "https://kpl.example/sitemap.xml"
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(*urls: str, head: str = "") -> bytes:
    inner = "".join(f"<url>{url}</url>" for url in urls)
    return f'<?xml version="1.0"?>{head}<urlset {XMLNS}>{inner}</urlset>'.encode()


def index(*sitemaps: str) -> bytes:
    inner = "".join(f"<sitemap>{sitemap}</sitemap>" for sitemap in sitemaps)
    return f"<sitemapindex {XMLNS}>{inner}</sitemapindex>".encode()


def news(link: str, title: str, when: str = "2026-11-24T10:00:00+07:00") -> str:
    return (
        f"<loc>{link}</loc><n:news><n:publication><n:name>KPL</n:name><n:language>lo</n:language>"
        f"</n:publication><n:publication_date>{when}</n:publication_date><n:title>{title}</n:title></n:news>"
        "<image:image xmlns:image='i'><image:loc>https://kpl.example/p.jpg</image:loc></image:image>"
    )


def links(body: bytes) -> list[str]:
    return [entry.link for entry in parse_sitemap(body, URL, now=NOW).entries]


def test_a_news_sitemap_gives_titles_times_and_languages() -> None:
    found = parse_sitemap(urlset(news("https://kpl.example/1", "<![CDATA[A &amp; B]]>")), URL, now=NOW)
    assert found.entries == (
        Entry(
            "https://kpl.example/1", "A & B", published=datetime(2026, 11, 24, 3, tzinfo=UTC), trust="stated",
            language="lo",
        ),
    )  # fmt: skip


def test_a_plain_sitemap_gives_addresses_the_newest_first() -> None:
    urls = [f"<loc>/{n}</loc><lastmod>2026-11-{n:02}</lastmod>" for n in (3, 9, 5)]
    body = urlset("<loc>/undated</loc>", *urls, "<loc>javascript:x</loc>", "<loc/>", "")
    assert [link.rpartition("/")[2] for link in links(body)] == ["9", "5", "3", "undated"]


def test_no_more_than_the_newest_are_taken() -> None:
    many = [f"<loc>/{n}</loc><lastmod>{2000 + n % 26}-01-01</lastmod>" for n in range(5000)]
    found = parse_sitemap(urlset(*many), URL, now=NOW).entries
    assert len(found) == NEWEST
    assert min(entry.published for entry in found if entry.published) >= datetime(2020, 1, 1, tzinfo=UTC)


def test_a_gzip_file_is_unzipped_and_a_bomb_is_not() -> None:
    assert links(gzip.compress(urlset("<loc>/1</loc>"))) == ["https://kpl.example/1"]
    bomb = gzip.compress(urlset("<loc>/1</loc>") + b" " * 100_000_000)
    assert links(bomb) == ["https://kpl.example/1"]


def test_ampersands_and_names_that_xml_does_not_know_cost_nothing() -> None:
    body = urlset(news("/v?id=1&copy=2", "Q&A &ndash; R&D;"), news("/2", "<![CDATA[B&B]]>"))
    entries = parse_sitemap(body, URL, now=NOW).entries
    assert [(entry.link, entry.title) for entry in entries] == [
        ("https://kpl.example/v?id=1&copy=2", "Q&A – R&D;"),
        ("https://kpl.example/2", "B&B"),
    ]


@pytest.mark.parametrize(
    "damage",
    [lambda body: body.replace(b' xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"', b""),
     lambda body: b"\xef\xbb\xbf\n" + body, lambda body: b"<br />\n<b>Notice</b>: x<br />\n" + body,
     lambda body: body.replace(b"dam", b"dam\x0b"), lambda body: body.decode().encode("utf-16"),
     lambda body: body.decode().encode("euc-kr"),
     lambda body: body.replace(b"?>", b' encoding="windows-949"?>', 1).decode().encode("euc-kr")],
    ids=["undeclared prefix", "blank", "complaint", "control", "utf-16", "unnamed", "named"],
)  # fmt: skip
def test_what_a_feed_is_forgiven_a_sitemap_is_forgiven_too(damage: Callable[[bytes], bytes]) -> None:
    body = damage(urlset(news("/1", "북한이 라오스에 댐을 짓는다 dam"), news("/2", "B")))
    entries = parse_sitemap(body, URL, now=NOW).entries
    assert [entry.title for entry in entries] == ["북한이 라오스에 댐을 짓는다 dam", "B"]


def test_a_title_that_is_cut_within_a_character_costs_no_other() -> None:
    body = urlset(news("/1", "북한XX"), news("/2", "B")).replace(b"XX", b"\xeb\xb0")
    assert [entry.title for entry in parse_sitemap(body, URL, now=NOW).entries] == ["북한\ufffd", "B"]


def test_news_without_a_date_of_their_own_have_that_of_the_page() -> None:
    url = news("/1", "A", "soon") + "<lastmod>2026-11-24T01:00:00Z</lastmod>"
    (entry,) = parse_sitemap(urlset(url), URL, now=NOW).entries
    assert entry.published == datetime(2026, 11, 24, 1, tzinfo=UTC)


def test_what_was_read_before_the_damage_counts() -> None:
    assert links(urlset("<loc>/1</loc>", "<loc>/2</loc>")[:-30]) == ["https://kpl.example/1"]


@pytest.mark.parametrize(
    "body", [b"", b"<html><p>Hi", b"hello", b"\x1f\x8bxx", b"{}", gzip.compress(b"hello", mtime=0)]
)
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(SitemapError, match="no sitemap"):
        parse_sitemap(body, URL, now=NOW)


def test_entities_are_never_expanded_nor_files_read(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    head = f'<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file://{secret}">]>'
    body = urlset(news("https://kpl.example/1", "t &b; &x;"), "<loc>https://kpl.example/&b;</loc>", head=head)
    found = repr(parse_sitemap(body, URL, now=NOW))
    assert "s3cret" not in found
    assert "aaaa" not in found


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for whole in (body, urlset("<loc>/1</loc>")[:-20] + body, gzip.compress(body, mtime=0)[: len(body)]):
        try:
            parse_sitemap(whole, URL, now=NOW)
        except SitemapError as error:
            assert "no sitemap" in str(error)  # noqa: PT017 - either outcome is right


async def poll(room: Newsroom, tools: Tools, state: SourceState | None = None) -> Gathered:
    source = checked(Source, {"name": "kpl", "type": "sitemap", "url": f"{room.url}/sitemap.xml"})
    return await gather(source, state or SourceState("kpl", NOW), tools, NOW)


def pages(room: Newsroom, bodies: dict[str, bytes], **headers: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        body = bodies.get(request.path)
        return web.Response(status=404) if body is None else web.Response(body=body, headers=headers)

    room.answer = answer


async def test_a_sitemap_is_polled_as_a_feed_is() -> None:
    async with newsroom() as (room, tools):
        room.serves(urlset(news("/1", "A dam")), ETag='"1"', Cache_Control="max-age=600")
        first = await poll(room, tools)
        again = await poll(room, tools, SourceState("kpl", NOW, body_hash=first.body_hash))
        room.serves(status=304)
        third = await poll(room, tools, SourceState("kpl", NOW, etag='"1"'))
    assert ([e.title for e in first.entries], first.etag) == (["A dam"], '"1"')
    assert first.ask_after is not None
    assert [again.outcome, third.outcome] == ["unchanged", "unchanged"]
    assert room.asked[2].headers["If-None-Match"] == '"1"'


async def test_an_index_leads_to_its_newest_sitemaps_and_no_further() -> None:
    async with newsroom() as (room, tools):
        maps = [f"<loc>/{n}.xml</loc><lastmod>2026-11-{n:02}</lastmod>" for n in range(1, 10)]
        bodies = {f"/{n}.xml": urlset(news(f"/{n}", f"title {n}")) for n in range(1, 10)}
        pages(room, {"/sitemap.xml": index(*maps)} | bodies, ETag='"1"')
        found = await poll(room, tools)
    assert [e.title for e in found.entries] == [f"title {n}" for n in (9, 8, 7, 6)]
    assert len(room.asked) == 1 + FOLLOWED
    assert found.etag == '"1"'


async def test_an_index_that_does_not_tell_what_changed_is_asked_anew_each_time() -> None:
    async with newsroom() as (room, tools):
        bodies = {"/sitemap.xml": index("<loc>/a.xml</loc>"), "/a.xml": urlset(news("/1", "t"))}
        pages(room, bodies, ETag='"1"')
        found = await poll(room, tools)
    assert (found.etag, found.last_modified, found.body_hash) == (None, None, None)


async def test_an_index_of_indexes_that_leads_in_a_circle_ends() -> None:
    async with newsroom() as (room, tools):
        circle = index("<loc>/sitemap.xml</loc>", "<loc>/a.xml</loc>")
        pages(room, {"/sitemap.xml": circle, "/a.xml": circle})
        found = await poll(room, tools)
    assert (found.outcome, found.trouble) == ("failed", "empty")
    assert len(room.asked) == 1 + FOLLOWED


async def test_a_sitemap_that_is_missing_does_not_spoil_the_others() -> None:
    async with newsroom() as (room, tools):
        bodies = {
            "/sitemap.xml": index("<loc>/gone.xml</loc>", "<loc>/broken.xml</loc>", "<loc>/a.xml</loc>"),
            "/broken.xml": b"hello",
            "/a.xml": urlset(news("/1", "A dam")),
        }
        pages(room, bodies)
        found = await poll(room, tools)
    assert [e.title for e in found.entries] == ["A dam"]


async def test_what_came_in_part_is_asked_for_whole_the_next_time() -> None:
    async with newsroom() as (room, tools):
        room.serves(urlset(news("/1", "A dam"), news("/2", "A road"))[:-60], ETag='"1"')
        found = await poll(room, tools)
    assert [e.title for e in found.entries] == ["A dam"]
    assert (found.etag, found.body_hash) == (None, None)


async def test_refusals_and_nonsense_are_told() -> None:
    async with newsroom() as (room, tools):
        room.serves(status=410)
        gone = await poll(room, tools)
        room.serves(b"<html>")
        page = await poll(room, tools)
        room.serves(urlset())
        empty = await poll(room, tools)
        room.url = "http://127.0.0.1:1"
        away = await poll(room, tools)
    assert [gone.trouble, page.trouble, empty.trouble, away.trouble] == [
        "gone", "unreadable", "empty", "unreachable"
    ]  # fmt: skip


async def test_a_large_sitemap_is_parsed_in_the_reading_process() -> None:
    async with newsroom() as (room, tools):
        room.serves(urlset(*(f"<loc>/{'x' * 100}/{n}</loc>" for n in range(12000))))
        found = await poll(room, tools)
        assert tools.reading.running
    assert len(found.entries) == NEWEST
