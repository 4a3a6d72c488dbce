"""How good is a clustering? B-cubed, and how often what was withheld told the same event."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from alerts.matching import Watchlist
from alerts.stories.clusterer import Clusterer, Placement
from alerts.stories.features import Features, features
from tests.stories.labelled import Labelled
from wirewatch.config_reading import shipped_sets


@dataclass(frozen=True, slots=True)
class Told:
    """A labelled article and where it was placed."""

    one: Labelled
    placed: Placement
    # The event of the article that opened the story.
    opened: str


@cache
def shipped() -> Watchlist:
    """The shipped term sets, to match with."""
    return Watchlist.compile((), shipped_sets())


def found(one: Labelled) -> Features:
    """What of a labelled article is compared, with the days that its text means where it stands now."""
    written = replace(one.article, published=one.at - one.moved)
    compared = features(written, shipped().sets_in(one.article))
    later = round(one.moved / timedelta(days=1))
    return replace(compared, days=array("I", [day + later for day in compared.days]))


def place(stream: Sequence[Labelled]) -> list[Told]:
    """Cluster a stream."""
    clusterer, told, opened = Clusterer(), list[Told](), list[str]()
    for number, one in enumerate(stream):

        def open_story(one: Labelled = one) -> int:
            opened.append(one.event)
            return len(opened) - 1

        placed = clusterer.place(number, found(one), one.at, open_story)
        told.append(Told(one, placed, opened[placed.story]))
    return told


def b_cubed(labels: Sequence[Hashable], stories: Sequence[Hashable]) -> tuple[float, float, float]:
    """Precision, recall and F1, over articles."""
    both, ours, theirs = Counter(zip(labels, stories, strict=True)), Counter(stories), Counter(labels)
    precision = sum(n * n / ours[story] for (_, story), n in both.items()) / len(labels)
    recall = sum(n * n / theirs[label] for (label, _), n in both.items()) / len(labels)
    return precision, recall, 2 * precision * recall / (precision + recall)


def right(told: Sequence[Told], action: str) -> tuple[int, int]:
    """How many articles with this action tell the event of their story, and how many there are."""
    chosen = [one for one in told if one.placed.action == action]
    return sum(one.opened == one.one.event for one in chosen), len(chosen)


def by_kind(told: Sequence[Told]) -> dict[str, Counter[str]]:
    """What was done with copies, updates, corrections and own words."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in told:
        counted[one.one.kind][one.placed.action] += 1
    return counted
