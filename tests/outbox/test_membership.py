"""When the bot is put out, let in, or its rights change: are operators told at once, once, and rightly?"""

import pytest

from alerts.bot.polling import Polling
from archive import chats, deliveries
from tests.outbox.office import Office
from tests.peers import faults
from wirewatch.demo.botapi import Presence


async def hear(office: Office) -> None:
    """The bot fetches its updates."""
    polling = Polling(
        office.archive, office.bot, office.clock, timeout=0, membership=office.outbox.membership
    )
    await polling.poll()


async def test_a_bot_put_out_is_told_before_the_next_alert_and_only_once(office: Office) -> None:
    chat = office.api.supergroup("Desk")
    office.channel("desk", chat.id)
    await hear(office)
    office.api.put(chat, Presence.KICKED)
    await hear(office)
    assert [text.split(".")[0] for text in office.told()] == ["the bot was put out of the chat"]
    office.alert("desk", 1)
    await office.run(60)
    assert len(office.told()) == 1
    office.api.put(chat, Presence.PRESENT)
    await hear(office)
    assert office.told()[1:] == [
        "the bot may post in the chat again: 1 kept, `wirewatch retry --all` sends them"
    ]
    assert office.archive.read_now(chats.troubles) == []
    assert office.write(lambda conn: deliveries.retry(conn, office.clock())) == 1
    await office.run(60)
    assert office.headlines() == ["Alert 1"]


async def test_a_reader_who_blocks_the_bot_is_told(desk: Office) -> None:
    reader = desk.api.private(desk.api.person("Reader"))
    desk.channel("reader", reader.id)
    await hear(desk)
    desk.api.put(reader, Presence.BLOCKED)
    await hear(desk)
    assert desk.told()[0].startswith("the reader has blocked the bot")


async def test_news_of_yesterday_gives_nothing_up(desk: Office) -> None:
    chat = desk.api.supergroup("Desk")
    desk.channel("desk", chat.id)
    await hear(desk)
    desk.api.put(chat, Presence.KICKED)
    desk.api.put(chat, Presence.PRESENT)
    desk.alert("desk", 1)
    await hear(desk)
    await desk.run(60)
    assert desk.headlines() == ["Alert 1"]
    assert desk.archive.read_now(chats.troubles) == []


async def test_a_chat_of_no_channel_concerns_nobody(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    other = desk.api.supergroup("Somewhere")
    await hear(desk)
    desk.api.put(other, Presence.KICKED)
    await hear(desk)
    assert desk.told() == []


@pytest.mark.parametrize("kind", ["channel", "supergroup"])
async def test_a_right_to_post_that_is_taken_and_given_back_is_told(desk: Office, kind: str) -> None:
    chat = getattr(desk.api, kind)("Desk")
    rights = tuple(chat.rights)
    desk.channel("desk", chat.id)
    await hear(desk)
    desk.api.entitle(chat)
    await hear(desk)
    assert desk.told()[0].startswith("the bot lacks a right in the chat")
    desk.api.entitle(chat, *rights)
    await hear(desk)
    assert desk.told()[1:] == ["the bot may post in the chat again"]


async def test_a_right_to_edit_others_posts_is_told_and_ends_looking_at_once(desk: Office) -> None:
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id)
    await hear(desk)
    for number in range(2):
        desk.api.faults.add(faults.drop_after_accepting(), nth=2)
        desk.alert("desk", number)
    await desk.run(60)
    # It has looked, and knows the rights for some minutes.
    assert desk.tallies()["found"] == 1
    desk.api.entitle(chat, *chat.rights, "can_edit_messages")
    await hear(desk)
    assert "take that right away" in desk.told()[-1]
    looks = len(desk.api.ledger.of("editMessageReplyMarkup"))
    post = desk.api.post_as_other(chat)
    desk.api.faults.clear()
    desk.api.faults.add(faults.drop_before_reading())
    desk.alert("desk", 2)
    await desk.run(120)
    assert len(desk.api.ledger.of("editMessageReplyMarkup")) == looks
    assert post.markup is None
    assert desk.headlines()[-1] == "Alert 2"
