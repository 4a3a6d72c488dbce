"""Whose text does an article copy, how much of it, and does it say more?

By the sketches of both texts, whose numbers are masked, so that a copy with another toll is still found
and told apart. How likely the two tell one event is `alerts/stories/likeness.py`.
"""

from operator import eq

from alerts.stories.features import SKETCH, Features
from alerts.stories.thread import Text, Thread

# A text shorter than this (units) is no copy, however alike: "Photos of the day".
SHORTEST_COPY = 18
# The same, where headline and text agree word for word.
_SHORTEST_SAME = 12
# Below this the sketch cannot tell a short copy from chance.
_LEAST_ALIKE = 0.2


def copied_text(found: Features, thread: Thread) -> tuple[Text | None, float]:
    """Which text of the thread the article copies most of, and how much of the shorter one.

    Of equals one that has all its numbers: the copy of an update is news beside the first report alone.
    """
    best, most = None, (0.0, False)
    for text in thread.texts:
        part = _part(found, text)
        if part and part >= most[0]:
            rank = part, not has_news(found, text)
            if best is None or rank > most:
                best, most = text, rank
    return best, most[0]


def _part(found: Features, text: Text) -> float:
    return 1.0 if text.text == found.text and found.length >= _SHORTEST_SAME else _contained(found, text)


def _contained(found: Features, text: Text) -> float:
    """The share of the shorter text's word sequences that stands in the longer one."""
    shorter, longer = sorted((found.length, text.length))
    if shorter < SHORTEST_COPY or not found.sketch or not text.sketch:
        return 0.0
    alike: float = sum(map(eq, found.sketch, text.sketch)) / SKETCH
    if alike < _LEAST_ALIKE:
        return 0.0
    return min(1.0, alike * (shorter + longer) / ((1 + alike) * shorter))


def has_news(found: Features, text: Text) -> bool:
    """Whether the article bears a number, as far as both texts go, that the text does not."""
    known = set(text.numbers)
    return any(number.place < text.length and number.value not in known for number in found.numbers)
