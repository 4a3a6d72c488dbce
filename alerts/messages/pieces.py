"""How does styled text become Telegram's HTML, within Telegram's limits?

`Piece`: a run of plain text with a style. Cleaning of what outlets write, isolation of mixed
direction, links that Telegram takes, trimming at grapheme boundaries and escaping are here; which
pieces a message consists of is `alerts/messages/html.py`.
"""

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit, urlunsplit

import regex

# Telegram counts code points after parsing; UTF-16 units are never fewer (research of TDLib).
MOST_UNITS = 4096
# Before parsing the server refuses more than 32768 bytes; the rest is for the request's own sake.
MOST_BYTES = 32_000
# A longer address is shown without a link: it would push the text out.
LONGEST_LINK = 8_192

# First-strong isolate and its end: the text between keeps its own direction.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
# Bidi controls, NUL and other controls, lone surrogates, line and paragraph separators, BOM, and
# the three combining marks that Telegram removes itself.
_UNWANTED = regex.compile(
    r"[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\uFEFF\uFFF9-\uFFFB\u0333\u033F\u030A"
    r"\p{Cs}\p{Noncharacter_Code_Point}]|[\p{Cc}--[\t\n\r\x0b\x0c\x85]]",
    regex.VERSION1,
)
_SPACE = regex.compile(r"[\s\u2028\u2029\u2800\u3164]+")
_ENTITY = regex.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_GRAPHEME = regex.compile(r"\X")
_HOST = regex.compile(r"(?:[\p{L}\p{M}\p{N}_-]+\.)+[\p{L}\p{M}\p{N}-]+\.?|\[[0-9a-fA-F:.]+\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of clean text in one style; `link` is an address that `web_link` gave. `folded` is a
    quotation of which long ones show their beginning until they are tapped."""

    text: str
    bold: bool = False
    link: str | None = None
    folded: bool = False


def clean(text: str) -> str:
    """One line of text as a reader should see it: entities decoded, controls out, spaces single."""
    return run(text).strip()


def run(text: str) -> str:
    """As `clean`, for a part of a line: a space at its ends is kept."""
    decoded = text
    # Feeds escape twice now and then ("&amp;amp;"); a third time is somebody's text.
    for _ in range(2):
        decoded = _ENTITY.sub(lambda entity: html.unescape(entity[0]), decoded)
    # Composed first: of "a" and a ring Telegram would leave only the "a".
    composed = unicodedata.normalize("NFC", decoded)
    return str(_SPACE.sub(" ", _UNWANTED.sub("", composed)))


def tidy(text: str) -> str:
    """As `clean`, with the lines kept and nothing decoded: for texts of our own."""
    lines = (_SPACE.sub(" ", _UNWANTED.sub("", line)).strip() for line in text.splitlines())
    return "\n".join(lines).strip()


def isolated(text: str) -> str:
    """`text`, kept apart from what stands around it if some of it runs from right to left."""
    return f"{ISOLATE}{text}{END_ISOLATE}" if runs_backwards(text) else text


def runs_backwards(text: str) -> bool:
    """Whether some of `text` runs from right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)


def web_link(url: str) -> str | None:
    """The address as Telegram makes a link of it; None where it would silently make none."""
    cleaned = _UNWANTED.sub("", url).strip()
    if any(char.isspace() for char in cleaned):
        cleaned = _SPACE.sub("%20", cleaned)
    try:
        parts = urlsplit(cleaned)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    named = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(named) or port == 0:
        return None
    place = named if port is None else f"{named}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    fragment = quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?")
    link = urlunsplit((parts.scheme, place, path, query, fragment))
    return link if len(html.escape(link).encode()) <= LONGEST_LINK else None


def blank(text: str) -> bool:
    """Whether nothing of `text` can be seen, so that Telegram would refuse it as empty."""
    return all(unicodedata.category(char) in ("Cf", "Zs", "Zl", "Zp", "Mn", "Cc") for char in text)


def units(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, most: int) -> str:
    """`text`, or its beginning at a grapheme boundary with an ellipsis: at most `most` units."""
    if units(text) <= most:
        return text
    # One grapheme of a thousand marks: better cut than lost.
    kept = _fitting(_GRAPHEME.findall(text), most - 1) or _fitting(text, max(most - 1, 1))
    return "".join(kept).rstrip() + "…"


def _fitting(parts: Sequence[str], most: int) -> list[str]:
    """The first of `parts`, as many as have at most so many units together."""
    kept, used = [], 0
    for part in parts:
        used += units(part)
        if used > most:
            break
        kept.append(part)
    return kept


def visible(pieces: Sequence[Piece]) -> str:
    """What a reader sees."""
    return "".join(piece.text for piece in pieces)


def to_html(pieces: Sequence[Piece]) -> str:
    """Telegram's HTML; every tag is closed in the piece that opened it."""
    return "".join(_tagged(piece) for piece in pieces)


def _tagged(piece: Piece) -> str:
    text = html.escape(piece.text, quote=False)
    if piece.link is not None:
        text = f'<a href="{html.escape(piece.link)}">{text}</a>'
    if piece.folded:
        text = f"<blockquote expandable>{text}</blockquote>"
    return f"<b>{text}</b>" if piece.bold else text


def trimmed(
    pieces: Sequence[Piece], most_units: int = MOST_UNITS, most_bytes: int = MOST_BYTES
) -> list[Piece]:
    """The pieces that fit, the last one shortened; a piece is dropped, never its tag cut."""
    kept: list[Piece] = []
    room_units, room_bytes = most_units, most_bytes
    for piece in pieces:
        size = len(_tagged(piece).encode())
        if units(piece.text) <= room_units and size <= room_bytes:
            kept.append(piece)
            room_units -= units(piece.text)
            room_bytes -= size
            continue
        markup = size - len(html.escape(piece.text, quote=False).encode())
        # At most five bytes for a unit: `&amp;` is the longest escape.
        room = min(room_units, (room_bytes - markup) // 5)
        if room > 1:
            kept.append(replace(piece, text=shortened(piece.text + "…", room)))
        break
    return kept
