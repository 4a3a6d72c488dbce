"""Which story does the next article of a stream belong to?

`Clusterer` holds the live threads and places one article after the other. It is a function of the
articles it was given, in their order, and of the times it was told: no clock, no chance, no
archive. Stories that have been quiet for `QUIET` are closed and forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.stories.features import Features
from alerts.stories.index import Index
from alerts.stories.judging import JOIN_ACROSS, Action, Verdict, judge
from alerts.stories.likeness import Likeness, across, compare
from alerts.stories.thread import Thread

QUIET = timedelta(days=7)
# A clock is believed when so many articles have passed it: one that lies closes nothing.
_WITNESSES = 3
# Threads that are compared in full.
_NEAREST = 12


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs: its story, what to do, and the likeness that led there."""

    story: int
    verdict: Verdict
    likeness: Likeness | None = None

    @property
    def action(self) -> Action:
        """What to do with the article."""
        return self.verdict.action


class Clusterer:
    """The live stories. Give articles to `place` in the order in which they come."""

    def __init__(self) -> None:
        self._index = Index()
        self._signs = Index()
        # Oldest growth first, so that closing looks at the front only.
        self._threads: OrderedDict[int, Thread] = OrderedDict()
        self._numbers: dict[int, list[int]] = {}
        self._latest: list[datetime] = []
        self._next = 1

    def __len__(self) -> int:
        return len(self._threads)

    def place(self, article: int, found: Features, now: datetime, open_story: Callable[[], int]) -> Placement:
        """Find the article's story, or one that `open_story` opens, and remember it there."""
        placement = self._find(found, now)
        if placement is None:
            placement = Placement(open_story(), Verdict("new", "apart"))
        self.remember(article, found, placement.story, placement.verdict.why, now)
        return placement

    def remember(self, article: int, found: Features, story: int, why: str, now: datetime) -> None:
        """An article belongs to a story, whoever said so and why."""
        number = next((n for n in self._of_story(story) if self._threads[n].language == found.language), None)
        if number is None:
            number = self._open(Thread(story, found.language, now))
        thread = self._threads[number]
        change = thread.add(article, found, now, copy=why == "copy")
        self._index.remove(number, change.forgotten)
        self._index.add(number, change.new)
        self._signs.add(number, change.signs)
        self._threads.move_to_end(number)
        self._latest = sorted((*self._latest, now))[-_WITNESSES:]
        self._close_quiet(self._latest[0])

    def _close_quiet(self, now: datetime) -> None:
        """Forget the stories that have not grown for long."""
        while self._threads:
            number, thread = next(iter(self._threads.items()))
            if now - thread.grown <= QUIET:
                break
            del self._threads[number]
            self._numbers[thread.story].remove(number)
            if not self._numbers[thread.story]:
                del self._numbers[thread.story]
            self._index.remove(number, thread.terms)
            self._signs.remove(number, thread.signs)
            self._index.close(thread.language)
            self._signs.close("")

    def _open(self, thread: Thread) -> int:
        number, self._next = self._next, self._next + 1
        self._threads[number] = thread
        self._numbers.setdefault(thread.story, []).append(number)
        self._index.open(thread.language)
        self._signs.open("")
        return number

    def _find(self, found: Features, now: datetime) -> Placement | None:
        return self._find_alike(found, now) or self._find_across(found, now)

    def _find_alike(self, found: Features, now: datetime) -> Placement | None:
        """The best story among threads in the article's language."""
        rarity = self._index.rarity(found.terms, found.language)
        weighted = {
            term: weight * rarity[term] for term, weight in zip(found.terms, found.weights, strict=True)
        }
        best: tuple[tuple[bool, float], Placement] | None = None
        for number in self._index.nearest(weighted, _NEAREST):
            thread = self._threads[number]
            rarity |= self._index.rarity([t for t in thread.terms if t not in rarity], found.language)
            likeness = compare(found, weighted, rarity, thread, now)
            verdict = judge(likeness, correction=found.correction)
            if verdict.action == "new":
                continue
            rank = verdict.why in ("copy", "update"), likeness.score
            if best is None or rank > best[0]:
                best = rank, Placement(thread.story, verdict, likeness)
        return best[1] if best is not None else None

    def _find_across(self, found: Features, now: datetime) -> Placement | None:
        """The best story in another language: it is told, as a reply."""
        rarity = self._signs.rarity(found.signs, "")
        best, most = None, JOIN_ACROSS
        for number in self._signs.nearest(rarity, _NEAREST):
            thread = self._threads[number]
            score = across(found, rarity, thread, now) if thread.language != found.language else 0.0
            if score > most:
                best, most = thread.story, score
        return None if best is None else Placement(best, Verdict("reply", "language"))

    def _of_story(self, story: int) -> Iterable[int]:
        return self._numbers.get(story, ())
