"""Is nobody taken for somebody else?

One letter separates Kim Jong Un from names of other people, so what counts as his name is listed
and never guessed. And are the shipped sets and watches well formed?
"""

import unicodedata

import pytest

from alerts.matching import Watchlist
from alerts.query.terms import TermSet
from alerts.watch import Watch
from archive.article import Article
from tests.relevance.tables import LANGUAGES

LEADER = "Kim Jong Un"


def _terms(watchlist: Watchlist, text: str) -> set[str]:
    return {hit.term for hit in watchlist.terms_in(Article("name", "", text)) if not hit.companion}


@pytest.mark.parametrize(
    "name",
    [
        "Kim Jong Un",
        "Kim Jong-un",
        "Kim Jung-Un",
        "Kim Jung Un",
        "Kim Jeong-un",
        "Kim Jong Eun",
        "Kim Chong-un",
        "Kim Jongun",
        "KIM JONG UN",
        "Kim Chŏng-ŭn",
        "Ким Чен Ына",
        "金正恩",
        "คิม จองอึน",
        "គីម ជុងអ៊ុន",
        "ကင်ဂျုံအန်",
    ],
)
def test_a_spelling_of_the_leaders_name_counts_as_his(watchlist: Watchlist, name: str) -> None:
    assert LEADER in _terms(watchlist, f"{name} 2026")


@pytest.mark.parametrize(
    "name",
    [
        "Kim Jong-il",
        "Kim Jong Il",
        "Kim Jung-il",
        "Kim Jong Sun",
        "Kim Jong-nam",
        "Kim Jong Suk",
        "Kim Jong Hyun",
        "Kim Jong In",
        "Kim Jong Unit",
        "김정일",
        "김정남",
        "金正日",
        "金正男",
        "Ким Чен Ир",
        "Ким Чен Ира",
        "คิม จองอิล",
    ],
)
def test_the_name_of_somebody_else_never_counts_as_the_leaders(watchlist: Watchlist, name: str) -> None:
    assert not {term for term in _terms(watchlist, f"{name} 2026") if LEADER in term or "김정은" in term}


def test_a_misspelt_capital_is_found_and_a_like_word_is_not(watchlist: Watchlist) -> None:
    assert "Vientiane" in _terms(watchlist, "Viantiane under water")
    assert "Pyongyang" in _terms(watchlist, "Pyongyan under water")
    assert not _terms(watchlist, "My Valentine in Pyeongchang and Lagos")


def test_three_watches_ship_without_channels(watches: list[Watch]) -> None:
    assert [watch.name for watch in watches] == ["laos", "asean", "north-korea"]
    assert all(watch.unless and not watch.channels for watch in watches)


@pytest.mark.parametrize("name", ["laos", "asean", "asean-members", "north-korea", "korean-peninsula"])
def test_a_set_of_countries_and_bodies_is_spelt_in_every_language(
    term_sets: dict[str, TermSet], name: str
) -> None:
    spelled = {language for term in term_sets[name].terms for language in term.spell}
    assert spelled == LANGUAGES


def test_no_spelling_is_decomposed_or_hides_a_character(term_sets: dict[str, TermSet]) -> None:
    for name, term_set in term_sets.items():
        for term in term_set.terms:
            spelled = [word for words in term.spell.values() for word in words]
            for word in [*spelled, *term.exact, *term.false_friends]:
                assert word == unicodedata.normalize("NFC", word), (name, word)
                assert not set(word) & set("\u200b\u200c\u200d\u00ad\ufeff"), (name, word)


def test_what_is_spelt_in_capitals_and_small_letters_is_never_spelt_as_laos_alone(
    term_sets: dict[str, TermSet],
) -> None:
    for term in term_sets["laos"].terms:
        spelled = {word.casefold() for words in term.spell.values() for word in words}
        assert not spelled & {"laos", "lao", "lào"}, term.name


def test_no_name_of_a_korean_person_is_fuzzy(term_sets: dict[str, TermSet]) -> None:
    fuzzy = [term for term_set in term_sets.values() for term in term_set.terms if term.fuzzy]
    spelled = [word for term in fuzzy for words in term.spell.values() for word in words]
    assert not [word for word in spelled if word.startswith(("Kim ", "Ким ", "Ri ", "Choe "))]
