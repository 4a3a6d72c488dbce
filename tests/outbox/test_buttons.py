"""Does a pressed button answer, prove where its message stands, and survive crashes and forgery?"""

from datetime import timedelta
from typing import Any

import pytest

from alerts.bot.polling import CONFLICT, Polling
from archive import chats, matches
from tests.outbox.office import Office, alert
from tests.peers import faults
from wirewatch.demo.botapi import Refusal

HITS = [
    {"field": "title", "start": 0, "end": 4, "text": "Laos", "term": "Laos", "set": "laos"},
    {"field": "body", "start": 9, "end": 12, "text": "Lao", "term": "Laos", "set": "laos"},
    {"field": "body", "start": 20, "end": 29, "text": "Vientiane", "term": "Vientiane", "set": "laos"},
    {"field": "body", "start": 30, "end": 34, "text": "city", "term": "city", "set": None, "companion": True},
]


def polling(office: Office) -> Polling:
    return Polling(
        office.archive,
        office.bot,
        office.clock,
        timeout=0,
        sleep=office.clock.sleep,
        monotonic=office.clock.monotonic,
    )


async def sent_alert(office: Office) -> int:
    office.channel("reader", office.api.supergroup("Readers", office.api.person("Reader")).id)
    article = office.article()
    row: dict[str, Any] = {"watch": "laos", "urgency": "normal", "hits": HITS}
    office.write(lambda conn: matches.add(conn, {article: [row]}, office.clock()))
    id_ = office.add("reader", alert(1), article=article)
    assert id_ is not None
    await office.run(5)
    return id_


def message_of(office: Office, id_: int) -> Any:
    row = office.delivery(id_)
    return office.api.message(int(row.chat), row.message_id or 0)


def answer(office: Office, query: str) -> str | None:
    given = office.api.query_answers[query]
    return None if given is None else given["text"]


async def test_why_names_watches_and_words(office: Office) -> None:
    id_ = await sent_alert(office)
    query = office.api.press(message_of(office, id_), "Why?")
    await polling(office).poll()
    assert answer(office, query) == "laos: Laos ×2, Vientiane"


async def test_an_update_is_confirmed_only_after_it_was_acted_on(desk: Office) -> None:
    id_ = await sent_alert(desk)
    query = desk.api.press(message_of(desk, id_), "Why?")
    desk.api.faults.add(faults.drop_before_reading(), "answerCallbackQuery")
    await polling(desk).poll()
    assert answer(desk, query) is None
    # After a restart it is not acted on again, and what comes next is.
    second = desk.api.press(message_of(desk, id_), "Why?")
    restarted = polling(desk)
    await restarted.poll()
    assert answer(desk, second) == "laos: Laos ×2, Vientiane"
    assert await restarted.poll() == 0
    assert len(desk.api.updates) == 0


async def test_a_crash_before_the_answer_brings_the_press_again(desk: Office) -> None:
    id_ = await sent_alert(desk)
    query = desk.api.press(message_of(desk, id_), "Why?")
    # The dead process had fetched the update, and written nothing.
    await desk.bot.get_updates()
    await polling(desk).poll()
    assert answer(desk, query) == "laos: Laos ×2, Vientiane"


@pytest.mark.parametrize(
    "data", ["why:1:0000", "why:99:{key}", "dance:1:{key}", "why:1", "why:" + "9" * 40 + ":k", "", "x" * 60]
)
async def test_forged_data_tells_nothing(desk: Office, data: str) -> None:
    id_ = await sent_alert(desk)
    message = message_of(desk, id_)
    forged = data.replace("{key}", desk.delivery(id_).key) or "-"
    message.markup = {"inline_keyboard": [[{"text": "Why?", "callback_data": forged}]]}
    query = desk.api.press(message, "Why?")
    await polling(desk).poll()
    assert answer(desk, query) == "This message belongs to another archive, or is too old."


async def test_a_button_of_another_chat_tells_nothing(desk: Office) -> None:
    id_ = await sent_alert(desk)
    elsewhere = desk.api.channel("Elsewhere")
    await desk.bot.send_message(elsewhere.id, "x", reply_markup=message_of(desk, id_).markup)
    query = desk.api.press(desk.api.message(elsewhere.id, 1), "Why?")
    await polling(desk).poll()
    assert answer(desk, query) == "This message belongs to another archive, or is too old."


async def test_a_press_proves_that_a_lost_message_stands(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    desk.api.faults.add(faults.drop_after_accepting())
    id_ = desk.alert("desk", 1)
    await desk.run()
    assert desk.delivery(id_).state == "uncertain"
    desk.api.press(desk.api.message(int(desk.delivery(id_).chat), 1), "Why?")
    await polling(desk).poll()
    await desk.run(3600)
    assert desk.delivery(id_).message_id == 1
    assert desk.headlines() == ["Alert 1"]
    assert desk.tallies()["found"] == 1


async def test_a_press_on_a_twin_deletes_it(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    desk.api.faults.add(faults.drop_after_accepting())
    id_ = desk.alert("desk", 1)
    await desk.run(60)
    assert desk.headlines() == ["Alert 1", "Alert 1"]
    desk.api.press(desk.api.message(chat.id, 1), "Why?")
    await polling(desk).poll()
    assert list(chat.messages) == [desk.delivery(id_).message_id]
    assert desk.tallies()["twins"] == 1


async def test_posts_of_others_raise_the_mark_for_looking(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.api.post_as_other(chat)
    await polling(desk).poll()
    assert desk.archive.read_now(lambda conn: chats.get(conn, str(chat.id))).highest_id == 1


async def test_a_second_poller_is_told_once_and_forgotten_after_peace(desk: Office) -> None:
    poller = polling(desk)
    conflict = faults.refuse(Refusal(409, "Conflict: terminated by other getUpdates request"))
    desk.api.faults.add(conflict, "getUpdates", times=20)
    for _ in range(20):
        await poller.poll()
    assert desk.told() == [CONFLICT]
    assert desk.archive.read_now(chats.last_conflict) is not None
    desk.clock.forward(timedelta(minutes=11).total_seconds())
    await poller.poll()
    assert desk.archive.read_now(chats.troubles) == []
