"""What of an article is compared with others?

`features` is a pure function of the article, and small enough to be kept in the archive
(`to_bytes`), so that a start reads what was compared instead of comparing anew. How likely two
articles tell one event is `alerts/stories/likeness.py`.
"""

import sys
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from struct import Struct, error
from typing import NamedTuple
from zlib import crc32

from alerts.stories import cleaning
from alerts.stories.days import days
from alerts.stories.function_words import FUNCTION_WORDS, TIMES
from alerts.stories.words import Unit, language_of, stem, units
from archive.article import Article

# Characters of the text that are read; a script without spaces says as much in fewer.
READ = 1400
READ_DENSE = 500
# Different terms that are kept of an article, and units that copies are compared by.
MOST_TERMS = 110
COMPARED = 160
# Words of the beginning whose names count.
HEAD = 70
# How much more a word of the title says.
TITLE = 3
SKETCH = 64
_SEED = 42
# What `key` marks.
IN_TITLE = 1
NAME = 2
_DENSE = frozenset({"zh", "ja", "ko"})
_MOST_NAMES = 24
_MOST_NUMBERS = 24
_MOST_SETS = 24
_MOST_DAYS = 4
_YEAR = range(1990, 2041)


class Number(NamedTuple):
    """A number, hashed, and after how many units of the text it stands; -1: in the title."""

    value: int
    place: int


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared.

    `terms` are hashed with the language, each with a weight of 10 or more in `weights`; `names`
    are hashed without it, so that they are met across languages. `key` marks terms of the title
    (IN_TITLE) and names (NAME). `sketch` is a MinHash of the text with its numbers
    masked, empty where it is too short; `length` is the number of units it was made from,
    `text` a hash of it all. `sets` are the term sets of which it has a term, hashed: what is met across
    languages even where names are written otherwise. `days` are those on which it says that something
    happened, counted from the year 1. `outlet` is whose article it is, hashed; 0 where nobody says.
    """

    language: str
    terms: "array[int]"
    weights: bytes
    key: bytes
    names: "array[int]"
    numbers: tuple[Number, ...]
    sketch: "array[int]"
    length: int
    text: int
    sets: "array[int]"
    days: "array[int]"
    correction: bool = False
    outlet: int = 0

    @property
    def signs(self) -> list[int]:
        """What is met across languages: names, term sets, and numbers that do not agree by chance."""
        numbers = (number.value for number in self.numbers if number.value not in SMALL)
        return [*self.names, *self.sets, *numbers]

    def to_bytes(self) -> bytes:
        """What `from_bytes` reads back; some 800 bytes."""
        header = _HEADER.pack(
            _FORMAT, self.language.encode()[:8], len(self.terms), len(self.names), len(self.numbers),
            len(self.sketch), len(self.sets), len(self.days), self.length, self.text, self.correction,
            self.outlet,
        )  # fmt: skip
        values = array("I", (number.value for number in self.numbers))
        places = array("h", (number.place for number in self.numbers))
        parts = (self.terms, self.names, self.sketch, values, places, self.sets, self.days)
        return b"".join((header, self.weights, self.key, *map(_little, parts)))

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Features":
        """The features that `to_bytes` wrote. Raises OldFormat for those of another version."""
        try:
            (
                format_, language, terms, names, numbers, sketch, sets, days, length, text, correction, outlet
            ) = _HEADER.unpack_from(kept)  # fmt: skip
        except error as problem:
            raise OldFormat(str(problem)) from problem
        if format_ != _FORMAT:
            raise OldFormat(f"format {format_}")
        at = _HEADER.size
        weights, key = kept[at : at + terms], kept[at + terms : at + 2 * terms]
        at += 2 * terms
        arrays = []
        counts = (terms, names, sketch, numbers, numbers, sets, days)
        for code, length_ in zip("IIHIhII", counts, strict=True):
            part = array(code)
            part.frombytes(kept[at : at + length_ * part.itemsize])
            at += length_ * part.itemsize
            arrays.append(part if sys.byteorder == "little" else _swapped(part))
        found = tuple(map(Number, arrays[3], arrays[4]))
        name = language.rstrip(b"\0").decode()
        return cls(
            name, arrays[0], weights, key, arrays[1], found, arrays[2], length, text, arrays[5], arrays[6],
            correction, outlet,
        )  # fmt: skip


def features(article: Article, sets: Iterable[str] = ()) -> Features:
    """What of `article` is compared; `sets` are the term sets of which it has a term."""
    text = cleaning.report(_text(article))
    language = language_of(f"{article.title}\n{text}", article.language)
    dense = language in _DENSE
    title = list(units(article.title))
    body = list(units(text[: READ_DENSE if dense else READ]))
    names = _names(title, body)
    terms, key = _terms(language, title, body, names)
    shingled = body if len(body) >= 15 else title + body
    compared = shingled[: COMPARED * 2 if dense else COMPARED]
    return Features(
        language,
        array("I", terms),
        bytes(min(255, round(10 + 10 * log(count))) for count in terms.values()),
        bytes(key[term] for term in terms),
        array("I", list(dict.fromkeys(_hash(_plain(name)) for name in names))[:_MOST_NAMES]),
        _numbers(title, body),
        _sketch(compared, 4 if dense else 3),
        len(compared),
        crc32(" ".join(unit.form for unit in title + compared).encode("utf-8", "replace")),
        array("I", [_hash(f"@{name}") for name in sorted(set(sets))[:_MOST_SETS]]),
        array("I", sorted(days(f"{article.title}\n{text}", article.published))[:_MOST_DAYS]),
        cleaning.is_correction(article.title),
        _hash(article.outlet.name if article.outlet is not None else article.source),
    )


def _text(article: Article) -> str:
    body = article.body or ""
    return body if len(body) >= len(article.summary) else article.summary


def _names(title: Sequence[Unit], body: Sequence[Unit]) -> list[str]:
    """Words that are written as names: of a headline in capitals only those that the text has too."""
    head = body[:HEAD]
    plain = {unit.form for unit in head if unit.kind == "word" and not unit.name}
    names = [unit.form for unit in head if unit.name and len(unit.form) > 2]
    words = [unit for unit in title if unit.kind == "word"]
    capitals = sum(unit.name for unit in words)
    if capitals * 2 <= len(words):
        names = [unit.form for unit in words if unit.name and len(unit.form) > 2] + names
    nothing = FUNCTION_WORDS["en"] | TIMES
    return [stem(name) for name in dict.fromkeys(names) if name not in plain and name not in nothing]


def _terms(
    language: str, title: Sequence[Unit], body: Sequence[Unit], names: Sequence[str]
) -> tuple[dict[int, int], dict[int, int]]:
    """Hashed terms with their weights in the order of the text, and those that name the event."""
    nothing = _says_nothing(language)
    named, of_language = set(names), crc32(language.encode())
    weights: dict[int, int] = {}
    key: dict[int, int] = {}
    for part, weight, mark in ((title, TITLE, IN_TITLE), (body, 1, 0)):
        for form, kind, _ in part:
            if form in nothing:
                continue
            if kind == "word":
                if len(form) == 1:
                    continue
                form = stem(form)
            term = crc32(form.encode("utf-8", "replace"), of_language)
            marks = mark | NAME if form in named else mark
            if term in weights:
                weights[term] += weight
                key[term] |= marks
            elif len(weights) < MOST_TERMS:
                weights[term], key[term] = weight, marks
    return weights, key


@lru_cache(maxsize=64)
def _says_nothing(language: str) -> frozenset[str]:
    return FUNCTION_WORDS.get(language, frozenset()) | TIMES


def _numbers(title: Sequence[Unit], body: Sequence[Unit]) -> tuple[Number, ...]:
    found = [Number(_hash(unit.form), -1) for unit in title if _counts(unit)]
    found += [Number(_hash(unit.form), min(place, 255)) for place, unit in enumerate(body) if _counts(unit)]
    return tuple({number.value: number for number in reversed(found)}.values())[:_MOST_NUMBERS]


def _counts(unit: Unit) -> bool:
    return unit.kind == "number" and not (unit.form.isdecimal() and int(unit.form) in _YEAR)


def _sketch(compared: Sequence[Unit], width: int) -> "array[int]":
    if len(compared) < width:
        return array("H")
    from rensa import RMinHash

    forms = ["#" if unit.kind == "number" else unit.form for unit in compared]
    sketch = RMinHash(SKETCH, _SEED)
    sketch.update([" ".join(forms[place : place + width]) for place in range(len(forms) - width + 1)])
    # Half of each hash tells texts apart as well, in half the room.
    return array("H", [part & 0xFFFF for part in sketch.digest()])


def _plain(name: str) -> str:
    """A name as languages share it: without accents."""
    if name.isascii():
        return name
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _hash(form: str) -> int:
    return crc32(form.encode("utf-8", "replace"))


# Numbers that agree by chance.
SMALL = frozenset(_hash(str(digit)) for digit in range(10))


def _little(values: "array[int]") -> bytes:
    return (values if sys.byteorder == "little" else _swapped(values)).tobytes()


def _swapped(values: "array[int]") -> "array[int]":
    swapped = array(values.typecode, values)
    swapped.byteswap()
    return swapped


# Format, language, how many terms, names, numbers, parts of the sketch, sets and days; length, text,
# correction, outlet.
_HEADER = Struct("<B8sBBBBBBHI?I")
_FORMAT = 4


class OldFormat(ValueError):
    """The bytes were written by a version that compared otherwise."""
