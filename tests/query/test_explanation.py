"""Why a watch fires, and if not, which clause failed."""

import pytest
from inline_snapshot import snapshot

from alerts.query.explanation import render
from archive.article import Article
from tests.query.build import article, spelled, term_set, watchlist

LAOS = term_set("laos", spelled("en", "Laos"))
KOREA = term_set("korea", {"exact": ["NK"], "with": {"any": ["@laos", "missile", "sanctions"], "within": 3}})
SPORT = term_set("sport", spelled("en", "football"))


def _explained(query: str, about: Article, unless: str | None = None) -> str:
    return render(watchlist(query, LAOS, KOREA, SPORT, unless=unless).explain(about, "watch"))


def test_a_watch_that_fires_shows_its_hits_in_their_surroundings() -> None:
    about = article("NK missile over the sea", "", "and more")
    assert _explained("@korea AND (launch OR title:missile)", about) == snapshot(
        """\
watch watch fires
query:
  true    @korea AND (launch OR title:missile)
    true    @korea
              title 0: [NK] missile over the sea (korea 0 of @korea)
              title 3: NK [missile] over the sea (missile, as company)
    true    launch OR title:missile
      false   launch
      true    title:missile
        true    missile
                  title 3: NK [missile] over the sea (missile)\
"""
    )


@pytest.mark.parametrize(
    ("query", "unless", "about", "failed"),
    [
        ("@laos AND railway", None, article("Laos", "", ""), "railway is not true"),
        ("@laos AND (rail OR train)", None, article("Laos", "", ""), "rail OR train is not true"),
        ("@laos AND NOT railway", None, article("Laos railway", "", ""), "NOT railway is not true"),
        ("@laos OR railway", None, article("x", "", ""), "@laos OR railway is not true"),
        ("@laos AND title:x", None, article("Laos", "", ""), "title:x is not true"),
        ("@laos AND lang:fr", None, article("Laos", "", "", language="en"), "lang:fr is not true"),
        ("@laos AND a NEAR/2 b", None, article("Laos a x x x b", "", ""), "a NEAR/2 b is not true"),
        ("@laos AND count(@laos) >= 2", None, article("Laos", "", ""), "count(@laos) >= 2 is not true"),
        ("@laos AND railway", None, article("Laos"), "railway cannot be told yet"),
        ("@laos", "@sport", article("Laos football", "", ""), "unless: @sport is true"),
        ("@laos", "@sport", article("Laos"), "unless: @sport cannot be told yet"),
        (
            "@korea",
            None,
            article("NK cells", "", ""),
            '@korea is not true; "korea 0" stands once without its company (@laos, "missile", "sanctions") '
            "within 3 words",
        ),
    ],
)
def test_the_clause_that_failed_is_named(query: str, unless: str | None, about: Article, failed: str) -> None:
    explanation = watchlist(query, LAOS, KOREA, SPORT, unless=unless).explain(about, "watch")
    assert explanation.failed == failed


def test_an_unknown_watch_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        watchlist("@laos", LAOS).explain(article("x"), "other")
