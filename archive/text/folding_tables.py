"""Which characters does folding change, and into what?

The facts behind `archive/text/folding.py`: typographic variants, blanks, invisible characters, and
the settled form of single characters and clusters. Nothing here knows about offsets.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

# What stands for one other character.
TYPOGRAPHY: Mapping[str, str] = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bb\u02bc\u2032\u00b4\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2027\u30fb\u318d\uff65", "\u00b7"),
    "…": ".",
    **dict.fromkeys(BLANKS, " "),
}

# Soft hyphen, zero-width and direction marks, variation selectors, the Arabic tatweel, the Khmer
# inherent vowels, the grapheme joiner. The last three are the selectors of Japanese names.
INVISIBLE = (
    "\u00ad\u034f\u061c\u0640\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069"
    "\ufe0e\ufe0f\ufeff\U000e0100\U000e0101\U000e0102"
)

# Composed forms that NFKC would take apart in every Thai and Lao text; signs that would glue letters
# to the word before; jamo that would grow into syllables (ㅋㅋ is a laugh, not a consonant).
_KEPT = {"\u0e33", "\u0eb3", "\u0edc", "\u0edd", "™", "℠", *map(chr, range(0x3131, 0x318D))}
_MAPPED = {**TYPOGRAPHY, **dict.fromkeys(INVISIBLE, "")}


@dataclass(frozen=True, slots=True)
class Changes:
    """What folding changes beyond case, as ready-made patterns.

    `singles` finds every character with another settled form, which is in `settled`; `clusters` finds
    those that do not stay one character and every run of marks; `marks` are the characters that may
    join the one before them.
    """

    singles: re.Pattern[str]
    settled: Mapping[str, str]
    clusters: re.Pattern[str]
    marks: frozenset[str]


def settle(piece: str, keep_case: bool = False) -> str:
    """The settled form of a character or cluster: folding it once more changes nothing."""
    while True:
        mapped = "".join(_compatible(character) for character in unicodedata.normalize("NFC", piece))
        if not keep_case:
            mapped = mapped.casefold()
        settled = unicodedata.normalize("NFC", mapped)
        if settled == piece:
            return settled
        piece = settled


def _compatible(character: str) -> str:
    if character in _MAPPED:
        return _MAPPED[character]
    if character in _KEPT or not unicodedata.decomposition(character).startswith("<"):
        return character
    parts = unicodedata.decomposition(character).split()[1:]
    decomposed = "".join(chr(int(part, 16)) for part in parts)
    # Spacing accents (¨ ¯) would become a blank with a mark on it.
    if len(decomposed) > 1 and decomposed[0] == " ":
        return character
    return "".join(_compatible(part) for part in decomposed)


@cache
def changes(keep_case: bool) -> Changes:
    """Found out once, at the first text that is not ASCII, in some 20 ms."""
    candidates = [chr(c) for c in _changeable()]
    plain = {c: c if keep_case else c.casefold() for c in candidates}
    composing = _composing(candidates)
    decomposing = {c for c in candidates if unicodedata.decomposition(c)} | _MAPPED.keys()
    settled = {c: settle(c, keep_case) if c in decomposing else plain[c] for c in candidates}
    for c in candidates:
        if len(plain[c]) != 1:
            settled[c] = settle(c, keep_case)
    marks = {c for c in candidates if c in composing or settled[c][:1] in composing}
    singles = {c: settled[c] for c in candidates if settled[c] != plain[c]}
    growing = {c for c in candidates if len(settled[c]) > 1 or len(plain[c]) != 1}
    return Changes(
        singles=re.compile(_class(singles)),
        settled=singles,
        clusters=re.compile(f"{_class(growing | marks)}{_class(marks)}*"),
        marks=frozenset(marks),
    )


def _changeable() -> list[int]:
    """The code points of the basic plane without those that surely never change."""
    # Between them lie ideographs, syllables of Hangul, surrogates and what is for private use.
    blocks = (range(0x80, 0x3400), range(0xA000, 0xAC00), range(0xD7A4, 0xD800), range(0xF900, 0x10000))
    blanks = [ord(blank) for blank in BLANKS if blank.isascii()]
    return list(chain(blanks, *blocks))


def _composing(candidates: list[str]) -> set[str]:
    """Marks by combining class, and every character that may compose with the one before it."""
    found = {c for c in candidates if unicodedata.combining(c)}
    found |= set(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
    for character in candidates:
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(chr(int(parts[1], 16)))
    return found


def _class(characters: Iterable[str]) -> str:
    # Of the basic plane alone: with astral ranges `re` gives up its bitmap and runs 15 times slower.
    return f"[{re.escape(''.join(sorted(characters)))}]"
