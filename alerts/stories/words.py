"""Into which comparable units does a text fall, whatever its script?

Words where a script has spaces, cut to a stem; pairs of characters in Han and Hangul; sampled runs
of characters in Thai, Lao, Khmer and Burmese. Numbers are units of their own. Also which language a
text is in, as far as comparing needs it. What is made of the units is `alerts/stories/features.py`.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple
from zlib import crc32

from alerts.stories.function_words import FUNCTION_WORDS, LANGUAGES_OF, NUMERALS
from archive.text.language import detect

Kind = Literal["word", "number", "run"]

_HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KATAKANA = "\u30a1-\u30fa\u30fc"
_HIRAGANA = "\u3041-\u309f"
_HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
_UNIT = re.compile(
    r"(?P<number>\d+(?:[.,:]\d+)*)"
    f"|(?P<han>[{_HAN}]+)"
    f"|(?P<kana>[{_KATAKANA}]+)"
    f"|(?P<hiragana>[{_HIRAGANA}]+)"
    f"|(?P<hangul>[{_HANGUL}]+)"
    f"|(?P<unspaced>[{_UNSPACED}]+)"
    r"|(?P<word>(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff])+)"
)
# The same where there is no other script: each word is looked at once, not once for each of them.
_ASCII_UNIT = re.compile(r"(?P<number>\d+(?:[.,:]\d+)*)|(?P<word>[A-Za-z]+)")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_SENTENCE_END = frozenset('.!?:;\n“”"«»([–—-')
# Stems are word beginnings: what endings hang on differs from language to language, this does not.
_STEM = 7
_GRAM = 4
# One in three character runs of an unspaced script, the same ones in every text.
_SAMPLED = 3
# Languages are told apart by their function words; fewer than these prove nothing.
_PROOF = 3


class Unit(NamedTuple):
    """One unit: its folded form, its kind, and whether it is written as a name is.

    `name` is True for a capital in mid-sentence. A `run` belongs to a script without capitals.
    """

    form: str
    kind: Kind
    name: bool = False


def units(text: str) -> Iterator[Unit]:
    """The units of a text, in order."""
    text = unicodedata.normalize("NFKC", text)
    pattern = _ASCII_UNIT if text.isascii() else _UNIT
    for match in pattern.finditer(text):
        group, found = match.lastgroup, match[0]
        if group == "word":
            folded = found.casefold()
            numeral = NUMERALS.get(folded)
            if numeral is not None:
                yield Unit(numeral, "number")
            else:
                yield Unit(folded, "word", found[0].isupper() and not _begins_sentence(text, match.start()))
        elif group == "number":
            yield Unit(number(found), "number")
        elif group == "kana":
            yield Unit(found, "word")
        elif group == "han" or group == "hangul":
            yield from (Unit(pair, "run") for pair in _pairs(found))
        elif group == "unspaced":
            yield from (Unit(gram, "run") for gram in _grams(found))


def stem(word: str) -> str:
    """The beginning of a word that its other forms share."""
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "su":
        word = word[:-1]
    return word[:_STEM]


def number(written: str) -> str:
    """A number in one form: 1,200 and 1.200 are 1200; 6.4 and 6,4 are 6.4."""
    if _GROUPED.fullmatch(written):
        return written.replace(",", "").replace(".", "")
    return written.replace(",", ".").lstrip("0") or "0"


def language_of(text: str, stated: str | None) -> str:
    """A primary language subtag, or a name for the script where the language cannot be told.

    What the words prove counts more than what was stated: feeds state the language of their site.
    """
    found = detect(text, stated)
    found = found.split("-")[0].lower() if found else None
    if found in _BY_SCRIPT:
        return found
    votes = dict.fromkeys(FUNCTION_WORDS, 0)
    for word in re.findall(r"[^\W\d_]+", text[:1500].casefold()):
        for language in LANGUAGES_OF.get(word, ()):
            votes[language] += 1
    best = max(votes, key=votes.__getitem__)
    if votes[best] >= _PROOF and (found not in votes or votes[best] > 2 * votes[found]):
        return best
    return found or ("latin" if _LATIN.search(text) else "other")


_BY_SCRIPT = frozenset({"lo", "th", "km", "my", "ko", "ja", "zh"})


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t\u00a0")
    return not before or before[-1] in _SENTENCE_END


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for place in range(len(run) - 1):
        yield run[place : place + 2]


def _grams(run: str) -> Iterator[str]:
    for place in range(max(1, len(run) - _GRAM + 1)):
        gram = run[place : place + _GRAM]
        if crc32(gram.encode()) % _SAMPLED == 0:
            yield gram
