"""Which terms occur in an article, and where?

One pass over each field with the lexicon's automaton, then per hit the boundaries, case and false
friends. Which of the hits have the company that they need is `company.py`.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, islice

from alerts.query.automaton import Found
from alerts.query.lexicon import Lexicon
from alerts.watch import Hit, TextField
from archive.article import Article
from archive.text.folding import Folded, fold, without_variants
from archive.text.words import WordCount

FIELDS: tuple[TextField, ...] = ("title", "summary", "body")
TITLE, SUMMARY, BODY = range(3)
LEAD_CHARACTERS = 300
# More hits of one term in one article tell nothing new, and a hostile page may hold a million.
MOST_HITS = 1_000
# Of one field, before boundaries and false friends. News has some thousand in a mebibyte.
MOST_FOUND = 200_000
# Characters that the automaton is given at a time, where no spelling is nearly as long.
WINDOW = 4_096
# Shorter fields that it is given at a time, where each is only glanced at.
FIELDS_AT_ONCE = 16

Place = tuple[int, int, int, int]
"""Index of the field, start and end in its folded text, unit. Sorts in reading order."""


@dataclass(slots=True)
class Reading:
    """One article and the places where units of the lexicon stand in it."""

    lexicon: Lexicon
    article: Article
    texts: tuple[str, ...]
    folded: tuple[Folded, ...]
    places: dict[int, list[Place]]
    _words: dict[int, WordCount] = field(default_factory=dict)

    @property
    def lead_field(self) -> int:
        """Where the lead is: in the summary, or in the body if the summary is empty."""
        return SUMMARY if self.texts[SUMMARY].strip() else BODY

    def original(self, place: Place) -> tuple[int, int]:
        """Start and end in the field as given."""
        return self.folded[place[0]].span(place[1], place[2])

    def words_between(self, field_index: int, start: int, end: int, most: int) -> int:
        """Words between two folded positions of a field; beyond `most` any larger number."""
        if field_index not in self._words:
            self._words[field_index] = WordCount(self.folded[field_index].text)
        return self._words[field_index].between(start, end, most)

    def hit(self, place: Place, companion: bool = False) -> Hit:
        """The place as evidence."""
        index, start, end, number = place
        start, end = self.folded[index].span(start, end)
        unit = self.lexicon.units[number]
        return Hit(FIELDS[index], start, end, self.texts[index][start:end], unit.name, unit.set, companion)


@dataclass(frozen=True, slots=True)
class Glance:
    """An article folded, and what the automaton finds in it; of a hit nothing has been asked yet.

    A long field is not searched before it is read: None.
    """

    lexicon: Lexicon
    article: Article
    texts: tuple[str, ...]
    folded: tuple[Folded, ...]
    found: tuple[Sequence[Found] | None, ...]

    def may_hold(self, units: Set[int]) -> bool:
        """Whether one of these units may occur: within its boundaries, whatever its case and company."""
        return any(
            found is None or any(_may_stand(self.lexicon, units, folded.text, hit) for hit in found)
            for found, folded in zip(self.found, self.folded, strict=True)
        )

    def read(self) -> Reading:
        """Where which unit stands."""
        places: dict[int, list[Place]] = {}
        swallowers: dict[int, list[Place]] = {}
        for index, found in enumerate(self.found):
            hits = _in_windows(self.lexicon, self.folded[index].text) if found is None else found
            _sort(self, index, hits, places, swallowers)
        for unit, swallowing in swallowers.items():
            if unit in places:
                places[unit] = _not_inside(places[unit], swallowing)
        places = {unit: hits if len(hits) == 1 else _outermost(hits) for unit, hits in places.items() if hits}
        return Reading(self.lexicon, self.article, self.texts, self.folded, places)


def glance(lexicon: Lexicon, article: Article) -> Glance:
    """Look for everything in the lexicon; a body of None counts as empty."""
    texts = (article.title, article.summary, article.body or "")
    folded = tuple([fold(text) if text else _NOTHING for text in texts])
    find = lexicon.automaton.find
    found = tuple([find(one.text) if len(one.text) <= WINDOW else None for one in folded])
    return Glance(lexicon, article, texts, folded, found)


def read(lexicon: Lexicon, article: Article) -> Reading:
    """Where everything in the lexicon stands; a body of None counts as empty."""
    return glance(lexicon, article).read()


def may_hold(lexicon: Lexicon, articles: Sequence[Article], units: Set[int]) -> list[bool]:
    """Of each whether `Glance.may_hold` may be true.

    Many fields are searched as one text, of which any Korean makes all of it Korean. The automaton lets
    other threads run meanwhile, and to have the interpreter back from them takes longer than to search a
    headline.
    """
    held = [False] * len(articles)
    fields: list[tuple[int, str]] = []
    for number, article in enumerate(articles):
        folded = [fold(text).text for text in (article.title, article.summary, article.body) if text]
        # A long field is not searched before it is read.
        held[number] = any(len(text) > WINDOW for text in folded)
        fields += [(number, text) for text in folded if not held[number]]
    for begin in range(0, len(fields), FIELDS_AT_ONCE):
        portion = fields[begin : begin + FIELDS_AT_ONCE]
        # No spelling holds what parts them: folded, it is a blank.
        text = "\n".join([field for _, field in portion])
        ends = list(accumulate(len(field) + 1 for _, field in portion))
        at = 0
        for hit in lexicon.automaton.find(text):
            while hit[1] >= ends[at]:
                at += 1
            number = portion[at][0]
            held[number] = held[number] or _may_stand(lexicon, units, text, hit)
    return held


def _may_stand(lexicon: Lexicon, units: Set[int], text: str, hit: Found) -> bool:
    start, end, pattern = hit
    for unit, left, right, _, swallows in lexicon.uses[pattern]:
        if unit in units and not swallows and left(text, start) and right(text, end):
            return True
    return False


_NOTHING = Folded("")


def _sort(
    glance: Glance,
    index: int,
    hits: Iterable[Found],
    places: dict[int, list[Place]],
    swallowers: dict[int, list[Place]],
) -> None:
    """Put what was found in a field where it belongs, if its boundaries and its case are right."""
    text, folded, uses = glance.texts[index], glance.folded[index], glance.lexicon.uses
    comparable = folded.text
    for start, end, pattern in hits:
        for unit, left, right, exact, swallows in uses[pattern]:
            if not (left(comparable, start) and right(comparable, end)):
                continue
            if exact is not None and _as_written(text[slice(*folded.span(start, end))]) != exact:
                continue
            into = swallowers if swallows else places
            known = into.get(unit)
            if known is None:
                into[unit] = [(index, start, end, unit)]
            elif len(known) < MOST_HITS:
                known.append((index, start, end, unit))


def _in_windows(lexicon: Lexicon, text: str) -> Iterator[Found]:
    """What the automaton finds piece by piece, so that no more is held at a time than one piece yields.

    At most MOST_FOUND: spellings inside one another (가, 가가, 가가가 …) are all found at every character of
    a page of 가, a hundred million times in one of a mebibyte.
    """
    return islice(_pieces(lexicon, text), MOST_FOUND)


def _pieces(lexicon: Lexicon, text: str) -> Iterator[Found]:
    window = max(WINDOW, 4 * lexicon.longest)
    done = 0
    for begin in range(0, len(text), window - lexicon.longest):
        for start, end, pattern in lexicon.automaton.find(text[begin : begin + window]):
            # What ends where the piece before it reached was found there.
            if end + begin > done:
                yield start + begin, end + begin, pattern
        done = begin + window


_as_written = lru_cache(maxsize=4096)(without_variants)


def _not_inside(hits: list[Place], swallowing: list[Place]) -> list[Place]:
    """The hits that lie inside none of the others."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for index, start, end, _ in swallowing:
        spans.setdefault(index, []).append((start, end))
    covers = {index: _merge_nested(found) for index, found in spans.items()}
    return [hit for hit in hits if not _covered(covers.get(hit[0], ()), hit[1], hit[2])]


def _merge_nested(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without those that lie inside another; both ends then rise."""
    outer: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not outer or end > outer[-1][1]:
            outer.append((start, end))
    return outer


def _covered(outer: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the spans holds [start, end); they are sorted, and both ends rise."""
    low, high = 0, len(outer)
    while low < high:
        middle = (low + high) // 2
        if outer[middle][1] < end:
            low = middle + 1
        else:
            high = middle
    return low < len(outer) and outer[low][0] <= start


def _outermost(hits: list[Place]) -> list[Place]:
    """One unit's hits in reading order, those inside a longer one left out."""
    kept: list[Place] = []
    for hit in sorted(hits, key=lambda place: (place[0], place[1], -place[2])):
        if not kept or kept[-1][0] != hit[0] or hit[2] > kept[-1][2]:
            kept.append(hit)
    return kept
