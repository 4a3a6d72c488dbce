"""What holds for every stream: the order of copies, restarts and clocks that lie change no story."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.stories.clock import StreamClock
from alerts.stories.clusterer import Clusterer, Part
from alerts.stories.features import Features
from alerts.stories.index import Index
from alerts.stories.likeness import Side, compare, most_likely
from alerts.stories.thread import Thread
from tests.examples import examples
from tests.stories import measuring
from tests.stories.labelled import Labelled, stream

STREAM = stream(3)
FOUND = {one.article.id: measuring.found(one) for one in STREAM}
EVENTS = sorted({one.event for one in STREAM})


def place(part: Sequence[Labelled], clusterer: Clusterer | None = None, first: int = 0) -> list[int]:
    """The story of each article, by the number of the article that opened it."""
    clusterer = clusterer or Clusterer()
    found = []
    for number, one in enumerate(part, start=first):
        placed = clusterer.place(number, FOUND[one.article.id], one.at, lambda number=number: number)
        found.append(placed.story)
    return found


@examples(30)
@given(st.sampled_from([one for one in STREAM if one.kind == "own"]), st.randoms(use_true_random=False))
def test_the_order_in_which_copies_come_does_not_change_which_story_they_share(
    first: Labelled, chance: object
) -> None:
    copies = [
        one for one in STREAM if one.article.id.startswith(first.article.id) and one.kind != "correction"
    ]
    others = [one for one in STREAM if one.event != first.event][:20]
    chance.shuffle(copies)  # type: ignore[attr-defined]
    found = place([*others, *copies])
    assert len(set(found[len(others) :])) == 1


@examples(15)
@given(st.integers(0, len(STREAM)), st.integers(1, 60))
def test_a_restart_at_any_point_gives_the_same_stories(cut: int, more: int) -> None:
    before, after = STREAM[max(0, cut - 120) : cut], STREAM[cut : cut + more]
    clusterer, remembered = Clusterer(), Clusterer()
    for number, one in enumerate(before):
        found = FOUND[one.article.id]
        placed = clusterer.place(number, found, one.at, lambda number=number: number)
        kept = Features.from_bytes(found.to_bytes())
        why = placed.verdict
        remembered.remember(
            number, kept, Part(placed.story, placed.beside, why.why == "copy", why.loose), one.at
        )
    assert place(after, remembered, 10_000) == place(after, clusterer, 10_000)


@given(st.sampled_from(STREAM), st.lists(st.sampled_from(STREAM), min_size=1, max_size=5), st.booleans())
def test_no_thread_is_ruled_out_that_is_as_likely(
    one: Labelled, others: list[Labelled], of_its_event: bool
) -> None:
    if of_its_event:
        others = [other for other in STREAM if other.event == one.event][: len(others)]
    found, thread, index = FOUND[one.article.id], Thread(1, "en", 1, one.at), Index()
    for number, other in enumerate(others):
        index.add(number, set(FOUND[other.article.id].terms))
        thread.add(number, FOUND[other.article.id], other.at, copy=False)
    rarity = index.rarity([*found.terms, *thread.terms], "en")
    side = Side.of(found, rarity)
    likely = compare(side, rarity, thread, one.at).timeless
    assert likely <= most_likely(side, index.rarity(found.terms, "en"), thread) + 1e-9


@examples(20)
@given(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=6, unique=True))
def test_an_article_never_leaves_its_story_by_itself(events: list[str]) -> None:
    part = [one for one in STREAM if one.event in events]
    whole = place(part)
    for length in range(1, len(part), 3):
        assert place(part[:length]) == whole[:length]


@examples(20)
@given(
    st.sampled_from(EVENTS),
    st.sampled_from(["copy", "own"]),
    st.sampled_from([-86400 * 9999, -3600 * 12, 3600 * 12, 86400 * 400]),
)
def test_a_source_whose_clock_lies_merges_no_events_and_splits_no_other(
    event: str, kind: str, seconds: int
) -> None:
    begin = next(one.at for one in STREAM if one.event == event)
    around = [one for one in STREAM if abs(one.at - begin) < timedelta(days=2)]
    liar = next((one for one in around if one.event == event and one.kind == kind), around[-1])

    def told(lie: timedelta) -> list[int]:
        clock = StreamClock()
        times = [clock.time_of(one.at + (lie if one is liar else timedelta(0))) for one in around]
        return place([replace(one, at=at) for one, at in zip(around, times, strict=True)])

    if around[0] is not liar:
        lied, truth = told(timedelta(seconds=seconds)), told(timedelta(0))
        events = dict(zip(lied, (one.event for one in around), strict=True))
        assert [events[story] for story in lied] == [one.event for one in around]
        others = [place for place, one in enumerate(around) if one.event != liar.event]
        assert [lied[place] for place in others] == [truth[place] for place in others]


@pytest.mark.parametrize("one", STREAM[::7], ids=lambda one: one.article.id)
def test_what_is_compared_survives_the_archive(one: Labelled) -> None:
    found = FOUND[one.article.id]
    kept = found.to_bytes()
    assert Features.from_bytes(kept) == found
    assert len(kept) < 2_000


def test_the_labelled_files_hold_whole_lines() -> None:
    for name in ("events.txt", "traps.txt"):
        for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
            assert not line or line.startswith(("#", "==")) or line.count(" | ") >= 3, line
