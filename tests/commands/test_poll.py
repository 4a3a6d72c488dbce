"""`wirewatch poll`: what a poll would do, and doing it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import articles, sources
from archive.tables import article
from tests.command_line import Ended
from tests.commands.desk import Desk, open_desk
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss


@pytest.fixture
async def site() -> AsyncIterator[PeerNewsroom]:
    async with PeerNewsroom() as peer:
        yield peer


@pytest.fixture
def feed_desk(site: PeerNewsroom, tmp_path: Path) -> Desk:
    entries = [
        item("A bridge in Laos", published=datetime.now(UTC) - timedelta(hours=1)),
        item("Rain in Thailand", published=datetime.now(UTC) - timedelta(days=9)),
    ]
    site.script("/feed", rss(entries))
    site.script("/bad", Reply("", status=404))
    text = f"""\
        sources:
          - {{name: post, url: '{site.url("/feed")}', full_text: never}}
          - {{name: bad, url: '{site.url("/bad")}'}}
        """
    return open_desk(tmp_path, ("fetch: {allow_private: [127.0.0.0/8], min_delay: 1ms}",), sources__laos=text)


async def poll(desk: Desk, *arguments: str) -> Ended:
    """In a thread, so that the site can answer."""
    return await asyncio.to_thread(desk.run, "poll", *arguments)


async def test_it_shows_what_is_new_and_writes_nothing(feed_desk: Desk) -> None:
    ended = await poll(feed_desk, "post")
    assert ended.code == 0
    assert ended.out.startswith("post: 2 entries, 0 known, 2 new\n  A bridge in Laos\n")
    assert "first contact, young: would go into a catch-up digest" in ended.out
    assert "fires: laos (Laos)" in ended.out
    assert "first contact, old or undated: would only be recorded" in ended.out
    assert feed_desk.archive.read_now(articles.count) == 0
    assert feed_desk.archive.read_now(sources.all_states) == []


async def test_apply_keeps_what_is_new_and_a_second_poll_finds_nothing(feed_desk: Desk) -> None:
    ended = await poll(feed_desk, "post", "--apply")
    assert ended.out.startswith("post: 2 new articles were kept; due again ")
    assert feed_desk.archive.read_now(articles.count) == 2
    assert (await poll(feed_desk, "post")).out == "post: 2 entries, 2 known, 0 new\n"


@pytest.mark.parametrize(
    ("selectors", "why"),
    [("", "score 4.0, shape /news/S: "), ("selectors: {articles: h3 a}, ", "selector: ")],
)
async def test_it_shows_by_what_links_of_a_section_were_found_even_of_a_disabled_source(
    site: PeerNewsroom, tmp_path: Path, selectors: str, why: str
) -> None:
    rows = "".join(
        f"<h3><a href='/news/a-bridge-in-laos-{n}'>A bridge in Laos, part {n}</a></h3>" for n in range(3)
    )
    site.script("/news", Reply(f"<html><body>{rows}</body></html>", headers={"Content-Type": "text/html"}))
    entry = f"{{name: pages, type: section, url: '{site.url('/news')}', {selectors}enabled: false}}"
    main = ("fetch: {allow_private: [127.0.0.0/8], min_delay: 1ms}",)
    desk = open_desk(tmp_path, main, sources__mine=f"sources:\n  - {entry}\n")
    ended = await poll(desk, "pages")
    assert ended.code == 0
    assert "  A bridge in Laos, part 0\n    found by " + why in ended.out
    assert (await poll(desk, "pages", "--apply")).code == 2


async def test_a_source_that_fails_is_told_in_plain_words(feed_desk: Desk) -> None:
    ended = await poll(feed_desk, "bad")
    assert ended.code == 1
    assert "404" in ended.out


async def test_apply_leaves_a_poll_under_way_alone(feed_desk: Desk) -> None:
    feed_desk.write(lambda conn: sources.claim(conn, "post", feed_desk.now, timedelta(minutes=10)))
    ended = await poll(feed_desk, "post", "--apply")
    assert ended.code == 1
    assert ended.err == "post: a poll of it is under way already\n"


def test_an_unknown_source_is_a_usage_error(desk: Desk) -> None:
    assert desk.run("poll", "nonsense").code == 2


async def test_a_source_whose_address_was_edited_is_met_anew(site: PeerNewsroom, feed_desk: Desk) -> None:
    await poll(feed_desk, "post", "--apply")
    # As the daemon does that has this config.
    feed_desk.write(lambda conn: sources.keep_places(conn, {"post": "elsewhere"}, feed_desk.now, 2))
    site.script("/feed", rss([item("A dam in Laos", published=datetime.now(UTC) - timedelta(days=9))]))
    shown = await poll(feed_desk, "post")
    assert "first contact, old or undated: would only be recorded" in shown.out
    await poll(feed_desk, "post", "--apply")
    met = select(article.c.contact).where(article.c.title == "A dam in Laos")
    assert feed_desk.archive.read_now(lambda conn: conn.execute(met).scalars().all()) == ["old"]


async def test_an_address_that_is_a_secret_is_not_shown(site: PeerNewsroom, feed_desk: Desk) -> None:
    folder = feed_desk.config / "sources"
    (folder / "hidden.yaml").write_text("sources:\n  - {name: hidden, url_file: hidden.url}\n")
    (folder / "hidden.url").write_text(site.url("/bad?key=let-me-in"))
    site.script("/bad?key=let-me-in", Reply("", status=404))
    ended = await poll(feed_desk, "hidden")
    assert ended.out.startswith("hidden: ***: the address leads nowhere (404)")
