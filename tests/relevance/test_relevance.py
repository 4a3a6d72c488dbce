"""Do the shipped watches fire on what they should, and on nothing else?

A table of phrases: half of them our own, with every false friend that is known, half of them real
titles of the shared data. Then headlines as news has them, labelled before they were first run,
and the whole of KCNA, which is North Korean by nature.
"""

from pathlib import Path

import pytest

from alerts.matching import Watchlist
from archive.article import Article
from tests.relevance.tables import (
    KCNA,
    LANGUAGES,
    Headline,
    Phrase,
    entry_texts,
    headlines,
    own_sentences,
    real_titles,
)

OWN = own_sentences()
REAL = real_titles()
# What no rule decides without knowing the world: a person's or a firm's name, a place that is only near.
KNOWN_MISTAKES = {
    "Kenny Laos joins Chelsea academy coaching staff",
    "Laotian American chef wins James Beard award",
    "Bank ASEAN Jaya buka cabang di Surabaya",
    "Two defectors cross Han river estuary to reach Gyodong island",
    "Ex-defector lawmaker runs for Gangnam seat",
    "Philippines to host regional summits in 2026 under 'Navigating Our Future, Together'",
    "Los laos-americanos: comida, música y exilio",
    "Australia's foreign minister lands in Jakarta for AMM-style talks on subs",
}


def _name(phrase: Phrase) -> str:
    place = f"{phrase.file}:{phrase.entry}:{phrase.part}" if phrase.file else phrase.text
    return f"{phrase.language}-{phrase.watch}-{'yes' if phrase.fires else 'no'}-{place}"


def _fired(watchlist: Watchlist, article: Article) -> dict[str, list[str]]:
    return {
        match.watch: [f"{hit.set}/{hit.term}: {hit.text}" for hit in match.hits]
        for match in watchlist.match(article)
    }


@pytest.mark.parametrize("phrase", OWN, ids=_name)
def test_own_sentence(watchlist: Watchlist, phrase: Phrase) -> None:
    fired = _fired(watchlist, phrase.article())
    assert (phrase.watch in fired) is phrase.fires, f"{phrase.why}; {fired}"


@pytest.mark.parametrize("phrase", REAL, ids=_name)
def test_real_title(watchlist: Watchlist, shared: Path, phrase: Phrase) -> None:
    article = phrase.article(shared / "data")
    fired = _fired(watchlist, article)
    assert (phrase.watch in fired) is phrase.fires, f"{article.title}: {phrase.why}; {fired}"


def _headline(one: Headline) -> object:
    marks = [pytest.mark.xfail(strict=True)] if one.text in KNOWN_MISTAKES else []
    return pytest.param(one, id=f"{one.language}-{one.text}", marks=marks)


@pytest.mark.parametrize("headline", [_headline(one) for one in headlines()])
def test_headline(watchlist: Watchlist, headline: Headline) -> None:
    fired = _fired(watchlist, headline.article())
    assert set(fired) == headline.watches, f"{headline.why}; {fired}"


def test_the_table_is_large_and_speaks_all_languages() -> None:
    assert len(OWN) >= 300
    assert len(REAL) >= 300
    assert len(OWN) + len(REAL) >= 600
    assert {phrase.language for phrase in OWN} >= LANGUAGES


def test_every_language_has_phrases_that_fire_and_phrases_that_do_not() -> None:
    for language in LANGUAGES:
        assert {p.fires for p in OWN if p.language == language} == {True, False}, language


# Its only words of the North are glued to their neighbours: "General SecretaryKim Jong Unvisited a factory".
GLUED = "2007 Loving Care Shown for Health of Workers"


def test_every_article_of_kcna_with_a_text_fires_north_korea(watchlist: Watchlist, shared: Path) -> None:
    silent = [
        f"{number} {title.strip()}"
        for number, (title, _, body) in enumerate(entry_texts(shared / "data" / KCNA))
        if body and "north-korea" not in _fired(watchlist, Article("kcna", "", title, body=body))
    ]
    assert silent == [GLUED]
