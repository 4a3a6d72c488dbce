"""May a hit begin here, and may it end there?

The automaton finds strings; whether they are words is decided here, by the script of the spelling's
first and last character. A neighbour in a script that is written without spaces bounds an
alphabetic word (ASEAN정상회의), and a combining mark always belongs to the letter before it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from alerts.query.korean import PREFIXES, ends_stem, ends_syllable
from archive.text.scripts import KINDS, Kind

# Folded text and a position in it (the hit's start, or its end): may the hit begin, or end, there?
Check = Callable[[str, int], bool]

_WORD = frozenset({Kind.LETTER, Kind.DIGIT, Kind.MARK})
_THAI_LAO_LEADING = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
# Dependent vowels that are no marks to Unicode; the others and the tone marks are.
_THAI_LAO_FOLLOWING = frozenset("\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3\u0ebd")
_STACKERS = frozenset("\u1039\u17d2")
_ZAWGYI_LEADING = frozenset("\u1031\u103b\u107e\u107f\u1080\u1081\u1082\u1083\u1084")
_BURMESE_CLOSERS = frozenset("\u1039\u103a")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The two checks of one spelling."""

    left: Check
    right: Check


def word_bounds(spelling: str, *, is_open: bool = False, acronym: bool = False) -> Bounds:
    """The checks for a folded spelling: a whole word, or with `is_open` the beginning of one.

    `acronym`: written in capitals alone, so that a number may follow (ASEAN2026).
    """
    first, last = KINDS[spelling[0]], _last_kind(spelling)
    hangul = Kind.HANGUL in (first, last)
    syllables = sum(KINDS[character] is Kind.HANGUL for character in spelling) if hangul else 0
    left = _LEFT.get(first, _anywhere)
    if first is Kind.HANGUL and syllables > 1 and (is_open or syllables > 2):
        left = _after_prefix
    right = _not_before_mark if is_open else _RIGHT.get(last, _not_before_mark)
    if last is Kind.HANGUL and not is_open and syllables == 1 and len(spelling) == 1:
        right = ends_syllable
    if last is Kind.LETTER and acronym and not is_open:
        right = _before_number
    return Bounds(left, right)


def hanja_bounds() -> Bounds:
    """For one Han character that stands for a country in a Korean headline: 北, 美."""
    return Bounds(_hanja_begins, _hanja_ends)


def zawgyi_bounds() -> Bounds:
    """For Burmese in Zawgyi, where vowel E and medial RA stand before their consonant."""
    return Bounds(_zawgyi_begins, _zawgyi_ends)


def swallower_bounds(spelling: str) -> Bounds:
    """For a false friend: at word boundaries in an alphabet, anywhere in other scripts."""
    left = _word_begins if KINDS[spelling[0]] in _WORD else _anywhere
    right = _word_ends if _last_kind(spelling) in _WORD else _anywhere
    return Bounds(left, right)


def begins_word(check: Check) -> bool:
    """Whether a letter or digit at which this check lets a hit begin is the first of its word."""
    return check is _word_begins


def ends_word(check: Check) -> bool:
    """Whether a letter or digit before which this check lets a hit end is the last of its word, digits
    behind an acronym apart."""
    return check in (_word_ends, _before_number)


def _last_kind(spelling: str) -> Kind:
    """The kind of the last character that is no mark: Burmese words often end in one."""
    for character in reversed(spelling):
        if (kind := KINDS[character]) is not Kind.MARK:
            return kind
    return Kind.OTHER


def _kind_at(text: str, position: int) -> Kind:
    return KINDS[text[position]] if position < len(text) else Kind.OTHER


def _kind_before(text: str, position: int) -> Kind:
    return KINDS[text[position - 1]] if position else Kind.OTHER


def _anywhere(text: str, position: int) -> bool:
    return True


def _not_before_mark(text: str, end: int) -> bool:
    return _kind_at(text, end) is not Kind.MARK


def _word_begins(text: str, start: int) -> bool:
    return not start or KINDS[text[start - 1]] not in _WORD


def _word_ends(text: str, end: int) -> bool:
    return end >= len(text) or KINDS[text[end]] not in _WORD


def _before_number(text: str, end: int) -> bool:
    """After an acronym digits may follow, if no letter follows them."""
    while _kind_at(text, end) is Kind.DIGIT:
        end += 1
    return _word_ends(text, end)


def _hangul_begins(text: str, start: int) -> bool:
    return _kind_before(text, start) is not Kind.HANGUL


def _after_prefix(text: str, start: int) -> bool:
    if _kind_before(text, start) is not Kind.HANGUL:
        return True
    return text[start - 1] in PREFIXES and _kind_before(text, start - 1) is not Kind.HANGUL


def _katakana_begins(text: str, start: int) -> bool:
    return _kind_before(text, start) is not Kind.KATAKANA


def _katakana_ends(text: str, end: int) -> bool:
    return _kind_at(text, end) not in {Kind.KATAKANA, Kind.MARK}


def _syllable_begins(text: str, start: int) -> bool:
    """Thai and Lao: a vowel that is written first belongs to the consonant after it."""
    return not start or text[start - 1] not in _THAI_LAO_LEADING


def _syllable_ends(text: str, end: int) -> bool:
    """Thai and Lao: a vowel or tone mark belongs to the consonant before it."""
    return end >= len(text) or (KINDS[text[end]] is not Kind.MARK and text[end] not in _THAI_LAO_FOLLOWING)


def _stack_begins(text: str, start: int) -> bool:
    """Khmer and Burmese: after a stacking sign the first consonant is written below another."""
    return not start or text[start - 1] not in _STACKERS


def _burmese_ends(text: str, end: int) -> bool:
    """A mark, or a consonant that closes the syllable, belongs to the syllable before it."""
    if _kind_at(text, end) is Kind.MARK:
        return False
    return _kind_at(text, end) is not Kind.BURMESE or text[end + 1 : end + 2] not in _BURMESE_CLOSERS


def _zawgyi_begins(text: str, start: int) -> bool:
    return not start or text[start - 1] not in _ZAWGYI_LEADING


def _zawgyi_ends(text: str, end: int) -> bool:
    """What leads the next syllable is no end of this one; any other mark belongs to it."""
    if text[end : end + 1] in _ZAWGYI_LEADING:
        return True
    return _burmese_ends(text, end)


def _hanja_begins(text: str, start: int) -> bool:
    return _kind_before(text, start) is not Kind.HAN and _is_korean(text)


def _hanja_ends(text: str, end: int) -> bool:
    return _kind_at(text, end) not in {Kind.HAN, Kind.MARK}


# Asked of the same text for every hit in it.
@lru_cache(maxsize=4)
def _is_korean(text: str) -> bool:
    return _HANGUL.search(text) is not None


_HANGUL = re.compile("[\uac00-\ud7a3]")


_LEFT: dict[Kind, Check] = {
    Kind.LETTER: _word_begins,
    Kind.DIGIT: _word_begins,
    Kind.HANGUL: _hangul_begins,
    Kind.KATAKANA: _katakana_begins,
    Kind.THAI: _syllable_begins,
    Kind.LAO: _syllable_begins,
    Kind.KHMER: _stack_begins,
    Kind.BURMESE: _stack_begins,
}
_RIGHT: dict[Kind, Check] = {
    Kind.LETTER: _word_ends,
    Kind.DIGIT: _word_ends,
    Kind.HANGUL: ends_stem,
    Kind.KATAKANA: _katakana_ends,
    Kind.THAI: _syllable_ends,
    Kind.LAO: _syllable_ends,
    Kind.KHMER: _not_before_mark,
    Kind.BURMESE: _burmese_ends,
}

# Every check by a name by which it can be kept.
CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        _after_prefix, _anywhere, _before_number, _burmese_ends, _hangul_begins, _hanja_begins, _hanja_ends,
        _katakana_begins, _katakana_ends, _not_before_mark, _stack_begins, _syllable_begins, _syllable_ends,
        _word_begins, _word_ends, _zawgyi_begins, _zawgyi_ends, ends_stem, ends_syllable,
    )
}  # fmt: skip
