"""What a feed announces: formats, addresses, ids, texts, encodings, bounds."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.entry import Entry
from crawler.feeds import parse as parsing
from crawler.feeds.parse import FeedError, ParsedFeed, parse_feed
from tests.feeds.newsroom import atom, rss

URL = "https://kpl.example/news/feed.xml"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def parse(body: bytes | str, **how: Any) -> ParsedFeed:
    data = body if isinstance(body, bytes) else body.encode()
    return parse_feed(data, URL, now=NOW, **how)


def only(body: bytes | str, **how: Any) -> Entry:
    (entry,) = parse(body, **how).entries
    return entry


def broken(feed: bytes) -> bytes:
    """The same feed, no longer well formed, so that the lenient reader gets it."""
    return feed.replace(b"<channel>", b"<channel><br>").replace(b"<entry>", b"<entry><br>")


@pytest.fixture(params=[bytes, broken], ids=["well-formed", "broken"])
def sent(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_an_rss_item(sent: Any) -> None:
    feed = rss(
        "<title>A dam is <![CDATA[<b>built</b>]]></title><link>https://kpl.example/1?a=1&amp;b=2</link>"
        '<guid isPermaLink="false">77</guid><description>&lt;p&gt;Near Pakse&lt;/p&gt;</description>'
        "<pubDate>Tue, 24 Nov 2026 10:00:00 +0700</pubDate>",
        channel="<title>KPL</title><language>lo</language>",
    )
    assert parse(sent(feed)) == ParsedFeed(
        (
            Entry(
                "https://kpl.example/1?a=1&b=2", "A dam is built", "77", "Near Pakse", "",
                datetime(2026, 11, 24, 3, 0, tzinfo=UTC), "stated",
            ),
        ),
        "lo",
    )  # fmt: skip


def test_an_atom_entry(sent: Any) -> None:
    feed = atom(
        '<title type="html">A &amp;amp; B</title><id>tag:kpl,2026:1</id><link rel="self" href="/no"/>'
        '<link href="/1"/><summary>Near Pakse</summary><updated>2026-11-24T03:00:00Z</updated>',
        attributes='xml:lang="lo"',
    )
    (entry,) = parse(sent(feed)).entries
    assert (entry.link, entry.title, entry.guid) == ("https://kpl.example/1", "A & B", "tag:kpl,2026:1")
    assert (entry.summary, entry.published) == ("Near Pakse", datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    assert (entry.language, parse(feed).language) == (None, "lo")


def test_an_rdf_item() -> None:
    entry = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>KPL</title></channel>'
        '<item rdf:about="https://kpl.example/1"><title>A dam</title><link>https://kpl.example/1</link>'
        "<dc:date>2026-11-24T10:00+07:00</dc:date></item></rdf:RDF>"
    )
    assert (entry.guid, entry.link) == ("https://kpl.example/1", "https://kpl.example/1")
    assert entry.published == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_an_old_rss_without_ids_and_with_a_document_type() -> None:
    entry = only(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>'
        "<title>KPL</title><item><title>A dam</title><link>/1</link></item></channel></rss>"
    )
    assert entry == Entry("https://kpl.example/1", "A dam")


def test_a_json_item() -> None:
    feed = parse(
        '{"version": "https://jsonfeed.org/version/1.1", "language": "lo", "items": [{"id": 7, "url": "/1", '
        '"title": "A dam", "content_text": "Near Pakse", "date_published": "2026-11-24T10:00:00+07:00"}, '
        '{"id": "8", "title": 9, "external_url": "https://else.example/8", "language": "th"}, 3, {}]}'
    )
    assert feed.language == "lo"
    assert feed.entries == (
        Entry(
            "https://kpl.example/1", "A dam", "7", "Near Pakse",
            published=datetime(2026, 11, 24, 3, 0, tzinfo=UTC), trust="stated",
        ),
        Entry("https://else.example/8", "9", "8", language="th"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "empty"), (b" \n ", "empty"), (b"<!DOCTYPE html><html><p>Hi</html>", "web page"),
     (b"\x89PNG\r\n\x1a\n", "image"), (b"Hello", "no feed"), (b'{"a": 1}', "without `items`"),
     (b'{"items": ', "no feed"), (b"{" * 100000, "no feed"), (b'{"items":' + b"[" * 100000, "no feed"),
     (b"/etc/passwd", "no feed"), (b"<sitemapindex/>", "no feed")],
)  # fmt: skip
def test_what_is_no_feed_is_told_by_what_it_looks_like(body: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        parse(body)


def test_a_body_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Any) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss("<title>secret</title>"))
    with pytest.raises(FeedError):
        parse(str(secret))


def test_a_feed_without_entries_is_a_feed(sent: Any) -> None:
    assert parse(sent(rss())).entries == ()


@pytest.mark.parametrize(
    ("link", "expected"),
    [("/1", "https://kpl.example/1"), ("2.html", "https://kpl.example/news/2.html"),
     ("//cdn.example/3", "https://cdn.example/3"), ("?id=4", "https://kpl.example/news/feed.xml?id=4"),
     (" https://kpl.example/5\n", "https://kpl.example/5"), ("http:///kpl.example/6", "http://kpl.example/6"),
     ("HTTPS://kpl.example/7", "https://kpl.example/7"), ("javascript:alert(1)", ""), ("tag:a,1:b", ""),
     ("http://[bad", ""), ("https://kpl.example/" + "a" * 5000, "")],
)  # fmt: skip
def test_links_are_made_absolute_and_what_is_no_web_address_is_none(
    sent: Any, link: str, expected: str
) -> None:
    assert only(sent(rss(f"<title>t</title><link>{link}</link>"))).link == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [("https://kpl.example/?a=1&amp;amp;b=2", "https://kpl.example/?a=1&b=2"),
     ("<![CDATA[https://kpl.example/?a=1&amp;b=2]]>", "https://kpl.example/?a=1&b=2"),
     ("<![CDATA[https://kpl.example/?a=1&b=2]]>", "https://kpl.example/?a=1&b=2"),
     ("https://kpl.example/a\n   /b", "https://kpl.example/a/b"), ("http:/kpl.example/8", "http://kpl.example/8"),
     ("http://https://kpl.example/9", "https://kpl.example/9"),
     ("www.else.example/1", "https://www.else.example/1"), ("kpl.example/10", "https://kpl.example/10"),
     ("https://web.example/2026/https://kpl.example/1", "https://web.example/2026/https://kpl.example/1")],
)  # fmt: skip
def test_links_that_were_written_wrongly_are_mended(link: str, expected: str) -> None:
    assert only(rss(f"<title>t</title><link>{link}</link>")).link == expected


@pytest.mark.parametrize(
    ("title", "link"),
    [("Q&A in Vientiane", "https://kpl.example/v?id=1&copy=2&lang=lo"), ("S&P 500", "https://kpl.example/?a&b"),
     ("AT&T", "https://kpl.example/v?a=1&sect=2&reg=3"), ("Tom & Jerry", "https://kpl.example/v?x=1&not=2"),
     ("<![CDATA[B&B]]>", "https://kpl.example/v?a=1&para=2"), ("북한&미국", "https://kpl.example/v?p=1&times=2"),
     ("R&D; budget", "https://kpl.example/v?a=1&sect=2")],
)  # fmt: skip
def test_ampersands_that_nobody_escaped_are_what_they_are(sent: Any, title: str, link: str) -> None:
    feed = rss(f"<title>{title}</title><link>{link}</link><description>a &amp; b &lt;br&gt; c</description>")
    entry = only(sent(feed))
    plain = title.removeprefix("<![CDATA[").removesuffix("]]>")
    assert (entry.title, entry.link, entry.summary) == (plain, link, "a & b c")


def test_an_empty_element_takes_nothing_back() -> None:
    date = "<pubDate>Tue, 24 Nov 2026 03:00:00 GMT</pubDate><pubDate/>"
    entry = only(rss(f"<title>t</title><link>/1</link><link></link>{date}"))
    assert (entry.link, entry.published) == ("https://kpl.example/1", datetime(2026, 11, 24, 3, tzinfo=UTC))


def test_tags_in_capitals_are_tags(sent: Any) -> None:
    feed = b"<RSS><CHANNEL><ITEM><TITLE>A dam</TITLE><LINK>/1</LINK></ITEM></CHANNEL></RSS>"
    assert only(sent(feed)) == Entry("https://kpl.example/1", "A dam")


@pytest.mark.parametrize(
    ("links", "expected"),
    [('<link rel="alternate" type="application/pdf" href="/1.pdf"/>', "/1.pdf"),
     ('<link type="text/html" href="/1"/><link type="application/pdf" href="/1.pdf"/>', "/1"),
     ('<link type="application/pdf" href="/1.pdf"/><link href="/1"/>', "/1"),
     ('<link type="application/atom+xml" href="/feed"/><link rel="self" href="/self"/>', ""),
     ('<link type="image/png" href="/1.png"/>', "")],
)  # fmt: skip
def test_an_article_that_is_a_document_has_its_address(sent: Any, links: str, expected: str) -> None:
    for item in (f"<id>tag:1</id><title>t</title>{links}", f"<title>t</title>{links}<id>tag:1</id>"):
        assert only(sent(atom(item))).link == (f"https://kpl.example{expected}" if expected else "")


def test_the_type_of_a_link_may_name_an_encoding() -> None:
    feed = atom('<title>t</title><link rel="alternate" type="text/html; charset=utf-8" href="/1"/>')
    assert only(feed).link == "https://kpl.example/1"


def test_a_date_that_says_nothing_gives_way_to_the_other(sent: Any) -> None:
    for nothing in ("0000-00-00 00:00:00", "Thu, 01 Jan 1970 00:00:00 GMT", "soon", ""):
        item = f"<title>t</title><pubDate>{nothing}</pubDate><dc:date>2026-11-24T03:00:00Z</dc:date>"
        entry = only(sent(rss(item)))
        assert (entry.published, entry.trust) == (datetime(2026, 11, 24, 3, tzinfo=UTC), "stated")


def test_a_date_of_creation_is_a_date_where_there_is_no_other(sent: Any) -> None:
    item = "<title>t</title><created>2026-11-20T03:00:00Z</created>"
    assert only(sent(atom(item))).published == datetime(2026, 11, 20, 3, tzinfo=UTC)
    changed = f"{item}<updated>2026-11-24T03:00:00Z</updated>"
    assert only(sent(atom(changed))).published == datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.mark.parametrize("name", ["pubDate", "date", "lastBuildDate", "dc:date", "atom:updated", "issued"])
def test_a_date_is_found_under_every_name_that_feedparser_knows(sent: Any, name: str) -> None:
    entry = only(sent(rss(f"<title>t</title><{name}>2026-11-24T03:00:00Z</{name}>")))
    assert (entry.published, entry.trust) == (datetime(2026, 11, 24, 3, tzinfo=UTC), "stated")


@pytest.mark.parametrize("prefix", ["", "xhtml:"])
def test_a_body_in_xhtml_is_the_text(prefix: str) -> None:
    namespace = f"xmlns{':xhtml' if prefix else ''}='http://www.w3.org/1999/xhtml'"
    body = f"<{prefix}body {namespace}><{prefix}p>Near</{prefix}p><{prefix}p>Pakse</{prefix}p></{prefix}body>"
    assert only(rss(f"<title>t</title>{body}")).summary == "Near Pakse"


def test_pictures_within_an_entry_are_no_text() -> None:
    picture = '<content type="image/png">iVBORw0KGgoAAAANSUhEUgAAAAUA</content>'
    assert only(atom(f'<title>t</title><link href="/1"/><summary>Near</summary>{picture}')).summary == "Near"


def test_xml_base_moves_relative_links(sent: Any) -> None:
    feed = atom(
        '<title>t</title><link href="b"/>', feed='<title>KPL</title>', attributes='xml:base="https://b.example/a/"'
    )  # fmt: skip
    assert only(sent(feed)).link == "https://b.example/a/b"
    own = atom('<title>t</title><link xml:base="https://c.example/c/" href="b"/>')
    assert only(own).link == "https://c.example/c/b"


def test_a_guid_that_is_a_permalink_is_the_link_where_none_is_given(sent: Any) -> None:
    assert (
        only(sent(rss("<title>t</title><guid>https://kpl.example/1</guid>"))).link == "https://kpl.example/1"
    )
    other = only(sent(rss('<title>t</title><guid isPermaLink="false">https://kpl.example/1</guid>')))
    assert other.guid == "https://kpl.example/1"


def test_a_feed_proxys_own_note_of_the_address_is_the_link(sent: Any) -> None:
    item = (
        "<title>t</title><link>http://feedproxy.google.com/~r/kpl/~3/abc/</link>"
        "<feedburner:origLink>https://kpl.example/1</feedburner:origLink>"
    )
    assert only(sent(rss(item))).link == "https://kpl.example/1"


@pytest.mark.parametrize(
    ("title", "expected"),
    [("<![CDATA[<b>A</b> dam]]>", "A dam"), ("&lt;b&gt;A&lt;/b&gt; dam", "A dam"), ("A &amp;amp; B", "A & B"),
     ("A &amp;amp;amp; B", "A & B"), ("Lao&amp;nbsp;PDR", "Lao PDR"), ("it&amp;#8217;s", "it’s"),
     ("&amp;lt;i&amp;gt;A&amp;lt;/i&amp;gt; dam", "A dam"), ("x &amp;lt; y", "x < y"),
     ("&lt;KBS&gt; 뉴스", "<KBS> 뉴스"),
     ("  A\n\t dam  ", "A dam"), ("\ufeff\u200b A dam\u200b", "A dam"),
     ("ກ\u200bຂ", "ກ\u200bຂ"), ("\u200b", ""),
     ("AT&amp;T", "AT&T"), ("ສປປ&#32;ລາວ", "ສປປ ລາວ"),
     ("A&lt;script&gt;x()&lt;/script&gt; dam", "A dam"), ("<b>A</b> dam", "A dam"),
     ("A dam&lt;o:p&gt;&lt;/o:p&gt;", "A dam"), ("&lt;fb:like&gt;&lt;/fb:like&gt; A dam", "A dam"),
     ("&lt;x-share to='x'&gt;A&lt;/x-share&gt; dam", "A dam"), ("&lt;Q-and-A&gt; A dam", "<Q-and-A> A dam"),
     ("&lt;S. Korea&gt; A dam", "<S. Korea> A dam"), ("Caf&eacute; &ndash; &nbsp;A dam", "Café – A dam"),
     ("A dam]]&gt;", "A dam"), ("A &lt;http://kpl.example/1&gt;", "A <http://kpl.example/1>"),
     ("<![CDATA[A &#55357;&#56832; dam]]>", "A 😀 dam"), ("A &amp;#xD83D;&amp;#xDE00; dam", "A 😀 dam")],
)  # fmt: skip
def test_titles_become_plain_text(title: str, expected: str) -> None:
    assert only(rss(f"<title>{title}</title><link>/1</link>")).title == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [('<p class="MsoNormal">Near <st1:place w:st="on">Pakse</st1:place><o:p></o:p></p>', "Near Pakse"),
     ("<xml><w:View>Normal</w:View></xml><p>Near Pakse</p>", "Near Pakse"),
     ("<nav><a>Home</a> <a>News</a></nav><p>Near Pakse</p>", "Near Pakse"),
     ("<p>Near Pakse</p><button>Share</button><select><option>Lao</option></select>", "Near Pakse"),
     ("<details><summary>Near</summary>Pakse</details>", "Near Pakse")],
)  # fmt: skip
def test_a_teaser_is_words_and_neither_menus_nor_what_an_office_program_leaves(
    markup: str, expected: str
) -> None:
    assert only(rss(f"<title>t</title><description><![CDATA[{markup}]]></description>")).summary == expected


@pytest.mark.parametrize("halves", ["&#55357;&#56832;", "&#xD83D;&#xde00;"])
def test_an_emoji_in_two_halves_does_not_cost_the_feed(sent: Any, halves: str) -> None:
    feed = sent(rss(f"<title>A {halves} dam</title><link>/1</link>", "<title>b</title><link>/2</link>"))
    assert [entry.title for entry in parse(feed).entries] == ["A 😀 dam", "b"]
    cesu = feed.replace(halves.encode(), b"\xed\xa0\xbd\xed\xb8\x80")
    assert [entry.title for entry in parse(cesu).entries] == ["A 😀 dam", "b"]


@pytest.mark.parametrize(
    "nothing", ["&#55357;", "&#xDE00;", "&#0;", "&#11;", "&#x1b;", "&#xFFFF;", "&#9999999;"]
)
def test_a_reference_to_no_character_does_not_cost_the_feed(sent: Any, nothing: str) -> None:
    assert only(sent(rss(f"<title>A {nothing}dam</title><link>/1</link>"))).title == "A dam"


def test_the_longest_text_is_the_article_only_where_it_is_long_enough(sent: Any) -> None:
    long = "word " * 200
    both = f"<title>t</title><description>short</description><content:encoded>{long}</content:encoded>"
    entry = only(sent(rss(both)))
    assert (entry.summary, entry.content) == ("short", long.strip())
    alone = only(sent(rss(f"<title>t</title><description>{long}</description>")))
    assert (alone.content, alone.summary) == (long.strip(), long.strip())
    teaser = only(sent(rss("<title>t</title><content:encoded>some words more</content:encoded>")))
    assert (teaser.summary, teaser.content) == ("some words more", "")


def test_a_pictures_title_and_caption_never_replace_those_of_the_article() -> None:
    media = "<media:title>P. Photo</media:title><media:description>Photo by P.</media:description>"
    entry = only(
        rss(f"<media:content>{media}</media:content><title>A dam</title><description>Near</description>")
    )
    assert (entry.title, entry.summary) == ("A dam", "Near")
    video = only(rss(f"<link>/1</link><media:group>{media}</media:group>"))
    assert (video.title, video.summary) == ("P. Photo", "Photo by P.")


def test_xhtml_content_is_read_as_its_words() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Near <b>Pak</b>se</p><p>a &lt; b</p></div>'
    entry = only(atom(f'<title>t</title><link href="/1"/><content type="xhtml">{div}</content>'))
    assert entry.summary == "Near Pakse a < b"


def test_an_entry_in_another_language_than_its_feed_says_so(sent: Any) -> None:
    feed = atom(
        '<title xml:lang="ko">t</title><link href="/1"/>', '<title>u</title><link href="/2"/>',
        attributes='xml:lang="en"',
    )  # fmt: skip
    assert [entry.language for entry in parse(sent(feed)).entries] == ["ko", None]


@pytest.mark.parametrize(
    ("written", "tag"),
    [("ko_KR", "ko-KR"), (" zh-TW ", "zh-TW"), ("English", None), ("th, en", None), ("", None), ("lo", "lo")],
)
def test_a_language_is_a_tag_or_none(sent: Any, written: str, tag: str | None) -> None:
    feed = parse(sent(rss("<title>t</title>", channel=f"<language>{written}</language>")))
    assert feed.language == tag
    same = f'{{"language": "{written}", "items": [{{"title": "t", "language": "{written.upper()}"}}]}}'
    assert (parse(same).language, only(same).language) == (tag, None)
    other = f'{{"language": "fr", "items": [{{"title": "t", "language": "{written}"}}]}}'
    assert only(other).language == tag


def test_lower_case_tags_and_dates_with_named_offsets_are_read(sent: Any) -> None:
    entry = only(sent(rss("<title>t</title><pubdate>Wed, 25 Feb 2026 21:07:00 GMT+9</pubdate>")))
    assert entry.published == datetime(2026, 2, 25, 12, 7, tzinfo=UTC)


def test_items_without_link_and_title_are_left_out(sent: Any) -> None:
    feed = rss("<description>nobody could be told of it</description>", "<title>t</title>", "<link>/1</link>")
    assert [(e.link, e.title) for e in parse(sent(feed)).entries] == [
        ("", "t"),
        ("https://kpl.example/1", ""),
    ]


@pytest.mark.parametrize(
    ("days", "seen"),
    [((5, 4, 3, 2, 1), "ABC"), ((1, 2, 3, 4, 5), "CDE"), ((0, 0, 0, 0, 0), "ABC"), ((3, 0, 0, 0, 0), "ABC")],
    ids=["newest-first", "newest-last", "undated", "hardly-dated"],
)
def test_of_a_feed_that_is_too_long_the_newest_entries_are_looked_at(
    sent: Any, monkeypatch: pytest.MonkeyPatch, days: tuple[int, ...], seen: str
) -> None:
    monkeypatch.setattr(parsing, "MOST_ENTRIES", 3)
    items = [
        f"<title>{name}</title><link>/{name}</link>"
        + (f"<pubDate>{day} Nov 2026 08:00 GMT</pubDate>" if day else "")
        for name, day in zip("ABCDE", days, strict=True)
    ]
    feed = parse(sent(rss(*items)))
    assert ("".join(entry.title for entry in feed.entries), feed.left) == (seen, 2)


def test_equal_ids_do_not_merge_items(sent: Any) -> None:
    item = '<title>t</title><guid isPermaLink="false">1</guid>'
    assert len(parse(sent(rss(item, item))).entries) == 2


def test_the_outlet_is_read_only_where_the_feed_gathers_other_peoples_articles(sent: Any) -> None:
    feed = rss('<title>t</title><source url="https://kpl.example">KPL &amp;amp; Co</source>')
    assert only(sent(feed)).outlet_title == ""
    assert only(sent(feed), with_outlet=True).outlet_title == "KPL & Co"


@pytest.mark.parametrize(
    ("wish", "expected"),
    [("<ttl>60</ttl>", timedelta(hours=1)), ("<ttl>x</ttl>", None), ("<ttl>0</ttl>", None),
     ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
      timedelta(hours=6)),
     ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", None),
     ("<sy:updatePeriod>daily</sy:updatePeriod><ttl>2000</ttl>", timedelta(minutes=2000)),
     ("<ttl>" + "9" * 50 + "</ttl>", None), ("<sy:updateFrequency>3</sy:updateFrequency>", None)],
)  # fmt: skip
def test_feeds_say_how_often_they_want_to_be_asked(sent: Any, wish: str, expected: timedelta | None) -> None:
    assert parse(sent(rss(channel=wish))).ask_after == expected


def test_feeds_say_in_which_hours_they_do_not_want_to_be_asked() -> None:
    hours = "<skipHours><hour>0</hour><hour>24</hour><hour>5</hour><hour>99</hour><hour>x</hour></skipHours>"
    days = "<skipDays><day>Monday</day><day>Caturday</day></skipDays>"
    assert parse(rss(channel=hours)).skip_hours == {d * 24 + h for d in range(7) for h in (0, 5)}
    assert parse(rss(channel=days)).skip_hours == set(range(24))


TEXTS = {
    "euc-kr": "북한이 미사일을 발사했다",
    "ks_c_5601-1987": "똠방각하 펲시콜라", "cp949": "똠방각하",
    "big5": "寮國首都永珍", "gb2312": "老挝首都万象", "gbk": "老撾首都萬象", "gb18030": "老挝首都万象",
    "shift_jis": "北朝鮮がミサイルを発射",
    "euc-jp": "北朝鮮がミサイルを発射", "iso-2022-jp": "北朝鮮がミサイル",
    "tis-620": "ประเทศลาวสร้างเขื่อน", "windows-874": "ประเทศลาว “เขื่อน”", "iso-8859-11": "ประเทศลาว",
    "windows-1251": "Северная Корея", "koi8-r": "Северная Корея", "windows-1258": "Lào",
    "iso-8859-1": "Corée du Nord", "windows-1252": "Corée “du” Nord", "utf-16": "ສປປ ລາວ", "utf-8": "ສປປ ລາວ",
    "utf-32": "ສປປ ລາວ",
}  # fmt: skip
PYTHON_NAME = {
    "ks_c_5601-1987": "cp949",
    "windows-874": "cp874",
    "windows-1258": "cp1258",
    "gb2312": "gb2312",
}


def encoded(name: str, declaration: str = "") -> bytes:
    body = (
        f"{declaration}<rss version='2.0'><channel><item><title>{TEXTS[name]}</title></item></channel></rss>"
    )
    return body.encode(PYTHON_NAME.get(name, name))


@pytest.mark.parametrize("name", TEXTS)
def test_every_encoding_that_the_document_names_is_read(name: str) -> None:
    assert only(encoded(name, f'<?xml version="1.0" encoding="{name}"?>')).title == TEXTS[name]


@pytest.mark.parametrize("name", TEXTS)
def test_every_encoding_that_only_the_server_names_is_read(name: str) -> None:
    assert only(encoded(name), content_type=f"text/xml; charset={name}").title == TEXTS[name]


@pytest.mark.parametrize(
    "name",
    ["euc-kr", "big5", "gb2312", "shift_jis", "euc-jp", "tis-620", "windows-1251", "koi8-r", "iso-8859-1"],
)
@pytest.mark.parametrize("lie", [None, "utf-8", "bogus"])
def test_encodings_that_nobody_names_or_that_are_named_wrongly_are_recognised(name: str, lie: Any) -> None:
    declaration = f'<?xml version="1.0" encoding="{lie}"?>' if lie else ""
    assert only(encoded(name, declaration)).title == TEXTS[name]


@pytest.mark.parametrize(
    "name", ["euc-kr", "big5", "gb2312", "shift_jis", "euc-jp", "tis-620", "windows-1251", "koi8-r"]
)
@pytest.mark.parametrize("latin", ["iso-8859-1", "windows-1252", "iso-8859-15", "latin1"])
def test_a_latin_set_that_is_named_says_nothing_of_other_scripts(name: str, latin: str) -> None:
    assert only(encoded(name, f'<?xml version="1.0" encoding="{latin}"?>')).title == TEXTS[name]
    assert only(encoded(name), content_type=f"text/xml; charset={latin}").title == TEXTS[name]


@pytest.mark.parametrize("title", [*TEXTS.values(), "Премьер Лаоса в Москве", "Thủ tướng Lào thăm Việt Nam"])
@pytest.mark.parametrize("named", ["", "utf-8", "iso-8859-1"])
def test_utf_8_is_utf_8_though_every_title_is_cut_within_a_character(title: str, named: str) -> None:
    cut = title.encode() + "ກ".encode()[:2]
    declaration = f'<?xml version="1.0" encoding="{named}"?>'.encode() if named else b""
    items = b"".join(b"<item><title>%s</title><link>/%d</link></item>" % (cut, n) for n in range(5))
    entries = parse(declaration + b"<rss><channel>" + items + b"</channel></rss>").entries
    assert {entry.title.rstrip("\ufffd ") for entry in entries} == {title}


@pytest.mark.parametrize("name", ["euc-kr", "big5", "gb2312", "shift_jis", "euc-jp"])
@pytest.mark.parametrize("good", [1, 3, 6])
def test_an_encoding_that_is_named_is_read_though_every_title_is_cut_within_a_character(
    name: str, good: int
) -> None:
    title = TEXTS[name][:good]
    cut = title.encode(name) + "北".encode(name)[:1]
    items = b"".join(b"<item><title>%s</title><link>/%d</link></item>" % (cut, n) for n in range(5))
    feed = b"<rss><channel>" + items + b"</channel></rss>"
    for entries in (
        parse(f'<?xml version="1.0" encoding="{name}"?>'.encode() + feed).entries,
        parse(feed, content_type=f"text/xml; charset={name}").entries,
    ):
        assert {entry.title.rstrip("\ufffd ") for entry in entries} == {title.strip()}


def test_of_two_encodings_that_are_named_the_one_that_fits_is_read() -> None:
    body = encoded("euc-jp", '<?xml version="1.0" encoding="shift_jis"?>')
    assert only(body, content_type="text/xml; charset=euc-jp").title == TEXTS["euc-jp"]


@pytest.mark.parametrize("named", ["", "windows-1258", "x-cp1258", "utf-8", "iso-8859-1"])
def test_vietnamese_of_an_old_system_is_read_with_its_tones(named: str) -> None:
    title = "Thủ tướng Lào thăm Việt Nam, bàn về hợp tác kinh tế"
    tones = str.maketrans(
        {c: unicodedata.normalize("NFD", c) for c in "ủớòạảộệếềợáà"}
        | {"ớ": "ơ\u0301", "ợ": "ơ\u0323", "ệ": "ê\u0323", "ế": "ê\u0301", "ề": "ê\u0300", "á": "á", "à": "à"}
    )
    declaration = f'<?xml version="1.0" encoding="{named}"?>' if named else ""
    body = f"{declaration}<rss><channel><item><title>{title.translate(tones)}</title></item></channel></rss>"
    assert only(body.encode("cp1258")).title == title


def test_utf_8_is_read_whatever_is_said_of_it() -> None:
    liar = encoded("utf-8", '<?xml version="1.0" encoding="iso-8859-1"?>')
    assert only(liar, content_type="text/xml; charset=windows-1252").title == "ສປປ ລາວ"


def test_a_damaged_character_does_not_spoil_the_others() -> None:
    body = encoded("utf-8").replace("ລາວ".encode(), "ລາວ".encode() * 40 + b"\xe0\xba")
    assert only(body).title.startswith("ສປປ ລາວ")


@pytest.mark.parametrize(
    "title", ["Laos’s “dam” – opened…", "ສປປ ລາວ", "Thủ tướng Lào thăm Việt Nam", "북한이"]
)
def test_utf_8_that_was_taken_for_windows_1252_is_mended(title: str) -> None:
    taken = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in title.encode())
    assert only(rss(f"<title>{taken}</title>")).title == title


@pytest.mark.parametrize(
    "title", ["PRIX DU CAFÉ…", "“CAFÉ”", "AMANHÃ…", "à « Paris »", "forêt", "naïf’s", "LÀ–BAS"]
)
def test_letters_with_accents_before_signs_are_what_they_are(title: str) -> None:
    assert only(rss(f"<title>{title}</title>")).title == title


def test_utf_8_that_was_taken_for_latin_1_is_mended() -> None:
    assert only(rss("<title>Cor\u00c3\u00a9e du Nord</title>")).title == "Corée du Nord"


def test_control_characters_and_text_before_the_declaration_do_no_harm() -> None:
    assert (
        only(b'\n \xef\xbb\xbf<?xml version="1.0"?>' + rss("<title>A\x00\x0bdam\x1b</title>")).title
        == "A dam"
    )


def test_fields_are_bounded() -> None:
    long = "ລ" * 2_000_000
    item = f"<title>{long}</title><guid>{long}</guid><description>{long}</description>"
    entry = only(rss(item))
    assert len(entry.title.encode()) <= 4096
    assert len(entry.guid.encode()) <= 4096
    assert len(entry.summary.encode()) <= 64 * 1024
    assert 64 * 1024 < len(entry.content.encode()) <= 1024 * 1024


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    entries = parse(rss("<title>x &j; y</title>", head=bomb + "]>")).entries
    assert all(len(entry.title) < 100 for entry in entries)


def test_files_that_a_document_names_are_not_read(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    head = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    assert "s3cret" not in repr(parse(rss("<title>a &x; b</title>", head=head)))
