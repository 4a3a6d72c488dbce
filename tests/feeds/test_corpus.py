"""Captured feeds of every kind: what we read is what feedparser reads, save for what is listed.

feedparser works on the raw bytes here, so decoding, the fast reader and the lenient one are all
put to the test. Where we differ on purpose, `BETTER` says why.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest

from crawler.feeds.decode import as_text, in_utf8
from crawler.feeds.item import absolute, entry_of
from crawler.feeds.json_feed import looks_like_json
from crawler.feeds.lenient import read_leniently
from crawler.feeds.parse import FeedError, ParsedFeed, parse_feed
from crawler.feeds.well_formed import Declined, read_well_formed
from crawler.plain_text import plain_text

URL = "https://example.org/feed"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

# (file, field) → why we differ from feedparser there.
GUESS = "no encoding is named; feedparser reads Windows-1252, we read what makes sense"
BETTER = {
    ("eucjp.xml", "title"): GUESS,
    ("euckr.xml", "title"): GUESS,
    ("gb2312.xml", "title"): GUESS,
    ("koi8r.xml", "title"): GUESS,
    ("shiftjis.xml", "title"): GUESS,
    ("OneFootTsunami.atom", "link"): "an empty href is no address; feedparser takes it for the feed's own",
    ("pappacoda.atom", "link"): "the article is a PDF; feedparser takes only web pages",
    ("kc0011.rss", "published"): "2020/1/10 14:33:00: feedparser reads the 1st of November",
    ("uolNoticias.rss", "published"): "Seg, 24 Set 2018: feedparser knows no Portuguese",
    ("real-korean-times.rss", "published"): "GMT+9: feedparser reads nothing",
}
# Feeds that only feedparser understands: everything else must take the fast way.
LENIENT = {"bozo_double-encoded-html.xml", "bozo_invalid-bytes-with-bom.xml", "unrecognized.rss"}


def captured(folder: Path) -> Iterator[Path]:
    return (file for file in sorted((folder / "data" / "feeds").rglob("*")) if file.is_file())


def xml(folder: Path) -> list[Path]:
    return [file for file in captured(folder) if not looks_like_json(in_utf8(file.read_bytes()))]


def reference(body: bytes) -> Any:
    headers = {"content-location": URL}
    return feedparser.parse(
        BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def ours(body: bytes) -> ParsedFeed:
    try:
        return parse_feed(body, URL, now=NOW)
    except FeedError:
        return ParsedFeed(())


def expected(item: Any) -> dict[str, Any]:
    """What feedparser says of an item, made plain as we do."""
    guid = str(item.get("id") or "").strip()
    link = absolute(str(item.get("feedburner_origlink") or item.get("link") or ""), URL)
    moment = dict.get(item, "published_parsed") or dict.get(item, "updated_parsed")
    return {
        "title": plain_text(item.get("title") or "", limit=4096),
        "link": link or absolute(guid, ""),
        "guid": guid,
        "published": datetime.fromtimestamp(calendar.timegm(moment), UTC) if moment else None,
    }


def test_every_captured_feed_has_the_articles_that_feedparser_finds(shared: Path) -> None:
    differing: dict[tuple[str, str], Any] = {}
    compared = 0
    for file in xml(shared):
        body = file.read_bytes()
        theirs = [expected(item) for item in reference(body).entries]
        theirs = [item for item in theirs if item["title"] or item["link"]]
        entries = ours(body).entries
        assert len(entries) == len(theirs), file.name
        for entry, item in zip(entries, theirs, strict=True):
            compared += 1
            for field, value in item.items():
                mine = getattr(entry, field)
                if mine != value:
                    differing.setdefault((file.name, field), (mine, value))
    assert compared > 2500
    unexplained = {where: what for where, what in differing.items() if where not in BETTER}
    assert unexplained == {}, "\n".join(map(str, unexplained.items()))
    assert set(differing) == set(BETTER)


def test_what_names_no_encoding_is_read_in_the_one_that_makes_sense(shared: Path) -> None:
    folder = shared / "data/feeds/feedparser-encoding"
    titles = {name: ours((folder / f"{name}.xml").read_bytes()).entries[0].title for name in GUESSED}
    assert titles == GUESSED


GUESSED = {
    "eucjp": "ゲーム三昧な正月",
    "euckr": "EUC-KR 에서 TypeKey 한글닉네임 표시하기",
    "gb2312": "不归移民漫画系列：专业工作",
    "koi8r": "Как пережить новогоднюю ночь",
    "shiftjis": "DrecomRSSに記事投稿が反映されない…",
}


def test_the_two_readers_agree_on_texts_and_wishes_too(shared: Path) -> None:
    differing = set()
    for file in xml(shared):
        data = in_utf8(file.read_bytes())
        if file.name in LENIENT:
            continue
        fast, slow = read_well_formed(data, URL), read_leniently(as_text(data), URL)
        assert (fast.language, fast.ask_after) == (slow.language, slow.ask_after), file.name
        for one, other in zip(fast.items, slow.items, strict=True):
            if entry_of(one, fast, None, NOW) != entry_of(other, slow, None, NOW):
                differing.add(file.name)
    assert differing == set(OTHER_TEXTS)


CAPTION = "the caption of a picture or recording is not the article: feedparser puts it into the content"
OTHER_TEXTS = {
    "OneFootTsunami.atom": BETTER["OneFootTsunami.atom", "link"],
    "cloudblog.rss": CAPTION,
    "itunes-missing-image.rss": CAPTION,
    "narro.rss": CAPTION,
}


def test_what_is_well_formed_takes_the_fast_way(shared: Path) -> None:
    declined = set()
    for file in xml(shared):
        try:
            read_well_formed(in_utf8(file.read_bytes()), URL)
        except Declined:
            declined.add(file.name)
    assert declined == LENIENT


@pytest.mark.parametrize(
    ("name", "count"),
    [("3960.json", 20), ("DaringFireball.json", 48), ("allthis.json", 12), ("curt.json", 26),
     ("inessential.json", 20), ("pxlnv.json", 20), ("rose.json", 84)],
)  # fmt: skip
def test_json_feeds_are_read(shared: Path, name: str, count: int) -> None:
    entries = ours((shared / "data/feeds/netnewswire" / name).read_bytes()).entries
    assert len(entries) == count
    assert all(entry.link.startswith("http") and entry.published for entry in entries)
