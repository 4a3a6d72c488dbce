"""Do stories stay with their event? And is what an outlet writes anew told?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from alerts.stories.clusterer import Clusterer, Placement
from alerts.stories.features import features
from archive.article import Article, Outlet
from tests.stories.measuring import shipped

BEGIN = datetime(2026, 11, 3, tzinfo=UTC)
WARD = (
    "Health ministry in Vientiane opens dengue ward as cases pass 3,200",
    "The Lao health ministry opened a dengue ward at Mahosot Hospital in Vientiane on Tuesday after cases "
    "passed 3,200 this year with four deaths. Households were urged to clear standing water and empty their "
    "jars.",
)
SCANNERS = (
    "Mahosot Hospital in Vientiane gets Japanese scanners",
    "Japan handed over two scanners to Mahosot Hospital in Vientiane on Tuesday, where the health ministry "
    "opened a dengue ward. The ambassador said the machines would help doctors who treat dengue and other "
    "patients. They were built in Osaka.",
)
ENGINES = (
    "Japanese ambassador hands over fire engines",
    "Japan handed over six fire engines to the city of Pakse on Wednesday. The ambassador said that they "
    "were built in Osaka, like the scanners of Mahosot Hospital.",
)
LAUNCH = (
    "North Korea fires missile",
    "North Korea fired a ballistic missile toward the East Sea on Thursday morning, the Joint Chiefs of "
    "Staff said. It was launched from Sunan near Pyongyang at 7:10 a.m. and flew 600 kilometers before it "
    "fell into the sea outside Japan's exclusive economic zone. Officials in Seoul and Tokyo condemned the "
    "launch, and the National Security Council met.",
)
IN_OTHER_WORDS = (
    "North Korea fires missile toward East Sea",
    "Seoul's Joint Chiefs of Staff said on Thursday that a ballistic missile from Sunan near Pyongyang flew "
    "600 kilometers and fell into the East Sea outside Japan's zone. Officials in Tokyo and Seoul condemned "
    "North Korea, and the National Security Council met over the launch at 7:10 a.m.",
)
ESSAY = (
    "What Laos can teach ASEAN about talking to North Korea",
    "In the dining hall in Vientiane, at a forum on borders, it was the table of the delegation from "
    "Pyongyang that filled last. Laos has kept an embassy there through every quarrel.",
)
CONCERT = (
    "북한과 라오스, 전통 악기 교류 행사 열기로",
    "북한과 라오스가 내년 봄 전통 악기 교류 행사를 열기로 했다. 공연은 평양과 비엔티안에서 한 차례씩 열린다.",
)
Told = tuple[str, str, str]


def place(*told: Told) -> list[Placement]:
    """The placements of outlet, headline and text, half a day apart."""
    clusterer, numbers, found = Clusterer(), count(1), []
    for number, (outlet, title, text) in enumerate(told):
        language = "ko" if "가" <= title[0] <= "힣" else "en"
        article = Article(
            str(number), "", title, "", text, None, "none", language, "", Outlet(outlet, outlet)
        )
        now = BEGIN + number * timedelta(hours=12)
        compared = features(article, shipped().sets_in(article))
        found.append(clusterer.place(number, compared, now, lambda: next(numbers)))
    return found


def outcomes(placed: Sequence[Placement]) -> list[tuple[int, str, str]]:
    return [(one.story, one.action, one.verdict.why) for one in placed]


def test_nothing_joins_a_story_for_being_likely_what_only_likely_joined_it() -> None:
    apart = [("a", *WARD), ("b", *SCANNERS), ("c", *ENGINES)]
    assert outcomes(place(*apart)) == [
        (1, "new", "apart"),
        (1, "reply", "likely"),
        (2, "new", "apart"),
    ]
    # Each likely belongs to the one before.
    assert outcomes(place(*apart[1:])) == [(1, "new", "apart"), (1, "reply", "likely")]


def test_a_copy_of_what_only_likely_joined_a_story_is_withheld_into_it() -> None:
    _, likely, copy = place(("a", *WARD), ("b", *SCANNERS), ("c", *SCANNERS))
    assert (likely.story, likely.action, likely.verdict.loose) == (1, "reply", True)
    assert (copy.story, copy.action, copy.beside) == (1, "withhold", 1)


@pytest.mark.parametrize(("outlet", "action"), [("a", "reply"), ("b", "withhold")])
def test_what_an_outlet_writes_anew_is_told_and_what_another_does_may_be_withheld(
    outlet: str, action: str
) -> None:
    assert outcomes(place(("a", *LAUNCH), (outlet, *IN_OTHER_WORDS)))[1] == (1, action, "event")


@pytest.mark.parametrize(
    ("outlet", "title", "outcome"),
    [
        ("a", LAUNCH[0], ("withhold", "copy")),
        ("b", "Pyongyang defies neighbours", ("withhold", "copy")),
        ("a", "Pyongyang defies neighbours", ("reply", "event")),
    ],
)
def test_an_outlets_own_text_under_a_headline_that_says_more_is_told(
    outlet: str, title: str, outcome: tuple[str, str]
) -> None:
    assert outcomes(place(("a", *LAUNCH), (outlet, title, LAUNCH[1])))[1][1:] == outcome


def test_an_outlet_has_to_be_likelier_to_go_on_with_its_own_story() -> None:
    follow_up = (
        "Russia and China stand by Pyongyang at U.N.",
        "Diplomats in New York expect Russia and China to object when the U.N. Security Council meets on "
        "Friday, at the request of Seoul, over the missile that North Korea fired.",
    )
    likely = place(("a", *LAUNCH), ("b", *follow_up))[1]
    assert likely.likeness is not None
    assert 0.5 <= likely.likeness.score < 0.7, likely.likeness.score
    assert outcomes([likely]) == [(1, "reply", "likely")]
    assert outcomes(place(("a", *LAUNCH), ("a", *follow_up)))[1] == (2, "new", "apart")


def test_the_same_countries_and_capitals_make_no_event_across_languages() -> None:
    assert outcomes(place(("a", *ESSAY), ("b", *CONCERT)))[1] == (2, "new", "apart")
    # What both say of it besides does.
    counted = (CONCERT[0], f"{CONCERT[1]} 연주자 312명과 장인 47명이 온다.")
    also = (ESSAY[0], f"{ESSAY[1]} It sent 312 players and 47 makers of instruments.")
    assert outcomes(place(("a", *also), ("b", *counted)))[1] == (1, "reply", "language")
