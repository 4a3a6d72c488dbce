"""A labelled day: what some hundred outlets publish in 24 hours, whose events are known.

The events of `events.txt` all begin within the day, and made-up ones among them: names and words that
nobody else has, told in two or three ways. Few reports are printed by many outlets, most by one or two,
as on a real day; some with another number. Outlets do what `labelled.py` says they do.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from archive.article import Article, Outlet
from tests.stories.labelled import Labelled, copied, events, updated

BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
LENGTH = timedelta(hours=24)
LETTERS = "etaoinshrdlucmfwypvbgk"
SENTENCES, WORDS = 7, 13
# Of a hundred reports so many appear once more with another number.
UPDATED = 12
_UPDATE = "/update"


@dataclass(frozen=True, slots=True)
class Published:
    """An article on its way: what it tells, who prints it, and the report whose text it bears."""

    one: Labelled
    outlet: Outlet
    report: str

    @property
    def original(self) -> str:
        """The report that an update changes a number of; of others their own."""
        return self.report.removesuffix(_UPDATE)

    @property
    def told(self) -> tuple[str, str | None]:
        """The event as it is told in one language."""
        return self.one.event, self.one.article.language


def day(articles: int, outlets: int, seed: int = 1) -> list[Published]:
    """So many articles in the order in which they come."""
    chance = random.Random(seed)
    press = [Outlet(f"outlet-{n}", f"Outlet {n}", "INT", ("en",)) for n in range(outlets)]
    found: list[Published] = []
    for reports in _events(chance):
        for report in reports:
            found += (p for p in _printed(report, press, chance) if p.one.at < BEGIN + LENGTH)
        if len(found) >= articles:
            break
    # Some never reach us, the first of an event like any other.
    return sorted(chance.sample(found, articles), key=lambda p: p.one.at)


def _events(chance: random.Random) -> Iterator[list[Labelled]]:
    written: dict[str, list[Labelled]] = {}
    for one in events("events.txt"):
        written.setdefault(one.event, []).append(one)
    for reports in written.values():
        first = min(one.at for one in reports)
        begin = BEGIN + chance.random() * LENGTH * 0.8
        yield [replace(one, at=begin + (one.at - first)) for one in reports]
    author = _Author([one for reports in written.values() for one in reports], chance)
    for number in range(10**6):
        yield author.event(f"made-up-{number}")


def _printed(report: Labelled, press: Sequence[Outlet], chance: random.Random) -> Iterator[Published]:
    """The report by its author, and by those who print it too."""
    others = min(int(chance.paretovariate(1.1)) - 1, len(press) // 3)
    author, *more = chance.sample(press, others + 2)
    yield Published(report, author, report.article.id)
    for outlet in more[:-1]:
        yield Published(copied(report, chance), outlet, report.article.id)
    if chance.randrange(100) < UPDATED and (changed := updated(report, chance)) is not None:
        yield Published(changed, more[-1], f"{report.article.id}{_UPDATE}")


class _Author:
    """Writes events that never were: of the words of real reports, and of some that nobody else has."""

    def __init__(self, real: Sequence[Labelled], chance: random.Random) -> None:
        self._chance = chance
        words = Counter(
            word
            for one in real
            if one.article.language == "en"
            for word in (one.article.body or "").split()
            if word.isalpha() and word.islower()
        )
        self._words, self._weights = list(words), list(words.values())

    def event(self, name: str) -> list[Labelled]:
        """Two or three reports of one event, some hours apart."""
        chance = self._chance
        names = [self._invented().capitalize() for _ in range(6)]
        facts = [self._invented() for _ in range(30)]
        numbers = [str(chance.randint(11, 900)) for _ in range(2)]
        begin = BEGIN + chance.random() * LENGTH
        return [
            self._report(f"{name}/{part}", name, begin + timedelta(hours=2 * part), names, facts, numbers)
            for part in range(chance.choice((1, 2, 2, 3)))
        ]

    def _report(
        self, id_: str, event: str, at: datetime, names: list[str], facts: list[str], numbers: list[str]
    ) -> Labelled:
        sentences = [self._sentence(names, facts) for _ in range(SENTENCES)]
        for place, number in zip((1, 3), numbers, strict=True):
            sentences[place].insert(4, number)
        text = " ".join(f"{' '.join(words)[:1].upper()}{' '.join(words)[1:]}." for words in sentences)
        title = " ".join([*self._chance.sample(names, 2), *self._chance.sample(facts, 4)])
        return Labelled(event, None, "own", at, Article(id_, "", title, "", text, at, "stated", "en"))

    def _sentence(self, names: list[str], facts: list[str]) -> list[str]:
        words = self._chance.choices(self._words, self._weights, k=WORDS)
        for place in self._chance.sample(range(WORDS), WORDS // 2):
            words[place] = self._chance.choice(names if self._chance.random() < 0.3 else facts)
        return words

    def _invented(self) -> str:
        return "".join(self._chance.choices(LETTERS, k=self._chance.randint(5, 9)))
