"""Does every button do what it says, for those who may, in its chat alone, once, whatever happens?

Conversations over the stand-in: an alert stands in a group with an admin and a member.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from alerts.bot.house import House
from alerts.bot.polling import Polling
from alerts.bot.presses import GONE, NOT_YOURS, UNSURE
from alerts.matching import Watchlist
from alerts.query.terms import TermSet
from alerts.watch import Watch
from archive import articles, matches, mutes, stories
from archive.archive import Archive
from archive.mutes import Mute
from tests.outbox.office import START, Office, alert
from tests.peers import faults
from wirewatch.demo.botapi import Chat, Refusal
from wirewatch.demo.botapi.chats import User

SETS: dict[str, TermSet] = {}
WATCH = Watch(name="laos", query="alert AND NOT football")
HITS = [{"field": "title", "start": 0, "end": 5, "text": "Alert", "term": "alert", "set": None}]
CHOICES = [
    (what, length, kind, key)
    for what, kind, key in (("Story", "story", "1"), ("Source", "source", "post"), ("Watch", "watch", "laos"))
    for length in ("1 h", "1 d", "7 d")
]
LENGTHS = {"1 h": timedelta(hours=1), "1 d": timedelta(days=1), "7 d": timedelta(days=7)}
ROW = [["Why?", "Mute", "Story"]]
EVERY_VERB = ["mute", "back", "unmute", "mute-story-1h", "mute-source-1d", "mute-watch-7d"]


@dataclass
class Room:
    """A chat with an alert in it, those who may press, and the bot that hears them."""

    office: Office
    chat: Chat
    id: int
    polling: Polling
    admin: User
    member: User

    @property
    def message(self) -> Any:
        row = self.office.delivery(self.id)
        return self.office.api.message(int(row.chat), row.message_id or 0)

    @property
    def labels(self) -> list[list[str]]:
        return [[one["text"] for one in row] for row in self.message.markup["inline_keyboard"]]

    @property
    def text(self) -> str:
        return str(self.message.content.text)

    @property
    def mutes(self) -> list[Mute]:
        found: list[Mute] = self.office.archive.read_now(lambda conn: mutes.latest(conn, 99))
        return found

    async def press(self, label: str, by: User) -> str:
        """What the one who pressed is told."""
        query = self.office.api.press(self.message, label, by)
        await self.polling.poll()
        await self.office.run(5)
        return self.told(query)

    async def send_data(self, data: str, by: User) -> str:
        """A press with data that stands under no button, as a client can make it."""
        shown = self.message.markup
        self.message.markup = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        query = self.office.api.press(self.message, "x", by)
        self.message.markup = shown
        await self.polling.poll()
        await self.office.run(5)
        return self.told(query)

    def told(self, query: str) -> str:
        answer = self.office.api.query_answers[query]
        assert answer is not None
        return str(answer.get("text", ""))

    def restart(self) -> None:
        """A new process, which knows what the archive knows."""
        self.office.restart()
        self.polling = polling(self.office)


def polling(office: Office, *admins: int) -> Polling:
    house = House(office.channels, admins=admins, watchlist=Watchlist.compile([WATCH], SETS))
    return Polling(
        office.archive, office.bot, office.clock, house=lambda: house, timeout=0,
        sleep=office.clock.sleep, monotonic=office.clock.monotonic,
    )  # fmt: skip


async def room(office: Office, chat: Chat | None = None) -> Room:
    admin, member = office.api.person("Anna"), office.api.person("Ben")
    chat = chat or office.api.supergroup("Desk", admin, member)
    chat.admins.add(admin.id)
    office.channel("desk", chat.id)
    article = office.article()
    row = {"watch": "laos", "urgency": "normal", "hits": HITS}

    def step(conn: Any) -> int:
        matches.add(conn, {article: [row]}, START)
        story = stories.open_story(conn, START)
        articles.put_into_stories(conn, [(article, story)])
        return story

    story = office.write(step)
    id_ = office.add("desk", alert(1), article=article, story=story)
    assert id_ is not None
    await office.run(5)
    return Room(office, chat, id_, polling(office), admin, member)


@pytest.mark.parametrize(("what", "length", "kind", "key"), CHOICES)
async def test_an_admin_mutes_and_all_see_it(
    desk: Office, what: str, length: str, kind: str, key: str
) -> None:
    here = await room(desk)
    before = here.text
    assert here.labels == ROW
    assert await here.press("Mute", here.admin) == ""
    assert here.labels == [
        *([f"{name} {time}" for time in LENGTHS] for name in ("Story", "Source", "Watch")),
        ["Back"],
    ]
    assert here.text == before
    told = await here.press(f"{what} {length}", here.admin)
    assert told.startswith("Muted until ")
    (mute,) = here.mutes
    assert (mute.kind, mute.key, mute.chat) == (kind, key, str(here.chat.id))
    assert (mute.by, mute.user, mute.until - mute.since) == ("Anna", here.admin.id, LENGTHS[length])
    named = {"story": "this story", "source": "The Vientiane Post", "watch": "#laos"}[kind]
    until = f"{mute.until.day} {mute.until:%b %H:%M} UTC"
    assert here.text == f"{before}\n🔕 {named} muted until {until} by Anna"
    assert here.labels == [["Why?", "Unmute", "Story"]]


async def test_an_answer_that_names_much_is_no_longer_than_telegram_takes(desk: Office) -> None:
    here = await room(desk)
    watches = tuple(f"north-korea-and-all-that-is-said-of-it-{number}" for number in range(9))
    desk.add("desk", alert(1, watches=watches), "edit", edits=here.id)
    await desk.run(60)
    await here.press("Mute", here.admin)
    told = await here.press("Watch 1 h", here.admin)
    assert told.startswith("Muted until ")
    assert len(told) <= 200
    assert len(here.mutes) == len(watches)


async def test_unmuting_takes_everything_back(office: Office) -> None:
    here = await room(office)
    before = here.text
    for choice in ("Story 1 h", "Watch 7 d"):
        await here.send_data(f"{_verb(choice)}:{here.id}:{office.delivery(here.id).key}", here.admin)
    assert here.text.count("🔕") == 2
    assert await here.press("Unmute", here.admin) == "Not muted any more."
    assert (here.text, here.labels) == (before, ROW)
    assert office.archive.read_now(lambda conn: mutes.active(conn, office.clock())) == []
    assert {mute.key for mute in here.mutes} == {"1", "laos"}


def _verb(label: str) -> str:
    what, number, unit = label.lower().split()
    return f"mute-{what}-{number}{unit}"


async def test_back_leaves_everything_as_it_was(desk: Office) -> None:
    here = await room(desk)
    await here.press("Mute", here.admin)
    assert await here.press("Back", here.admin) == ""
    assert here.labels == ROW
    assert here.mutes == []


async def test_why_unfolds_the_query_for_all_and_folds_again(desk: Office) -> None:
    here = await room(desk)
    before = here.text
    assert await here.press("Why?", here.admin) == ""
    assert here.text == (
        f"{before}\nlaos:\n✓ alert AND NOT football\n· ✓ alert: Alert\n· ✓ NOT football\n· · ✗ football"
    )
    kinds = [entity.kind for entity in here.message.content.entities]
    assert kinds[-1] == "expandable_blockquote"
    assert here.labels == ROW
    await here.press("Why?", here.admin)
    assert here.text == before


async def test_story_shows_who_reported_when_in_place_of_the_other_panel(desk: Office) -> None:
    here = await room(desk)
    before = here.text
    await here.press("Why?", here.admin)
    await here.press("Story", here.admin)
    assert here.text == f"{before}\n24 Nov 08:00 · The Vientiane Post"


@pytest.mark.parametrize("who", ["member", "stranger"])
async def test_who_may_not_change_the_message_is_answered_alone(desk: Office, who: str) -> None:
    here = await room(desk)
    person = here.member if who == "member" else desk.api.person("Somebody")
    before, key = here.text, desk.delivery(here.id).key
    assert await here.press("Why?", person) == "laos: Alert"
    assert await here.press("Story", person) == "24 Nov 08:00 · The Vientiane Post"
    for verb in EVERY_VERB:
        assert await here.send_data(f"{verb}:{here.id}:{key}", person) == NOT_YOURS
    assert (here.text, here.labels, here.mutes) == (before, ROW, [])
    assert desk.api.ledger.of("editMessageText", "editMessageReplyMarkup") == []


async def test_an_admin_of_the_config_may_everywhere_and_in_a_private_chat_its_owner(desk: Office) -> None:
    here = await room(desk)
    desk.api.faults.add(faults.refuse(Refusal(400, "Bad Request: chat not found")), "getChatMember", times=9)
    here.polling = polling(desk, here.member.id)
    assert (
        await here.send_data(f"mute-watch-1h:{here.id}:{desk.delivery(here.id).key}", here.member)
        != NOT_YOURS
    )
    owner = desk.api.person("Cleo")
    desk.channels.clear()
    alone = await room(desk, desk.api.private(owner))
    await alone.press("Mute", owner)
    assert (await alone.press("Source 1 d", owner)).startswith("Muted until 25 Nov")
    assert {mute.by for mute in alone.mutes} == {"Ben", "Cleo"}


async def test_who_cannot_be_known_to_be_an_admin_presses_again(desk: Office) -> None:
    here = await room(desk)
    desk.api.faults.add(faults.server_error(), "getChatMember")
    assert await here.press("Mute", here.admin) == UNSURE
    assert await here.press("Mute", here.admin) == ""


@pytest.mark.parametrize("verb", ["why", "story", *EVERY_VERB])
async def test_from_another_chat_or_with_another_key_nothing_happens(desk: Office, verb: str) -> None:
    here = await room(desk)
    before, key = here.text, desk.delivery(here.id).key
    assert await here.send_data(f"{verb}:{here.id}:{'0' * 16}", here.admin) == GONE
    elsewhere = desk.api.supergroup("Elsewhere", here.admin)
    elsewhere.admins.add(here.admin.id)
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": f"{verb}:{here.id}:{key}"}]]}
    await desk.bot.send_message(elsewhere.id, "x", reply_markup=markup)
    query = desk.api.press(desk.api.message(elsewhere.id, 1), "x", here.admin)
    await here.polling.poll()
    await desk.run(5)
    assert here.told(query) == GONE
    assert (here.text, here.labels, here.mutes) == (before, ROW, [])
    # Nobody is asked about on the word of a forged button.
    assert [request for request in desk.api.requests if request.method == "getChatMember"] == []


async def test_pressing_twice_mutes_once_and_folds_what_was_unfolded(desk: Office) -> None:
    here = await room(desk)
    before = here.text
    await here.press("Mute", here.admin)
    for _ in range(2):
        desk.api.press(here.message, "Watch 1 d", here.admin)
    await here.polling.poll()
    await desk.run(5)
    assert len(here.mutes) == 1
    assert here.text.count("🔕") == 1
    await here.press("Unmute", here.admin)
    for _ in range(2):
        desk.api.press(here.message, "Why?", here.admin)
    await here.polling.poll()
    await desk.run(5)
    assert here.text == before


Killer = Callable[..., Awaitable[Any]]


class _Killed(asyncio.CancelledError):
    """The process is gone."""


async def _die(*_: Any, **__: Any) -> None:
    raise _Killed


def before_acting(here: Room, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Archive, "write", _die)


def before_answering(here: Room, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(type(here.office.bot), "answer_callback_query", _die)


def before_confirming(here: Room, patch: pytest.MonkeyPatch) -> None:
    # The last thing of an update: its number is written once more.
    patch.setattr("alerts.bot.polling.Last", lambda *_: (_ for _ in ()).throw(_Killed()))


@pytest.mark.parametrize("moment", [before_acting, before_answering, before_confirming])
@pytest.mark.parametrize("label", ["Why?", "Story", "Mute"])
async def test_a_crash_at_any_moment_neither_loses_a_press_nor_repeats_it(
    desk: Office,
    monkeypatch: pytest.MonkeyPatch,
    moment: Callable[[Room, pytest.MonkeyPatch], None],
    label: str,
) -> None:
    here = await room(desk)
    before = (here.text, here.labels)
    desk.api.press(here.message, label, here.admin)
    with monkeypatch.context() as patch:
        moment(here, patch)
        with pytest.raises(asyncio.CancelledError):
            await here.polling.poll()
    for _ in range(2):
        here.restart()
        await here.polling.poll()
        await desk.run(5)
    # Each of these would be undone, or done again, by a second time.
    assert (here.text, here.labels) != before
    assert len(desk.api.ledger.of("editMessageText")) == 1
    assert len(desk.api.updates) == 0


async def test_a_message_that_grows_goes_on_to_show_what_was_pressed(desk: Office) -> None:
    here = await room(desk)
    await here.send_data(f"mute-story-1d:{here.id}:{desk.delivery(here.id).key}", here.admin)
    desk.add("desk", alert(1, others=("Wire One",)), "edit", edits=here.id)
    await desk.run(60)
    assert "also: Wire One" in here.text
    assert "🔕 this story muted until" in here.text
    assert here.labels == [["Why?", "Unmute", "Story"]]


async def test_who_presses_does_not_wait_for_what_is_queued(desk: Office) -> None:
    here = await room(desk)
    for number in range(2, 40):
        desk.alert("desk", number)
    desk.api.press(here.message, "Mute", here.admin)
    await here.polling.poll()
    await desk.run(120)
    methods = [act.method for act in desk.api.ledger]
    assert methods[:2] == ["sendMessage", "editMessageText"]
    assert methods.count("sendMessage") == 39


async def test_a_changed_message_does_not_mislead_the_search_for_its_twin(desk: Office) -> None:
    here = await room(desk)
    desk.api.faults.add(faults.drop_after_accepting())
    desk.api.faults.add(faults.refuse(Refusal(400, "Bad Request: message to edit not found")),
                        "editMessageReplyMarkup", times=60)  # fmt: skip
    id_ = desk.alert("desk", 2)
    await desk.run(120)
    assert desk.headlines() == ["Alert 1", "Alert 2", "Alert 2"]
    desk.api.faults.clear()
    standing = Room(desk, here.chat, id_, here.polling, here.admin, here.member)
    await standing.press("Mute", standing.admin)
    assert ["Back"] in standing.labels
    await desk.run(900)
    assert list(here.chat.messages) == [desk.delivery(here.id).message_id, desk.delivery(id_).message_id]
    assert desk.tallies()["twins"] == 1
    assert ["Back"] in standing.labels
