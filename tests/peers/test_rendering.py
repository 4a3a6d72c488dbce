"""How a message is shown in the terminal."""

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from rich.console import Console, RenderableType
from rich.segment import Segment

from tests.peers.judges import tdlib_found
from wirewatch.demo.botapi.markup import Formatted, MarkupError
from wirewatch.demo.rendering import BUBBLE_WIDTH, bubble, render, visible_text

HTML = (
    '<b><a href="https://example.org/news/laos">Laos &amp; ASEAN agree on rail</a></b> 😀\n'
    "The Laotian Times · 14:02\n<blockquote>ລາວ and others\nshare a line.</blockquote>\n#laos #asean"
)
BUTTONS = {
    "inline_keyboard": [
        [{"text": "why", "callback_data": "w:1"}, {"text": "mute", "callback_data": "m:1"}],
        [{"text": "open", "url": "https://example.org/"}],
    ]
}


def segments(shown: RenderableType, width: int = 100) -> list[Segment]:
    console = Console(width=width, force_terminal=True, color_system="truecolor", legacy_windows=False)
    return list(console.render(shown))


def plain(shown: RenderableType, width: int = 100) -> str:
    return "".join(segment.text for segment in segments(shown, width))


def styled(shown: RenderableType, text: str) -> Segment:
    """The one piece that shows `text`."""
    [found] = [segment for segment in segments(shown) if segment.text == text and segment.style]
    return found


def test_a_message_is_a_bubble_with_title_time_preview_and_buttons() -> None:
    shown = render(HTML, BUTTONS, chat="Desk", at=datetime(2026, 11, 24, 14, 2), silent=True)
    assert plain(shown) == snapshot("""\
╭─ Desk ────────────────────────╮
│ Laos & ASEAN agree on rail 😀 │
│ The Laotian Times · 14:02     │
│ ▎ ລາວ and others              │
│ ▎ share a line.               │
│ #laos #asean                  │
│ ▎ example.org/news/laos       │
╰──────────────────── 🔕 14:02 ─╯
  [ why ] [ mute ]
  [ open ]
""")


def test_a_headline_is_a_bold_link_and_hashtags_are_coloured() -> None:
    shown = render(HTML)
    headline = styled(shown, "Laos & ASEAN agree on rail").style
    assert headline is not None
    assert (headline.bold, headline.link) == (True, "https://example.org/news/laos")
    hashtag, quoted = styled(shown, "#laos").style, styled(shown, "ລາວ and others").style
    assert hashtag is not None
    assert hashtag.color is not None
    assert hashtag.color.name == "cyan"
    assert quoted is not None
    assert quoted.italic


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (None, "▎ example.org/news/laos"),
        ({"prefer_small_media": True}, "▎ example.org/news/laos"),
        ({"url": "https://other.example/page"}, "▎ other.example/page"),
        ({"is_disabled": True}, None),
    ],
)
def test_the_preview_is_that_of_the_options_or_of_the_first_link(
    options: dict[str, object] | None, shown: str | None
) -> None:
    lines = plain(render(HTML, link_preview=options))
    assert shown in lines if shown else "▎ example" not in lines
    assert "▎" not in plain(render("no link at all"))


def test_a_link_that_only_telegram_can_read_has_a_preview_too() -> None:
    assert "▎ http://a℀b.org/" in plain(render('<a href="http://a℀b.org/">x</a>'))


def test_a_changed_message_says_so() -> None:
    assert "edited 09:30" in plain(bubble(Formatted("x"), at=datetime(2026, 1, 1, 9, 30), edited=True))


def test_long_lines_wrap_inside_the_bubble_and_narrow_terminals_narrow_it() -> None:
    words = "ASEAN " * 60
    assert {len(line) for line in plain(render(words)).splitlines()} == {BUBBLE_WIDTH}
    assert max(len(line) for line in plain(render(words), width=40).splitlines()) <= 40


def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    buttons = {"inline_keyboard": [[{"text": "[red]\x1b[31m"}]]}
    shown = plain(
        render("\x1b[31mred\x07 \x9b3m [bold]not markup[/bold] \u202eabc", buttons, chat="\x1b[31mDesk")
    )
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)
    assert "[bold]not markup[/bold]" in shown
    assert "[ [red] [31m ]" in shown


PLAIN_HASHTAGS = ["#laos", "(#a)", "#123 #1a", "x#a", "#a-b", "##a", "#a#b", "#a·b ·#a _#a"]
anything = st.text(st.characters(exclude_categories=["Cs"]))


@given(anything, anything)
@settings(deadline=None)
def test_any_text_can_be_shown(text: str, title: str) -> None:
    assert plain(bubble(Formatted(text), chat=title))


@pytest.mark.parametrize("text", [*PLAIN_HASHTAGS, "#ສປປລາວ", "#เกาหลีเหนือ", "#ខ្មែរ", "#북한", "#朝鮮"])
def test_hashtags_are_those_that_telegram_finds(text: str) -> None:
    coloured = [
        segment.text
        for segment in segments(bubble(Formatted(text)))
        if segment.style and segment.style.color and segment.style.color.name == "cyan"
    ]
    assert coloured == [found for kind, found in tdlib_found(text) if kind == "hashtag"]


def test_the_visible_text_is_what_a_reader_sees() -> None:
    assert visible_text(" <b>a</b> &lt;b&gt; &amp;amp; AT&T\n") == "a <b> &amp; AT&T"
    with pytest.raises(MarkupError, match='Unsupported start tag "br/" at byte offset 1'):
        visible_text("a<br/>")
