"""Does the index leave out no thread that an article would have joined?"""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from alerts.stories.clusterer import Clusterer
from alerts.stories.index import Index
from tests.examples import examples
from tests.stories import measuring
from tests.stories.labelled import stream

STREAM = stream(7)
FOUND = [measuring.found(one) for one in STREAM]
SHORT = 50


class Everything(Index):
    """Takes every thread to be near."""

    def nearest(self, weights: dict[int, float], most: int) -> Sequence[int]:
        holders = self._threads.values()
        return sorted({number for one in holders for number in ([one] if isinstance(one, int) else one)})


def scanning() -> Clusterer:
    """A clusterer that holds each article against every thread."""
    clusterer = Clusterer()
    clusterer._index, clusterer._signs = Everything(), Everything()
    return clusterer


def place(numbers: Iterable[int], clusterer: Clusterer) -> list[tuple[int, str, str]]:
    """What becomes of these articles, in this order, at the times of the stream's own order."""
    found = []
    numbers = list(numbers)
    for number, at in zip(numbers, sorted(STREAM[number].at for number in numbers), strict=True):
        placed = clusterer.place(number, FOUND[number], at, lambda number=number: number)
        found.append((placed.story, placed.action, placed.verdict.why))
    return found


def test_on_labelled_news_the_index_finds_what_a_scan_of_all_threads_finds() -> None:
    every = range(len(STREAM))
    assert place(every, Clusterer()) == place(every, scanning())


@examples(5)
@given(st.lists(st.integers(0, len(STREAM) - 1), min_size=SHORT, max_size=SHORT, unique=True))
def test_in_whatever_order_news_comes_the_index_finds_what_a_scan_finds(numbers: list[int]) -> None:
    assert place(numbers, Clusterer()) == place(numbers, scanning())
