"""How good are the stories on labelled news, and on the traps among it?"""

import pytest

from tests.stories.labelled import stream
from tests.stories.measuring import Told, b_cubed, by_kind, place, right


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return place(stream())


def scores(told: list[Told]) -> tuple[float, float, float]:
    """B-cubed over events as they are told in one language: stories cross languages where they can."""
    labels = [(one.one.event, one.one.article.language) for one in told]
    return b_cubed(labels, [(one.placed.story, one.one.article.language) for one in told])


def test_the_stream_is_large_and_varied_enough(told: list[Told]) -> None:
    assert len({one.one.event for one in told}) >= 60
    assert len(told) >= 400
    assert len({one.one.article.language for one in told}) >= 6
    assert sum(one.one.trap is not None for one in told) >= 100


@pytest.mark.parametrize("only_traps", [False, True])
def test_events_are_found_and_kept_apart(told: list[Told], only_traps: bool) -> None:
    precision, recall, f1 = scores([one for one in told if one.one.trap or not only_traps])
    assert precision >= 0.98
    assert recall >= 0.94
    assert f1 >= 0.96


@pytest.mark.parametrize("only_traps", [False, True])
def test_what_is_withheld_tells_the_event_of_its_story(told: list[Told], only_traps: bool) -> None:
    same, withheld = right([one for one in told if one.one.trap or not only_traps], "withhold")
    assert withheld >= 60
    assert same / withheld >= 0.99


def test_copies_are_withheld_and_changed_numbers_and_corrections_are_told(told: list[Told]) -> None:
    kinds = by_kind(told)
    assert kinds["copy"]["withhold"] >= 0.95 * kinds["copy"].total()
    assert kinds["update"] == {"reply": kinds["update"].total()}
    assert kinds["correction"] == {"reply": kinds["correction"].total()}


def test_across_languages_nothing_is_withheld(told: list[Told]) -> None:
    opened = {one.placed.story: one.one.article.language for one in reversed(told)}
    first = {(one.placed.story, one.one.article.language): one for one in reversed(told)}
    for (story, language), one in first.items():
        assert one.placed.action != "withhold", one.one.article.id
        assert opened[story] == language or one.placed.action == "reply"


def test_events_are_found_across_languages(told: list[Told]) -> None:
    precision, recall, f1 = b_cubed([one.one.event for one in told], [one.placed.story for one in told])
    assert precision >= 0.98
    assert recall >= 0.78
    assert f1 >= 0.87


@pytest.mark.parametrize("language", ["ko", "zh"])
def test_korean_and_chinese_join_stories_that_were_told_in_other_languages(
    told: list[Told], language: str
) -> None:
    opened = {one.placed.story: one.one.article.language for one in reversed(told)}
    across = [one for one in told if one.placed.verdict.why == "language"]
    joined = [one for one in across if one.one.article.language == language]
    assert len(joined) >= 5
    assert all(opened[one.placed.story] != language for one in joined)
