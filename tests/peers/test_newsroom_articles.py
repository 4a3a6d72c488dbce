"""The newsroom's articles: what they speak of, and that a reader can get them out of their pages."""

import re
from datetime import UTC, datetime

import pytest
import trafilatura

from wirewatch.demo import acceptance
from wirewatch.demo.outlets import NewsItem, PressOutlet, load_outlets
from wirewatch.demo.pages import article_page, surroundings

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OUTLETS = load_outlets()

# Sport and a recipe that name a country beside the point: only the watches' `unless` keeps them silent.
IN_PASSING = {"football/late-goal", "food/galangal-soup"}

# What a reader of each language would call a word for the watch; only this test's own yardstick.
SPELLINGS = {
    "laos": r"Laos|\bLao\b|Vientiane|Lào(?! Cai)|ສປປ ລາວ|(?<!ป)ลาว|ឡាវ|라오스|비엔티안|老挝|寮國",
    "asean": r"ASEAN|อาเซียน|ອາຊຽນ|អាស៊ាន|아세안|东盟|東協",
    "north-korea": (
        r"North Korea|Pyongyang|Corée du Nord|Triều Tiên|북한(?!산)|평양|朝鲜|北韓|平壤"
        r"|ເກົາຫຼີເໜືອ|เกาหลีเหนือ|កូរ៉េខាងជើង"
    ),
}


def by_name(outlet: PressOutlet) -> str:
    return outlet.name


def words(item: NewsItem) -> str:
    return "\n".join((item.title, item.summary, *item.body))


def extracted(page: str) -> str:
    found = trafilatura.extract(page, favor_precision=True, include_comments=False)
    assert found is not None
    return found


@pytest.mark.parametrize("outlet", OUTLETS, ids=by_name)
def test_an_article_names_its_watches_and_no_other_but_in_passing(outlet: PressOutlet) -> None:
    for item in outlet.items:
        if item.at is None:
            continue
        found = {watch for watch, spelling in SPELLINGS.items() if re.search(spelling, words(item))}
        assert found == ({"laos"} if item.slug in IN_PASSING else item.watches), item.slug
        assert not (item.slug in IN_PASSING and item.watches)
        announced = f"{item.title}\n{item.summary}"
        if outlet.full_text == "auto" and outlet.carries == "teaser":
            # `auto` reads a page only for what the announcement lets hope for.
            assert all(re.search(SPELLINGS[watch], announced) for watch in item.watches), item.slug


@pytest.mark.parametrize("outlet", OUTLETS, ids=by_name)
def test_what_a_first_contact_finds_is_older_than_a_day(outlet: PressOutlet) -> None:
    old = [item for item in outlet.items if item.age is not None]
    assert len(old) >= 2
    assert all(item.age is not None and item.age > 24 for item in old)
    # Where the date cannot be known from the announcement, only the text can keep it silent.
    for item in old:
        if outlet.format == "section" or item.dated != "stated":
            assert not any(re.search(spelling, words(item)) for spelling in SPELLINGS.values()), item.slug


def test_every_page_is_surrounded_by_the_words_of_the_watches() -> None:
    for outlet in OUTLETS:
        around = "\n".join(surroundings(outlet.language))
        for watch in SPELLINGS:
            assert re.search(SPELLINGS[watch], around), (outlet.name, watch)


@pytest.mark.parametrize("outlet", OUTLETS, ids=by_name)
def test_every_new_article_can_be_taken_out_of_its_surroundings(outlet: PressOutlet) -> None:
    for item in outlet.items:
        if item.at is None:
            continue
        page = article_page(outlet, item, NOON)
        if item.page is None:
            around = surroundings(outlet.language)
            assert all(line.replace("'", "&#x27;") in page for line in around), item.slug
        assert extracted(page).split("\n") == list(item.body), item.slug


def test_the_acceptance_article_is_extracted_to_the_letter() -> None:
    found = extracted(acceptance.PAGE)
    assert found.split("\n") == list(acceptance.BODY_PARAGRAPHS)
    assert not [line for line in acceptance.NOISE if line in found]
    metadata = trafilatura.extract_metadata(acceptance.PAGE)
    assert (metadata.title, metadata.date) == (acceptance.TITLE, acceptance.PUBLISHED[:10])


def test_the_acceptance_article_speaks_of_all_three_in_title_and_body() -> None:
    body = "\n".join(acceptance.BODY_PARAGRAPHS)
    assert len(acceptance.BODY_PARAGRAPHS) >= 6
    for part in (acceptance.TITLE, body):
        assert all(re.search(spelling, part) for spelling in SPELLINGS.values())
    assert "Kim Jung-Un" in body
    assert "Korean peninsula" in body
