"""How does a delivered message look, in a terminal instead of in Telegram?

A chat bubble drawn with rich: the markup read as Telegram reads it, links and hashtags coloured, the
link preview as a barred line, buttons as a row below. Which messages are shown, and when, is decided
elsewhere; the reading of the markup itself is in `botapi/markup.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from wirewatch.demo.botapi.markup import Entity, Formatted, parse_html, tidy, utf16_length

BUBBLE_WIDTH = 76

_STYLES = {
    "bold": Style(bold=True),
    "italic": Style(italic=True),
    "underline": Style(underline=True),
    "strikethrough": Style(strike=True),
    "spoiler": Style(reverse=True, dim=True),
    "code": Style(color="magenta"),
    "pre": Style(color="magenta"),
    "text_mention": Style(color="cyan"),
    "blockquote": Style(italic=True),
    "expandable_blockquote": Style(italic=True),
}
# Characters that would steer the terminal instead of being shown.
_STEERING = (*range(10), *range(11, 32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_LINK = Style(color="bright_blue")
_HASHTAG = Style(color="cyan")
_FAINT = Style(dim=True)

# A hashtag is letters, digits and underscores, not digits alone, at the start of a word. As in Telegram,
# a combining vowel ends it: #เกาหลีเหนือ is a hashtag only as far as #เกาหล.
_WORD = r"\w\u00b7\u200c"
_HASHTAGS = re.compile(rf"(?<![{_WORD}])#(?=[\d_]*[^\W\d_])[{_WORD}]{{1,256}}(?![{_WORD}#])")


def visible_text(html: str) -> str:
    """The plain text a reader sees of a message in HTML parse mode; MarkupError where Telegram refuses it."""
    return tidy(parse_html(html)).text


def render(
    html: str,
    reply_markup: Mapping[str, Any] | None = None,
    link_preview: Mapping[str, Any] | None = None,
    *,
    chat: str = "",
    at: datetime | None = None,
    silent: bool = False,
) -> Group:
    """The bubble of a message in HTML parse mode, see `bubble`; MarkupError where Telegram refuses it."""
    message = tidy(parse_html(html))
    return bubble(message, reply_markup, link_preview, chat=chat, at=at, silent=silent)


def bubble(
    message: Formatted,
    reply_markup: Mapping[str, Any] | None = None,
    link_preview: Mapping[str, Any] | None = None,
    *,
    chat: str = "",
    at: datetime | None = None,
    silent: bool = False,
    edited: bool = False,
) -> Group:
    """The bubble of one message; `reply_markup` and `link_preview` are the Bot API's objects.

    `chat` stands in the upper edge; in the lower one the time of day `at`, and whether the message came
    without a sound or was changed.
    """
    body = _styled(message)
    if preview := _preview(message, link_preview or {}):
        body = Text("\n").join([body, preview])
    clock = f"{at:%H:%M}" if at else ""
    foot = " ".join(part for part in ("🔕" if silent else "", "edited" if edited else "", clock) if part)
    panel = Panel(
        body,
        box=box.ROUNDED,
        title=Text(_harmless(chat), style="bold green") if chat else None,
        title_align="left",
        subtitle=Text(foot, style=_FAINT) if foot else None,
        subtitle_align="right",
        border_style="green",
        padding=(0, 1),
        width=_width(body, chat, foot),
    )
    return Group(panel, *_buttons(reply_markup or {}))


def _width(body: Text, *edges: str) -> int:
    """As narrow as the longest line and what stands in the edges allow, with their frames."""
    longest = max((line.cell_len for line in body.split()), default=0)
    return min(BUBBLE_WIDTH, max(longest + 4, *(Text(edge).cell_len + 6 for edge in edges)))


def _styled(message: Formatted) -> Text:
    shown = Text(_harmless(message.text))
    positions = _positions(message.text)
    for entity in message.entities:
        shown.stylize(_style(entity), positions[entity.offset], positions[entity.offset + entity.length])
    for hashtag in _HASHTAGS.finditer(message.text):
        shown.stylize(_HASHTAG, *hashtag.span())
    return _barred(shown, message, positions)


def _harmless(text: str) -> str:
    """`text` of the same length in which nothing steers the terminal."""
    return text.translate(dict.fromkeys(_STEERING, " "))


def _style(entity: Entity) -> Style:
    if entity.kind == "text_link":
        return _LINK + Style(link=entity.url)
    return _STYLES.get(entity.kind, Style.null())


def _positions(text: str) -> list[int]:
    """For every UTF-16 offset, the code point it lies in."""
    positions = [index for index, char in enumerate(text) for _ in range(utf16_length(char))]
    return [*positions, len(text)]


def _barred(shown: Text, message: Formatted, positions: Sequence[int]) -> Text:
    """Quoted lines get the bar that Telegram draws beside them."""
    quotes = [entity for entity in message.entities if entity.kind.endswith("blockquote")]
    if not quotes:
        return shown
    spans = [(positions[quote.offset], positions[quote.offset + quote.length]) for quote in quotes]
    lines: list[Text] = []
    begin = 0
    for line in shown.split(allow_blank=True):
        end = begin + len(line.plain)
        quoted = any(first < max(end, begin + 1) and begin < last for first, last in spans)
        lines.append(Text.assemble(("▎ ", _LINK), line) if quoted else line)
        begin = end + 1
    return Text("\n").join(lines)


def _preview(message: Formatted, options: Mapping[str, Any]) -> Text | None:
    """The preview's line: which page Telegram would show in small below the text."""
    linked = (entity.url for entity in message.entities if entity.kind == "text_link" and entity.url)
    url = options.get("url") or next(linked, None)
    if options.get("is_disabled") or not url:
        return None
    try:
        parts = urlsplit(str(url))
    except ValueError:  # Telegram keeps hosts that this parser refuses
        return Text.assemble(("▎ ", _LINK), (_harmless(str(url)), _LINK))
    return Text.assemble(
        ("▎ ", _LINK), (parts.netloc, _LINK + Style(bold=True)), (_harmless(parts.path), _FAINT)
    )


def _buttons(markup: Mapping[str, Any]) -> Iterator[Text]:
    for row in markup.get("inline_keyboard", ()):
        labels = [Text(f"[ {_harmless(button['text'])} ]", style="black on white") for button in row]
        yield Text(" ").join([Text(" "), *labels])
