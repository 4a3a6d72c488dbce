"""Which entries of a poll are articles that are known already."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.articles import Known
from crawler.entry import Entry
from crawler.identity import Sorted, all_keys, identify, keys_of_address, sort_entries

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TITLES = [
    "Laos opens a dam near Pakse", "Rice harvest is late this year", "A new bridge over the Mekong",
    "Vientiane marks its founding", "Police find stolen statues", "Students return from Hanoi",
    "ລາວເປີດເຂື່ອນໃໝ່", "북한이 미사일을 발사했다",
]  # fmt: skip


def entry(number: int = 0, **fields: Any) -> Entry:
    """The outlet's article `number`, as its feed announces it."""
    usual = Entry(
        f"https://kpl.example/news/{1000 + number}", TITLES[number % len(TITLES)], f"guid-{number}",
        published=NOW - number * timedelta(minutes=10), trust="stated",
    )  # fmt: skip
    return replace(usual, **fields)


@dataclass
class Archive:
    """Articles as the archive keeps them: a key names the first article that bore it."""

    keys: dict[int, Known] = field(default_factory=dict)
    articles: list[Entry] = field(default_factory=list)

    def poll(
        self, *entries: Entry, at: datetime = NOW, outlet: str = "kpl", source: str = "kpl", limit: int = 500
    ) -> Sorted:
        identified = [(entry, identify(entry, outlet, at)) for entry in entries]
        asked = all_keys([identity for _, identity in identified])
        known = {key: self.keys[key] for key in asked if key in self.keys}
        found = sort_entries(identified, known, source, limit)
        for new, identity in found.new:
            has_body = bool(new.content)
            article = Known(len(self.articles), identity.canonical, new.title, source, outlet, has_body)
            self.articles.append(new)
            for key in identity.all():
                self.keys.setdefault(key, article)
        by_number = {known.article: known for known in self.keys.values()}
        for key, number in found.again:
            self.keys.setdefault(key, by_number[number])
        full = {number for number, change in found.changed if change.content}
        self.keys = {
            key: known._replace(has_body=known.has_body or known.article in full)
            for key, known in self.keys.items()
        }
        return found


@pytest.fixture
def archive() -> Archive:
    """One that knows articles 0 to 5."""
    archive = Archive()
    archive.poll(*(entry(n) for n in range(6)))
    return archive


def titles(found: Sorted) -> list[str]:
    return [entry.title for entry, _ in found.new]


def test_a_guid_that_is_nearly_an_address_costs_nothing() -> None:
    assert titles(Archive().poll(entry(0, guid="http://[]@"), entry(1))) == TITLES[:2]


def test_a_first_poll_is_all_new_in_the_feeds_order() -> None:
    assert titles(Archive().poll(*(entry(n) for n in range(6)))) == TITLES[:6]


def test_the_same_poll_again_has_nothing_new_and_no_new_keys(archive: Archive) -> None:
    assert archive.poll(*(entry(n) for n in range(6))) == Sorted((), ())


FLIPS = {
    "the GUID": {"guid": "other"},
    "no GUID any more": {"guid": ""},
    "the scheme": {"link": "http://kpl.example/news/1000"},
    "www": {"link": "https://www.kpl.example/news/1000"},
    "the mobile host": {"link": "https://m.kpl.example/news/1000"},
    "AMP": {"link": "https://kpl.example/news/1000/amp"},
    "trackers": {"link": "https://kpl.example/news/1000?utm_source=rss"},
    "another host": {"link": "https://kpl-news.example/news/1000"},
    "another host and the GUID": {"link": "https://kpl-news.example/a/b", "guid": "other"},
    "another section": {"link": "https://kpl.example/politics/1000"},
    "the title": {"title": "Laos puts off the opening of its dam"},
    "the title and the GUID": {"title": "Something else altogether", "guid": "other"},
    "capitals and quotes in the title": {
        "link": "https://x.example/", "title": "LAOS opens a “dam” — near Pakse"
    },
    "the address and a word of the title": {
        "link": "https://kpl.example/opening-of-dam", "title": "Laos opens the dam near Pakse"
    },
    "the date": {"published": NOW + DAY},
    "no date any more": {"published": None, "trust": "none"},
}  # fmt: skip


@pytest.mark.parametrize("flip", FLIPS)
def test_what_changes_about_an_article_makes_no_second_one(archive: Archive, flip: str) -> None:
    other = [entry(n) for n in range(1, 6)]
    for _ in range(2):  # there and back again
        assert archive.poll(entry(0, **FLIPS[flip]), *other).new == ()
        assert archive.poll(entry(0), *other) == Sorted((), ())
    assert len(archive.articles) == 6


def test_the_first_of_two_forms_may_be_any_of_them() -> None:
    for flip in FLIPS.values():
        archive = Archive()
        archive.poll(entry(0, **flip), entry(1))
        assert archive.poll(entry(0), entry(1)).new == ()


def test_two_articles_with_one_guid_are_both_kept(archive: Archive) -> None:
    twin = entry(6, guid="guid-0")
    assert titles(archive.poll(twin, entry(0))) == [TITLES[6]]
    assert archive.poll(twin, entry(0)) == Sorted((), ())
    both = Archive().poll(entry(0, guid="1"), entry(1, guid="1"))
    assert len(both.new) == 2


@pytest.mark.parametrize("guids", [("1", "1", "1"), ("1", "2", "3")], ids=["one for all", "by place"])
def test_articles_with_like_titles_and_guids_that_tell_nothing_are_all_kept(
    guids: tuple[str, str, str],
) -> None:
    def listed(*numbers: int) -> list[Entry]:
        return [
            entry(n, title=f"Notice No. {n} of the ministry", guid=guid)
            for n, guid in zip(numbers, guids, strict=False)
        ]

    archive = Archive()
    assert len(archive.poll(*listed(2, 1)).new) == 2
    assert titles(archive.poll(*listed(3, 2, 1))) == ["Notice No. 3 of the ministry"]
    assert archive.poll(*listed(3, 2, 1)).changed == ()


def test_notes_without_titles_and_with_one_guid_are_all_kept() -> None:
    archive = Archive()
    notes = [entry(n, title="", guid="1", summary=TITLES[n]) for n in range(3)]
    assert len(archive.poll(*notes[:2]).new) == 2
    assert archive.poll(*notes).new == ((notes[2], identify(notes[2], "kpl", NOW)),)


@pytest.mark.parametrize("end", ["detail", "story.html"])
def test_articles_with_one_guid_whose_addresses_all_end_alike_are_all_kept(end: str) -> None:
    archive = Archive()
    found = archive.poll(*(entry(n, guid="1", link=f"https://kpl.example/{n}/{end}") for n in range(3)))
    assert titles(found) == TITLES[:3]


def test_articles_that_are_numbered_by_their_place_in_the_list_are_all_kept() -> None:
    archive = Archive()
    archive.poll(*(entry(n, guid=str(n)) for n in range(4)))
    shifted = [entry(n, guid=str(place)) for place, n in enumerate(range(1, 5))]
    assert titles(archive.poll(*shifted)) == [TITLES[4]]


@pytest.mark.parametrize("link", ["https://kpl.example/", "https://kpl.example/live"])
def test_articles_that_all_link_to_one_page_are_all_kept(link: str) -> None:
    archive = Archive()
    pages = [entry(n, link=link, guid="") for n in range(4)]
    assert len(archive.poll(*pages).new) == 4
    assert archive.poll(*pages) == Sorted((), ())
    assert titles(archive.poll(entry(4, link=link, guid=""), *pages[:3])) == [TITLES[4]]


def test_undated_articles_on_one_page_are_known_the_next_day_too() -> None:
    archive = Archive()
    pages = [entry(n, link="https://kpl.example/live", guid="", published=None) for n in range(4)]
    archive.poll(*pages)
    assert archive.poll(*pages, at=NOW + DAY).new == ()


def test_notes_without_titles_are_told_apart_by_their_place_on_the_page() -> None:
    def note(number: int) -> Entry:
        link = f"https://kpl.example/2026/11/24.html#a{number}"
        return entry(number, title="", link=link, guid=link, summary=f"Note of {TITLES[number]}")

    archive = Archive()
    assert len(archive.poll(note(0), note(1)).new) == 2
    assert len(archive.poll(note(2)).new) == 1
    assert archive.poll(note(2), note(1), note(0)) == Sorted((), ())
    assert archive.keys[keys_of_address(note(1).link)[0]].article == 1


@pytest.mark.parametrize("link", ["https://kpl.example/", "https://kpl.example/notes", ""])
@pytest.mark.parametrize("guids", [("", "", ""), ("a", "b", "c")])
def test_texts_without_titles_that_link_to_one_page_are_all_kept(
    link: str, guids: tuple[str, str, str]
) -> None:
    archive = Archive()
    notes = [entry(n, title="", link=link, guid=g, summary=TITLES[n]) for n, g in enumerate(guids)]
    assert len(archive.poll(*notes[:2]).new) == 2
    assert archive.poll(*notes).new == ((notes[2], identify(notes[2], "kpl", NOW)),)
    assert archive.poll(*notes, at=NOW + DAY) == Sorted((), ())


def test_a_place_on_a_page_is_nothing_of_an_article_with_a_title() -> None:
    archive = Archive()
    archive.poll(entry(0))
    assert archive.poll(entry(0, link="https://kpl.example/news/1000#comments")).new == ()


def test_articles_with_like_titles_that_link_to_one_page_are_all_kept() -> None:
    def notice(number: int, **fields: Any) -> Entry:
        usual = {"title": f"Notice No. {number} of the ministry", "guid": ""}
        return entry(number, link="https://kpl.example/notices", **(usual | fields))

    archive = Archive()
    assert len(archive.poll(notice(1), notice(2)).new) == 2
    assert titles(archive.poll(notice(3), notice(2), notice(1))) == ["Notice No. 3 of the ministry"]
    assert archive.poll(notice(3), notice(2), notice(1)) == Sorted((), ())
    # An edit of the one that gave the page its name is one.
    edited = notice(1, title="Notice No. 1 of the ministry (corrected)")
    found = archive.poll(notice(3), notice(2), edited)
    assert (found.new, found.changed) == ((), ((0, edited),))


def test_an_article_whose_address_is_its_id_is_one_under_two_like_titles() -> None:
    link = entry(0).link
    short, long = entry(0, guid=link), entry(0, guid=link, title=f"{TITLES[0]}, says minister")
    assert len(Archive().poll(short, long).new) == 1


def test_undated_articles_without_an_address_are_known_the_next_day_too() -> None:
    archive = Archive()
    notices = [
        entry(n, link="https://kpl.example/", guid="", published=None, trust="none", summary=LONG)
        for n in range(2)
    ]
    dated = [entry(n) for n in range(2, 6)]
    assert len(archive.poll(*notices, *dated).new) == 6
    assert archive.poll(*notices, *dated, at=NOW + DAY).new == ()
    # Alone they are no renumbered feed either, in which news would not be trusted.
    found = archive.poll(entry(6), *notices, at=NOW + 2 * DAY)
    assert (titles(found), found.renumbered) == ([TITLES[6]], False)


def test_articles_without_link_are_known_by_title_or_guid(archive: Archive) -> None:
    assert archive.poll(entry(0, link=""), entry(1, link="", title=f"{TITLES[1]} again")).new == ()
    assert len(archive.poll(entry(6, link="", guid=""), entry(7, link="", guid="")).new) == 2


def test_the_same_title_on_another_day_is_another_article(archive: Archive) -> None:
    weather = entry(0, title="Weather", link="https://kpl.example/w/1", guid="w1")
    again = replace(weather, link="https://kpl.example/w/2", guid="w2", published=NOW + DAY)
    others = [entry(n) for n in range(1, 5)]
    archive.poll(weather, *others)
    assert titles(archive.poll(again, *others)) == ["Weather"]


def test_the_same_title_and_guid_of_another_outlet_is_another_article(archive: Archive) -> None:
    found = archive.poll(entry(0, link="https://else.example/1"), outlet="else")
    assert titles(found) == [TITLES[0]]


def test_a_second_source_of_the_outlet_has_no_second_article(archive: Archive) -> None:
    assert archive.poll(entry(2, guid="section-2"), entry(3)).new == ()


def test_titles_that_differ_only_in_vowel_signs_are_different() -> None:
    found = Archive().poll(entry(0, title="ກິນ", guid=""), entry(1, title="ກຸນ", guid="", published=NOW))
    assert len(found.new) == 2


def test_titles_that_differ_only_in_a_number_are_different() -> None:
    titles_ = ["Prices up 1.5 percent", "Prices up 15 percent", "Part 1 1", "Part 11"]
    found = Archive().poll(
        *(entry(n, title=title, guid="", published=NOW) for n, title in enumerate(titles_))
    )
    assert len(found.new) == 4


def test_blanks_of_no_width_make_no_other_title() -> None:
    one, other = "កម្ពុជា\u200bឡាវ", "កម្ពុជាឡាវ"
    assert len(Archive().poll(entry(0, title=one, guid=""), entry(1, title=other, guid="")).new) == 1


def test_an_article_twice_in_one_poll_is_one() -> None:
    found = Archive().poll(entry(0), entry(0, link="https://kpl.example/politics/x"), entry(0, guid="2"))
    assert len(found.new) == 1


def test_an_article_twice_in_one_poll_is_no_revision_at_the_next() -> None:
    top, listed = entry(0), entry(0, link="https://kpl.example/rss/x", summary="The dam near Pakse")
    archive = Archive()
    found = archive.poll(top, entry(1), listed)
    assert [new.summary for new, _ in found.new] == ["The dam near Pakse", ""]
    assert found.new[0][0].link == top.link
    assert archive.poll(top, entry(1), listed) == Sorted((), ())


def test_an_article_twice_in_one_poll_with_two_texts_is_told_of_both() -> None:
    archive = Archive()
    one, other = entry(0, summary="The dam near Pakse"), entry(0, summary="Pyongyang sent engineers")
    assert archive.poll(one, other).new[0][0].summary == "The dam near Pakse"
    assert archive.poll(one, other).changed == ((0, other),)


def test_a_picture_of_an_article_is_the_article() -> None:
    archive = Archive()
    assert len(archive.poll(entry(0), entry(0, title="", guid="")).new) == 1
    assert archive.poll(entry(0, title="", guid=""), entry(0)).new == ()


def renumbered(number: int, **fields: Any) -> Entry:
    """The outlet's article as a new content system announces it."""
    return entry(number, link=f"https://new.example/?p={number}", guid=f"new-{number}", **fields)


def test_a_feed_that_is_renumbered_has_nothing_new_and_says_so_once(archive: Archive) -> None:
    moved = [renumbered(n, published=NOW) for n in range(6)]
    first = archive.poll(*moved, at=NOW + 3 * DAY)
    assert (first.new, first.renumbered) == ((), True)
    assert archive.poll(*moved, at=NOW + 3 * DAY) == Sorted((), ())


def test_a_renumbered_feed_is_recognised_though_every_date_is_new(archive: Archive) -> None:
    moved = [renumbered(n, published=NOW + 30 * DAY) for n in range(6)]
    assert archive.poll(*moved, at=NOW + 30 * DAY).new == ()


def test_a_renumbered_feed_without_dates_is_recognised_too() -> None:
    archive = Archive()
    archive.poll(*(entry(n, published=None) for n in range(6)))
    moved = [renumbered(n, published=None) for n in range(6)]
    found = archive.poll(*moved, at=NOW + DAY)
    assert (found.new, found.renumbered) == ((), True)


def test_new_ids_on_known_addresses_are_no_reason_to_distrust_news(archive: Archive) -> None:
    found = archive.poll(entry(6), *(entry(n, guid=f"tag:{n}") for n in range(6)))
    assert (titles(found), found.renumbered) == ([TITLES[6]], False)


def test_what_is_really_new_in_a_renumbered_poll_is_named_as_new(archive: Archive) -> None:
    found = archive.poll(renumbered(6), *(renumbered(n) for n in range(5)))
    assert (titles(found), found.renumbered) == ([TITLES[6]], True)


def test_a_few_new_ids_are_no_renumbering(archive: Archive) -> None:
    found = archive.poll(*(entry(n, guid=f"tag:{n}") for n in range(3)), entry(3), entry(4), entry(5))
    assert not found.renumbered


def test_titles_that_come_again_and_again_are_no_renumbering() -> None:
    archive = Archive()
    archive.poll(*(entry(n, title="Weather", published=NOW - n * DAY) for n in range(6)))
    later = [renumbered(n, title="Weather", published=NOW + (n + 1) * DAY) for n in range(6)]
    found = archive.poll(*later, at=NOW + 7 * DAY)
    assert (len(found.new), found.renumbered) == (6, False)


def test_a_feed_that_alternates_between_two_versions_stays_quiet(archive: Archive) -> None:
    versions = [[entry(n) for n in range(6)], [renumbered(n) for n in range(6)]]
    polls = [archive.poll(*versions[n % 2], at=NOW + n * timedelta(hours=1)) for n in range(1, 8)]
    assert [len(poll.new) for poll in polls] == [0] * 7
    assert [poll.renumbered for poll in polls] == [True] + [False] * 6


def test_a_title_the_article_never_had_is_a_change_and_only_the_first_time(archive: Archive) -> None:
    changed = entry(0, title="Laos puts off the opening of its dam")
    assert archive.poll(changed).changed == ((0, changed),)
    assert archive.poll(changed).changed == ()
    assert archive.poll(entry(0)).changed == ()
    assert archive.poll(entry(0, title="LAOS OPENS A DAM NEAR PAKSE!")).changed == ()


LONG = "The dam near Pakse was opened by the prime minister on Tuesday. " * 20


@pytest.mark.parametrize("field", ["content", "summary"])
def test_a_text_the_article_never_had_is_a_change_and_only_the_first_time(field: str) -> None:
    archive = Archive()
    old, revised = entry(0, **{field: LONG}), entry(0, **{field: f"{LONG} Pyongyang protested."})
    archive.poll(old)
    assert archive.poll(old).changed == ()
    assert archive.poll(revised).changed == ((0, revised),)
    assert archive.poll(revised).changed == ()
    assert archive.poll(old).changed == ()


def test_of_two_changes_of_one_article_in_a_poll_both_are_told(archive: Archive) -> None:
    top, listed = entry(0, summary="Pyongyang protested."), entry(0, summary="Vientiane rejoiced.")
    assert [archive.poll(top, listed).changed for _ in range(3)] == [((0, top),), ((0, listed),), ()]


def test_counters_times_and_spacing_are_no_change_of_a_text() -> None:
    archive = Archive()
    archive.poll(entry(0, content=f"{LONG} 3 comments, updated 12:05"))
    assert archive.poll(entry(0, content=f"{LONG}  14 comments, updated 13:40.")).changed == ()


def test_another_feed_of_the_outlet_with_other_teasers_is_no_change() -> None:
    archive = Archive()
    archive.poll(entry(0, summary="The dam near Pakse"), source="kpl")
    assert (
        archive.poll(entry(0, summary="The dam near Pakse was opened"), source="kpl-politics").changed == ()
    )


def test_the_full_text_that_only_another_feed_of_the_outlet_gives_is_a_change_and_nothing_else_of_it() -> (
    None
):
    archive = Archive()
    archive.poll(entry(0, summary="The dam near Pakse"), source="kpl-politics")
    whole = entry(0, summary="Dam", content=LONG)
    found = archive.poll(whole, source="kpl")
    assert found.changed == ((0, replace(whole, title="", summary="")),)
    assert archive.poll(whole, source="kpl").changed == ()
    assert archive.poll(replace(whole, content=f"{LONG} More."), source="kpl").changed == ()


def test_an_article_that_only_moved_has_not_changed() -> None:
    archive = Archive()
    archive.poll(entry(0, content=LONG))
    moved = archive.poll(entry(0, content=LONG, link="https://new.example/news/1000"))
    assert (moved.new, moved.changed) == ((), ())


def test_no_more_than_the_limit_is_new() -> None:
    assert len(Archive().poll(*(entry(n) for n in range(6)), limit=4).new) == 4


@st.composite
def histories(draw: st.DrawFn) -> list[list[Entry]]:
    """Polls of a feed whose articles change one thing after the other, and sometimes all at once."""
    polls, now = [], [entry(n) for n in range(4)]
    for _ in range(draw(st.integers(1, 8))):
        polls.append(list(now))
        place = draw(st.integers(0, len(now) - 1))
        match draw(st.sampled_from(["guid", "scheme", "host", "title", "all guids", "all hosts", "order"])):
            case "guid":
                now[place] = replace(now[place], guid=draw(st.sampled_from(["x", "y", "", f"g{place}"])))
            case "scheme":
                now[place] = replace(now[place], link=now[place].link.replace("https:", "http:"))
            case "host":
                now[place] = replace(now[place], link=now[place].link.replace("//kpl", "//www.kpl"))
            case "title":
                now[place] = replace(now[place], title=f"{now[place].title} – update")
            case "all guids":
                series = draw(st.sampled_from("ab"))
                now = [replace(e, guid=f"{series}-{e.link[-4:]}") for e in now]
            case "all hosts":
                old, new = draw(st.permutations(["kpl.example", "kpl-news.example"]))
                now = [replace(e, link=e.link.replace(old, new)) for e in now]
            case "order":
                now = draw(st.permutations(now))
    return [*polls, now]


@given(histories())
def test_whatever_a_feed_does_to_its_articles_there_is_no_second_one(history: list[list[Entry]]) -> None:
    archive = Archive()
    for poll in history:
        archive.poll(*poll)
    assert len(archive.articles) == 4


@given(st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["g", "h", ""])), max_size=12))
def test_different_titles_at_different_addresses_are_never_one_article(made: list[tuple[int, str]]) -> None:
    archive = Archive()
    for number, guid in made:
        archive.poll(entry(number, guid=guid))
    assert {article.link for article in archive.articles} == {entry(number).link for number, _ in made}
