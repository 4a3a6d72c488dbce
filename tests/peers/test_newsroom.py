"""The embedded newsroom over real sockets: what each outlet does, and when what appears."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import feedparser
import pytest
from lxml.html import document_fromstring

from archive.rules import checked
from crawler.source import Source
from tests.conftest import SetClock
from wirewatch.demo import acceptance
from wirewatch.demo.answers import SLOW_SECONDS, Place
from wirewatch.demo.newsroom import Newsroom
from wirewatch.demo.outlets import NewsItem, load_outlets

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MOMENTS = [0, 5.9, 6, 9, 14.5, 20, 27, 35.9, 36, 600]
FEEDS = [outlet.name for outlet in load_outlets() if outlet.format != "section"]
SECTIONS = [outlet.name for outlet in load_outlets() if outlet.format == "section"]


@dataclass
class Naps:
    """A sleep that only writes down for how long."""

    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def newsroom(clock: SetClock, naps: Naps) -> AsyncIterator[Newsroom]:
    async with Newsroom(clock, sleep=naps) as opened:
        yield opened


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def place_of(newsroom: Newsroom, name: str) -> Place:
    return next(place for place in newsroom.places if place.outlet.name == name)


def source_of(newsroom: Newsroom, name: str) -> str:
    place = place_of(newsroom, name)
    return place.base + place.outlet.source_path


async def feed(client: aiohttp.ClientSession, newsroom: Newsroom, name: str) -> Any:
    async with client.get(source_of(newsroom, name)) as response:
        assert response.status == 200
        return feedparser.parse(await response.read(), response_headers={"content-type": "text/xml"})


async def text(client: aiohttp.ClientSession, url: str) -> str:
    async with client.get(url) as response:
        assert response.status == 200
        return await response.text()


def due(item: NewsItem, seconds: float) -> bool:
    return item.age is not None or (item.at is not None and item.at <= seconds)


def visible_titles(place: Place, seconds: float) -> list[str]:
    return sorted(item.title for item in place.outlet.items if due(item, seconds))


# ---- who publishes, and where


async def test_every_outlet_is_a_valid_source_at_an_address_of_its_own(newsroom: Newsroom) -> None:
    sources = [checked(Source, entry) for entry in newsroom.sources()]
    assert len(sources) >= 14
    assert len({source.url.split("/")[2].split(":")[0] for source in sources}) == len(sources)
    assert all(source.url.startswith("http://127.0.1.") for source in sources)


def test_the_outlets_speak_eight_languages_and_use_every_form_of_announcement() -> None:
    outlets = load_outlets()
    spoken = {outlet.language.split("-")[0] for outlet in outlets}
    assert spoken == {"en", "lo", "th", "km", "vi", "ko", "zh", "fr"}
    assert {outlet.format for outlet in outlets} == {"rss", "atom", "rdf", "section"}
    assert {outlet.language for outlet in outlets if outlet.format == "section"} == {"en", "lo"}


async def test_where_only_one_address_exists_each_outlet_lies_in_a_folder_of_it(
    clock: SetClock, client: aiohttp.ClientSession
) -> None:
    # 192.0.2.0/24 is for documentation and no machine's own, as 127.0.1.x is not on macOS.
    async with Newsroom(clock, network="192.0.2") as newsroom:
        assert place_of(newsroom, "tonle-sap-post").base.endswith("/tonle-sap-post")
        assert {place.base.split("/")[2].split(":")[0] for place in newsroom.places} == {"127.0.0.1"}
        read = await feed(client, newsroom, "tonle-sap-post")
        assert await text(client, read.entries[0].link)
        async with client.get(f"{newsroom.places[0].base}-of-nobody/feed.xml") as response:
            assert response.status == 404


# ---- the schedule


@pytest.mark.parametrize("seconds", MOMENTS)
async def test_feedparser_reads_every_feed_at_any_time(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock, seconds: float
) -> None:
    clock.forward(seconds=seconds)
    for name in FEEDS:
        place = place_of(newsroom, name)
        if any(begin <= seconds < end for begin, end in place.outlet.outages):
            continue
        read = await feed(client, newsroom, name)
        assert sorted(entry.title for entry in read.entries) == visible_titles(place, seconds), name
        links = {item.title: place.link(item) for item in place.outlet.items}
        assert all(entry.link == links[entry.title] for entry in read.entries), name


@pytest.mark.parametrize("seconds", MOMENTS)
@pytest.mark.parametrize("name", SECTIONS)
async def test_a_section_page_lists_what_is_published_where_its_selector_looks(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock, name: str, seconds: float
) -> None:
    clock.forward(seconds=seconds)
    place = place_of(newsroom, name)
    page = document_fromstring(await text(client, source_of(newsroom, name)))
    found = page.findall('.//section[@class="latest"]//h3/a')
    assert sorted(str(link.text) for link in found) == visible_titles(place, seconds)
    assert place.outlet.selectors is not None
    assert place.outlet.selectors["articles"] == "section.latest h3 a"


async def test_nothing_new_appears_before_a_waiting_newsroom_begins(
    clock: SetClock, client: aiohttp.ClientSession
) -> None:
    async with Newsroom(clock, waits=True) as newsroom:
        with pytest.raises(RuntimeError, match="not begun"):
            newsroom.expected()
        clock.forward(seconds=100)
        assert len((await feed(client, newsroom, "mekong-courier")).entries) == 2
        assert "mekong-courier" not in newsroom.unread()
        assert "andaman-sport" in newsroom.unread()
        newsroom.begin()
        clock.forward(seconds=6)
        read = await feed(client, newsroom, "mekong-courier")
        assert read.entries[0].title == newsroom.expected()[0].title
        assert newsroom.expected()[0].published == START + timedelta(seconds=106)


def test_a_newsroom_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        Newsroom().sources()
    with pytest.raises(RuntimeError, match="not open"):
        Newsroom().begin()


async def test_an_article_page_is_not_there_before_it_is_published(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    url = newsroom.expected()[0].url
    async with client.get(url) as response:
        assert response.status == 404
    clock.forward(seconds=6)
    assert newsroom.expected()[0].title in await text(client, url)


# ---- what is to be expected


async def test_the_expected_alerts_cover_all_watches_and_languages(newsroom: Newsroom) -> None:
    expected = newsroom.expected()
    assert 14 <= len(expected) <= 18
    assert {alert.language.split("-")[0] for alert in expected} == {
        "en",
        "lo",
        "th",
        "km",
        "vi",
        "ko",
        "zh",
        "fr",
    }
    assert set.union(*(set(alert.watches) for alert in expected)) == set(acceptance.WATCHES)
    assert all(6 <= alert.at <= 40 for alert in expected)
    assert expected == sorted(expected, key=lambda alert: alert.at)
    assert newsroom.lasts <= 40
    assert not {alert.title for alert in expected} & newsroom.silent()


async def test_what_must_stay_silent_holds_the_false_friends(newsroom: Newsroom) -> None:
    silent = "\n".join(newsroom.silent())
    for bait in ("북한산", "ปลาวาฬ", "Lào Cai", "រំដេង", "league final", "museum for fishing nets"):
        assert bait in silent


async def test_a_wire_story_is_carried_word_for_word_at_another_address(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    clock.forward(seconds=60)
    [story] = [alert for alert in newsroom.expected() if alert.copies]
    assert story.sources == ("island-gazette", "peninsula-wire")
    wire, gazette = [
        (await feed(client, newsroom, name)).entries[0] for name in ("peninsula-wire", "island-gazette")
    ]
    assert (wire.title, wire.summary) == (gazette.title, gazette.summary) == (story.title, wire.summary)
    assert wire.link == story.url
    assert gazette.link == story.copies[0] != story.url
    pages = [document_fromstring(await text(client, entry.link)) for entry in (wire, gazette)]
    texts = [[str(part.text) for part in page.findall('.//div[@class="story-text"]/p')] for page in pages]
    assert texts[0] == texts[1] != []


# ---- how each outlet behaves


async def test_the_conditional_outlet_answers_304_until_something_is_new(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    url = source_of(newsroom, "mekong-courier")
    async with client.get(url) as first:
        tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": modified}, {"If-None-Match": f"W/{tag}"}):
        async with client.get(url, headers=headers) as again:
            assert again.status == 304
            assert await again.read() == b""
    # RFC 9110: If-None-Match alone decides where both are sent.
    async with client.get(url, headers={"If-None-Match": '"other"', "If-Modified-Since": modified}) as both:
        assert both.status == 200
    async with client.get(url, headers={"If-Modified-Since": "yesterday"}) as nonsense:
        assert nonsense.status == 200
    clock.forward(seconds=6)
    async with client.get(url, headers={"If-None-Match": tag, "If-Modified-Since": modified}) as changed:
        assert changed.status == 200
        assert changed.headers["ETag"] != tag


async def test_guids_change_with_every_fetch_and_links_do_not(
    newsroom: Newsroom, client: aiohttp.ClientSession
) -> None:
    first, second = [await feed(client, newsroom, "red-river-daily") for _ in range(2)]
    assert [entry.link for entry in first.entries] == [entry.link for entry in second.entries]
    assert not {entry.id for entry in first.entries} & {entry.id for entry in second.entries}


async def test_the_broken_feed_is_no_xml_and_still_says_what_it_means(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    clock.forward(seconds=30)
    read = await feed(client, newsroom, "chao-phraya-post")
    assert read.bozo
    assert " & " in read.entries[0].title
    body = await text(client, source_of(newsroom, "chao-phraya-post"))
    assert "<p><b>" in body
    assert "</p></b>" in body


async def test_wrong_dates_are_wrong_in_three_ways(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    clock.forward(seconds=60)
    read = await feed(client, newsroom, "hangang-ilbo")
    dates = {entry.title[:3]: entry.get("published") for entry in read.entries}
    assert dates["아세안"] is None
    assert dates["북한산"] == "Thu, 31 Dec 2099 12:00:00 +0000"
    assert dates["북한,"] == "Tue, 24 Nov 2026 17:00:09 KST"
    for entry in read.entries:
        assert "published_time" not in await text(client, entry.link)


async def test_the_slow_outlet_sends_its_head_at_once_and_its_body_seconds_later(
    clock: SetClock, client: aiohttp.ClientSession
) -> None:
    asked: list[float] = []
    release = asyncio.Event()

    async def nap(seconds: float) -> None:
        asked.append(seconds)
        await release.wait()

    async with (
        Newsroom(clock, sleep=nap) as newsroom,
        client.get(source_of(newsroom, "hanbando-review")) as response,
    ):
        assert response.status == 200
        assert asked == [SLOW_SECONDS]
        release.set()
        assert "반도평론" in await response.text()


async def test_no_other_outlet_keeps_anybody_waiting(
    newsroom: Newsroom, client: aiohttp.ClientSession, naps: Naps
) -> None:
    for name in FEEDS + SECTIONS:
        await text(client, source_of(newsroom, name))
    assert naps.taken == [SLOW_SECONDS]


async def test_the_failing_outlet_answers_500_for_a_while_and_recovers(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    statuses = []
    for _ in range(5):
        async with client.get(source_of(newsroom, "courrier-du-mekong")) as response:
            statuses.append(response.status)
        clock.forward(seconds=4)
    assert statuses == [200, 200, 500, 200, 200]


async def test_the_gzip_outlet_compresses_for_those_who_ask(newsroom: Newsroom) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as raw:
        url = source_of(newsroom, "asean-observer")
        async with raw.get(url, headers={"Accept-Encoding": "gzip"}) as packed:
            assert packed.headers["Content-Encoding"] == "gzip"
            assert (await packed.read())[:2] == b"\x1f\x8b"
        async with raw.get(url, headers={"Accept-Encoding": "identity"}) as plain:
            assert (await plain.read()).startswith(b"<?xml")


async def test_a_teaser_hides_what_only_the_page_says(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    clock.forward(seconds=24)
    read = await feed(client, newsroom, "delta-dispatch")
    assert not re.search("Laos", f"{read.entries[0]}")
    page = document_fromstring(await text(client, read.entries[0].link))
    assert any("Laos" in str(part.text) for part in page.findall('.//div[@class="story-text"]/p'))
    assert place_of(newsroom, "delta-dispatch").outlet.source("x")["full_text"] == "always"


async def test_robots_may_read_everything_but_the_search(
    newsroom: Newsroom, client: aiohttp.ClientSession
) -> None:
    robots = await text(client, f"{newsroom.places[0].base}/robots.txt")
    assert robots == "User-agent: *\nDisallow: /search\n"


async def test_the_request_log_tells_who_asked_for_what(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    url = source_of(newsroom, "mekong-courier")
    async with client.get(url, headers={"User-Agent": "Test/1"}) as first:
        size, tag = len(await first.read()), first.headers["ETag"]
    clock.forward(seconds=3)
    async with client.get(url, headers={"If-None-Match": tag}):
        pass
    async with client.head(url) as head:
        assert int(head.headers["Content-Length"]) == size
    async with client.get(f"{url}x"):
        pass
    log = newsroom.requests
    assert [(visit.outlet, visit.path, visit.status) for visit in log] == [
        ("mekong-courier", "/feed.xml", 200),
        ("mekong-courier", "/feed.xml", 304),
        ("mekong-courier", "/feed.xml", 200),
        ("mekong-courier", "/feed.xmlx", 404),
    ]
    assert [visit.size for visit in log[:3]] == [size, 0, 0]
    assert (log[0].user_agent, log[0].if_none_match, log[1].if_none_match) == ("Test/1", None, tag)
    assert log[1].time - log[0].time == timedelta(seconds=3)


# ---- pages


async def test_the_acceptance_page_holds_its_article_and_all_its_noise(
    newsroom: Newsroom, client: aiohttp.ClientSession, clock: SetClock
) -> None:
    clock.forward(seconds=13)
    [alert] = [alert for alert in newsroom.expected() if alert.title == acceptance.TITLE]
    assert alert.watches == acceptance.WATCHES
    page = await text(client, alert.url)
    assert alert.published.isoformat() in page
    assert page.replace(alert.published.isoformat(), acceptance.PUBLISHED) == acceptance.PAGE
    seen = re.sub(r"\s+", " ", "".join(map(str, document_fromstring(page).itertext())))
    placeholders = {"Search the Review"}
    assert all(line in seen for line in acceptance.NOISE if line not in placeholders)
    assert all(line in page for line in placeholders)
