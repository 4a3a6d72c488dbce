"""Does any content become a text that Telegram takes, that says what was meant, with the link it should have?

TDLib's own parser, the one Telegram's servers use, is the judge.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channel import ConsoleChannel
from alerts.messages.additions import Additions, Muted, additions_from
from alerts.messages.content import (
    AlertContent,
    DigestContent,
    DigestGroup,
    DigestItem,
    NoticeContent,
    from_json,
)
from alerts.messages.html import MOST_OTHERS, Options, flag, hashtag, render, split
from alerts.messages.pieces import blank, clean, shortened, units, web_link
from alerts.messages.quoting import Quote
from alerts.outbox.rehearsal import rehearse
from archive.rules import checked
from tests.examples import examples
from tests.peers.judges import tdlib_parse
from wirewatch.demo.botapi.markup import Formatted

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
VIENTIANE = Options(ZoneInfo("Asia/Vientiane"))

HOSTILE = [
    "</b><a href=tg://user?id=1>x</a>",
    "&lt;b&gt;bold&lt;/b&gt;",
    "<script>alert(1)</script>",
    "a < b & c > d",
    "AT&amp;amp;T",
    "\u202etxet desrever\u202c",
    "\x00\x01\x1f\x7f",
    "&#0;&#x202e;&#1114112;&bogus;",
    "\ud800 lone \udfff",
    "\u2028\u2029\u0085",
    "e\u0301\u030a" * 3,
    "👨‍👩‍👧‍👦🇱🇦" * 5,
    "مرحبا בעולם",
    "\u3164\u2800\u200b",
    "﷽" * 30,
    "\"'`\\",
    "<" * 300,
    "&" * 300,
    "e" + "\u0301" * 2000,
    "ກຂຄງຈ ประเทศลาว កម្ពុជា 북한 朝鲜",
]
texts = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(categories=("Cs", "Cc", "Cf", "Mn", "Lo", "So", "Zs", "Zl", "Po")), max_size=40),
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), max_size=4).map(" ".join),
    st.builds(lambda text, times: text * times, st.text(max_size=8), st.integers(1, 700)),
)
hosts = st.sampled_from(
    [
        "example.org",
        "EXAMPLE.la",
        "кирилл.рф",
        "ລາວ.la",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "a_b.com",
        "x.la.",
    ]
)
urls = st.one_of(
    st.builds(
        lambda scheme, host, port, path: f"{scheme}://{host}{port}/{path}",
        st.sampled_from(["http", "https", "HTTP"]),
        hosts,
        st.sampled_from(["", ":80", ":8443", ":0", ":99999", ":x"]),
        st.text(max_size=60),
    ),
    st.builds(lambda tail: "https://example.org/" + "ü" * tail, st.integers(0, 3000)),
    st.sampled_from(
        ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "", "//x.org", "http://", "tg://user?id=1",
         "https://user:pw@example.org/", "https://example.org?q=%zz&x=<>\"'", "http://[", "https://a..b/"]
    ),
)  # fmt: skip
moments = st.one_of(
    st.none(), st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))
)
quotes = st.builds(
    lambda text, cuts: Quote(text, spans_of(sorted(min(cut, len(text)) for cut in cuts))),
    texts,
    st.lists(st.integers(0, 300), max_size=8),
)


def spans_of(cuts: list[int]) -> tuple[tuple[int, int], ...]:
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((start, end) for start, end in pairs if start < end)


alerts = st.builds(
    AlertContent,
    title=texts,
    url=urls,
    outlet=st.none() | texts,
    country=st.sampled_from([None, "LA", "UN", "INT", "x", "<b>"]),
    published=moments,
    trust=st.sampled_from(["stated", "assumed", "day", "none"]),
    found_at=moments.map(lambda moment: moment or NOW),
    quote=st.none() | quotes,
    others=st.lists(texts, max_size=6).map(tuple),
    watches=st.lists(st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True), max_size=9).map(tuple),
    urgency=st.sampled_from(["low", "normal", "breaking"]),
    paywalled=st.booleans(),
    free_at=st.none() | texts,
    part_of=texts,
)
additions = st.builds(
    Additions,
    panel=st.sampled_from([None, "why", "story", "mute"]),
    lines=st.lists(texts, max_size=20).map(tuple),
    muted=st.lists(st.builds(Muted, what=texts, until=st.just(NOW), by=texts), max_size=3).map(tuple),
)
zones = st.sampled_from(["UTC", "Asia/Vientiane", "Asia/Seoul", "America/New_York"]).map(ZoneInfo)
looks = st.builds(
    Options, zone=zones, preview=st.booleans(), quote=st.booleans(), tags=st.booleans(), flag=st.booleans(),
    others=st.booleans(),
)  # fmt: skip


def links(parsed: Formatted) -> list[str | None]:
    return [entity.url for entity in parsed.entities if entity.kind == "text_link"]


@examples(200)
@given(alerts, looks, additions)
def test_any_alert_is_taken_says_what_was_meant_and_links_its_headline_alone(
    content: AlertContent, look: Options, pressed: Additions
) -> None:
    rendered = render(content, look, pressed)
    parsed = tdlib_parse(rendered.text)
    assert parsed.text == rendered.visible
    assert parsed.text.strip()
    assert units(parsed.text) <= 4096
    assert len(rendered.text.encode()) <= 32_768
    kinds = {entity.kind for entity in parsed.entities}
    assert kinds <= {"bold", "text_link", "expandable_blockquote"}
    assert ("expandable_blockquote" in kinds) == bool(pressed.lines)
    assert sum(line.startswith("🔕 ") for line in parsed.text.split("\n")) >= len(pressed.muted)
    link = web_link(content.url)
    assert len(links(parsed)) == (0 if link is None else 1)
    assert rendered.preview_url == (link if look.preview else None)
    headline = parsed.text.split("\n", 1)[0].removeprefix("❗ ")
    meant = clean(content.title)
    shown = headline.strip("\u2068\u2069")
    if not blank(meant):
        assert shown == meant or (shown.endswith("…") and meant.startswith(shown[:-1]))
    if link is not None:
        entity = next(entity for entity in parsed.entities if entity.kind == "text_link")
        units_before = parsed.text.encode("utf-16-le")[: entity.offset * 2]
        assert units_before.decode("utf-16-le") in ("", "❗ ")
        assert entity.length == units(headline)
        assert entity.url is not None
        assert bare(entity.url) == bare(link)


def bare(url: str) -> str:
    """The address without what Telegram writes in its own way: a path that is only a slash."""
    return url.removesuffix("/")


@examples(100)
@given(alerts, looks)
def test_a_switched_off_part_is_missing_and_nothing_else(content: AlertContent, look: Options) -> None:
    without = replace(
        content,
        quote=content.quote if look.quote else None,
        watches=content.watches if look.tags else (),
        country=content.country if look.flag else None,
        others=content.others if look.others else (),
    )
    assert render(content, look) == render(without, Options(look.zone, look.preview))


@examples(50)
@given(alerts, st.integers(0, 3000))
def test_a_story_of_any_size_keeps_its_message_short(content: AlertContent, size: int) -> None:
    grown = render(replace(content, others=tuple(f"Outlet {n}" for n in range(size))), Options())
    named = [line for line in grown.visible.split("\n") if line.startswith("also: ")]
    assert len(named) == (1 if size else 0)
    if size > MOST_OTHERS:
        assert named[0].endswith(f"+{size - MOST_OTHERS}")
    assert units(tdlib_parse(grown.text).text) <= 4096


@examples(200)
@given(alerts)
def test_an_alert_survives_its_way_through_the_archive(content: AlertContent) -> None:
    import json

    assert from_json(json.loads(json.dumps(content.to_json()))) == content


@examples(100)
@given(additions)
def test_what_was_pressed_survives_its_way_through_the_archive(pressed: Additions) -> None:
    import json

    assert additions_from(json.loads(json.dumps(pressed.to_json()))) == pressed


short_texts = st.sampled_from(HOSTILE) | st.text(max_size=300)
short_urls = st.sampled_from(["https://example.org/1", "javascript:x", "https://example.org/" + "ü" * 1300])


@examples(60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["laos", "north-korea"]), short_texts, short_urls), min_size=5, max_size=60
    ),
    short_texts,
    short_texts,
)
def test_any_digest_splits_into_parts_that_are_taken_and_hold_every_item_once(
    items: list[tuple[str, str, str]], header: str, footer: str
) -> None:
    groups = tuple(
        DigestGroup(
            watch, (DigestItem(title, url, outlet=title, others=(title,) * place),), header * (place > 9)
        )
        for place, (watch, title, url) in enumerate(items)
    )
    parts = split(DigestContent(header, groups, footer))
    held = [item for part in parts for group in part.groups for item in group.items]
    assert held == [item for group in groups for item in group.items]
    expected = 0
    for number, part in enumerate(parts, 1):
        rendered = render(part, VIENTIANE)
        parsed = tdlib_parse(rendered.text)
        assert parsed.text == rendered.visible
        assert units(parsed.text) <= 4096
        assert len(rendered.text.encode()) <= 32_768
        assert (part.part, part.parts) == (number, len(parts))
        shown = [item for group in part.groups for item in group.items]
        assert parsed.text.count("\n• ") >= len(shown)
        assert len(links(parsed)) == sum(web_link(item.url) is not None for item in shown)
        expected += len(shown)
    assert expected == len(items)


@examples(200)
@given(st.text(max_size=200) | st.text(max_size=3).map(lambda text: text * 3000))
def test_any_notice_is_taken(text: str) -> None:
    rendered = render(NoticeContent(text), VIENTIANE)
    parsed = tdlib_parse(rendered.text)
    assert parsed.text == rendered.visible
    assert 0 < units(parsed.text) <= 4096
    assert not parsed.entities


@examples(200)
@given(urls | texts)
def test_a_link_is_made_exactly_where_telegram_makes_one(url: str) -> None:
    link = web_link(url)
    if link is not None:
        import html

        assert links(tdlib_parse(f'<a href="{html.escape(link)}">x</a>'))


def content(**changes: Any) -> AlertContent:
    values: dict[str, Any] = {
        "title": "Laos opens a railway",
        "url": "https://example.org/railway",
        "outlet": "The Laotian Times",
        "country": "LA",
        "published": NOW - timedelta(minutes=5),
        "trust": "stated",
        "found_at": NOW,
        "watches": ("laos",),
    }
    return AlertContent(**{**values, **changes})


def lines(**changes: Any) -> list[str]:
    return render(content(**changes), VIENTIANE).visible.splitlines()


def test_the_whole_alert_reads_as_designed() -> None:
    text = "Officials in Vientiane said Laos & China would celebrate."
    quoted = Quote(text, ((13, 22), (28, 32)))
    whole = render(
        content(
            quote=quoted, others=("A", "B", "C", "D", "E"), watches=("laos", "north-korea"), paywalled=True
        ),
        VIENTIANE,
    )
    assert whole.text == (
        '<b><a href="https://example.org/railway">Laos opens a railway</a></b>\n'
        "The Laotian Times · 🇱🇦 · 14:55 +07 · 🔒\n"
        "Officials in <b>Vientiane</b> said <b>Laos</b> &amp; China would celebrate.\n"
        "also: A, B, C +2\n"
        "#laos #north_korea"
    )


def test_only_a_breaking_alert_bears_a_sign_before_its_headline() -> None:
    assert lines(urgency="breaking")[0] == "❗ Laos opens a railway"
    assert lines(urgency="low")[0] == "Laos opens a railway"


@pytest.mark.parametrize(
    ("published", "trust", "shown"),
    [
        (NOW - timedelta(minutes=5), "stated", "14:55 +07"),
        (NOW - timedelta(hours=3), "stated", "12:00 +07 · 3 h late"),
        (NOW - timedelta(hours=20), "assumed", "23 Nov 19:00 +07 · 20 h late"),
        (NOW - timedelta(days=3), "stated", "21 Nov 15:00 +07 · 3 d late"),
        (NOW - timedelta(days=1), "day", "23 Nov"),
        (None, "none", "found 15:00 +07"),
        (NOW + timedelta(days=400), "stated", "29 Dec 15:00 +07"),
    ],
)
def test_the_time_is_the_channels_and_says_how_late(
    published: datetime | None, trust: str, shown: str
) -> None:
    assert lines(published=published, trust=trust)[1] == f"The Laotian Times · 🇱🇦 · {shown}"


def test_zones_with_names_show_them() -> None:
    assert "16:55 KST" in render(content(), Options(ZoneInfo("Asia/Seoul"))).visible


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("AT&amp;amp;T &lt;3", "AT&T <3"),
        ("  two\n lines\t", "two lines"),
        ("x\u202ey\u2066z", "xyz"),
        ("&nbsp;caf&eacute;", "café"),
        ("R&D &notable", "R&D &notable"),
        ("a\u030a", "å"),
    ],
)
def test_a_headline_is_decoded_and_cleaned(written: str, read: str) -> None:
    assert clean(written) == read


def test_an_empty_headline_is_replaced_by_the_host() -> None:
    assert lines(title="")[0] == "example.org"
    assert lines(title="\u200b\u202e ")[0] == "example.org"


def test_right_to_left_headlines_and_names_are_isolated() -> None:
    assert lines(title="أخبار لاوس")[0] == "\u2068أخبار لاوس\u2069"
    assert lines(outlet="הארץ")[1].startswith("\u2068הארץ\u2069 · ")


def test_long_headlines_end_at_a_grapheme() -> None:
    assert shortened("🇱🇦" * 10, 10) == "🇱🇦🇱🇦…"
    assert units(shortened("e" + "\u0301" * 500, 20)) <= 20
    # One grapheme of thousands of skin tones, each of two units.
    assert units(shortened("🏻" * 3000, 20)) <= 20


def test_what_cannot_be_linked_is_shown_without_a_link() -> None:
    rendered = render(content(url="javascript:alert(1)"), VIENTIANE)
    assert rendered.text.startswith("<b>Laos opens a railway</b>\n")
    assert rendered.preview_url is None


def test_a_channel_without_previews_gets_none() -> None:
    assert render(content(), Options(preview=False)).preview_url is None


def test_a_channel_says_which_parts_its_messages_have() -> None:
    bare_channel = checked(
        ConsoleChannel,
        {"name": "desk", "type": "console", "quote": False, "tags": False, "flag": False, "others": False},
    )
    whole = content(quote=Quote("Laos said so.", ((0, 4),)), others=("Wire",))
    assert rehearse(whole, bare_channel).text == (
        '<b><a href="https://example.org/railway">Laos opens a railway</a></b>\nThe Laotian Times · 07:55 UTC'
    )
    item = DigestItem("Laos opens a railway", "https://example.org/1", None, "LA")
    digest = DigestContent("Digest", (DigestGroup("north-korea", (item,)),))
    assert rehearse(digest, bare_channel).text == (
        '<b>Digest</b>\n\nnorth-korea\n• <a href="https://example.org/1">Laos opens a railway</a>'
    )


def test_flags_and_hashtags() -> None:
    assert [flag(code) for code in ("LA", "UN", "INT", None, "XYZ")] == ["🇱🇦", "🇺🇳", "🌐", "", ""]
    assert hashtag("north-korea") == "#north_korea"


def test_digest_lines_are_grouped_and_linked() -> None:
    item = DigestItem(
        "Laos opens a railway", "https://example.org/1", "The Laotian Times", "LA", NOW, "stated"
    )
    undated = DigestItem("Undated", "https://example.org/2")
    digest = DigestContent(
        "While it was quiet",
        (DigestGroup("laos", (item, undated)), DigestGroup("asean", (undated,))),
        "3 older.",
    )
    assert render(digest, VIENTIANE).visible == (
        "While it was quiet\n\n"
        "#laos\n"
        "• Laos opens a railway · The Laotian Times · 🇱🇦 · 24 Nov 15:00\n"
        "• Undated\n\n"
        "#asean\n"
        "• Undated\n\n"
        "3 older."
    )
