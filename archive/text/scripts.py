"""To which script does a character belong, as far as word boundaries are concerned?

One small classification that folding, boundary rules, NEAR and language detection share. Scripts
that are written without spaces are told apart; every alphabetic script is simply a LETTER.
"""

import unicodedata
from enum import IntEnum


class Kind(IntEnum):
    """What a character is to a boundary rule."""

    OTHER = 0
    LETTER = 1
    DIGIT = 2
    MARK = 3
    HANGUL = 4
    HAN = 5
    HIRAGANA = 6
    KATAKANA = 7
    THAI = 8
    LAO = 9
    KHMER = 10
    BURMESE = 11


# First and last code point, and what letters in it are. Marks and digits inside keep their own kind.
_RANGES: tuple[tuple[int, int, Kind], ...] = (
    (0x0E00, 0x0E7F, Kind.THAI),
    (0x0E80, 0x0EFF, Kind.LAO),
    (0x1000, 0x109F, Kind.BURMESE),
    (0x1100, 0x11FF, Kind.HANGUL),
    (0x1780, 0x17FF, Kind.KHMER),
    (0x19E0, 0x19FF, Kind.KHMER),
    (0x3005, 0x3007, Kind.HAN),
    (0x3021, 0x3029, Kind.HAN),
    (0x3041, 0x309F, Kind.HIRAGANA),
    (0x30A1, 0x30FA, Kind.KATAKANA),
    (0x30FC, 0x30FF, Kind.KATAKANA),
    (0x3130, 0x318F, Kind.HANGUL),
    (0x31F0, 0x31FF, Kind.KATAKANA),
    (0x3400, 0x4DBF, Kind.HAN),
    (0x4E00, 0x9FFF, Kind.HAN),
    (0xA960, 0xA97F, Kind.HANGUL),
    (0xA9E0, 0xA9FF, Kind.BURMESE),
    (0xAA60, 0xAA7F, Kind.BURMESE),
    (0xAC00, 0xD7FF, Kind.HANGUL),
    (0xF900, 0xFAFF, Kind.HAN),
    (0x20000, 0x3FFFF, Kind.HAN),
)


def kind_of(character: str) -> Kind:
    """The kind of one character; characters without meaning for words are OTHER."""
    return KINDS[character]


def _classify(character: str) -> Kind:
    category = unicodedata.category(character)
    if category[0] == "M":
        return Kind.MARK
    if category == "Nd":
        return Kind.DIGIT
    code = ord(character)
    for first, last, kind in _RANGES:
        if first <= code <= last:
            return kind if category[0] in "LN" else Kind.OTHER
    return Kind.LETTER if category[0] == "L" else Kind.OTHER


class _Kinds(dict[str, Kind]):
    """Kinds as they are asked for: news uses a few thousand characters, Unicode has a million."""

    def __missing__(self, character: str) -> Kind:
        kind = self[character] = _classify(character)
        return kind


KINDS = _Kinds()
