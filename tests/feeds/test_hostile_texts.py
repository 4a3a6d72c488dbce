"""What feeds and pages may say that a database does not take is kept without it, on both databases."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import articles
from archive.archive import Archive
from archive.articles import StoredArticle
from tests.config_folder import write
from tests.peers.newsroom import PeerNewsroom, Reply
from tests.pipeline.house import settings_of
from wirewatch import pipeline
from wirewatch.rooms import Rooms
from wirewatch.trial import apply, tools_of

LONG_TAG = "en-" + "-".join(["abcdefgh"] * 5)
HALF = "The dam\x00 is open \ud83d"
TEXT = "The minister\x00 opened the dam near Pakse on Tuesday \ud83d and left. " * 20


@asynccontextmanager
async def source(archive: Archive, folder: Path, url: str) -> AsyncIterator[Rooms]:
    write(
        folder,
        {
            "wirewatch.yaml": "shipped: []\nfetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n",
            "sources/a.yaml": f"sources: [{{name: kpl, url: '{url}', full_text: always}}]\n",
        },
    )
    async with tools_of(settings_of(folder), archive, lambda: datetime(2026, 11, 24, 8, tzinfo=UTC)) as rooms:
        yield rooms


def kept(archive: Archive) -> StoredArticle:
    (found,) = archive.read_now(lambda conn: articles.newest_of_outlet(conn, "kpl", 2))
    return found


async def test_nothing_in_json_keeps_an_article_out(archive: Archive, tmp_path: Path) -> None:
    said = {"id": HALF, "url": "/dam\x00\ud83d", "title": HALF, "content_text": HALF, "language": "e\x00n"}
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [said]})
    async with PeerNewsroom() as site, source(archive, tmp_path, site.url("/feed")) as rooms:
        site.script("/feed", feed)
        assert (await apply(rooms, "kpl")).new == 1
        one = kept(archive)
        assert (one.article.title, one.article.summary, one.guid) == ("The dam is open ?",) * 3
        assert (one.article.url, one.article.language) == (site.url("/dam"), "en")


@pytest.mark.parametrize(("tag", "language"), [(LONG_TAG, None), ("English", None), ("en_GB", "en-GB")])
async def test_a_language_that_is_none_is_not_stated(
    archive: Archive, tmp_path: Path, tag: str, language: str | None
) -> None:
    item = f'<item xml:lang="{tag}"><title>Pakse</title><link>/dam</link></item>'
    async with PeerNewsroom() as site, source(archive, tmp_path, site.url("/feed")) as rooms:
        site.script("/feed", f"<rss version='2.0'><channel>{item}</channel></rss>")
        assert (await apply(rooms, "kpl")).new == 1
        assert kept(archive).article.language == language


async def test_nothing_in_a_page_keeps_it_from_being_read(archive: Archive, tmp_path: Path) -> None:
    about = {
        "@type": "NewsArticle", "headline": HALF, "articleBody": TEXT, "inLanguage": LONG_TAG,
        "datePublished": "2026-11-24T07:00:00Z",
    }  # fmt: skip
    script = f'<script type="application/ld+json">{json.dumps(about)}</script>'
    page = f"<html lang='{LONG_TAG}'><head>{script}</head><body><p>Sign in</p></body></html>"
    async with PeerNewsroom() as site, source(archive, tmp_path, site.url("/feed")) as rooms:
        date = "<pubDate>Tue, 24 Nov 2026 07:00:00 GMT</pubDate>"
        feed = (
            f"<rss version='2.0'><channel><item><link>{site.url('/dam')}</link>{date}</item></channel></rss>"
        )
        site.script("/feed", feed)
        site.script("/dam", Reply(page, headers={"Content-Type": "text/html"}))
        assert (await apply(rooms, "kpl")).new == 1
        await pipeline.read(rooms, "kpl")
        one = kept(archive)
        assert (one.page, one.page_note) == ("read", None)
        assert one.article.title == "The dam is open ?"
        assert (one.article.body or "").startswith(
            "The minister opened the dam near Pakse on Tuesday ? and left."
        )
