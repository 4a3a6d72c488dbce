"""Which of a feed's items were there, word for word, at the last poll?

A poll that brings something mostly brings an item or two above those that were there before. These are
cut out of the feed's text before it is read, which is where the time goes (docs/decisions/0012). A text
whose items cannot be told apart with certainty is read whole. What is remembered of an item is
`archive/announced.py`; of which items anything is, is decided in `crawler/identity.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from archive.announced import Announced, Packed, unpack

# To be raised when an item of the same words would be understood otherwise, or get other keys.
_VERSION = "1"
# What a feed says around its items that changes what they mean.
_SCOPE = re.compile(rb"\sxml[^\s=<>\"']*\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ENDS_A_NAME = (b" ", b"\t", b"\r", b"\n", b">")
# What must end within an item if it begins there, or the item's bounds are not where they seem to be.
_PAIRS = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What of a feed is left to be read: its `data` without the items that stay, and the marks of the
    items in it, in their order."""

    data: bytes
    marks: Sequence[int]
    stays: tuple[Announced, ...]


def look(data: bytes, before: Packed | None, most: int, *around: str) -> Looked | None:
    """What is left to be read of a feed, in UTF-8, that announced `before`; None where its items cannot be
    told apart, or are more than `most`.

    `around` is what else their meaning hangs on: where the feed lies, whose it is.
    """
    outside, items, closes = _parted(data)
    if not items or len(items) > most:
        return None
    key = _key(outside, around)
    known = {item.mark: item for item in unpack(before or b"")}
    kept, marks, stays = [], [], []
    for here, item in zip(outside, items, strict=False):
        kept.append(here)
        mark = _mark(item, key)
        if mark in known:
            stays.append(known[mark])
        elif any(item.count(begin) != item.count(end) for begin, end in _PAIRS):
            return None
        else:
            kept += (item, closes)
            marks.append(mark)
    return Looked(b"".join((*kept, outside[-1])), marks, tuple(stays))


def _parted(data: bytes) -> tuple[list[bytes], list[bytes], bytes]:
    """What stands before each item and behind the last; the items, none where this is no XML; and the tag
    that ends each of them, which they are given without."""
    if not data.startswith(b"<"):
        return [data], [], b""
    name = b"entry" if data.rfind(b"</entry>") > data.rfind(b"</item>") else b"item"
    opens, closes = b"<" + name, b"</" + name + b">"
    *parts, rest = data.split(closes)
    outside: list[bytes] = []
    items: list[bytes] = []
    before: list[bytes] = []
    for part in parts:
        start = part.find(opens)
        while start >= 0 and not part.startswith(_ENDS_A_NAME, start + len(opens)):
            start = part.find(opens, start + len(opens))
        if start < 0:
            # An end of what did not begin is nothing.
            before += (part, closes)
            continue
        outside.append(b"".join((*before, part[:start])))
        items.append(part[start:])
        before.clear()
    return [*outside, b"".join((*before, rest))], items, closes


def _key(outside: Sequence[bytes], around: Sequence[str]) -> bytes:
    """What the marks of a feed's items are made with, so that they hold only where all else is as it was."""
    scope = b"\0".join(_SCOPE.findall(b"".join(outside)))
    said = "\0".join((_VERSION, *around)).encode("utf-8", "replace") + b"\0" + scope
    return blake2b(said, digest_size=blake2b.PERSON_SIZE).digest()


def _mark(item: bytes, key: bytes) -> int:
    digest = blake2b(item, digest_size=8, person=key).digest()
    return int.from_bytes(digest, "big", signed=True)
