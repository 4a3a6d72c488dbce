"""Does a standing message take the headline, link and quote of the best report that it stands for?

The choice itself by its laws; then through the real steps over a real archive and a stand-in.
"""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from alerts.bot.presses import Press, act
from alerts.headline import Coverage, better, coverage, marked_by, rank, shown
from archive import articles, deliveries, mutes, retention
from archive.archive import Archive
from archive.members import Member
from archive.tables import delivery
from tests.examples import examples
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import START, Clock
from tests.peers import faults
from tests.peers.botapi import BotApiPeer
from wirewatch import mending, pipeline, saying
from wirewatch.demo.botapi.ledger import Accepted

BRIDGE = (
    "Laos opened a bridge over the Mekong at Xayaburi on Tuesday, the Ministry of Public Works said in "
    "Vientiane. The bridge is 870 metres long, cost 41 million dollars and was paid for by Thailand. "
    "Governor Somsak Phounthong said that trucks from Nan province would save four hours."
)
DEARER = (
    BRIDGE.replace("41 million", "47 million")
    + " Ferries stop next month, and the old landing becomes a market, officials said after the ceremony."
)
FERRY = (
    "Two ferries on the Nam Ou in Laos stopped on Friday, the harbour master of Muang Khua said, because the "
    "river has fallen to its lowest since 1998. Traders wait with oranges and books; Thailand sends none."
)
WATCHES = [{"name": "laos", "query": "Laos"}, {"name": "thailand", "query": "Thailand"}]

# The choice


@st.composite
def withheld(draw: Any, id_: int) -> Member:
    flag = st.booleans()
    return Member(
        id_, draw(st.sampled_from(["Wire", "Post", "Blog"])), draw(st.sampled_from([None, 1, 2, 3])), "en",
        f"Headline {id_}", draw(flag), draw(flag), draw(flag), draw(flag), "withhold", "copy", 0,
    )  # fmt: skip


@st.composite
def stories(draw: Any) -> list[Member]:
    """A message's own article, 0, and what was withheld into it."""
    size = draw(st.integers(1, 7))
    return [replace(draw(withheld(0)), action="new"), *(draw(withheld(n)) for n in range(1, size))]


def covered(members: Sequence[Member]) -> Coverage:
    return coverage(members[0], members, [0])


@examples(60)
@given(stories(), st.randoms())
def test_the_choice_is_the_same_in_whatever_order_reports_came_but_for_equals(
    members: list[Member], chance: Any
) -> None:
    later = members[1:]
    chance.shuffle(later)
    again = [members[0], *(replace(one, id=n) for n, one in enumerate(later, 1))]
    assert rank(shown(covered(members))) == rank(shown(covered(again)))


@examples(60)
@given(stories(), st.data())
def test_a_report_that_is_no_better_changes_nothing(members: list[Member], data: Any) -> None:
    another = data.draw(withheld(99))
    before = shown(covered(members))
    after = shown(covered([*members, another]))
    assert after == (another if rank(another) < rank(before) else before)


@examples(60)
@given(stories())
def test_a_message_changes_its_headline_only_for_a_better_one_and_seldom(members: list[Member]) -> None:
    heads = [shown(covered(members[:count])) for count in range(1, len(members) + 1)]
    ranks = [rank(head) for head in heads]
    assert ranks == sorted(ranks, reverse=True)
    changes = sum(one != other for one, other in pairwise(heads))
    assert changes == len(set(ranks)) - 1


@examples(30)
@given(stories())
def test_nothing_that_does_not_fit_speaks(members: list[Member]) -> None:
    of = covered(members)
    assert shown(of, lambda _: False).id == 0
    for one in better(of):
        assert shown(of, lambda other, one=one: other is one) is one


@examples(60)
@given(stories(), st.data())
def test_what_was_taken_back_speaks_only_where_all_was(members: list[Member], data: Any) -> None:
    gone = data.draw(st.sets(st.sampled_from(["Wire", "Post", "Blog"])))
    notes = [
        replace(members[0], id=100 + n, outlet=outlet, title="WITHDRAWN: A headline", action="reply",
                why="correction")
        for n, outlet in enumerate(sorted(gone))
    ]  # fmt: skip
    of = covered([*members, *notes])
    if {one.outlet for one in members} - gone:
        assert shown(of).outlet not in gone
    assert rank(shown(of)) == min(
        rank(one) for one in members if of.is_withdrawn(one) == of.is_withdrawn(shown(of))
    )


def member(
    id_: int, action: Any, copied: int | None = None, language: str | None = "en", **more: Any
) -> Member:
    one = Member(id_, f"O{id_}", 2, language, "x", True, True, False, False, action, "copy", copied)
    return replace(one, **more)


@pytest.mark.parametrize(
    ("about", "own", "expected"),
    [
        # Without a message of its own, a reply stands for nothing, and its copy belongs to the story's.
        (1, [1], [1, 2, 4, 6]),
        (1, [1, 3], [1, 2]),
        (3, [1, 3], [3, 4, 6]),
        # What was told aloud speaks for itself.
        (1, [1, 2], [1, 4, 6]),
    ],
)
def test_a_message_stands_for_what_was_withheld_into_it(
    about: int, own: Sequence[int], expected: Sequence[int]
) -> None:
    story = [
        member(1, "new"), member(2, "withhold", 1, "en-GB"), member(3, "reply"), member(4, "withhold", 3),
        member(5, "withhold", 1, "ko"), member(6, "withhold", None, beside=3),
    ]  # fmt: skip
    of = next(one for one in story if one.id == about)
    assert [one.id for one in coverage(of, story, own).reports] == expected


CORRECTS = {"title": "CORRECTED-x", "why": "correction"}


@pytest.mark.parametrize(
    ("correcting", "marks"),
    [
        (member(9, "reply", 1, outlet="O1", **CORRECTS), True),
        (member(9, "reply", 2, outlet="O2", **CORRECTS), True),
        # Its text is nearer to another's, but it is the outlet's only report.
        (member(9, "reply", 3, outlet="O1", **CORRECTS), True),
        # By an outlet that the message does not stand for; of another message; in another language.
        (member(9, "reply", 1, outlet="O7", **CORRECTS), False),
        (member(9, "reply", 3, outlet="O3", **CORRECTS), False),
        (member(9, "reply", None, outlet="O1", title="CORRECTED-x", why="language"), False),
        # What came before it, and what bears no mark.
        (member(0, "reply", 1, outlet="O1", **CORRECTS), False),
        (member(9, "reply", 1, outlet="O1", why="correction"), False),
        # A report that reads otherwise by now.
        (member(9, "withhold", 1, title="[정정] x"), True),
    ],
)
def test_a_message_is_marked_by_who_corrects_what_it_stands_for(correcting: Member, marks: bool) -> None:
    story = [member(1, "new"), member(2, "withhold", 1), member(3, "reply"), correcting]
    of = coverage(story[0], sorted(story, key=lambda one: one.id), [1, 3])
    assert marked_by(of, 1) == (("corrected", correcting) if marks else None)
    # A headline that says it itself needs no mark.
    assert marked_by(of, correcting.id) is None


# The messages


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[BotApiPeer]:
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as peer:
        yield peer


class Reader(Newsdesk):
    """A desk with one chat, and what a reader sees there."""

    def __init__(self, folder: Path, archive: Archive, api: BotApiPeer, clock: Clock, **channel: Any) -> None:
        self.chat = api.supergroup("Desk")
        keys = {"name": "desk", "type": "telegram", "chat": self.chat.id, **channel}
        super().__init__(folder / "config", archive, api, clock, [keys], WATCHES)

    async def reads(self, title: str, outlet: str, body: str = BRIDGE, **article: Any) -> int:
        """An outlet reports; the messages that stand then are in `shown`."""
        number = self.publish(title, outlet=outlet, body=body, **article)
        await self.run(minutes=2)
        return number

    async def reads_a_better_one(self, **article: Any) -> int:
        """The Post reports, then The Agency, whose report is the better; its number."""
        await self.reads("Laos opens Mekong bridge", "post", **article)
        return await self.reads("Bridge opens in Laos", "agency", **article)

    @property
    def shown(self) -> list[list[str]]:
        """The lines of each message as it stands now."""
        return [message.content.text.split("\n") for message in self.chat.messages.values()]

    @property
    def heads(self) -> list[str]:
        return [lines[0] for lines in self.shown]


@pytest.fixture
def desk(tmp_path: Path, sqlite_archive: Archive, api: BotApiPeer, clock: Clock) -> Reader:
    """On SQLite: what is about the choice needs no second database."""
    return Reader(tmp_path, sqlite_archive, api, clock)


async def test_the_best_report_takes_headline_link_and_quote_and_the_row_stays(
    tmp_path: Path, archive: Archive, api: BotApiPeer, clock: Clock
) -> None:
    desk = Reader(tmp_path, archive, api, clock)
    first = await desk.reads("Laos opens bridge, says blog", "blog")
    await desk.reads("Laos opens Mekong bridge", "post", f"VIENTIANE (AFP) — {BRIDGE}")
    (lines,) = desk.shown
    assert lines[:2] == ["Laos opens Mekong bridge", "The Vientiane Post · 🇱🇦 · 08:02 UTC"]
    assert lines[3:] == ["also: Mekong Blog", "#laos #thailand"]
    link = next(entity.url for entity in _edits(api)[-1].content.entities if entity.kind == "text_link")
    assert link == "https://post.example/2"
    await desk.reads("New bridge at Xayaburi", "other", BRIDGE)
    assert desk.heads == ["Laos opens Mekong bridge"]
    assert "also: Mekong Blog, The Other" in desk.shown[0]
    rows = archive.read_now(lambda conn: conn.execute(delivery.select().order_by(delivery.c.id)).all())
    assert {row.article for row in rows} == {first}
    assert [row.kind for row in rows] == ["alert", "edit", "edit"]


def _edits(api: BotApiPeer) -> list[Accepted]:
    return api.ledger.of("editMessageText")


async def test_a_report_as_good_as_the_first_leaves_its_headline(desk: Reader) -> None:
    await desk.reads("Laos opens Mekong bridge", "post")
    await desk.reads("New bridge at Xayaburi", "wire", f"VIENTIANE (AFP) — {BRIDGE}")
    await desk.reads("Blog: bridge at Xayaburi", "blog", BRIDGE)
    assert desk.heads == ["Laos opens Mekong bridge"]
    assert "also: Wire One, Mekong Blog" in desk.shown[0]


@pytest.mark.parametrize("channel", [{"only": "NOT source:agency"}, {"stories": "off"}])
async def test_what_a_channel_does_not_take_does_not_speak_there(
    tmp_path: Path, sqlite_archive: Archive, api: BotApiPeer, clock: Clock, channel: dict[str, Any]
) -> None:
    desk = Reader(tmp_path, sqlite_archive, api, clock, **channel)
    await desk.reads("Laos opens Mekong bridge", "post")
    await desk.reads("Bridge opens in Laos", "agency")
    assert desk.heads[0] == "Laos opens Mekong bridge"
    assert len(desk.heads) == (1 if "only" in channel else 2)


async def test_what_a_watch_of_the_message_did_not_fire_on_does_not_speak(desk: Reader) -> None:
    await desk.reads("Laos opens Mekong bridge", "post")
    await desk.reads("Bridge opens in Laos", "agency", BRIDGE.replace("Thailand", "its neighbour"))
    assert desk.heads == ["Laos opens Mekong bridge"]
    assert "also: The Agency" in desk.shown[0]


async def test_a_reply_speaks_for_itself_and_for_its_copies(desk: Reader) -> None:
    await desk.reads("Laos opens Mekong bridge", "post")
    await desk.reads("Laos says bridge was dearer", "wire", DEARER)
    assert desk.heads == ["Laos opens Mekong bridge", "Laos says bridge was dearer"]
    assert not any(line.startswith("also: ") for line in desk.shown[1])
    await desk.reads("Bridge in Laos is dearer", "agency", DEARER)
    assert "also: Wire One" in desk.shown[1]
    assert desk.heads == ["Laos opens Mekong bridge", "Bridge in Laos is dearer"]


async def test_a_revised_report_is_shown_as_it_reads_now(desk: Reader) -> None:
    best = await desk.reads_a_better_one()
    assert desk.heads == ["Bridge opens in Laos"]
    desk.revise(best, "Bridge of 870 metres opens in Laos")
    await desk.run(minutes=2)
    assert desk.heads == ["Bridge of 870 metres opens in Laos"]


async def test_a_report_that_turns_out_to_be_behind_payment_gives_its_place_to_its_equal(
    desk: Reader,
) -> None:
    await desk.reads("Laos opens Mekong bridge", "post")
    await desk.reads("New bridge at Xayaburi", "wire")
    desk.wall(1)
    await desk.run(minutes=2)
    assert desk.heads == ["New bridge at Xayaburi"]
    assert "also: The Vientiane Post" in desk.shown[0]


async def test_forgetting_texts_changes_no_headline(desk: Reader) -> None:
    best = await desk.reads_a_better_one(summary="A bridge.")
    now = desk.clock()

    def forget(conn: Any) -> None:
        retention.empty_bodies(conn, retention.old_bodies(conn, now), now)
        (stored,) = articles.by_ids(conn, [best])
        assert stored.article.body is None
        saying.refresh(conn, desk.rules, stored.story or 0, now)

    desk.archive.write_now(forget)
    await desk.run(minutes=2)
    assert desk.heads == ["Bridge opens in Laos"]


async def test_a_correction_marks_the_message_and_is_told_below_it(
    tmp_path: Path, archive: Archive, api: BotApiPeer, clock: Clock
) -> None:
    desk = Reader(tmp_path, archive, api, clock)
    await desk.reads_a_better_one()
    wrong = BRIDGE.replace("41 million", "14 million")
    await desk.reads("CORRECTED-Laos opens Mekong bridge", "post", wrong)
    message, answer = desk.shown
    assert message[:3] == [
        "Bridge opens in Laos", "✏️ corrected by The Vientiane Post, 08:04 UTC", "The Agency · 🇰🇷 · 08:02 UTC"
    ]  # fmt: skip
    assert answer[:2] == ["CORRECTED-Laos opens Mekong bridge", "The Vientiane Post · 🇱🇦 · 08:04 UTC"]
    silent = [act.params.get("disable_notification") for act in api.ledger.messages]
    assert silent[1] in (True, "true", "True")


async def test_a_report_taken_back_gives_up_the_headline(desk: Reader) -> None:
    best = await desk.reads_a_better_one()
    desk.revise(best, "[기사 삭제] Bridge opens in Laos")
    await desk.run(minutes=2)
    assert [lines[:2] for lines in desk.shown] == [["Laos opens Mekong bridge", "🚫 withdrawn by The Agency"]]


async def test_an_article_that_takes_itself_back_says_so_in_its_headline(desk: Reader) -> None:
    only = await desk.reads("Laos opens Mekong bridge", "post")
    desk.revise(only, "WITHDRAWN: Laos opens Mekong bridge")
    await desk.run(minutes=2)
    assert [lines[:2] for lines in desk.shown] == [
        ["WITHDRAWN: Laos opens Mekong bridge", "The Vientiane Post · 🇱🇦 · 08:00 UTC"]
    ]


async def test_buttons_are_about_the_report_that_is_shown(desk: Reader) -> None:
    clock = desk.clock

    def press(verb: str) -> list[tuple[str, str]]:
        def step(conn: Any) -> list[tuple[str, str]]:
            (row,) = deliveries.standing(conn, stories=[1])
            act(conn, row, Press(verb, 1, "Ann", True), UTC, clock(), twin=False)
            return [(mute.kind, mute.key) for mute in mutes.active(conn, clock())]

        return desk.archive.write_now(step)[0]

    await desk.reads("Laos opens Mekong bridge", "post")
    assert press("mute-source-1d") == [("source", "post")]
    await desk.reads("Bridge opens in Laos", "agency")
    assert desk.heads == ["Bridge opens in Laos"]
    assert press("mute-source-1d") == [("source", "post"), ("source", "agency")]
    # What was muted below an earlier headline is heard again too.
    assert press("unmute") == []


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happened_each_message_says_what_is_true(desk: Reader, seed: int) -> None:
    clock, chance = desk.clock, random.Random(seed)
    texts = [BRIDGE, DEARER, BRIDGE.replace("870", "780"), FERRY, FERRY.replace("Two", "Three")]
    marks = ["", "", "", "", "CORRECTED-", "WITHDRAWN: ", "[정정] "]
    known: list[int] = []

    def mend(conn: Any) -> None:
        stories = sorted({one.story or 0 for one in articles.by_ids(conn, known)})
        with suppress(mending.CannotMend):
            if chance.random() < 0.5:
                mending.split(conn, desk.rules, [chance.choice(known)], clock())
            else:
                mending.merge(conn, desk.rules, stories[0], [stories[-1]], clock())

    for number in range(30):
        title = f"{chance.choice(marks)}Laos, {chance.choice('abcdefgh') * 4} {chance.choice('klmnop') * 4}"
        match chance.choice(["publish"] * 7 + ["revise", "revise", "wall", "mend"]):
            case "publish":
                outlet = chance.choice(["post", "wire", "other", "agency", "blog"])
                known.append(desk.publish(title, outlet=outlet, body=chance.choice(texts)))
            case "revise" if known:
                desk.revise(chance.choice(known), title)
            case "wall" if known:
                desk.wall(chance.choice(known))
            case "mend" if known:
                desk.archive.write_now(mend)
        clock.forward(chance.choice([1, 60, 600]))
        await pipeline.tell(desk.rooms, "")

        def true_again(conn: Any) -> tuple[Any, Any]:
            asked = select(delivery.c.id, delivery.c.content).where(delivery.c.kind == "alert")
            before = conn.execute(asked).all()
            for story in {one.story or 0 for one in articles.by_ids(conn, known)}:
                saying.refresh(conn, desk.rules, story, clock())
            return before, conn.execute(asked).all()

        before, after = desk.archive.write_now(true_again)[0]
        assert before == after, number
    assert len({row.content["title"] for row in after}) > 2


async def test_a_message_whose_headline_changed_while_it_was_lost_is_found(
    desk: Reader, api: BotApiPeer
) -> None:
    desk.publish("A word on Laos", outlet="post")
    await desk.run(minutes=2)
    # The alert arrives, its answer and those of the first questions about it do not.
    api.faults.add(faults.drop_after_accepting(), "sendMessage", nth=1)
    api.faults.add(faults.drop_after_accepting(), "editMessageReplyMarkup", nth=1)
    desk.publish("Laos opens Mekong bridge", outlet="post", body=BRIDGE)
    await desk.run(seconds=5)
    desk.publish("Bridge opens in Laos", outlet="agency", body=BRIDGE)
    await desk.run(minutes=20)
    assert desk.heads == ["A word on Laos", "Bridge opens in Laos"]
    rows = desk.archive.read_now(lambda conn: conn.execute(delivery.select()).all())
    assert sum(row.found for row in rows) == 1
    assert sum(row.misfires for row in rows) == 0
