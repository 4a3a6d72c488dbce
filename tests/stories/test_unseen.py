"""How good are the stories on two weeks of news that were written before the code was tuned?

At first sight B-cubed F1 across languages was 0.851 (precision 0.828, recall 0.875). Later changes saw these
results, and two forms of dates and the threshold across languages were set with them in view, so what is
measured now flatters. The floors lie well below: they tell of a change for the worse. Before the next tuning,
write news that nobody has seen.
"""

import pytest

from tests.stories.labelled import events
from tests.stories.measuring import Told, b_cubed, place, right


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return place(sorted(events("unseen.txt"), key=lambda one: (one.at, one.article.id)))


def test_the_news_is_of_many_languages_and_half_of_it_traps(told: list[Told]) -> None:
    assert {"en", "ko", "zh", "lo", "th", "vi", "fr"} == {one.one.article.language for one in told}
    assert len({one.one.event for one in told}) >= 20
    assert sum(one.one.trap is not None for one in told) >= len(told) / 2


def test_nothing_is_withheld_into_another_event(told: list[Told]) -> None:
    same, withheld = right(told, "withhold")
    assert same == withheld


def test_events_are_found_within_a_language(told: list[Told]) -> None:
    labels = [(one.one.event, one.one.article.language) for one in told]
    precision, recall, _ = b_cubed(labels, [(one.placed.story, one.one.article.language) for one in told])
    assert precision >= 0.92
    assert recall >= 0.95


def test_events_are_found_across_languages(told: list[Told]) -> None:
    precision, recall, _ = b_cubed([one.one.event for one in told], [one.placed.story for one in told])
    assert precision >= 0.84
    assert recall >= 0.75
