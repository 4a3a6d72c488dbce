"""Google News searches: other people's articles, under their publishers' names."""

from datetime import UTC, datetime

import pytest

from archive.rules import checked
from archive.sources import SourceState
from crawler.entry import Entry
from crawler.feeds.google_news import of_its_outlet
from crawler.gathering import gather
from crawler.source import Source
from tests.feeds.newsroom import newsroom, rss

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LINK = "https://news.google.com/rss/articles/CBMiX?oc=5"


async def test_a_search_gives_articles_under_their_own_outlets() -> None:
    item = (
        "<title>Laos opens a dam - The Laotian Times</title>"
        f'<link>{LINK}</link><guid isPermaLink="false">CBMiX</guid>'
        "<pubDate>Tue, 24 Nov 2026 07:00:00 GMT</pubDate>"
        "<description>&lt;a href=&quot;x&quot;&gt;Laos opens a dam&lt;/a&gt;&amp;nbsp;&amp;nbsp;"
        "&lt;font color=&quot;#6f6f6f&quot;&gt;The Laotian Times&lt;/font&gt;</description>"
        '<source url="https://laotiantimes.com">The Laotian Times</source>'
    )
    async with newsroom() as (room, tools):
        room.serves(rss(item))
        url = f"{room.url}/rss/search?q=Laos"
        search = checked(Source, {"name": "google-news-laos", "type": "google-news", "url": url})
        found = await gather(search, SourceState("google-news-laos", NOW), tools, NOW)
    assert found.entries == (
        Entry(
            LINK, "Laos opens a dam", "CBMiX", published=datetime(2026, 11, 24, 7, tzinfo=UTC),
            trust="stated", outlet_title="The Laotian Times", outlet_url="https://laotiantimes.com",
        ),
    )  # fmt: skip


async def test_a_search_that_fails_fails_as_any_feed_does() -> None:
    async with newsroom() as (room, tools):
        room.serves(status=429, Retry_After="60")
        search = checked(Source, {"name": "g", "type": "google-news", "url": f"{room.url}/rss"})
        found = await gather(search, SourceState("g", NOW), tools, NOW)
    assert (found.outcome, found.trouble, found.entries) == ("failed", "throttled", ())


@pytest.mark.parametrize(
    ("title", "outlet", "expected"),
    [
        ("A dam - KPL", "KPL", ("A dam", "KPL")),
        ("A dam - kpl", "KPL", ("A dam", "KPL")),
        ("A dam – KPL", "KPL", ("A dam", "KPL")),
        ("A dam - a road - KPL", "KPL", ("A dam - a road", "KPL")),
        ("A dam - Radio - X", "Radio - X", ("A dam", "Radio - X")),
        ("A dam - a road", "KPL", ("A dam - a road", "KPL")),
        ("A dam - KPL", "", ("A dam", "KPL")),
        ("A dam | KPL - KPL", "KPL", ("A dam", "KPL")),
        ("A dam – kpl – KPL", "KPL", ("A dam", "KPL")),
        ("A dam", "", ("A dam", "")),
        (" - KPL", "KPL", (" - KPL", "KPL")),
        ("북한 미사일 - 연합뉴스", "연합뉴스", ("북한 미사일", "연합뉴스")),
    ],
)
def test_the_outlets_name_is_cut_from_the_title(title: str, outlet: str, expected: tuple[str, str]) -> None:
    entry = of_its_outlet(Entry(LINK, title, outlet_title=outlet))
    assert (entry.title, entry.outlet_title) == expected


def test_a_teaser_that_says_more_than_the_title_is_kept() -> None:
    assert of_its_outlet(Entry(LINK, "A dam", summary="Near Pakse")).summary == "Near Pakse"
    assert of_its_outlet(Entry(LINK, "", summary="Near Pakse")).summary == "Near Pakse"
