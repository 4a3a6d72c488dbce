"""By which tokens is a text found again, and which has every text in which a spelling stands?

What the full-text index holds in place of the text, the same on every database. Alphabets are cut into
words; Han, kana and Hangul into pairs of characters, Thai, Lao, Khmer and Burmese into threes, because no
space shows where their words end and fewer would stand in nearly every text. At the end of a run the
rest is a token too, so that every character begins one. A token says nothing of its place: what is found
by tokens may fit, and the evaluator decides.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from archive.text.scripts import KINDS, Kind

# What was cut in another way, or by other tables of Unicode, is found by other tokens.
RULES = f"1 {unicodedata.unidata_version}"
# Characters of a word that count; no database takes lexemes of any length.
LONGEST = 32

_WORD, _NUMBER, _PAIRS, _THREES, _MARK, _NOTHING = "wnpt-."
_CLASSES = {
    Kind.OTHER: _NOTHING,
    Kind.MARK: _MARK,
    Kind.LETTER: _WORD,
    Kind.DIGIT: _NUMBER,
    **dict.fromkeys((Kind.HANGUL, Kind.HAN, Kind.HIRAGANA, Kind.KATAKANA), _PAIRS),
    **dict.fromkeys((Kind.THAI, Kind.LAO, Kind.KHMER, Kind.BURMESE), _THREES),
}
_WIDTHS = {_PAIRS: 2, _THREES: 3}
# Marks belong to what stands before them. Digits are cut off, because an acronym may have some behind it.
_RUN = re.compile("w[w-]*|n[n-]*|p[p-]*|t[t-]*")


class Token(NamedTuple):
    """A token that a text must have; `is_open`: or a longer one that begins so."""

    text: str
    is_open: bool = False


def tokens(folded: str) -> set[str]:
    """The tokens of a folded text."""
    found: set[str] = set()
    classes = folded.translate(_BY_CODE)
    for run in _RUN.finditer(classes):
        start, end = run.span()
        width = _WIDTHS.get(classes[start])
        if width is None:
            found.add(folded[start : min(end, start + LONGEST)])
        else:
            found.update([folded[at : min(end, at + width)] for at in range(start, end)])
    return found


def tokens_of_spelling(folded: str, *, begins_word: bool, ends_word: bool) -> Iterator[Token]:
    """The tokens of every folded text in which a folded spelling stands.

    `begins_word`, `ends_word`: a letter or digit at that edge of it is the edge of a word there.
    """
    classes = folded.translate(_BY_CODE)
    for run in _RUN.finditer(classes):
        start, end = run.span()
        width = _WIDTHS.get(classes[start])
        if width is not None:
            yield from _grams(folded[start:end], width)
        elif begins_word or classes[:start].strip(_MARK):
            ends = ends_word or end < len(folded)
            yield Token(folded[start : min(end, start + LONGEST)], is_open=not ends)


def _grams(run: str, width: int) -> Iterator[Token]:
    if len(run) < width:
        yield Token(run, is_open=True)
    for at in range(len(run) - width + 1):
        yield Token(run[at : at + width])


class _Classes(dict[int, str]):
    """Of characters by their code, as they are asked for."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _CLASSES[KINDS[chr(code)]]
        return found


_BY_CODE = _Classes()
