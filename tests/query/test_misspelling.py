"""Misspelt names by compile-time variants, and what they must never reach."""

import pytest

from alerts.query.misspelling import misspellings
from tests.query.build import found, spelled


@pytest.mark.parametrize(
    "text",
    ["Vientianne", "Vientaine", "Viantiane", "VIENTIAN", "Thonglun Sisoulith", "Thongloun Sisouilth"],
)
def test_one_wrong_letter_in_a_long_name_is_found(text: str) -> None:
    term = spelled("en", "Vientiane", "Thongloun Sisoulith", fuzzy=True)
    assert found(term, f"in {text} today") == [text]


@pytest.mark.parametrize("text", ["valentine", "Fientiane", "Vientainne", "Viantianne"])
def test_two_wrong_letters_or_a_wrong_first_one_are_not(text: str) -> None:
    assert found(spelled("en", "Vientiane", fuzzy=True), text) == []


@pytest.mark.parametrize("text", ["Kim Jong Il", "Kim Jong In", "Kim Jong Sun", "Kim Jung Un"])
def test_short_syllables_of_a_name_are_never_touched(text: str) -> None:
    assert found(spelled("en", "Kim Jong Un", "Kim Jong-un", fuzzy=True), text) == []


@pytest.mark.parametrize("spelling", ["laos", "yongbyo", "북한노동당위원장", "朝鲜民主主义人民共和国"])
def test_short_words_and_other_scripts_have_no_variants(spelling: str) -> None:
    assert misspellings({0: [spelling]}, ()) == {}


def test_cyrillic_names_have_variants() -> None:
    assert found(spelled("ru", "Вьентьян", fuzzy=True), "во Вьентян приехал") == ["Вьентян"]


def test_without_the_wish_there_are_none() -> None:
    assert found(spelled("en", "Vientiane"), "Vientaine") == []


def test_a_form_near_to_two_terms_or_listed_is_left_out() -> None:
    variants = misspellings({0: ["yongbyon"], 1: ["yongpyon"]}, {"yongbion"})
    assert "yongyon" not in variants
    assert "yongbion" not in variants
    assert variants["yongbyan"] == 0
