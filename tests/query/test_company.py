"""`with:`: words that count only in company."""

import pytest

from alerts.watch import Hit
from tests.query.build import article, fires, hits, spelled, term_set, watchlist

MISSILE = term_set("missile", spelled("en", "missile", "missiles"))
COMPANY = ["@missile", "sanctions", "supreme leader"]
NK = term_set("korea", {"exact": ["NK"], "with": {"any": COMPANY, "within": 4}})
ANYWHERE = term_set("korea", {"exact": ["NK"], "with": {"any": ["@missile", "Seoul*"]}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NK fires missile", True),
        ("Missile fired by NK", True),
        ("NK and its old new missile", True),
        ("NK and its very old new missile", False),
        ("NK cells in cancer", False),
        ("NK, says the supreme leader", True),
        ("sanctions: NK", True),
    ],
)
def test_a_companion_stands_within_so_many_words(text: str, expected: bool) -> None:
    assert fires("@korea", article(text), NK, MISSILE) is expected


def test_within_means_the_same_field() -> None:
    assert not fires("@korea", article("NK", "missile"), NK, MISSILE)
    assert not fires("@korea", article("NK", "", "missile"), NK, MISSILE)


def test_without_a_distance_company_may_stand_anywhere() -> None:
    assert fires("@korea", article("NK", "", "far away, in Seoul's streets"), ANYWHERE, MISSILE)
    assert not fires("@korea", article("NK", "", "far away"), ANYWHERE, MISSILE)


def test_the_companion_is_evidence_of_its_own() -> None:
    assert hits("@korea", article("NK fires a missile"), NK, MISSILE) == [
        Hit("title", 0, 2, "NK", "korea 0", "korea"),
        Hit("title", 11, 18, "missile", "missile 0", "missile", companion=True),
    ]


def test_a_companion_that_supports_the_query_too_is_a_hit() -> None:
    found = hits("@korea AND @missile", article("NK fires a missile"), NK, MISSILE)
    assert [(hit.text, hit.companion) for hit in found] == [("NK", False), ("missile", False)]


def test_a_companion_word_of_no_set_has_none() -> None:
    companion = hits("@korea", article("NK sanctions"), NK, MISSILE)[1]
    assert (companion.term, companion.set, companion.companion) == ("sanctions", None, True)


def test_two_ambiguous_words_do_not_vouch_for_each_other() -> None:
    one = term_set("one", spelled("en", "alpha", company={"any": ["@two"], "within": 9}))
    two = term_set("two", spelled("en", "beta", company={"any": ["@one"], "within": 9}))
    assert not fires("@one", article("alpha beta"), one, two)


def test_a_word_in_company_may_be_company_in_turn() -> None:
    one = term_set("one", spelled("en", "alpha", company={"any": ["@two"], "within": 2}))
    two = term_set("two", spelled("en", "beta", company={"any": ["gamma"], "within": 2}))
    found = hits("@one", article("alpha x beta x gamma"), one, two)
    assert [(hit.text, hit.companion) for hit in found] == [("alpha", False), ("beta", True), ("gamma", True)]
    assert not fires("@one", article("alpha x beta x x x gamma"), one, two)


def test_a_hit_is_no_company_for_itself() -> None:
    one = term_set("one", spelled("en", "North", company={"any": ["North Korea", "North"], "within": 5}))
    assert not fires("@one", article("the North said"), one)
    assert not fires("@one", article("North Korea said"), one)
    assert fires("@one", article("the North said of North Korea"), one)


def test_company_in_the_unread_page_leaves_the_question_open() -> None:
    watches = watchlist("title:@korea", ANYWHERE, MISSILE)
    assert watches.explain(article("NK"), "watch").value is None
    assert watches.wants_body(article("NK"))
    assert watchlist("title:@korea", NK, MISSILE).explain(article("NK"), "watch").value is False


def test_an_unknown_set_as_company_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"term set korea: korea 0: with: unknown term set @missile$"):
        watchlist("@korea", NK)
    near = term_set("missiles", spelled("en", "missile"))
    with pytest.raises(ValueError, match=r"did you mean @missiles\?"):
        watchlist("@korea", NK, near)
