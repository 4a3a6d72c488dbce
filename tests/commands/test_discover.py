"""`wirewatch discover` and `wirewatch shell`: finding out how a site is to be read."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from archive.rules import checked
from crawler.source import Source
from tests.command_line import Ended, run
from tests.config_folder import write
from tests.crawler.site import Answer, Asked, reply, running
from tests.peers.newsroom import item, rss

TEXT = "The ministry said that the bridge would be finished before the rains begin, and asked for patience. "
TITLES = [f"A bridge over river number {n} is opened to traffic" for n in range(8)]


def html(body: str, head: str = "") -> bytes:
    page = (
        "<html lang='lo'><head><meta property='og:site_name' content='Our Paper'>"
        f"<title>x</title>{head}</head><body>{body}</body></html>"
    )
    return reply(page, Content_Type="text/html; charset=utf-8")


def listing(folder: str) -> str:
    return "".join(
        f"<h3><a href='/{folder}/2026/11/24/{n}'>{title}</a></h3>" for n, title in enumerate(TITLES)
    )


ARTICLE = html(f"<article><h1>{TITLES[0]}</h1><p>{TEXT * 4}</p><p>{TEXT * 3}</p></article>")
MENU = "<ul><li><a href='/about'>About us</a></li><li><a href='/laos'>ຂ່າວ</a></li></ul>"


def feed(site_url: str = "http://127.0.0.1:9") -> bytes:
    newest = datetime.now(UTC) - timedelta(hours=1)
    items = [
        item(title, link=f"{site_url}/news/2026/11/24/{n}", published=newest)
        for n, title in enumerate(TITLES)
    ]
    return reply(rss(items), Content_Type="application/rss+xml")


def sitemap(site_url: str) -> bytes:
    day = datetime.now(UTC).isoformat(timespec="seconds")
    urls = "".join(
        f"<url><loc>{site_url}/news/2026/11/24/{n}</loc><news:news><news:publication_date>{day}"
        f"</news:publication_date><news:title>{title}</news:title></news:news></url>"
        for n, title in enumerate(TITLES)
    )
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return reply(f"<urlset {space}>{urls}</urlset>", Content_Type="text/xml")


async def ask(
    folder: Path, pages: Callable[[str], dict[str, Answer]], *arguments: str, sources: str = "sources: []\n"
) -> Ended:
    """`wirewatch COMMAND URL` on a site of these pages, in a thread, so that the site can answer."""
    home = ""

    def respond(asked: Asked) -> Answer:
        known = pages(home)
        if asked.path.startswith(("/news/2026", "/laos/2026")):
            return known.get("article", ARTICLE)
        return known.get(asked.path, reply(status=404))

    async with running(respond) as site:
        home = site.url("").rstrip("/")
        main = "shipped: []\nfetch: {allow_private: [127.0.0.0/8], min_delay: 1ms}\n"
        config = write(
            folder / "config", {"wirewatch.yaml": main, "sources/mine.yaml": sources.replace("HOME", home)}
        )
        command, path, *more = arguments
        return await asyncio.to_thread(run, command, "--config", config, f"{home}{path}", *more)


def entry_of(ended: Ended) -> Source:
    (entry,) = YAML(typ="safe").load(ended.out)["sources"]
    return checked(Source, entry)


async def test_an_announced_feed_becomes_an_entry(tmp_path: Path) -> None:
    head = "<link rel=alternate type='application/rss+xml' href='/all/feed'>"

    def pages(home: str) -> dict[str, Answer]:
        return {
            "/": html(MENU + listing("news"), head),
            "/all/feed": feed(home),
            "/laos": html(listing("laos")),
        }

    ended = await ask(tmp_path, pages, "discover", "/")
    found = entry_of(ended)
    assert ended.code == 0
    assert (found.type, found.url.endswith("/all/feed"), found.title) == ("feed", True, "Our Paper")
    assert found.languages == ("en",)  # as the feed says, whatever the page does
    assert found.full_text == "auto"
    assert "/all/feed: 8 entries, newest " in ended.err
    assert "/laos (ຂ່າວ): 8 article links, shapes /laos/N/N/N/N" in ended.err
    assert f"Article pages\n  can be read: {len((TEXT * 7).strip()) + 1} characters at " in ended.err
    assert "# to be added: country, timezone, kind" in ended.out


async def test_a_login_in_the_address_opens_the_whole_site_and_is_not_shown(tmp_path: Path) -> None:
    head = "<link rel=alternate type='application/rss+xml' href='/all/feed'>"

    def respond(asked: Asked) -> Answer:
        if "authorization" not in asked.headers:
            return reply(status=401)
        return {"/": html(MENU, head), "/all/feed": feed()}.get(asked.path, reply(status=404))

    async with running(respond) as site:
        main = "shipped: []\nfetch: {allow_private: [127.0.0.0/8], min_delay: 1ms}\n"
        config = write(tmp_path / "config", {"wirewatch.yaml": main})
        address = site.url("/").replace("//", "//me:rosebud@")
        ended = await asyncio.to_thread(run, "discover", "--config", config, address)
    assert entry_of(ended).url == site.url("/all/feed")
    assert "rosebud" not in ended.out + ended.err


async def test_a_feed_at_a_usual_address_is_found_though_nobody_announces_it(tmp_path: Path) -> None:
    ended = await ask(tmp_path, lambda home: {"/": html(MENU), "/rss.xml": feed(home)}, "discover", "/")
    assert entry_of(ended).url.endswith("/rss.xml")


async def test_a_news_sitemap_of_robots_txt_comes_before_a_section(tmp_path: Path) -> None:
    def pages(home: str) -> dict[str, Answer]:
        return {
            "/": html(MENU + listing("news")),
            "/robots.txt": reply(f"User-agent: *\nAllow: /\nSitemap: {home}/maps/news.xml\n"),
            "/maps/news.xml": sitemap(home),
        }

    ended = await ask(tmp_path, pages, "discover", "/")
    assert (entry_of(ended).type, entry_of(ended).url.endswith("/maps/news.xml")) == ("sitemap", True)
    assert "Sections\n" in ended.err


async def test_a_site_with_neither_becomes_a_section(tmp_path: Path) -> None:
    ended = await ask(tmp_path, lambda _: {"/": html(MENU), "/laos": html(listing("laos"))}, "discover", "/")
    assert (entry_of(ended).type, entry_of(ended).url.endswith("/laos")) == ("section", True)


async def test_a_feed_by_itself_is_one(tmp_path: Path) -> None:
    ended = await ask(tmp_path, lambda home: {"/feed.xml": feed(home)}, "discover", "/feed.xml")
    assert entry_of(ended).url.endswith("/feed.xml")


async def test_pages_behind_a_wall_are_left_alone(tmp_path: Path) -> None:
    wall = html("<h1>Just a moment...</h1><p>Checking your browser.</p>")
    ended = await ask(
        tmp_path, lambda home: {"/": html(MENU), "/rss": feed(home), "article": wall}, "discover", "/"
    )
    assert entry_of(ended).full_text == "never"
    assert "shows a bot wall instead of the article" in ended.out


async def test_what_is_in_the_config_already_is_said(tmp_path: Path) -> None:
    known = "sources:\n  - {name: ours, title: Ours, url: 'HOME/rss'}\n"
    ended = await ask(
        tmp_path, lambda home: {"/": html(MENU), "/rss": feed(home)}, "discover", "/", sources=known
    )
    assert "# ours asks this address already" in ended.out
    assert entry_of(ended).outlet == "ours"


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({}, "404"),
        ({"/": html("<p>Welcome</p>")}, "Nothing was found"),
        (
            {"/": html(listing("news")), "/robots.txt": reply("User-agent: *\nDisallow: /")},
            "robots.txt disallows",
        ),
    ],
)
async def test_where_nothing_is_found_it_says_why(
    tmp_path: Path, pages: dict[str, Answer], words: str
) -> None:
    ended = await ask(tmp_path, lambda _: pages, "discover", "/")
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err


def test_a_site_that_may_not_be_asked_or_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    folder = write(tmp_path / "config", {"wirewatch.yaml": "shipped: []\n"})
    ended = run("discover", "--config", folder, "http://127.0.0.1:9/")
    assert (ended.code, ended.out) == (1, "")
    assert "nobody asks for http://127.0.0.1:9/: " in ended.err
    assert "list it under fetch.allow_private if it is yours" in ended.err


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("response.css('h3 a::text').getall()[0]", TITLES[0]),
        ("[link.url[-1] for link in guessed()]", str([str(n) for n in range(8)])),
        ("fetch(response.urljoin('/news/2026/11/24/1')) or article().verdict", "article"),
    ],
)
async def test_the_shell_shows_what_selectors_and_guesses_give(tmp_path: Path, code: str, words: str) -> None:
    ended = await ask(tmp_path, lambda _: {"/": html(listing("news"))}, "shell", "/", "-c", code)
    assert (ended.code, ended.out) == (0, f"{words}\n")


async def test_the_shell_asks_nothing_that_robots_txt_disallows(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {"/robots.txt": reply("User-agent: *\nDisallow: /"), "/": html("x")}
    ended = await ask(tmp_path, lambda _: pages, "shell", "/", "-c", "response")
    assert ended.code == 1
    assert "robots.txt disallows" in ended.err
