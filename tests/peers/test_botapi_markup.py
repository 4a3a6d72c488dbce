"""The stand-in's own reading of HTML parse mode, measured against TDLib's."""

import html

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.peers.botapi import parser_objection
from tests.peers.judges import tdlib_found, tdlib_parse
from wirewatch.demo.botapi.markup import Entity, Formatted, parse_html, tidy, utf16_length

TAGS = ["a", "b", "strong", "i", "em", "s", "del", "u", "ins", "pre", "code", "blockquote", "tg-spoiler"]

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)

# Pieces from which markup, well- and ill-formed, is made: more telling than random characters.
piece = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            '<a href="http://example.org/x?a=1&amp;b=2">',
            "<a href='http://127.0.0.1:8080'>",
            '<a href="javascript:alert(1)">',
            '<a href="http://localhost/">',
            '<a href="tg://user?id=5">',
            "<a href=example.org>",
            "<a href=",
            '<span class="tg-spoiler">',
            "<span>",
            "</span>",
            "<blockquote expandable>",
            '<code class="language-py">',
            "<pre><code class='language-c'>",
            "</code></pre>",
            '<tg-emoji emoji-id="5368324170671202286">',
            "<tg-emoji>",
            "</tg-emoji>",
            "</>",
            "</",
            "<!--",
            "<p>",
            "<br/>",
            "<B x=1 y>",
        ]
    ),
    st.sampled_from(
        ["&lt;", "&gt", "&amp;", "&quot;", "&apos;", "&nbsp;", "&#x1F600;", "&#60", "&#0;", "&#xD83D;", "&"]
    ),
    st.sampled_from(["<", ">", "/", "=", '"', "'", " ", "\n", "\t", "\v", "\f", "\0", "#", ";"]),
    any_text,
)
markup = st.lists(piece, max_size=12).map("".join)


@given(markup)
@settings(deadline=None)
@example("<b>x</b> &lt; <i>😀</i>")
@example("<À<a>")
@example("ລາວ <a href='http://a.b'>x</a")
def test_text_entities_and_refusals_are_tdlibs(source: str) -> None:
    assert not parser_objection(source)


@pytest.mark.parametrize(
    "source",
    [
        "<b>x</>",
        "<b>x</B >",
        "<b>x</ b>",
        "<b >x</i>",
        "&#000000060; &#00000060; &#0000060;",
        "&#1114110; &#1114111; &#x10FFFF;",
        "<pre><code class='language-c'>x</code></pre>",
        "<code class='language-c'><pre>x</pre></code>",
        "<code class='language-c'>x</code>",
        "<a>http://example.org</a> <a>no link</a>",
        '<a href="http://a.org:0/">x</a><a href="http://a.org:65535/">y</a><a href="http://a.org:65536/">z</a>',
        '<a href="tg://user?id=0">x</a><a href="tg:user?id=7&amp;x">y</a><a href="tg://a.b">z</a>',
        '<a href="http://[::1]/">x</a><a href="http://[::g]/">y</a>',
        "<tg-emoji emoji-id='0'>x</tg-emoji>",
        "<tg-time unix='1700000000' format='r'>x</tg-time><tg-time>y</tg-time>",
    ],
)
def test_corner_cases_are_read_as_tdlib_reads_them(source: str) -> None:
    assert not parser_objection(source)


SCHEMES = ["http", "https", "HTTP", "ftp", "mailto", "javascript", "tg", ":", "//"]
HOSTS = ["example.org", "EXAMPLE.com", "localhost", "127.0.0.1", ":80", ":0", ":70000", "u:p@", "@"]
SIGNS = ["/", "?", "#", "é", "ລາວ", "%20", ".", "_", "&", "$", "É", "~", "|", "<", '"', "\\", "^", " ", "\n"]
url_piece = st.sampled_from([*SCHEMES, *HOSTS, *SIGNS, "x=1", "user?id=5"])
url = st.lists(url_piece, min_size=1, max_size=6).map("".join)


@example("http://", "ÉX.org/É")
@given(st.sampled_from(["", "http://", "https://", "tg://", "http://example.org"]), url)
@settings(deadline=None)
def test_links_are_kept_dropped_and_spelt_as_tdlib_does(start: str, rest: str) -> None:
    assert not parser_objection(f'<a href="{html.escape(start + rest)}">here</a>')


@given(any_text)
@settings(deadline=None)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert parse_html(html.escape(text)) == Formatted(text) == tdlib_parse(html.escape(text))


@given(markup)
@settings(deadline=None)
def test_tidied_text_holds_its_entities_and_nothing_to_trim(source: str) -> None:
    try:
        given_text = parse_html(source)
    except ValueError:
        return
    text, entities = tidy(given_text).text, tidy(given_text).entities
    assert text == text.strip(" \n")
    assert not set(text) & {"\r", "\t", "\0", "\u202e"}
    assert all(0 <= one.offset < one.offset + one.length <= utf16_length(text) for one in entities)
    assert tidy(tidy(given_text)) == tidy(given_text)


BOLD = Entity("bold", 2, 5)


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        (Formatted(" \n😀 x ", (BOLD,)), Formatted("😀 x", (Entity("bold", 0, 4),))),
        (
            Formatted("a\r\nbcd!", (BOLD, Entity("italic", 1, 1))),
            Formatted("a\nbcd!", (Entity("bold", 1, 5),)),
        ),
        (Formatted("x\u202ey\tz"), Formatted("xy z")),
        (Formatted("x      ", (BOLD,)), Formatted("x")),
    ],
)
def test_the_server_tidies_a_text_and_fits_its_entities(given_text: Formatted, stored: Formatted) -> None:
    assert tidy(given_text) == stored


def test_tdlib_ends_a_hashtag_at_a_combining_vowel() -> None:
    found = tdlib_found("#laos #북한 #123 #เกาหลี")
    assert found == [("hashtag", "#laos"), ("hashtag", "#북한"), ("hashtag", "#เกาหล")]
