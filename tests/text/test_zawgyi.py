"""Burmese words as Zawgyi pages write them."""

import pytest

from archive.text.zawgyi import zawgyi_spellings
from tests.query.build import found, spelled


@pytest.mark.parametrize(
    ("word", "zawgyi"),
    [
        ("\u1019\u103c\u1031\u102c\u1000\u103a", "\u1031\u103b\u1019\u102c\u1000\u1039"),
        ("\u1019\u103c\u1014\u103a\u1019\u102c", "\u103b\u1019\u1014\u1039\u1019\u102c"),
        ("\u1002\u103b\u102f\u1036", "\u1002\u103a\u1036\u1033"),
        ("\u1019\u1039\u1018", "\u1019\u107b"),
        ("\u1000\u103c\u102e\u1038", "\u1080\u1000\u102e\u1038"),
    ],
)
def test_signs_stand_where_they_are_seen(word: str, zawgyi: str) -> None:
    assert zawgyi in zawgyi_spellings(word)


@pytest.mark.parametrize("word", ["laos", "북한", "\u101c\u102c\u1021"])
def test_words_that_both_write_alike_have_no_other_spelling(word: str) -> None:
    assert zawgyi_spellings(word) == ()


def test_a_word_written_alike_may_stand_before_a_leading_vowel() -> None:
    laos = "\u101c\u102c\u1021\u102d\u102f"
    assert found(spelled("my", laos), f"{laos}\u1031\u1019") == [laos]
    assert found(spelled("my", laos), f"{laos}\u1038") == []


def test_a_term_is_found_on_a_zawgyi_page() -> None:
    north_korea = "\u1019\u103c\u1031\u102c\u1000\u103a\u1000\u102d\u102f\u101b\u102e\u1038\u101a\u102c\u1038"
    page = "\u1031\u103b\u1019\u102c\u1000\u1039\u1000\u102d\u102f\u101b\u102e\u1038\u101a\u102c\u1038"
    assert found(spelled("my", north_korea), f"{page}\u1031\u1019") == [page]
    assert found(spelled("my", north_korea), f"x {north_korea}") == [north_korea]
