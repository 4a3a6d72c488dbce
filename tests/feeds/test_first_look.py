"""Entries that a feed announced before are passed over, and nothing else comes of that but time saved."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import announced, sources
from archive.announced import Announced, pack
from archive.archive import Archive
from archive.articles import Known
from crawler.entry import Entry
from crawler.feeds.decode import in_utf8
from crawler.feeds.parse import LastPoll, ParsedFeed, parse_fast
from crawler.identity import all_keys, identify, sort_entries, to_pass_over
from tests.feeds.newsroom import atom, rss
from tests.feeds.test_corpus import xml

URL = "https://kpl.example/feed"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


@dataclass
class Reader:
    """A source's polls: what each finds, and by which keys articles are known. With `looks` it remembers
    what was announced, as the archive does."""

    looks: bool = True
    outlet: str = "kpl"
    announced: bytes | None = None
    keys: dict[int, Known] = field(default_factory=dict)
    articles: int = 0
    looked_at: int = 0

    def poll(self, body: bytes, *, at: datetime = NOW, url: str = URL) -> dict[str, object]:
        last = LastPoll(self.announced, self.outlet) if self.looks else None
        feed = parse_fast(body, url, now=at, last=last)
        assert feed is not None
        self.looked_at += len(feed.entries)
        entries = [(entry, identify(entry, self.outlet, at)) for entry in feed.entries]
        asked = all_keys([identity for _, identity in entries])
        known = {key: self.keys[key] for key in asked if key in self.keys}
        found = sort_entries(entries, known, "kpl", len(entries), feed.stays)
        by_number = {article.article: article for article in self.keys.values()}
        for new, identity in found.new:
            article = Known(self.articles, identity.canonical, new.title, "kpl", self.outlet)
            self.articles += 1
            for key in identity.all():
                self.keys.setdefault(key, article)
        for key, number in found.again:
            self.keys.setdefault(key, by_number[number])
        self.announced = pack(to_pass_over(found, feed.stays, at))
        return {
            "new": [(entry.link, entry.title, entry.summary) for entry, _ in found.new],
            "changed": [(number, entry.title, entry.summary) for number, entry in found.changed],
            "renumbered": found.renumbered,
            "dates": sorted(_dates(feed)),
        }


def _dates(feed: ParsedFeed) -> list[datetime]:
    dates = [one.published for one in feed.entries if one.published and one.trust != "day"]
    return dates + [datetime.fromtimestamp(item.published, UTC) for item in feed.stays if item.published]


def item(
    number: int, *, title: str = "", text: str = "", guid: str = "", date: str | None = "", link: str = ""
) -> str:
    at = format_datetime(NOW - timedelta(hours=number + 1))
    return (
        f"<title>{title or f'News of dam {number}'}</title><link>{link or f'/{number}'}</link>"
        f"<guid>{guid or f'g-{number}'}</guid><description>{text or f'It is dam {number}.'}</description>"
        + ("" if date is None else f"<pubDate>{date or at}</pubDate>")
    )


def test_of_a_known_feed_only_what_is_new_is_looked_at() -> None:
    reader = Reader()
    reader.poll(rss(*(item(n) for n in range(25))))
    reader.looked_at = 0
    found = reader.poll(rss(item(98), item(99), *(item(n) for n in range(23))))
    assert [title for _, title, _ in found["new"]] == ["News of dam 98", "News of dam 99"]  # type: ignore[attr-defined]
    assert reader.looked_at == 2


def test_an_atom_feed_and_one_whose_head_changes_too() -> None:
    def feed(*numbers: int, updated: str) -> bytes:
        entries = [
            f"<id>urn:{n}</id><title>Dam {n}</title><link href='/{n}'/>"
            f"<updated>2026-11-2{n}T01:00:00Z</updated>"
            for n in numbers
        ]
        return atom(*entries, feed=f"<updated>{updated}</updated>")

    reader = Reader()
    reader.poll(feed(1, 2, updated="2026-11-23T00:00:00Z"))
    reader.looked_at = 0
    reader.poll(feed(3, 1, 2, updated="2026-11-24T00:00:00Z"))
    assert reader.looked_at == 1


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(
            {"body": rss(item(1)).replace(b"<rss ", b"<rss xml:base='/old/' ")}, id="the base of links"
        ),
        pytest.param({"body": rss(item(1)).replace(b"xmlns:dc", b"xmlns:cd")}, id="a namespace"),
        pytest.param({"url": "https://kpl.example/en/feed"}, id="the address of the feed"),
        pytest.param({"body": rss(item(1, text="It is a big dam."))}, id="its words"),
    ],
)
def test_what_changes_the_meaning_of_an_entry_makes_it_looked_at(again: dict[str, object]) -> None:
    reader = Reader()
    reader.poll(rss(item(1)))
    reader.looked_at = 0
    reader.poll(**({"body": rss(item(1))} | again))  # type: ignore[arg-type]
    assert reader.looked_at == 1


def test_another_outlet_has_keys_of_its_own() -> None:
    reader = Reader()
    reader.poll(rss(item(1)))
    reader.looked_at, reader.outlet = 0, "vientiane-times"
    reader.poll(rss(item(1)))
    assert reader.looked_at == 1


@pytest.mark.parametrize(
    "always",
    [
        # Its title counts within the day on which it is found.
        pytest.param(item(1, date=None), id="without a date"),
        # It is dated anew at each poll.
        pytest.param(item(1, date=format_datetime(NOW + timedelta(hours=2))), id="dated in the future"),
    ],
)
def test_an_entry_whose_date_hangs_on_the_poll_is_looked_at_each_time(always: str) -> None:
    reader = Reader()
    for _ in range(3):
        reader.poll(rss(always))
    assert reader.looked_at == 3


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[ as in <item>this</item> ]]>",
        "<![CDATA[ a </item> in the text ]]>",
        "<!-- <item>old</item> -->text",
        "<![CDATA[ <item> ]]> and <![CDATA[ </item> ]]>",
    ],
)
def test_items_whose_bounds_are_not_where_they_seem_are_read_whole(text: str) -> None:
    body = rss(item(1, text=text), item(2), item(3), channel=f"<description>{text}</description>")
    with_looks, whole = Reader(), Reader(looks=False)
    for _ in range(2):
        assert with_looks.poll(body) == whole.poll(body)
    later = rss(item(4), item(1, text=text), item(3), channel=f"<description>{text}</description>")
    assert with_looks.poll(later) == whole.poll(later)


_TEXTS = (
    "A plain text.", "<![CDATA[<p>Markup</p>]]>", "<![CDATA[ </item><item> ]]>", "&lt;b&gt;bold&lt;/b&gt;",
    "<!-- </item> -->after", "<![CDATA[ --> ]]>", "ຂ່າວ <i>of</i> Laos",
)  # fmt: skip
_ITEMS = st.builds(
    item,
    st.integers(0, 6),
    title=st.sampled_from(("", "", "", "A shared title", "Weather", "Notice 12", "Notice 13", " ")),
    text=st.sampled_from(("", "", *_TEXTS)),
    guid=st.sampled_from(("", "", "one", "two")),
    link=st.sampled_from(("", "", "", "/section", "https://m.kpl.example/3", "/notes#1", "/notes#2", "/")),
    date=st.sampled_from(("", "", "", None, "2026-11-24", "Tue, 24 Nov 2026 12:00:00 GMT", "2026-11-20")),
)
_POLLS = st.tuples(
    st.lists(_ITEMS, min_size=1, max_size=8),
    st.sampled_from(
        ("", "<ttl>60</ttl>", "<description><![CDATA[<item>]]></description>", "<!-- <item> -->")
    ),
    st.integers(0, 30),
)


@given(st.lists(_POLLS, min_size=2, max_size=6))
def test_what_is_found_is_the_same_as_by_looking_at_everything(
    polls: list[tuple[list[str], str, int]],
) -> None:
    with_looks, whole, at = Reader(), Reader(looks=False), NOW
    for items, channel, hours in polls:
        body, at = rss(*items, channel=channel), at + timedelta(hours=hours)
        assert with_looks.poll(body, at=at) == whole.poll(body, at=at)
        assert with_looks.keys == whole.keys


def test_captured_feeds_give_the_same_and_are_known_again(shared: Path) -> None:
    dated = passed_over = 0
    for file in xml(shared):
        body = file.read_bytes()
        whole = parse_fast(body, URL, now=NOW)
        if whole is None:
            continue
        marked = parse_fast(body, URL, now=NOW, last=LastPoll(None, "kpl"))
        assert marked is not None
        assert [_without_mark(entry) for entry in marked.entries] == list(whole.entries), file.name
        reader, other = Reader(), Reader(looks=False)
        for _ in range(3):
            reader.looked_at = 0
            assert reader.poll(body) == other.poll(body), file.name
            assert reader.keys == other.keys
        dated += sum(entry.published is not None and entry.published < NOW for entry in whole.entries)
        passed_over += len(whole.entries) - reader.looked_at
    assert passed_over > 0.95 * dated > 0


# (file) → how many of its entries are others once more.
TWICE = {"craigslist.rss": 1, "scriptingNews.rss": 1, "uolNoticias.rss": 1}


def test_of_captured_feeds_all_entries_are_kept_and_none_is_news_the_next_day(shared: Path) -> None:
    lost, again = {}, set()
    for file in xml(shared):
        body = file.read_bytes()
        feed = parse_fast(body, URL, now=NOW)
        if feed is None:
            continue
        reader = Reader()
        reader.poll(body)
        if reader.articles < len(feed.entries):
            lost[file.name] = len(feed.entries) - reader.articles
        for days in (1, 2, 9):
            found = reader.poll(body, at=NOW + timedelta(days=days))
            if found["new"] or found["renumbered"]:
                again.add(file.name)
    assert lost == TWICE
    assert again == set()


def _without_mark(entry: Entry) -> Entry:
    return Entry(*(getattr(entry, name) for name in Entry.__slots__ if name != "mark"))


def test_what_is_no_xml_is_read_whole() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "<item>"}]}'
    assert not in_utf8(body).startswith(b"<")
    feed = parse_fast(body, URL, now=NOW, last=LastPoll(None, "kpl"))
    assert feed is not None
    assert [(entry.title, entry.mark) for entry in feed.entries] == [("<item>", None)]


def test_each_source_hears_of_what_it_announced_itself(archive: Archive) -> None:
    kept = {name: pack([Announced(n, -n, 2**62, n)]) for n, name in enumerate("abc")}
    archive.write_now(lambda conn: sources.keep_sources(conn, [*kept, "d"], NOW))
    archive.write_now(lambda conn: announced.keep(conn, kept))
    due, _ = archive.write_now(lambda conn: sources.claim_due(conn, NOW, LEASE, 10))
    assert {state.source: state.announced for state in due} == {**kept, "d": None}
    assert announced.unpack(kept["b"]) == [Announced(1, -1, 2**62, 1)]
    archive.write_now(lambda conn: sources.free_leases(conn))
    state, _ = archive.write_now(lambda conn: sources.claim(conn, "b", NOW, LEASE))
    assert state is not None
    assert state.announced == kept["b"]
