"""Can a person see what is one story and what was withheld, and mend it; do the messages follow?"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.watch import Match
from archive import articles, deliveries, sources, stories
from archive.article import Outlet
from archive.deliveries import Delivery
from tests.commands.desk import Desk, open_desk
from tests.stories.test_drift import ENGINES, SCANNERS, WARD
from wirewatch.config_files import locate
from wirewatch.live_stories import LiveStories
from wirewatch.rooms import Durations, Rulebook
from wirewatch.settings import load
from wirewatch.telling import Judged, tell

BRIDGE = (
    "Laos opened a bridge over the Mekong at Xayaburi on Tuesday, the Ministry of Public Works said. It is "
    "870 metres long and was paid for by Thailand. Governor Somsak Phounthong said that trucks from Nan "
    "would save four hours."
)
DENGUE = (
    "The Lao health ministry warned of dengue after 3,200 cases were counted in Laos since January. "
    "Hospitals in Attapeu and Luang Namtha asked for blood plasma, and soldiers sprayed markets."
)
AGENCY = Outlet("agency", "The Agency", "KR", ("en",), tier=1)


class Newsdesk:
    """A desk whose articles are told as the daemon tells them; each is known by its number."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.live = desk, LiveStories()
        self.rules = Rulebook.compile(load(locate(desk.config, {}), {}))

    def tells(self, title: str, body: str, urgency: Any = "normal", *, outlet: Outlet | None = None) -> int:
        link = f"https://laotiantimes.com/{title.replace(' ', '-')}"
        more = {} if outlet is None else {"outlet": outlet.name}
        if outlet is not None:
            self.desk.write(lambda conn: sources.keep_outlets(conn, [outlet]))
        number = self.desk.article(title, link, body=body, **more)

        def step(conn: Any) -> None:
            (stored,) = articles.by_ids(conn, [number])
            sets = self.rules.watchlist.sets_in(stored.article)
            judged = Judged(stored, [Match("laos", urgency, ())], sets)
            tell(conn, self.rules, [judged], self.live, self.desk.now, Durations())

        self.desk.write(step)
        return number

    def titles(self) -> list[str]:
        """The headlines of the messages, oldest first."""
        return [row.content["title"] for row in self.messages() if row.kind == "alert"]

    def messages(self) -> list[Delivery]:
        archive = self.desk.archive
        return archive.read_now(lambda conn: deliveries.listed(conn, ["pending"]))[::-1]

    def story(self, number: int) -> int:
        (found,) = self.desk.archive.read_now(lambda conn: stories.placed(conn, [number]))
        return found.story


@pytest.fixture
def news(tmp_path: Path, archive_address: str) -> Iterator[Newsdesk]:
    """On each database: what is asked and mended is statements."""
    desk = open_desk(tmp_path, address=archive_address)
    yield Newsdesk(desk)
    desk.archive.close()


def test_a_grown_story_is_listed_with_what_was_withheld(news: Newsdesk) -> None:
    assert news.desk.run("stories").out == "no story of the last week has more than one article\n"
    first, copy = (
        news.tells("Laos opens bridge", BRIDGE),
        news.tells("Bridge opens", f"VIENTIANE (AFP) — {BRIDGE}"),
    )
    news.tells("Laos warns of dengue", DENGUE)
    (line,) = map(json.loads, news.desk.run("stories", "--json").out.splitlines())
    told = {name: line[name] for name in ("story", "title", "articles", "outlets", "withheld")}
    story = news.story(first)
    assert told == {"story": story, "title": "Laos opens bridge", "articles": 2, "outlets": 1, "withheld": 1}
    shown = [json.loads(one) for one in news.desk.run("stories", str(story), "--json").out.splitlines()]
    assert [(one["article"], one["action"], one["why"]) for one in shown] == [
        (first, "new", "apart"),
        (copy, "withhold", "copy"),
    ]
    assert "withhold" in news.desk.run("stories", str(story)).out
    assert news.titles() == ["Laos opens bridge", "Laos warns of dengue"]


def test_status_lists_what_was_withheld(news: Newsdesk) -> None:
    assert "Withheld" not in news.desk.run("status").out
    first = news.tells("Laos opens bridge", BRIDGE)
    names = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")
    outlets = [Outlet(name, name.title(), "LA", ("en",)) for name in names]
    copies = [news.tells(f"Bridge by {one.name}", f"VIENTIANE — {BRIDGE}", outlet=one) for one in outlets]
    said = news.desk.run("status").out.splitlines()
    at = said.index("Withheld in a day, since their story had them: 6 (`wirewatch stories`)")
    assert said[at + 1].endswith(f"story {news.story(first)} · Foxtrot: Bridge by foxtrot")
    assert said[at + 5].endswith("· Bravo: Bridge by bravo")
    assert said[at + 6] == "  and 1 more"
    listed = json.loads(news.desk.run("status", "--json").out)["withheld_latest"]
    assert [one["article"] for one in listed] == copies[:0:-1]


def test_explain_says_how_an_article_came_to_its_story(news: Newsdesk) -> None:
    first = news.tells("Laos opens bridge", BRIDGE)
    copy = news.tells("Bridge opens", BRIDGE)
    said = news.desk.run("explain", "https://laotiantimes.com/Bridge-opens").out
    whose = f"held against article {first}: score "
    assert f"story {news.story(copy)}: withhold, the text of another article (copy); {whose}" in said


def test_a_restart_knows_what_only_likely_joined_a_story(news: Newsdesk) -> None:
    ward, scanners = news.tells(*WARD), news.tells(*SCANNERS)
    said = news.desk.run("explain", f"https://laotiantimes.com/{SCANNERS[0].replace(' ', '-')}").out
    assert (
        f"reply, likely the event that the story began with (likely); held against article {ward}: " in said
    )
    news.live.forget()
    engines, copy = news.tells(*ENGINES), news.tells("Japanese scanners", SCANNERS[1])
    assert news.story(engines) != news.story(ward) == news.story(copy)
    *_, last = news.desk.run("stories", str(news.story(ward)), "--json").out.splitlines()
    assert json.loads(last)["evidence"]["beside"] == scanners


def test_what_is_split_off_is_told_and_a_later_copy_follows_it(news: Newsdesk) -> None:
    first = news.tells("Laos opens bridge", BRIDGE)
    copy = news.tells("Bridge opens", BRIDGE)
    assert news.titles() == ["Laos opens bridge"]
    ended = news.desk.run("stories", "split", str(copy))
    assert (ended.code, ended.out) == (0, f"1 articles are story {news.story(copy)} now\n")
    assert news.story(copy) != news.story(first)
    assert news.titles() == ["Laos opens bridge", "Bridge opens"]


def test_what_is_left_when_the_told_one_is_split_off_is_told(news: Newsdesk) -> None:
    first = news.tells("Laos opens bridge", BRIDGE)
    news.tells("Bridge opens", BRIDGE)
    assert news.desk.run("stories", "split", "https://laotiantimes.com/Laos-opens-bridge").code == 0
    assert news.titles() == ["Laos opens bridge", "Bridge opens"]
    assert news.story(first) == max(row.story or 0 for row in news.messages())


def test_merged_stories_are_one_for_the_daemon_too(news: Newsdesk) -> None:
    first, other = news.tells("Laos opens bridge", BRIDGE), news.tells("Laos warns of dengue", DENGUE)
    ended = news.desk.run("stories", "merge", str(news.story(first)), str(news.story(other)))
    assert ended.code == 0
    assert news.story(other) == news.story(first)
    messages = {row.content["title"]: row for row in news.messages()}
    assert messages["Laos opens bridge"].content["part_of"] == ""
    assert messages["Laos warns of dengue"].content["part_of"] == "Laos opens bridge"
    later = news.tells("Dengue in Attapeu", f"VIENTIANE (AFP) — {DENGUE}")
    assert news.story(later) == news.story(first)
    assert {row.story for row in news.messages()} == {news.story(first)}
    # What was merged wrongly is split again, and its message says so.
    assert news.desk.run("stories", "split", str(other), str(later)).code == 0
    assert [row.content["part_of"] for row in news.messages()] == ["", ""]


def test_the_report_whose_headline_is_shown_is_marked_and_a_split_takes_it_back(news: Newsdesk) -> None:
    first = news.tells("Laos opens bridge", BRIDGE)
    best = news.tells("Bridge opens", BRIDGE, outlet=AGENCY)
    news.tells("Bridge at Xayaburi", BRIDGE)
    assert news.titles() == ["Bridge opens"]
    assert "Bridge opens" in news.desk.run("stories").out
    shown = news.desk.run("stories", str(news.story(first)), "--json").out.splitlines()
    assert [one["article"] for one in map(json.loads, shown) if one["shown"]] == [best]
    assert news.desk.run("stories", "split", str(best)).code == 0
    assert news.titles() == ["Laos opens bridge", "Bridge opens"]
    assert [row.content["others"] for row in news.messages()] == [[], []]
    assert [row.article for row in news.messages()] == [first, best]


def test_what_is_left_of_a_split_message_says_what_it_said_at_first(news: Newsdesk) -> None:
    first = news.tells("Laos opens bridge", BRIDGE)
    best = news.tells("Bridge opens", BRIDGE, outlet=AGENCY)
    # The article that made the message goes, the one whose headline it bears stays.
    assert news.desk.run("stories", "split", str(first)).code == 0
    assert news.titles() == ["Laos opens bridge", "Bridge opens"]
    assert news.story(first) != news.story(best)


def test_merged_messages_keep_the_headlines_of_what_each_stands_for(news: Newsdesk) -> None:
    first, other = news.tells("Laos opens bridge", BRIDGE), news.tells("Laos warns of dengue", DENGUE)
    news.tells("Dengue in Attapeu", f"VIENTIANE (AFP) — {DENGUE}", outlet=AGENCY)
    assert news.titles() == ["Laos opens bridge", "Dengue in Attapeu"]
    news.desk.run("stories", "merge", str(news.story(first)), str(news.story(other)))
    assert news.titles() == ["Laos opens bridge", "Dengue in Attapeu"]
    news.tells("Bridge opens", BRIDGE, outlet=AGENCY)
    assert news.titles() == ["Bridge opens", "Dengue in Attapeu"]
    assert [row.content["part_of"] for row in news.messages()] == ["", "Bridge opens"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["99"], 1, "the archive knows no article of story 99"),
        (["merge", "1", "99"], 1, "the archive knows no story 99"),
        (["merge", "1", "1"], 1, "story 1 cannot be merged into itself"),
        (["split", "1"], 1, "these are all articles of story 1: nothing would be left of it"),
        (["split", "77"], 1, "the articles to split off are not of one story"),
        (["split", "https://nowhere.example/x"], 1, "the archive knows no article at https://nowhere.example/x"),
        (["split"], 2, "expected a story's number, split ARTICLE..., or merge STORY STORY..."),
        (["one"], 2, "expected the number of a story, found one"),
    ],
)  # fmt: skip
def test_what_cannot_be_mended_is_said(news: Newsdesk, arguments: list[str], code: int, said: str) -> None:
    news.tells("Laos opens bridge", BRIDGE)
    ended = news.desk.run("stories", *arguments)
    assert ended.code == code
    assert said in ended.err
