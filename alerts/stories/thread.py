"""What is remembered of a story, or of a part of it?

A story is one or more threads: in each language its core, and one for each article that only likely
tells the event, with what surely tells the same as that article. A thread sums up its articles: the
mean of their terms, what most of them name, and the texts that are no copies, for copies to be known
by. Bounded: a thread of a thousand articles is no larger than one of twenty. Whether an article
belongs to it is `alerts/stories/likeness.py`.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from alerts.stories.features import IN_TITLE, NAME, Features

# Terms that are kept of many articles: where there are more, the lightest go until so many are left.
MOST_TERMS = 220
_KEPT_TERMS = 160
_MOST_SIGNS = 60
MOST_TEXTS = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A text in words of its own: what makes another one its copy, and who bears it."""

    article: int
    sketch: "array[int]"
    length: int
    text: int
    numbers: "array[int]"


class Change(NamedTuple):
    """What an article changed in a thread: terms that are new and forgotten, signs that are new."""

    new: Sequence[int]
    forgotten: Sequence[int]
    signs: Sequence[int]


class Thread:
    """Articles of one story in one language, summed up. Times are those of the stream's clock.

    `first` is the article that opened it; `core` tells that it speaks for its story.
    """

    __slots__ = (
        "_named", "_signs", "_terms", "_titled", "_weights", "articles", "core", "days", "first", "grown",
        "language", "story", "texts",
    )  # fmt: skip

    def __init__(self, story: int, language: str, first: int, now: datetime, *, core: bool = True) -> None:
        self.story = story
        self.language = language
        self.first = first
        self.core = core
        self.grown = now
        self.articles = 0
        self.days: frozenset[int] = frozenset()
        self.texts: tuple[Text, ...] = ()
        self._signs: array[int] = array("I")
        self._terms: array[int] = array("I")
        self._weights: Sequence[int] = b""
        self._titled: Sequence[int] = b""
        self._named: Sequence[int] = b""

    @property
    def terms(self) -> Sequence[int]:
        """Every term that is remembered."""
        return self._terms

    @property
    def signs(self) -> dict[int, None]:
        """What is met across languages: the names, and the numbers of the texts."""
        return dict.fromkeys(self._signs)

    def weights(self) -> dict[int, int]:
        """The summed weight of each term; divided by `articles` it is the mean."""
        return dict(zip(self._terms, self._weights, strict=True))

    @property
    def titled(self) -> set[int]:
        """The terms that half the articles or more have in their title."""
        return self._in_half(self._titled)

    @property
    def named(self) -> set[int]:
        """The terms that half the articles or more write as a name."""
        return self._in_half(self._named)

    def _in_half(self, counts: Sequence[int]) -> set[int]:
        least = (self.articles + 1) // 2
        return {term for term, count in zip(self._terms, counts, strict=True) if count >= least}

    def add(self, article: int, found: Features, now: datetime, *, copy: bool) -> Change:
        """Another article joins; what the index has to be told."""
        self.articles += 1
        self.grown = max(self.grown, now)
        if not copy or not self.texts:
            numbers = array("I", (number.value for number in found.numbers))
            text = Text(article, found.sketch, found.length, found.text, numbers)
            self.texts = (*self.texts[-MOST_TEXTS + 1 :], text)
        self.days = self.days.union(found.days)
        new, forgotten = self._sum_up(found) if self._terms else self._begin(found)
        known = self.signs
        signs = [sign for sign in dict.fromkeys(found.signs) if sign not in known]
        signs = signs[: _MOST_SIGNS - len(known)]
        self._signs.extend(signs)
        return Change(new, forgotten, signs)

    def _begin(self, found: Features) -> tuple[Sequence[int], Sequence[int]]:
        """Take over the terms of the first article: most threads stay with one."""
        self._terms, self._weights = found.terms, found.weights
        self._titled = bytes([mark & IN_TITLE != 0 for mark in found.key])
        self._named = bytes([mark & NAME != 0 for mark in found.key])
        return found.terms, ()

    def _sum_up(self, found: Features) -> tuple[Sequence[int], Sequence[int]]:
        """Add the terms of a further article; which are new, and which are forgotten for them."""
        before = dict.fromkeys(self._terms)
        weights = self.weights()
        titled = dict(zip(self._terms, self._titled, strict=True))
        named = dict(zip(self._terms, self._named, strict=True))
        for term, weight, key in zip(found.terms, found.weights, found.key, strict=True):
            weights[term] = weights.get(term, 0) + weight
            titled[term] = titled.get(term, 0) + (key & IN_TITLE != 0)
            named[term] = named.get(term, 0) + (key & NAME != 0)
        if len(weights) > MOST_TERMS:
            heaviest = sorted(weights, key=weights.__getitem__, reverse=True)[:_KEPT_TERMS]
            weights = {term: weights[term] for term in heaviest}
        # From a list, or the array would be larger than it need be.
        self._terms = array("I", list(weights))
        self._weights = _packed(list(weights.values()))
        self._titled = _packed([titled[term] for term in weights])
        self._named = _packed([named[term] for term in weights])
        return [t for t in weights if t not in before], [t for t in before if t not in weights]


def _packed(counts: list[int]) -> Sequence[int]:
    """The counts in as little room as they need: most threads are of one article."""
    most = max(counts, default=0)
    return bytes(counts) if most < 256 else array("H" if most < 65_536 else "I", counts)
