"""`wirewatch parse` and `wirewatch extract`: a feed or a page in, article lines out."""

import json
from pathlib import Path

from tests.command_line import run
from tests.config_folder import whole, write

FEED = """\
<rss version="2.0"><channel><title>T</title><language>en</language>
<item><title>Dam &amp; river</title><link>/news/1?utm_source=rss</link><guid>g1</guid>
<description>&lt;p&gt;A dam in Laos.&lt;/p&gt;</description>
<pubDate>Tue, 24 Nov 2026 15:00:00 +0700</pubDate></item>
<item><title>No link</title><guid isPermaLink="false">g2</guid></item>
<item><title>Older</title><link>https://www.x.example/news/0/</link></item>
</channel></rss>
"""
TEXT = "The dam on the Mekong in Laos was opened on Tuesday, the government said. "
PAGE = f"""\
<html lang="en"><head><title>Dam opened</title></head><body>
<nav><a href="/asean">ASEAN</a></nav>
<article><h1>Dam opened</h1><p>{TEXT * 4}</p><p>{TEXT * 4}</p></article></body></html>
"""


def test_a_feed_becomes_a_line_an_entry_in_its_order() -> None:
    ended = run("parse", "--url", "https://x.example/feed", stdin=FEED)
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert lines[0] == {
        "id": "https://x.example/news/1",
        "url": "https://x.example/news/1?utm_source=rss",
        "title": "Dam & river",
        "summary": "A dam in Laos.",
        "published": "2026-11-24T08:00:00Z",
        "language": "en",
        "source": "",
    }
    assert [(line["id"], line["url"]) for line in lines[1:]] == [
        ("g2", ""),
        ("https://x.example/news/0", "https://www.x.example/news/0/"),
    ]
    assert ended.code == 0


def test_what_is_no_feed_is_told_on_stderr() -> None:
    ended = run("parse", stdin="<html><body>Not found</body></html>")
    assert (ended.out, ended.code) == ("", 1)
    assert ended.err.startswith("Error: ")
    assert len(ended.err.splitlines()) == 1


def test_a_feed_without_entries_is_no_failure() -> None:
    empty = '<rss version="2.0"><channel><title>T</title></channel></rss>'
    assert (run("parse", stdin=empty).out, run("parse", stdin=empty).code) == ("", 0)


def test_a_page_becomes_one_line() -> None:
    ended = run("extract", "--url", "https://www.x.example/news/1?utm_source=x", stdin=PAGE)
    article = json.loads(ended.out)
    assert (article["id"], article["url"]) == (
        "https://x.example/news/1",
        "https://www.x.example/news/1?utm_source=x",
    )
    assert (article["title"], article["language"], article["source"]) == ("Dam opened", "en", "")
    assert TEXT.strip() in article["body"]
    assert "ASEAN" not in article["body"]
    assert (ended.err, ended.code) == ("", 0)


def test_a_page_line_bears_authors_and_image_too() -> None:
    head = '<meta property="og:image" content="/dam.jpg"><meta name="author" content="Noy Chanthavong">'
    page = PAGE.replace("<head>", f"<head>{head}")
    article = json.loads(run("extract", "--url", "https://x.example/news/1", stdin=page).out)
    assert (article["authors"], article["image"]) == (["Noy Chanthavong"], "https://x.example/dam.jpg")


def test_a_text_that_goes_on_elsewhere_is_told() -> None:
    page = PAGE.replace("</body>", '<a href="/news/1?page=2">2</a></body>')
    ended = run("extract", "--url", "https://x.example/news/1", stdin=page)
    assert ended.err == "The text goes on at https://x.example/news/1?page=2\n"


def test_a_page_without_an_article_says_so() -> None:
    ended = run("extract", "--url", "https://x.example/", stdin="<html><body></body></html>")
    assert json.loads(ended.out)["body"] == ""
    assert ended.err.startswith("No article: ")


def test_the_three_commands_fit_together(tmp_path: Path) -> None:
    config = write(tmp_path / "config", whole(wirewatch="shipped: []\n"))
    lines = run("parse", "--url", "https://x.example/feed", stdin=FEED).out
    lines += run("extract", "--url", "https://x.example/news/9", stdin=PAGE).out
    ended = run("match", "--config", config, stdin=lines)
    fired = [[watch["name"] for watch in json.loads(line)["watches"]] for line in ended.out.splitlines()]
    assert fired == [["laos"], [], [], ["laos"]]
    assert ended.code == 0
