"""When Telegram does not answer: is the message found, resent, or its twin deleted, and all counted?"""

from typing import Any

import pytest

from alerts.channels.telegram import TelegramSender
from archive import chats, deliveries
from tests.outbox.office import Office, alert
from tests.peers import faults
from tests.peers.faults import Fault

TEN_MINUTES = 700.0


async def known_channel(office: Office, **settings: object) -> int:
    """A channel in which one message has been answered already."""
    chat = office.api.channel("Desk")
    office.channel("desk", chat.id, **settings)
    office.alert("desk", 0)
    await office.run()
    return chat.id


def standing(office: Office, chat: int) -> list[str]:
    """The headlines that a reader sees in the chat."""
    messages = office.api.chats.find(chat).messages.values()
    return [message.content.text.splitlines()[0] for message in messages if message.by_bot]


LOST_REPLIES = [
    faults.drop_after_accepting(),
    faults.half_reply(),
    faults.server_error(accept=True),
    faults.bad_gateway(accept=True),
    faults.not_json(accept=True),
]


@pytest.mark.parametrize("fault", LOST_REPLIES)
async def test_a_message_that_arrived_is_found_and_not_sent_again(desk: Office, fault: Fault) -> None:
    chat = await known_channel(desk)
    desk.api.faults.add(fault)
    id_ = desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1"]
    assert desk.delivery(id_).message_id == 2
    assert desk.tallies() == {"unknown": 1, "found": 1, "resent": 0, "twins": 0, "misfires": 0}


@pytest.mark.parametrize(
    "fault", [faults.drop_before_reading(), faults.drop_after_reading(), faults.server_error()]
)
async def test_a_message_that_did_not_arrive_is_resent_after_a_look(office: Office, fault: Fault) -> None:
    chat = await known_channel(office)
    office.api.faults.add(fault)
    id_ = office.alert("desk", 1)
    await office.run(TEN_MINUTES)
    assert standing(office, chat) == ["Alert 0", "Alert 1"]
    assert office.delivery(id_).state == "sent"
    assert office.tallies() == {"unknown": 1, "found": 0, "resent": 1, "twins": 0, "misfires": 0}


async def test_an_unknown_outcome_settles_before_anything_is_asked(desk: Office) -> None:
    await known_channel(desk)
    desk.api.faults.add(faults.drop_after_accepting())
    desk.alert("desk", 1)
    await desk.run()
    asked = len(desk.api.requests)
    await desk.run(29)
    assert len(desk.api.requests) == asked
    assert desk.states() == {"sent": 1, "uncertain": 1}


async def test_the_next_alert_does_not_wait_for_an_unknown_one(desk: Office) -> None:
    chat = await known_channel(desk)
    desk.api.faults.add(faults.drop_before_reading())
    desk.alert("desk", 1)
    desk.alert("desk", 2)
    await desk.run(5)
    assert standing(desk, chat) == ["Alert 0", "Alert 2"]
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 2", "Alert 1"]


async def test_a_copy_that_comes_after_the_resend_is_deleted_ten_minutes_later(desk: Office) -> None:
    chat = await known_channel(desk)
    desk.api.faults.add(faults.drop_before_reading())
    id_ = desk.alert("desk", 1)
    await desk.run(200)
    assert desk.delivery(id_).state == "sent"
    # The first attempt arrives after all: the same text, the same buttons.
    late = desk.api.chats.find(chat).messages[desk.delivery(id_).message_id or 0]
    await desk.senders["desk"].send(message_like(desk, id_))
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 1"]
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1"]
    assert late.id in desk.api.chats.find(chat).messages
    assert desk.tallies()["twins"] == 1


def message_like(office: Office, id_: int):  # type: ignore[no-untyped-def]
    from alerts.outbox.preparing import prepare

    return prepare(office.delivery(id_), None, office.channels["desk"])


async def test_foreign_posts_and_holes_in_between_do_not_mislead(desk: Office) -> None:
    chat = await known_channel(desk)
    channel = desk.api.chats.find(chat)
    for _ in range(3):
        desk.api.post_as_other(channel, "Somebody else's post")
        desk.api.leave_hole(channel)
    desk.api.faults.add(faults.drop_after_accepting())
    id_ = desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert desk.delivery(id_).message_id == 8
    assert desk.tallies()["found"] == 1
    assert all(not message.markup for message in channel.messages.values() if not message.by_bot)


async def test_private_chats_and_groups_share_their_ids_and_are_searched_so(desk: Office) -> None:
    user = desk.api.person("Reader")
    private, group = desk.api.private(user), desk.api.group("Desk", user)
    desk.channel("reader", private.id)
    desk.channel("group", group.id)
    desk.alert("reader", 0)
    await desk.run(5)
    # Nothing was ever answered in the group; its ids are those of the private chat.
    desk.api.faults.add(faults.drop_after_accepting(), chat=group.id)
    lost = desk.alert("group", 1)
    desk.alert("reader", 2)
    await desk.run(TEN_MINUTES)
    assert desk.tallies() == {"unknown": 1, "found": 1, "resent": 0, "twins": 0, "misfires": 0}
    assert desk.delivery(lost).message_id in group.messages


async def test_with_the_right_to_edit_others_posts_nobody_looks(desk: Office) -> None:
    chat = await known_channel(desk)
    desk.api.chats.find(chat).rights.add("can_edit_messages")
    desk.api.faults.add(faults.drop_after_accepting())
    id_ = desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert not desk.api.ledger.of("editMessageReplyMarkup")
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 1"]
    assert desk.delivery(id_).resent == 1


async def test_where_looking_is_not_allowed_hold_waits_for_a_person(desk: Office) -> None:
    chat = await known_channel(desk, on_uncertain="hold", buttons=False)
    desk.api.faults.add(faults.drop_after_accepting())
    id_ = desk.alert("desk", 1)
    desk.alert("desk", 2)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 2"]
    assert desk.delivery(id_).state == "uncertain"
    assert desk.archive.read_now(deliveries.open_count) == 0
    assert desk.told() == [f"delivery {id_} is held, a copy may stand: look, then `wirewatch retry {id_}`"]
    assert desk.write(lambda conn: deliveries.retry(conn, desk.clock())) == 1
    await desk.run(5)
    assert desk.delivery(id_).state == "sent"


async def test_before_the_first_answered_message_the_policy_decides(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    desk.api.faults.add(faults.drop_after_accepting())
    desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert not [request for request in desk.api.requests if request.method == "editMessageReplyMarkup"]
    assert standing(desk, chat.id) == ["Alert 1", "Alert 1"]
    assert desk.tallies()["resent"] == 1


async def test_after_a_second_poller_nobody_looks_until_a_message_was_answered(desk: Office) -> None:
    chat = await known_channel(desk)
    desk.clock.forward(10)
    desk.write(lambda conn: chats.note_conflict(conn, desk.clock()))
    desk.api.faults.add(faults.drop_after_accepting())
    desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 1"]
    desk.api.faults.add(faults.drop_after_accepting())
    desk.alert("desk", 2)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 1", "Alert 2"]


async def test_after_a_restore_nobody_looks_with_ids_of_before(desk: Office) -> None:
    chat = await known_channel(desk)
    desk.api.faults.add(faults.drop_after_accepting())
    desk.alert("desk", 1)
    await desk.run()
    desk.write(chats.forget_ids)
    await desk.run(TEN_MINUTES)
    assert not [request for request in desk.api.requests if request.method == "editMessageReplyMarkup"]
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 1"]


async def test_of_two_lost_ones_each_gets_its_own_message(desk: Office) -> None:
    chat = await known_channel(desk)
    desk.api.faults.add(faults.drop_after_accepting(), times=2)
    ids = [desk.alert("desk", 1), desk.alert("desk", 2)]
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1", "Alert 2"]
    assert [desk.delivery(id_).message_id for id_ in ids] == [2, 3]


async def test_a_message_taken_for_another_lost_one_gets_its_own_buttons_back(desk: Office) -> None:
    chat = await known_channel(desk)
    # The first never arrives, the second does: the look for the first meets the second.
    desk.api.faults.add(faults.drop_after_reading())
    desk.api.faults.add(faults.drop_after_accepting(), nth=2)
    first, second = desk.alert("desk", 1), desk.alert("desk", 2)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 2", "Alert 1"]
    assert desk.delivery(second).message_id == 2
    for id_ in (first, second):
        row = desk.delivery(id_)
        markup = desk.api.message(chat, row.message_id or 0).markup
        assert markup is not None
        assert markup["inline_keyboard"][0][0]["callback_data"] == f"why:{id_}:{row.key}"


async def test_of_several_lost_ones_a_message_goes_to_the_only_one_it_can_be(desk: Office) -> None:
    chat = await known_channel(desk)
    # The first never arrives, so its search comes upon the messages of the others.
    for number, fault in (
        (1, faults.drop_before_reading()),
        (3, faults.drop_after_accepting()),
        (5, faults.drop_after_accepting()),
    ):
        desk.api.faults.add(fault)
        desk.alert("desk", number)
        await desk.run(2)
        desk.alert("desk", number + 1)
        await desk.run(2)
    await desk.run(TEN_MINUTES)
    assert sorted(standing(desk, chat)) == [f"Alert {number}" for number in range(7)]
    assert desk.tallies() == {"unknown": 3, "found": 2, "resent": 1, "twins": 0, "misfires": 0}


async def test_a_misfire_on_an_unknown_message_is_repaired_and_ends_looking_there(desk: Office) -> None:
    chat = await known_channel(desk)
    # A message of the bot's that no delivery stands for.
    await desk.bot.send_message(chat, "Hello from elsewhere")
    desk.api.faults.add(faults.drop_after_reading())
    id_ = desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert desk.api.message(chat, 2).markup is None
    assert standing(desk, chat) == ["Alert 0", "Hello from elsewhere", "Alert 1"]
    assert desk.delivery(id_).misfires == 1
    assert "no longer looking" in desk.told()[0]
    looks = len(desk.api.requests)
    desk.api.faults.add(faults.drop_after_accepting())
    desk.alert("desk", 2)
    await desk.run(TEN_MINUTES)
    later = [request.method for request in desk.api.requests[looks:]]
    assert "editMessageReplyMarkup" not in later


LOST_ANSWERS = [faults.drop_after_accepting(), faults.drop_before_reading(), faults.server_error()]


@pytest.mark.parametrize("fault", LOST_ANSWERS)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_question_that_is_not_answered_at_the_very_id_makes_no_second_copy(
    desk: Office, fault: Fault, times: int
) -> None:
    chat = await known_channel(desk)
    desk.api.faults.add(faults.drop_after_accepting())
    desk.api.faults.add(fault, "editMessageReplyMarkup", times=times)
    id_ = desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 1"]
    row = desk.delivery(id_)
    assert (row.message_id, row.found, row.resent, row.doubtful) == (2, 1, 0, [])
    assert own_buttons(desk, id_)


def own_buttons(office: Office, id_: int) -> bool:
    """Whether the delivery's message bears the delivery's buttons."""
    row = office.delivery(id_)
    markup = office.api.message(int(row.chat), row.message_id or 0).markup
    return bool(markup) and markup["inline_keyboard"][0][0]["callback_data"] == f"why:{id_}:{row.key}"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("asked", [1, 2, 3])
async def test_killed_while_it_asks_about_the_very_id_it_still_finds_its_message(
    office: Office, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = await known_channel(office)
    office.api.faults.add(faults.drop_after_accepting())
    id_ = office.alert("desk", 1)
    mark = TelegramSender._mark
    for _ in range(asked):
        # Each time after the question had its effect: the first, and both of the reading after it.
        async def killed(self: Any, *about: Any) -> Any:
            await mark(self, *about)
            raise Killed

        monkeypatch.setattr(TelegramSender, "_mark", killed)
        with pytest.raises(Killed):
            await office.run(60)
        monkeypatch.setattr(TelegramSender, "_mark", mark)
        office.restart()
    await office.run(TEN_MINUTES)
    assert standing(office, chat) == ["Alert 0", "Alert 1"]
    assert (office.delivery(id_).found, office.delivery(id_).resent) == (1, 0)
    assert own_buttons(office, id_)


async def test_an_unanswered_question_about_anothers_message_is_put_right(desk: Office) -> None:
    chat = await known_channel(desk)
    # The first never arrives, the second does; the look for the first meets it, and hears no answer.
    desk.api.faults.add(faults.drop_after_reading())
    desk.api.faults.add(faults.drop_after_accepting(), nth=2)
    desk.api.faults.add(faults.drop_after_accepting(), "editMessageReplyMarkup")
    first, second = desk.alert("desk", 1), desk.alert("desk", 2)
    await desk.run(TEN_MINUTES)
    assert standing(desk, chat) == ["Alert 0", "Alert 2", "Alert 1"]
    assert desk.delivery(second).message_id == 2
    assert own_buttons(desk, first)
    assert own_buttons(desk, second)


async def test_a_question_about_a_message_from_elsewhere_takes_it_for_nobodys(desk: Office) -> None:
    chat = await known_channel(desk)
    await desk.bot.send_message(chat, "Hello from elsewhere")
    desk.api.faults.add(faults.drop_after_reading())
    desk.api.faults.add(faults.drop_after_accepting(), "editMessageReplyMarkup")
    id_ = desk.alert("desk", 1)
    await desk.run(TEN_MINUTES)
    assert desk.api.message(chat, 2).markup is None
    assert standing(desk, chat) == ["Alert 0", "Hello from elsewhere", "Alert 1"]
    assert desk.delivery(id_).misfires == 1


@pytest.mark.parametrize("arrives", [1, 2])
async def test_of_two_alerts_that_read_alike_none_is_taken_for_the_other(desk: Office, arrives: int) -> None:
    chat = desk.api.supergroup("Forum", topics=2)
    desk.channel("laos", chat.id, topic=2)
    desk.channel("korea", chat.id, topic=3)
    desk.alert("laos", 0)
    await desk.run(5)
    # One article for two topics. One of the two arrives, and no answer comes.
    desk.api.faults.add(faults.drop_after_accepting(), nth=arrives)
    desk.api.faults.add(faults.drop_after_reading(), nth=3 - arrives)
    desk.api.faults.add(faults.drop_after_accepting(), "editMessageReplyMarkup", times=1)
    desk.alert("laos", 1)
    desk.alert("korea", 1)
    await desk.run(TEN_MINUTES)
    here = {message.topic for message in chat.messages.values() if message.content.text.startswith("Alert 1")}
    assert here == {2, 3}


async def test_an_edit_of_unknown_outcome_is_simply_repeated(desk: Office) -> None:
    chat = await known_channel(desk)
    id_ = desk.alert("desk", 1)
    await desk.run(5)
    desk.api.faults.add(faults.drop_after_accepting(), "editMessageText")
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    await desk.run(60)
    assert desk.api.message(chat, 2).content.text.splitlines()[2] == "also: B"
    assert desk.states() == {"sent": 3}
    assert desk.tallies()["unknown"] == 0


async def test_in_an_outage_that_swallows_answers_copies_stay_few(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id, buttons=False)
    desk.api.faults.add(faults.server_error(accept=True), times=None)
    desk.alert("desk", 1)
    await desk.run(3600)
    assert len(standing(desk, chat.id)) <= 8


async def test_a_crash_while_sending_is_an_unknown_outcome(office: Office) -> None:
    chat = await known_channel(office)
    id_ = office.alert("desk", 1)
    row = office.delivery(id_)
    from archive import outgoing

    office.write(lambda conn: outgoing.claim(conn, row.id, office.clock(), 1))
    await office.senders["desk"].send(message_like(office, id_))
    office.restart()
    await office.run(TEN_MINUTES)
    assert standing(office, chat) == ["Alert 0", "Alert 1"]
    assert office.tallies()["found"] == 1
