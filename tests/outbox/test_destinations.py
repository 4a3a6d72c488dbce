"""What happens to messages whose chat, token or limits are in the way: kept, told once, replayed?"""

import os
import sys
from contextlib import suppress

import pytest

from alerts.channels.console import ConsoleSender
from alerts.channels.senders import chat_key
from archive import chats, deliveries, outgoing
from tests.outbox.office import Office, alert
from tests.peers import faults
from tests.peers.faults import Fault
from wirewatch.demo.botapi import Presence, Refusal

DAY = 86_400.0


def retried(office: Office) -> int:
    return int(office.write(lambda conn: deliveries.retry(conn, office.clock())))


@pytest.mark.parametrize("presence", [Presence.KICKED, Presence.LEFT])
async def test_a_bot_put_out_keeps_everything_tells_once_and_replays(
    office: Office, presence: Presence
) -> None:
    chat = office.api.supergroup("Desk")
    other = office.api.supergroup("Other")
    office.channel("desk", chat.id)
    office.channel("other", other.id)
    office.api.put(chat, presence)
    for number in range(3):
        office.alert("desk", number)
    office.alert("other", 9)
    await office.run(60)
    office.alert("desk", 3)
    await office.run(60)
    assert office.states() == {"dead": 4, "sent": 1}
    assert len(office.told()) == 1
    assert "put out of the chat" in office.told()[0]
    assert "3 messages kept" in office.told()[0]
    office.api.put(chat, Presence.PRESENT)
    assert retried(office) == 4
    await office.run(60)
    assert office.headlines(chat.id) == ["Alert 0", "Alert 1", "Alert 2", "Alert 3"]
    assert office.told()[-1] == "messages arrive again"
    assert office.archive.read_now(chats.troubles) == []


async def test_a_blocked_bot_asks_its_reader_once(desk: Office) -> None:
    reader = desk.api.private(desk.api.person("Reader"))
    desk.channel("reader", reader.id)
    desk.api.put(reader, Presence.BLOCKED)
    for number in range(50):
        desk.alert("reader", number)
    await desk.run(DAY)
    assert len(desk.api.requests) == 1
    assert "blocked the bot" in desk.told()[0]


async def test_a_chat_that_does_not_exist_is_named(desk: Office) -> None:
    desk.channel("desk", -1009999999999)
    desk.alert("desk", 1)
    await desk.run(DAY)
    assert desk.told()[0].startswith("the chat does not exist, or the bot cannot see it")


async def test_what_waits_follows_its_channel_to_another_chat(office: Office) -> None:
    old, new = office.api.supergroup("Old"), office.api.supergroup("New")
    office.channel("desk", old.id)
    first = office.alert("desk", 1)
    await office.run()
    office.api.put(old, Presence.KICKED)
    office.alert("desk", 2)
    # Changes what stands in the old chat, and so does not go along.
    stays = office.add("desk", alert(1, others=("B",)), "edit", edits=first)
    await office.run(60)
    assert office.states() == {"sent": 1, "dead": 2}
    waits = office.alert("desk", 3)
    chats_of = {"desk": chat_key(office.channel("desk", new.id))}
    office.write(lambda conn: deliveries.follow(conn, chats_of, office.clock()))
    await office.run(60)
    assert office.headlines(new.id) == ["Alert 3"]
    assert office.delivery(waits).chat == str(new.id)
    office.write(lambda conn: deliveries.retry(conn, office.clock()))
    await office.run(60)
    assert office.headlines(new.id) == ["Alert 3", "Alert 2"]
    assert stays is not None
    assert office.delivery(stays).chat == str(old.id)


async def test_what_may_have_arrived_stays_with_its_chat(desk: Office) -> None:
    old, new = desk.api.channel("Old"), desk.api.channel("New")
    desk.channel("desk", old.id)
    desk.alert("desk", 0)
    await desk.run()
    desk.api.faults.add(faults.drop_after_accepting())
    id_ = desk.alert("desk", 1)
    await desk.run(10)
    assert desk.delivery(id_).state == "uncertain"
    chats_of = {"desk": chat_key(desk.channel("desk", new.id))}
    desk.write(lambda conn: deliveries.follow(conn, chats_of, desk.clock()))
    await desk.run(60)
    assert desk.delivery(id_).state == "sent"
    assert desk.headlines(old.id) == ["Alert 0", "Alert 1"]
    assert desk.headlines(new.id) == []


async def test_a_closed_topic_stops_its_channel_only(desk: Office) -> None:
    forum = desk.api.supergroup("Forum", topics=2)
    forum.topics[2] = False
    desk.channel("laos", forum.id, topic=2)
    desk.channel("korea", forum.id, topic=3)
    dead = [desk.alert("laos", 1), desk.alert("laos", 2)]
    desk.alert("korea", 3)
    await desk.run(60)
    assert desk.headlines() == ["Alert 3"]
    assert {desk.delivery(id_).code for id_ in dead} == {"topic"}
    forum.topics[2] = True
    assert retried(desk) == 2
    await desk.run(60)
    assert desk.headlines() == ["Alert 3", "Alert 1", "Alert 2"]


async def test_a_missing_right_is_named(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    chat.rights.clear()
    desk.channel("desk", chat.id)
    desk.alert("desk", 1)
    await desk.run(60)
    assert (
        "the bot lacks a right in the chat (Need administrator rights in the channel chat)" in desk.told()[0]
    )


async def test_a_migrated_group_gets_the_same_message_once_at_its_new_id_also_twice(office: Office) -> None:
    group = office.api.group("Desk")
    office.channel("desk", group.id)
    office.alert("desk", 1)
    await office.run(60)
    second = office.api.migrate(group)
    for number in (2, 3):
        office.alert("desk", number)
    await office.run(60)
    assert office.headlines(second.id) == ["Alert 2", "Alert 3"]
    third = office.api.migrate(second)
    office.alert("desk", 4)
    await office.run(60)
    assert office.headlines(third.id) == ["Alert 4"]
    assert office.states() == {"sent": 4}


async def test_a_group_that_migrates_onto_a_known_chat_shares_its_queue(desk: Office) -> None:
    group = desk.api.group("Desk")
    desk.channel("old", group.id)
    successor = desk.api.migrate(group)
    desk.channel("new", successor.id)
    desk.alert("old", 1)
    desk.alert("new", 2)
    desk.alert("old", 3)
    await desk.run(60)
    assert sorted(desk.headlines(successor.id)) == ["Alert 1", "Alert 2", "Alert 3"]
    assert set(desk.api.ledger.max_rate(60)) == {successor.id}


async def test_a_chat_called_by_name_and_by_number_has_one_queue_and_one_pace(office: Office) -> None:
    chat = office.api.channel("Desk", username="wire_desk")
    office.channel("named", "@wire_desk")
    office.channel("numbered", chat.id)
    accepted: list[float] = []
    office.api.on_accepted(lambda line: accepted.append(office.clock.passed))
    for number in range(0, 24, 2):
        office.alert("named", number)
        office.alert("numbered", number + 1)
    await office.run(300)
    assert office.headlines(chat.id) == [f"Alert {number}" for number in range(24)]
    assert max(sum(first <= other < first + 60 for other in accepted) for first in accepted) == 20
    assert sum(request.method == "getChat" for request in office.api.requests) == 1


async def test_a_message_lost_on_its_way_to_a_name_is_found(desk: Office) -> None:
    chat = desk.api.channel("Desk", username="wire_desk")
    desk.channel("named", "@wire_desk")
    desk.channel("numbered", chat.id)
    desk.alert("named", 0)
    await desk.run(60)
    desk.api.faults.add(faults.drop_after_accepting())
    lost = desk.alert("named", 1)
    desk.alert("numbered", 2)
    await desk.run(3600)
    assert desk.headlines(chat.id) == ["Alert 0", "Alert 1", "Alert 2"]
    assert (desk.delivery(lost).found, desk.tallies()["misfires"]) == (1, 0)
    desk.add("named", alert(1, others=("B",)), "edit", edits=lost)
    await desk.run(60)
    assert "also: B" in desk.api.message(chat.id, 2).content.text


async def test_after_a_restart_a_name_that_went_to_another_chat_is_followed(desk: Office) -> None:
    first = desk.api.channel("Desk", username="wire_desk")
    desk.channel("named", "@wire_desk")
    desk.alert("named", 1)
    await desk.run(60)
    first.username = "old_desk"
    second = desk.api.channel("New desk", username="wire_desk")
    desk.restart()
    desk.alert("named", 2)
    await desk.run(60)
    assert (desk.headlines(first.id), desk.headlines(second.id)) == (["Alert 1"], ["Alert 2"])


async def test_a_name_that_cannot_be_asked_for_waits_and_one_of_nobody_is_told(desk: Office) -> None:
    desk.api.channel("Desk", username="wire_desk")
    desk.channel("named", "@wire_desk")
    desk.channel("nobody", "@no_such_desk")
    desk.api.faults.add(faults.server_error(), "getChat", times=3)
    ids = [desk.alert("named", 1), desk.alert("nobody", 2)]
    await desk.run(60)
    assert [desk.delivery(id_).state for id_ in ids] == ["sent", "dead"]
    assert desk.tallies()["unknown"] == 0
    assert any("the chat does not exist" in told for told in desk.told())


async def test_an_edit_of_a_message_left_behind_by_a_migration_touches_nobody(desk: Office) -> None:
    group = desk.api.group("Desk")
    desk.channel("desk", group.id)
    first = desk.alert("desk", 1)
    await desk.run(60)
    desk.api.migrate(group)
    desk.alert("desk", 2)
    await desk.run(60)
    desk.add("desk", alert(1, others=("B",)), "edit", edits=first)
    await desk.run(60)
    assert not desk.api.ledger.of("editMessageText")
    assert desk.states() == {"sent": 3}


@pytest.mark.parametrize(("fault", "wait"), [(faults.flood(7), 7), (faults.flood(None), 30)])
async def test_too_many_requests_parks_that_chat_alone(desk: Office, fault: Fault, wait: int) -> None:
    one, two = desk.api.channel("One"), desk.api.channel("Two")
    desk.channel("one", one.id)
    desk.channel("two", two.id)
    desk.api.faults.add(fault, chat=one.id)
    desk.alert("one", 1)
    desk.alert("two", 2)
    await desk.run(wait - 1)
    assert desk.headlines() == ["Alert 2"]
    asked = [request for request in desk.api.requests if request.chat_id == str(one.id)]
    assert len(asked) == 1
    await desk.run(5)
    assert desk.headlines(one.id) == ["Alert 1"]
    assert desk.told() == []


async def test_a_long_wait_survives_a_restart_without_a_single_request(office: Office) -> None:
    chat = office.api.channel("Desk")
    office.channel("desk", chat.id)
    office.api.faults.add(faults.flood(3600))
    office.alert("desk", 1)
    await office.run(10)
    office.restart()
    office.alert("desk", 2)
    await office.run(3500)
    assert len(office.api.requests) == 1
    await office.run(200)
    assert office.headlines() == ["Alert 1", "Alert 2"]


async def test_told_by_several_chats_at_once_the_whole_bot_waits(desk: Office) -> None:
    made = [desk.api.channel(str(number)) for number in range(4)]
    for number, chat in enumerate(made):
        desk.channel(f"c{number}", chat.id)
    desk.api.faults.add(faults.flood(20), times=3)
    for number in range(4):
        desk.alert(f"c{number}", number)
    await desk.run(15)
    assert len(desk.api.requests) == 3
    await desk.run(30)
    assert sorted(desk.headlines()) == [f"Alert {number}" for number in range(4)]


async def test_a_revoked_token_stops_sending_and_a_new_one_resumes(office: Office) -> None:
    chat = office.api.channel("Desk")
    office.channel("desk", chat.id)
    office.api.token_revoked = True
    for number in range(5):
        office.alert("desk", number)
    await office.run(300)
    assert len(office.api.requests) == 1
    assert len(office.told()) == 1
    assert "refuses the bot's token" in office.told()[0]
    office.api.token_revoked = False
    office.restart()
    await office.run(60)
    assert office.headlines() == [f"Alert {number}" for number in range(5)]


async def test_ten_minutes_without_telegram_lose_nothing_and_are_told_once(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    await desk.api.stop()
    for number in range(5):
        desk.alert("desk", number)
    await desk.run(600)
    assert desk.states() == {"waiting": 1, "pending": 4}
    await desk.api.start()
    await desk.run(120)
    assert desk.headlines() == [f"Alert {number}" for number in range(5)]
    assert len(desk.told()) == 2
    assert "cannot be reached" in desk.told()[0]
    assert desk.tallies()["unknown"] == 0


async def test_a_console_that_takes_its_messages_does_not_say_that_telegram_is_back(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    desk.channel("screen", -1001234567890)
    desk.senders["screen"] = ConsoleSender(None, "screen")
    await desk.api.stop()
    for number in range(5):
        desk.alert("desk", number)
        desk.alert("screen", number)
        await desk.run(120)
    assert [told.split(";")[0] for told in desk.told()] == ["Telegram cannot be reached"]
    await desk.api.start()
    await desk.run(120)
    assert desk.told()[1:] == ["messages arrive again"]
    assert desk.states() == {"sent": 10}


async def test_refused_markup_goes_once_as_plain_text_with_its_link(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    desk.api.faults.add(faults.refuse(Refusal(400, "Bad Request: can't parse entities: no")))
    desk.add("desk", alert(1, title="Tom & <b>Jerry</b>"))
    await desk.run(60)
    assert len(desk.api.ledger) == 1
    assert desk.api.ledger[0].text.splitlines()[0] == "Tom & <b>Jerry</b>"
    assert desk.api.ledger[0].text.splitlines()[-1] == "https://example.org/1"
    assert not [entity for entity in desk.api.ledger[0].content.entities if entity.kind == "bold"]
    assert "please report this" in desk.told()[0]


async def test_a_message_refused_for_itself_does_not_stop_the_others(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    desk.api.faults.add(faults.refuse(Refusal(400, "Bad Request: something new")))
    desk.alert("desk", 1)
    desk.alert("desk", 2)
    await desk.run(60)
    assert desk.headlines() == ["Alert 2"]
    assert desk.states() == {"dead": 1, "sent": 1}


async def test_trouble_with_a_notice_makes_no_further_notice(desk: Office) -> None:
    heard: list[str] = []
    desk.channel("ops", desk.api.channel("Ops").id)
    desk.open(report=lambda conn, event: heard.append(event.text))
    desk.api.faults.add(faults.refuse(Refusal(400, "Bad Request: something new")), times=None)
    desk.notice("ops", "A source is failing")
    await desk.run(60)
    assert heard == []
    assert len(desk.told()) == 1


async def test_edits_become_one_and_come_thirty_seconds_apart(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    id_ = desk.alert("desk", 1)
    await desk.run(5)
    for count in range(1, 6):
        desk.add("desk", alert(1, others=tuple("BCDEF"[:count])), "edit", edits=id_)
        await desk.run(2)
    await desk.run(60)
    edits = desk.api.ledger.of("editMessageText")
    assert len(edits) == 2
    assert "also: B, C, D +2" in edits[-1].text
    assert desk.delivery(id_).content["others"] == list("BCDEF")


async def test_an_edit_that_is_replayed_says_what_later_ones_said(desk: Office) -> None:
    chat = desk.api.supergroup("Desk")
    desk.channel("desk", chat.id)
    id_ = desk.alert("desk", 1)
    await desk.run(60)
    desk.api.put(chat, Presence.KICKED)
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    await desk.run(60)
    desk.api.put(chat, Presence.PRESENT)
    desk.add("desk", alert(1, others=("B", "C")), "edit", edits=id_)
    await desk.run(60)
    assert desk.write(lambda conn: deliveries.retry(conn, desk.clock())) == 1
    await desk.run(60)
    assert desk.states() == {"sent": 3}
    assert all("also: B, C" in edit.text for edit in desk.api.ledger.of("editMessageText"))


async def test_an_edit_that_waited_for_its_message_says_no_less_than_it(desk: Office) -> None:
    chat = desk.api.supergroup("Desk")
    desk.channel("desk", chat.id, buttons=False)
    desk.api.faults.add(faults.drop_after_reading())
    id_ = desk.alert("desk", 1)
    await desk.run(10)
    assert desk.delivery(id_).state == "uncertain"
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    # It goes again when the chat may have messages again.
    desk.api.faults.add(faults.flood(60))
    await desk.run(40)
    assert desk.delivery(id_).state == "waiting"
    desk.add("desk", alert(1, others=("B", "C")), "edit", edits=id_)
    await desk.run(120)
    said = [act.text for act in desk.api.ledger]
    assert len(said) == 1 or said[-1] == said[0]
    assert "also: B, C" in said[-1]


async def test_an_alert_not_yet_sent_is_changed_in_place(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    id_ = desk.alert("desk", 1)
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    await desk.run(60)
    assert len(desk.api.ledger) == 1
    assert "also: B" in desk.api.ledger[0].text


async def test_an_edit_of_a_deleted_message_is_done_without_a_new_one(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    id_ = desk.alert("desk", 1)
    await desk.run(5)
    chat.messages.clear()
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    await desk.run(60)
    assert len(desk.api.ledger) == 1
    assert desk.states() == {"sent": 2}


async def test_a_burst_keeps_the_limits_and_the_order(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    accepted: list[float] = []
    desk.api.on_accepted(lambda line: accepted.append(desk.clock.passed))
    for number in range(60):
        desk.alert("desk", number)
    started = desk.clock.passed
    await desk.run(300)
    assert desk.headlines() == [f"Alert {number}" for number in range(60)]
    for index, first in enumerate(accepted):
        assert sum(first <= other < first + 60 for other in accepted[index:]) <= 20
        assert sum(first <= other < first + 1 for other in accepted[index:]) <= 1
    # Twenty at once, twenty a minute later, the last of the third twenty 19 s after that.
    assert accepted[-1] - started <= 1.05 * 139


# A day ahead is a closed laptop: test_gaps.py.
@pytest.mark.parametrize("hours", [23, -24])
async def test_a_jump_of_the_clock_neither_freezes_nor_floods(desk: Office, hours: int) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    accepted: list[float] = []
    desk.api.on_accepted(lambda line: accepted.append(desk.clock.passed))
    for number in range(30):
        desk.alert("desk", number)
    await desk.run(8)
    desk.clock.jump(hours=hours)
    # What the minute's sweep does.
    desk.write(lambda conn: deliveries.wake_open(conn, desk.clock()))
    await desk.run(120)
    assert desk.headlines() == [f"Alert {number}" for number in range(30)]
    for index, first in enumerate(accepted):
        assert sum(first <= other < first + 60 for other in accepted[index:]) <= 20


async def test_a_clock_set_back_holds_neither_an_edit_nor_the_look_for_a_twin(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    id_ = desk.alert("desk", 1)
    await desk.run(5)
    desk.api.faults.add(faults.drop_before_reading())
    lost = desk.alert("desk", 2)
    await desk.run(200)
    for others in (("B",), ("B", "C")):
        desk.add("desk", alert(1, others=others), "edit", edits=id_)
        await desk.run(2)
    assert desk.delivery(lost).recheck_at is not None
    desk.clock.jump(days=-1)
    desk.write(lambda conn: deliveries.wake_open(conn, desk.clock()))
    await desk.run(60)
    assert "also: B, C" in desk.api.message(chat.id, 1).content.text
    assert desk.delivery(lost).recheck_at is None


async def test_what_a_dead_process_may_have_sent_counts_for_the_pace(office: Office) -> None:
    chat = office.api.channel("Desk")
    office.channel("desk", chat.id)
    accepted: list[float] = []
    office.api.on_accepted(lambda line: accepted.append(office.clock.passed))
    first = office.alert("desk", 1)
    office.alert("desk", 2)
    row = office.delivery(first)
    office.write(lambda conn: outgoing.claim(conn, row.id, office.clock(), None))
    accepted.append(office.clock.passed)
    office.restart()
    await office.run(5)
    assert office.headlines(chat.id) == ["Alert 2"]
    assert accepted[1] - accepted[0] >= 1


async def test_without_a_token_the_terminal_gets_the_alert_and_no_id_is_kept(desk: Office) -> None:
    from io import StringIO

    from rich.console import Console

    page = StringIO()
    desk.channel("desk", -1001234567890)
    desk.senders["desk"] = ConsoleSender(Console(file=page, width=80), "desk")
    id_ = desk.alert("desk", 1)
    await desk.run()
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    await desk.run(60)
    assert "Alert 1" in page.getvalue()
    assert "also: B" in page.getvalue()
    assert desk.delivery(id_).message_id is None
    assert desk.states() == {"sent": 2}


async def test_a_file_gets_the_text_of_the_alert_with_its_address(
    desk: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.channel("desk", -1001234567890)
    desk.senders["desk"] = ConsoleSender(None, "desk")
    id_ = desk.alert("desk", 1)
    await desk.run()
    desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
    await desk.run(60)
    first, second, end = capsys.readouterr().out.split("\n\n")
    assert first.startswith("desk\n")
    assert "Alert 1\nhttps://" in first
    assert second.startswith("desk · edited\n")
    assert "also: B" in second
    assert end == ""


async def test_where_nobody_reads_standard_output_an_edit_is_tried_ever_more_seldom(
    desk: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.channel("desk", -1001234567890)
    desk.senders["desk"] = ConsoleSender(None, "desk")
    id_ = desk.alert("desk", 1)
    await desk.run()
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(BrokenPipeError), os.fdopen(writing, "w") as gone, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", gone)
        edit = desk.add("desk", alert(1, others=("B",)), "edit", edits=id_)
        lost = desk.alert("desk", 2)
        await desk.run(300)
    waits = desk.delivery(edit)
    assert (waits.state, waits.reason) == ("waiting", "standard output takes nothing: Broken pipe")
    # After 1, 2, 4 ... 32, then 60 s, which counts for what is new in this channel as well.
    assert 8 <= waits.attempts <= 11
    assert not [line for line in caplog.records if line.exc_info]
    # It is read again.
    await desk.run(4000)
    assert desk.states() == {"sent": 3}
    assert desk.delivery(lost).attempts <= 2
