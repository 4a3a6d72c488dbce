"""What if a feed's ampersands are not escaped, or refer to what is no character?

"Q&A", "?id=1&copy=2": the commonest fault there is. A parser of XML refuses all of the feed for it, and
feedparser takes them for references that lack a semicolon. For an emoji in two halves, which programs that
count in halves write, both refuse all of the feed. Which reader gets it then is `crawler/feeds/parse.py`.
"""

import re
from collections.abc import Callable
from html.entities import html5

from crawler.plain_text import HALVES, whole_of

# No reference follows it.
_BARE = re.compile(rb"&(?!#\d{1,8};|#[xX][0-9a-fA-F]{1,7};|[a-zA-Z_][\w.-]{0,31};)")
_HALVES = re.compile(HALVES.encode())
_NUMBERED = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,7})|(\d{1,8}));")
_NAMED = re.compile(rb"&([a-zA-Z_][\w.-]{0,31});")
_OF_XML = ("amp", "lt", "gt", "quot", "apos")


def with_ampersands_mended(data: bytes) -> bytes:
    """The document with each bare ampersand escaped, and each reference one that XML knows, where it can be.

    Not within CDATA, where an ampersand is what it is.
    """
    # Other names may be declared in the document.
    names = _of_html if b"<!ENTITY" in data else _of_html_or_none
    first, *others = _HALVES.sub(lambda halves: whole_of(*halves.groups()).encode(), data).split(b"<![CDATA[")
    parts = [_mended(first, names)]
    for other in others:
        inside, end, after = other.partition(b"]]>")
        parts += (b"<![CDATA[", inside, end, _mended(after, names))
    return b"".join(parts)


_Replace = Callable[[re.Match[bytes]], bytes]


def _mended(data: bytes, names: _Replace) -> bytes:
    return _NAMED.sub(names, _NUMBERED.sub(_possible, _BARE.sub(b"&amp;", data)))


def _of_html(reference: re.Match[bytes]) -> bytes:
    """A character by its number that is named as in HTML: XML knows five of those names."""
    name = reference[1].decode()
    character = "" if name in _OF_XML else html5.get(f"{name};", "")
    return "".join(f"&#{ord(c)};" for c in character).encode() or reference[0]


def _of_html_or_none(reference: re.Match[bytes]) -> bytes:
    """The same; what is no name at all begins with a bare ampersand."""
    known = reference[1].decode() in _OF_XML or _of_html(reference) != reference[0]
    return _of_html(reference) if known else b"&amp;" + reference[0][1:]


def _possible(reference: re.Match[bytes]) -> bytes:
    """The reference, if there is a character of that number; nothing if not."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    allowed = 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    return reference[0] if allowed or number in (9, 10, 13) else b""
