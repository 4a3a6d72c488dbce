"""What does a Telegram message look like in a terminal?

From Telegram's HTML and rows of buttons to a rich panel: bold, links (clickable where the
terminal can), the buttons as boxes below. It parses the HTML a second time on purpose, so that a
wrong tag would be seen here too. It sends nothing.
"""

from collections.abc import Sequence
from html.parser import HTMLParser

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

_STYLES = {
    "b": Style(bold=True),
    "strong": Style(bold=True),
    "i": Style(italic=True),
    "em": Style(italic=True),
    "u": Style(underline=True),
    "ins": Style(underline=True),
    "s": Style(strike=True),
    "del": Style(strike=True),
    "code": Style(color="cyan"),
    "pre": Style(color="cyan"),
    "blockquote": Style(dim=True),
}
# Isolates belong to the message; many terminals draw them as boxes.
_INVISIBLE = dict.fromkeys(map(ord, "\u2068\u2069"))


class _Styled(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = Text()
        self._open: list[tuple[str, Style]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = _STYLES.get(tag, Style())
        if tag == "a":
            style = Style(color="blue", link=dict(attrs).get("href") or None)
        self._open.append((tag, style))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(
            data.translate(_INVISIBLE), Style.combine([Style(), *(style for _, style in self._open)])
        )


def styled(html: str) -> Text:
    """Telegram's HTML as rich text."""
    parser = _Styled()
    parser.feed(html)
    parser.close()
    return parser.text


def picture(
    html: str,
    buttons: Sequence[Sequence[str]] = (),
    *,
    chat: str = "",
    note: str = "",
    plain: bool = False,
    width: int = 78,
) -> RenderableType:
    """The message as a bubble: `chat` on its upper edge, `note` ("silent", "edited") on the lower."""
    body: list[RenderableType] = [Text(html) if plain else styled(html)]
    if buttons:
        labels = ("  ".join(f"[{label}]" for label in row) for row in buttons)
        body.append(Text("\n" + "\n".join(labels), Style(color="cyan")))
    return Panel(
        Group(*body),
        box=ROUNDED,
        title=chat or None,
        title_align="left",
        subtitle=note or None,
        subtitle_align="right",
        width=width,
    )
