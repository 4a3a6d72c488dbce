"""How does a message that was written for Telegram read on another service?

From Telegram's HTML to a title and a body, as HTML or as text. Services have subjects instead of
bold first lines, HTML that needs `<br>` where a line ends, or no links but bare addresses. Which of
it a service takes is `apprise.py`; a file or a pipe takes text (`console.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from alerts.channels.interface import Message
from alerts.messages.pieces import Piece, to_html, visible


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with a subject. `title` is plain text, empty where the body says it all."""

    title: str
    body: str


def letter(message: Message, *, as_html: bool, titled: bool) -> Letter:
    """`message` for a service that takes HTML or only text, and has titles or has none.

    With a title the first line is the title, and the address that it was a link to begins the body.
    """
    pieces = [Piece(message.text)] if message.plain else _pieces(message.text)
    write = _html if as_html else _text
    first, rest = _first_line(pieces)
    body = [*_addresses(first), *rest]
    # Services refuse a message without a body.
    if not titled or not visible(body).strip():
        return Letter("", write(pieces))
    return Letter(visible(first), write(body))


def _addresses(line: Sequence[Piece]) -> list[Piece]:
    links = dict.fromkeys(piece.link for piece in line if piece.link is not None)
    return [piece for link in links for piece in (Piece(link, link=link), Piece("\n"))]


def _first_line(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    for at, piece in enumerate(pieces):
        before, ends, after = piece.text.partition("\n")
        if ends:
            rest = [replace(piece, text=after), *pieces[at + 1 :]]
            return [*pieces[:at], replace(piece, text=before)], rest
    return list(pieces), []


def _html(pieces: Sequence[Piece]) -> str:
    return to_html(pieces).rstrip("\n").replace("\n", "<br/>\n")


def _text(pieces: Sequence[Piece]) -> str:
    """Every link's text, and its address behind it; of a headline the address has its own line."""
    written = ""
    for piece in pieces:
        written += piece.text
        if piece.link is not None and piece.text != piece.link:
            written += f"\n{piece.link}" if piece.bold else f" {piece.link}"
    return written.strip("\n")


def _pieces(text: str) -> list[Piece]:
    parser = _Reading()
    parser.feed(text)
    parser.close()
    return parser.pieces


class _Reading(HTMLParser):
    """Reads what `pieces.to_html` wrote: bold and links, each closed by its own end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._bold = False
        self._link: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "b":
            self._bold = True
        elif tag == "a":
            self._link = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        if tag == "b":
            self._bold = False
        elif tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        self.pieces.append(Piece(data, self._bold, self._link))
