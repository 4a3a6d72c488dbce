"""How fast do articles find their story with many in the window, and how much memory does that take?

Beside it stands a bare vectoriser: the words of the same texts, found and counted. One event in
three articles; half of its words are its own. Words are spread as in a language: few are frequent.
"""

import random
import resource
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from alerts.stories.clusterer import Clusterer, Part
from alerts.stories.features import Features, features
from alerts.stories.words import units
from archive.article import Article

WINDOW = 50_000
LARGE = 100_000
MEASURED = 2_000
WORDS = 60_000
LENGTH = 110
AN_EVENT = 3
LEAST = 300.0
MOST_MEGABYTES = 300.0
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Press:
    """Articles on end, the same in every run; `article` number n is of event n // 3 or a near one."""

    def __init__(self) -> None:
        self._chance = random.Random(7)
        letters = "etaoinshrdlucmfwypvbgk"
        self._words = [
            "".join(self._chance.choices(letters, k=self._chance.randint(3, 9))) for _ in range(WORDS)
        ]
        self._common = list(accumulate(1 / (place + 3) for place in range(WORDS)))

    def article(self, number: int) -> Article:
        event = max(0, number // AN_EVENT - self._chance.choice((0, 0, 0, 1, 5, 50)))
        own = random.Random(event)
        names = [self._words[own.randrange(2_000, WORDS)].capitalize() for _ in range(6)]
        facts = [self._words[own.randrange(200, WORDS)] for _ in range(30)]
        words = self._chance.choices(self._words, cum_weights=self._common, k=LENGTH)
        for place in self._chance.sample(range(LENGTH), LENGTH // 2):
            words[place] = self._chance.choice(names if self._chance.random() < 0.3 else facts)
        words[20], words[60] = str(own.randint(10, 900)), str(own.randint(10, 900))
        text = " ".join(words)
        return Article(str(number), "", " ".join(words[30:38]), text, None, None, "none", "en")


def megabytes() -> float:
    """What this process holds now, by Linux's own count."""
    with open("/proc/self/statm", encoding="ascii") as counts:  # noqa: PTH123
        return int(counts.read().split()[1]) * resource.getpagesize() / 2**20


class Stream:
    """Articles that find their story one after the other, a few seconds apart."""

    def __init__(self) -> None:
        self.press, self.clusterer, self.number, self.opened = Press(), Clusterer(), 0, 0
        self.kept: list[bytes] = []
        self.done: Counter[str] = Counter()

    def open_story(self) -> int:
        self.opened += 1
        return self.opened

    def take(self, article: Article) -> None:
        now = BEGIN + timedelta(seconds=5 * self.number)
        placed = self.clusterer.place(self.number, features(article), now, self.open_story)
        self.done[placed.action] += 1
        self.number += 1

    def fill(self, until: int) -> None:
        while self.number < until:
            self.take(self.press.article(self.number))


def a_second(stream: Stream) -> tuple[float, float]:
    """Articles a second of the bare vectoriser, and of ours; CPU time, since other processes take theirs."""
    texts = [stream.press.article(stream.number + place) for place in range(MEASURED)]
    start = time.process_time()
    for article in texts:
        Counter(hash(unit.form) for unit in units(f"{article.title} {article.summary}"))
    bare = MEASURED / (time.process_time() - start)
    start = time.process_time()
    for article in texts:
        stream.take(article)
    return bare, MEASURED / (time.process_time() - start)


def restart(articles: int) -> float:
    """Seconds in which the state of so many kept articles is read."""
    press = Press()
    kept = [features(press.article(number)).to_bytes() for number in range(articles)]
    clusterer = Clusterer()
    start = time.process_time()
    for number, one in enumerate(kept):
        clusterer.remember(number, Features.from_bytes(one), Part(number // AN_EVENT), BEGIN)
    return time.process_time() - start


def main() -> int:
    """Print speed and memory as the window fills, and which aims were missed."""
    before, stream, missed = megabytes(), Stream(), []
    print(f"{'in the window':>14}{'bare/s':>10}{'ours/s':>10}{'ratio':>8}{'MB':>8}{'stories':>10}")
    for size in (1_000, 10_000, WINDOW, LARGE):
        stream.fill(size)
        bare, ours = a_second(stream)
        held = megabytes() - before
        speeds = f"{bare:>10.0f}{ours:>10.0f}{bare / ours:>8.1f}"
        print(f"{size:>14,}{speeds}{held:>8.0f}{len(stream.clusterer):>10,}", flush=True)
        if ours < LEAST and size <= WINDOW:
            missed.append(f"{ours:.0f} articles a second with {size:,} in the window")
        if held > MOST_MEGABYTES:
            missed.append(f"{held:.0f} MB with {size:,} in the window")
    print(", ".join(f"{number:,} {action}" for action, number in stream.done.most_common()))
    print(f"a restart with 10,000 articles reads its state in {restart(10_000):.1f} s of CPU")
    for aim in missed:
        print(f"missed: {aim}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
