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
_SCOPE = re.compile(r"\sxml[\w.:-]*\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ENDS_A_NAME = (" ", "\t", "\r", "\n", ">")
# What must end within an item if it begins there, or the item's bounds are not where they seem to be.
_PAIRS = (("<![CDATA[", "]]>"), ("<!--", "-->"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What of a feed is left to be read: its `text` without the items that stay, and the marks of the
    items in it, in their order."""

    text: str
    marks: Sequence[int]
    stays: tuple[Announced, ...]


def look(text: str, before: Packed | None, most: int, *around: str) -> Looked | None:
    """What is left to be read of a feed that announced `before`; None where its items cannot be told
    apart, or are more than `most`.

    `around` is what else their meaning hangs on: where the feed lies, whose it is.
    """
    bounds = _bounds(text)
    if not bounds or len(bounds) > most:
        return None
    key = _key(text, bounds, around)
    known = {item.mark: item for item in unpack(before or b"")}
    kept, marks, stays, at = [], [], [], 0
    for start, end in bounds:
        item = text[start:end]
        mark = _mark(item, key)
        if mark in known:
            kept.append(text[at:start])
            at = end
            stays.append(known[mark])
        elif any(item.count(opens) != item.count(closes) for opens, closes in _PAIRS):
            return None
        else:
            marks.append(mark)
    return Looked("".join((*kept, text[at:])), marks, tuple(stays))


def _bounds(text: str) -> list[tuple[int, int]]:
    """Where each item begins and ends; none where this is no XML."""
    if not text.startswith("<"):
        return []
    name = "entry" if text.rfind("</entry>") > text.rfind("</item>") else "item"
    opens, closes = f"<{name}", f"</{name}>"
    bounds: list[tuple[int, int]] = []
    start = text.find(opens)
    while start >= 0:
        end = text.find(closes, start)
        if end < 0:
            break
        if text.startswith(_ENDS_A_NAME, start + len(opens)):
            bounds.append((start, end + len(closes)))
            start = text.find(opens, end)
        else:
            start = text.find(opens, start + len(opens))
    return bounds


def _key(text: str, bounds: Sequence[tuple[int, int]], around: Sequence[str]) -> bytes:
    """What the marks of a feed's items are made with, so that they hold only where all else is as it was."""
    ends = (0, *(end for _, end in bounds))
    starts = (*(start for start, _ in bounds), len(text))
    outside = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    said = "\0".join((_VERSION, *around, *_SCOPE.findall(outside)))
    return blake2b(said.encode("utf-8", "replace"), digest_size=blake2b.PERSON_SIZE).digest()


def _mark(item: str, key: bytes) -> int:
    digest = blake2b(item.encode("utf-8", "surrogatepass"), digest_size=8, person=key).digest()
    return int.from_bytes(digest, "big", signed=True)
