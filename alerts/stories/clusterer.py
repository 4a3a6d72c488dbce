"""Which story does the next article of a stream belong to?

`Clusterer` holds the live threads and places one article after the other. It is a function of the
articles it was given, in their order, and of the times it was told: no clock, no chance, no
archive. Stories that have been quiet for `QUIET` are closed and forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.stories.features import Features
from alerts.stories.index import Index
from alerts.stories.judging import JOIN, Action, Verdict, judge, judge_across
from alerts.stories.likeness import Across, Likeness, Side, across, compare, most_likely
from alerts.stories.thread import Thread

QUIET = timedelta(days=7)
# A clock is believed when so many articles have passed it: one that lies closes nothing.
_WITNESSES = 3
# Threads that are compared in full.
_NEAREST = 12


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs: its story, what to do, and the likeness that led there.

    `beside` is the article that opened the thread which it was held against.
    """

    story: int
    verdict: Verdict
    likeness: Likeness | Across | None = None
    beside: int | None = None

    @property
    def action(self) -> Action:
        """What to do with the article."""
        return self.verdict.action


class Part(NamedTuple):
    """Of what an article is part: the story, and the thread in it that `beside` opened; as one that is a
    copy, or only likely tells the event. What a restart has to know again."""

    story: int
    beside: int | None = None
    copy: bool = False
    loose: bool = False


@dataclass(slots=True)
class _Story:
    """The threads of a story in the order in which they were opened, and who reported it."""

    threads: list[int] = field(default_factory=list)
    outlets: set[int] = field(default_factory=set)


class Clusterer:
    """The live stories. Give articles to `place` in the order in which they come."""

    def __init__(self) -> None:
        self._index = Index()
        self._signs = Index()
        # Oldest growth first, so that closing looks at the front only.
        self._threads: OrderedDict[int, Thread] = OrderedDict()
        self._stories: dict[int, _Story] = {}
        self._latest: list[datetime] = []
        self._next = 1

    def __len__(self) -> int:
        return len(self._stories)

    def place(self, article: int, found: Features, now: datetime, open_story: Callable[[], int]) -> Placement:
        """Find the article's story, or one that `open_story` opens, and remember it there."""
        placement = self._find(found, now) or Placement(open_story(), Verdict("new", "apart"))
        verdict = placement.verdict
        where = Part(placement.story, placement.beside, verdict.why == "copy", verdict.loose)
        self.remember(article, found, where, now)
        return placement

    def remember(self, article: int, found: Features, part: Part, now: datetime) -> None:
        """An article belongs to a story, whoever said so."""
        number = self._thread_of(found, part)
        if number is None:
            number = self._open(Thread(part.story, found.language, article, now, core=not part.loose))
        thread = self._threads[number]
        change = thread.add(article, found, now, copy=part.copy)
        self._index.remove(number, change.forgotten)
        self._index.add(number, change.new)
        if thread.core:
            self._signs.add(number, change.signs)
        if found.outlet:
            self._stories[part.story].outlets.add(found.outlet)
        self._threads.move_to_end(number)
        self._latest = sorted((*self._latest, now))[-_WITNESSES:]
        self._close_quiet(self._latest[0])

    def _thread_of(self, found: Features, part: Part) -> int | None:
        """The thread that the article becomes part of; None where it opens one."""
        alike = [n for n in self._of_story(part.story) if self._threads[n].language == found.language]
        if part.loose or not alike:
            return None
        return next((n for n in alike if self._threads[n].first == part.beside), alike[0])

    def _close_quiet(self, now: datetime) -> None:
        """Forget the stories that have not grown for long."""
        while self._threads:
            number, thread = next(iter(self._threads.items()))
            if now - thread.grown <= QUIET:
                break
            del self._threads[number]
            story = self._stories[thread.story]
            story.threads.remove(number)
            if not story.threads:
                del self._stories[thread.story]
            self._index.remove(number, thread.terms)
            self._index.close(thread.language)
            if thread.core:
                self._signs.remove(number, thread.signs)
                self._signs.close("")

    def _open(self, thread: Thread) -> int:
        number, self._next = self._next, self._next + 1
        self._threads[number] = thread
        self._stories.setdefault(thread.story, _Story()).threads.append(number)
        self._index.open(thread.language)
        if thread.core:
            self._signs.open("")
        return number

    def _find(self, found: Features, now: datetime) -> Placement | None:
        return self._find_alike(found, now) or self._find_across(found, now)

    def _find_alike(self, found: Features, now: datetime) -> Placement | None:
        """The best story among threads in the article's language."""
        rarity = self._index.rarity(found.terms, found.language)
        side = Side.of(found, rarity)
        best: tuple[tuple[bool, float], Placement] | None = None
        for number in self._index.nearest(side.weighted, _NEAREST):
            thread = self._threads[number]
            if most_likely(side, rarity, thread) < JOIN:
                continue
            rarity |= self._index.rarity([t for t in thread.terms if t not in rarity], found.language)
            likeness = compare(side, rarity, thread, now)
            verdict = judge(
                likeness,
                correction=found.correction,
                core=thread.core,
                outlet_again=found.outlet in self._stories[thread.story].outlets,
            )
            if verdict.action == "new":
                continue
            rank = verdict.why in ("copy", "update"), likeness.score
            if best is None or rank > best[0]:
                best = rank, Placement(thread.story, verdict, likeness, thread.first)
        return best[1] if best is not None else None

    def _find_across(self, found: Features, now: datetime) -> Placement | None:
        """The best story in another language: it is told, as a reply."""
        rarity = self._signs.rarity(found.signs, "")
        best: Placement | None = None
        most = 0.0
        for number in self._signs.nearest(rarity, _NEAREST):
            thread = self._threads[number]
            if thread.language == found.language:
                continue
            likeness = across(found, rarity, thread, now)
            if likeness is None or likeness.score <= most:
                continue
            verdict = judge_across(likeness, apart=found.language in self._languages(thread.story))
            if verdict.action != "new":
                best, most = Placement(thread.story, verdict, likeness, thread.first), likeness.score
        return best

    def _languages(self, story: int) -> set[str]:
        return {self._threads[number].language for number in self._of_story(story)}

    def _of_story(self, story: int) -> Iterable[int]:
        return self._stories[story].threads if story in self._stories else ()
