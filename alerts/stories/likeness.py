"""How likely do an article and a thread tell one event?

Pure: features and a thread in, `Likeness` out. What speaks for one event and what against is kept
apart, because each fails in its own way: the words, the things named, the numbers, a name in the
headline that the other does not know, the time that has passed, and whether it is the same text
(`alerts/stories/copying.py`). What follows from it is `alerts/stories/judging.py`.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, hypot

from alerts.stories.copying import SHORTEST_COPY, copied_text, has_news
from alerts.stories.features import IN_TITLE, NAME, SMALL, Features
from alerts.stories.index import RAREST
from alerts.stories.thread import Thread

# Where everything is a name (German nouns) or nothing (no capitals), one unknown word of a headline
# tells nothing, unless the headlines are otherwise alike: so large a part of them.
_ALIKE_TITLES = 0.4
_WITHOUT_NAMES = frozenset({"de", "zh", "ko", "ja", "th", "lo", "km", "my"})

# What each piece of evidence weighs: fitted to labelled pairs (tests/stories), then rounded.
_BEGIN = -3.0
_TEXT = 4.0
_IDENTITY = 2.0
_NAMES = 2.2
_CONTRAST = 1.8
_NUMBERS = 1.7
_STRANGER = 2.0
_A_DAY = 0.5
_BEGIN_ACROSS = -3.5
_PART_ACROSS = 3.0
_NAMES_ACROSS = 1.5
_FIGURES_ACROSS = 1.5
_MOST_ACROSS = 2.0
_DAYS_ACROSS = {1: 0.8, 0: 0.0, -1: -1.8}
_A_DAY_ACROSS = 1.0
# Two reports in the same words on different names are a form that was filled in twice.
_FORM = 2.5
_FORM_TEXT = 0.55
_FORM_COPY = 0.85
# How much must be shared to count in full: three words of a headline, a rare name and a half.
_ENOUGH = 300
_DOUBT = 0.5
# A term is what a story is about if this is its mean weight in it (10: once in every article).
_SAID = 1.5
# The texts of a story whose numbers count: those of the day before yesterday are overtaken.
_LATEST = 6
_MOST_DAYS = 30.0


def _evidence(text: float, identity: float, most: float, least: float, numbers: float) -> float:
    return (
        _BEGIN + _TEXT * text + _IDENTITY * identity + _NAMES * most + _CONTRAST * least + _NUMBERS * numbers
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an article has in common with a thread.

    From 0 to 1: `text`, the cosine of all terms; `identity`, how much of each other's title and
    names they know; `most` and `least`, the part of the names of one that the other knows, for the
    one that knows more and the one that knows less. `numbers` runs from -1 (all differ) to 1.
    `stranger`: each names in its headline what the other does not know. `days` since the thread
    last grew. `copy` is the share of the shorter text that stands in the other, `copied` whose text
    that is, and `news` tells that the article bears a number that this other text does not. `form`:
    the words are the same, the names are not. `thin`: one of them has too little text to be sure of.
    `headline`: that of the article has a word which stands nowhere in the thread. `told_days`: 1 where
    both tell of one day, -1 where they tell of others, 0 where one tells of none.
    """

    text: float
    identity: float
    most: float
    least: float
    numbers: float
    stranger: bool
    days: float
    copy: float = 0.0
    copied: int | None = None
    news: bool = False
    form: bool = False
    thin: bool = False
    headline: bool = False
    told_days: int = 0

    @property
    def score(self) -> float:
        """All of it in one number from 0 to 1."""
        return _likely(self._evidence - _A_DAY * self.days)

    @property
    def timeless(self) -> float:
        """The score as it were if no time had passed."""
        return _likely(self._evidence)

    @property
    def _evidence(self) -> float:
        speaking = _evidence(self.text, self.identity, self.most, self.least, self.numbers)
        return speaking - _STRANGER * self.stranger - _FORM * self.form


@dataclass(frozen=True, slots=True)
class Marked:
    """The terms of the title, and the names."""

    title: Set[int]
    names: Set[int]


@dataclass(frozen=True, slots=True)
class Side:
    """What an article brings to every comparison: its features, the weight of each term times how rare it
    is, how long these are together as a vector, and which terms are marked."""

    found: Features
    weighted: Mapping[int, float]
    length: float
    marked: Marked

    @classmethod
    def of(cls, found: Features, rarity: Mapping[int, float]) -> "Side":
        """Where `rarity` knows the article's terms."""
        terms, key = found.terms, found.key
        weighted = {term: weight * rarity[term] for term, weight in zip(terms, found.weights, strict=True)}
        title = {term for term, mark in zip(terms, key, strict=True) if mark & IN_TITLE}
        names = {term for term, mark in zip(terms, key, strict=True) if mark & NAME}
        return cls(found, weighted, hypot(*weighted.values()), Marked(title, names))


def most_likely(side: Side, rarity: Mapping[int, float], thread: Thread) -> float:
    """What `Likeness.timeless` can be at most, by what is quick to tell: this rules out most threads that
    share words with an article. `rarity` need know the article's terms only."""
    sums, articles = thread.weights(), thread.articles
    both = [(weight, sums[term] * rarity[term]) for term, weight in side.weighted.items() if term in sums]
    shared = sum([mine * theirs for mine, theirs in both]) / articles
    # The thread's other terms make it longer only, and what it has in common weigh less.
    text = _text(side, shared, hypot(*[theirs for _, theirs in both]) / articles, rarity)
    said = _said(side.marked, sums, articles)
    ours = _part(side.marked.title | side.marked.names, said, rarity)
    identity = 2 * ours / (ours + 1)
    most, least = identity, identity
    if side.marked.names:
        most, least = 1.0, max(identity, _part(side.marked.names, said, rarity))
    numbers = _numbers(side.found, thread)
    return _likely(_evidence(text, identity, most, least, numbers))


def compare(side: Side, rarity: Mapping[int, float], thread: Thread, now: datetime) -> Likeness:
    """Hold an article against a thread.

    `rarity` knows the terms of both, and under RAREST how much a term says that hardly any thread has.
    """
    found, weighted, mine = side.found, side.weighted, side.marked
    sums, articles = thread.weights(), thread.articles
    length = hypot(*[weight * rarity[term] for term, weight in sums.items()]) / articles
    both = [weight * sums[term] * rarity[term] for term, weight in weighted.items() if term in sums]
    text = _text(side, sum(both) / articles, length, rarity)
    said = _said(mine, sums, articles)
    theirs = Marked(thread.titled, thread.named)
    identity, most, fewest = _names(mine, theirs, weighted.keys(), said, rarity)
    copied, part = copied_text(found, thread)
    stranger = _strangers(found.language, mine, theirs, weighted.keys(), said)
    form = stranger and text >= _FORM_TEXT and part < _FORM_COPY and found.language not in _WITHOUT_NAMES
    return Likeness(
        text,
        identity,
        most,
        fewest,
        _numbers(found, thread),
        stranger,
        min(_MOST_DAYS, max(0.0, (now - thread.grown) / timedelta(days=1))),
        part,
        copied.article if copied is not None else None,
        copied is not None and has_news(found, copied),
        form,
        max(text.length for text in thread.texts) < SHORTEST_COPY or found.length < SHORTEST_COPY,
        not mine.title <= sums.keys(),
        _days(found, thread),
    )


def _text(side: Side, shared: float, length: float, rarity: Mapping[int, float]) -> float:
    # Two headlines that have one word in common are close to each other, and prove nothing.
    enough = _ENOUGH * rarity[RAREST] ** 2
    return shared / (side.length * length) * shared / (shared + enough) if shared else 0.0


def _said(marked: Marked, sums: Mapping[int, int], articles: int) -> set[int]:
    """Of an article's marked terms those that the thread is about: what few of many articles said is not."""
    least = _SAID * articles
    return {term for term in marked.title | marked.names if sums.get(term, 0) >= least}


@dataclass(frozen=True, slots=True)
class Across:
    """What an article has in common with a thread in another language.

    `part`: the share of the article's names, term sets and numbers that the thread has too, by how rare
    they are. `names` (with the rarest of the sets) and `figures` sum these up, the rarest counts 1. The
    others as in `Likeness`.
    """

    part: float
    names: float
    figures: float
    numbers: float
    told_days: int
    days: float

    @property
    def score(self) -> float:
        """All of it in one number from 0 to 1."""
        return _likely(
            _BEGIN_ACROSS
            + _PART_ACROSS * self.part
            + _NAMES_ACROSS * min(self.names, _MOST_ACROSS)
            + _FIGURES_ACROSS * min(self.figures, _MOST_ACROSS)
            + _NUMBERS * self.numbers
            + _DAYS_ACROSS[self.told_days]
            - _A_DAY_ACROSS * self.days
        )


def across(found: Features, rarity: Mapping[int, float], thread: Thread, now: datetime) -> Across | None:
    """Hold an article against a thread in another language; None where they have too little in common.

    Only names, term sets, numbers and days are met across languages. `rarity` knows those of the article.
    """
    known = thread.signs
    shared = [sign for sign in found.signs if sign in known]
    sets = [rarity[sign] for sign in found.sets if sign in known]
    named = [rarity[name] for name in found.names if name in known]
    if len(shared) < 2 or not (named or sets):
        return None
    figures = sum(rarity[sign] for sign in shared) - sum(named) - sum(sets)
    told_days = _days(found, thread)
    # Term sets alone tell what both are about: an essay and a concert can be of the same two countries.
    if len(shared) == sum(sign in known for sign in found.sets) and told_days != 1:
        return None
    return Across(
        sum(rarity[sign] for sign in shared) / sum(rarity[sign] for sign in found.signs),
        # Several sets may be of one thing.
        (sum(named) + max(sets, default=0.0)) / rarity[RAREST],
        figures / rarity[RAREST],
        _numbers(found, thread),
        told_days,
        max(timedelta(0), now - thread.grown) / timedelta(days=1),
    )


def _days(found: Features, thread: Thread) -> int:
    if not found.days or not thread.days:
        return 0
    return 1 if thread.days.intersection(found.days) else -1


def _likely(evidence: float) -> float:
    return 1 / (1 + exp(-evidence))


def _names(
    mine: Marked, theirs: Marked, my_terms: Set[int], their_terms: Set[int], rarity: Mapping[int, float]
) -> tuple[float, float, float]:
    ours = _part(mine.title | mine.names, their_terms, rarity)
    back = _part(theirs.title | theirs.names, my_terms, rarity)
    identity = 2 * ours * back / (ours + back) if ours + back else 0.0
    if not mine.names or not theirs.names:
        return identity, identity, identity
    parts = (_part(mine.names, their_terms, rarity), _part(theirs.names, my_terms, rarity))
    return identity, max(parts), min(parts)


def _part(named: Set[int], known: Set[int], rarity: Mapping[int, float]) -> float:
    # Names that are in every report prove nothing, however large a part of all names they are.
    whole = sum([rarity[term] ** 2 for term in named]) + _DOUBT * rarity[RAREST] ** 2
    return sum([rarity[term] ** 2 for term in named if term in known]) / whole


def _numbers(found: Features, thread: Thread) -> float:
    """Whether the numbers are the same; small ones agree by chance and say less."""
    mine = {number.value for number in found.numbers}
    theirs = {number for text in thread.texts[-_LATEST:] for number in text.numbers}
    same = _told(mine & theirs, 0.2)
    other = min(_told(mine - theirs, 0.4), _told(theirs - mine, 0.4))
    return (same - other) / (same + other + 0.5)


def _told(numbers: Set[int], small: float) -> float:
    return sum([small if number in SMALL else 1.0 for number in numbers])


def _strangers(
    language: str, mine: Marked, theirs: Marked, my_terms: Set[int], their_terms: Set[int]
) -> bool:
    if language in _WITHOUT_NAMES:
        shorter = min(len(mine.title), len(theirs.title))
        if len(mine.title & theirs.title) < _ALIKE_TITLES * shorter:
            return False
        return bool(mine.title - their_terms and theirs.title - my_terms)
    return bool((mine.title & mine.names) - their_terms and (theirs.title & theirs.names) - my_terms)
