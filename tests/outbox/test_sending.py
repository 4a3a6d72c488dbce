"""Does a delivery row become one message in the chat, in order and at the right pace?"""

from archive import deliveries
from tests.outbox.office import Office, alert
from tests.peers import faults


async def test_an_alert_is_sent_once_and_its_message_id_kept(office: Office) -> None:
    chat = office.api.channel("Desk")
    office.channel("desk", chat.id)
    id_ = office.alert("desk", 1)
    await office.run()
    await office.run(3600)
    sent = office.delivery(id_)
    assert office.headlines() == ["Alert 1"]
    assert (sent.state, sent.message_id) == ("sent", office.api.ledger[0].message_id)


async def test_the_headline_is_the_link_and_a_button_carries_the_delivery(office: Office) -> None:
    chat = office.api.channel("Desk")
    office.channel("desk", chat.id)
    id_ = office.alert("desk", 1)
    await office.run()
    line = office.api.ledger[0]
    assert [entity.url for entity in line.content.entities if entity.url] == ["https://example.org/1"]
    assert line.reply_markup is not None
    button = line.reply_markup["inline_keyboard"][0][0]
    assert button["callback_data"] == f"why:{id_}:{office.delivery(id_).key}"


async def test_messages_of_a_chat_keep_their_order(office: Office) -> None:
    chat = office.api.group("Desk")
    office.channel("desk", chat.id)
    for number in range(1, 6):
        office.alert("desk", number)
    await office.run(60)
    assert office.headlines() == [f"Alert {number}" for number in range(1, 6)]


async def test_the_same_article_never_alerts_a_channel_twice(office: Office) -> None:
    office.channel("desk", office.api.channel("Desk").id)
    article = office.article()
    first = office.add("desk", alert(1), article=article)
    again = office.add("desk", alert(1), article=article)
    await office.run(60)
    assert first is not None
    assert again is None
    assert office.headlines() == ["Alert 1"]


async def test_topics_replies_and_silence_reach_telegram(desk: Office) -> None:
    chat = desk.api.supergroup("Forum", topics=1)
    desk.channel("desk", chat.id, topic=2)
    first = desk.alert("desk", 1)
    desk.alert("desk", 2, reply_to=first)
    await desk.run(60)
    one, two = desk.api.ledger
    assert one.params["message_thread_id"] == "2"
    assert desk.api.message(chat.id, two.message_id).reply_to is desk.api.message(chat.id, one.message_id)


async def test_without_buttons_a_message_has_none(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id, buttons=False)
    desk.alert("desk", 1)
    await desk.run()
    assert desk.api.ledger[0].reply_markup is None


async def test_a_channel_that_left_the_config_keeps_its_messages_for_a_retry(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    id_ = desk.alert("desk", 1)
    channel = desk.channels.pop("desk")
    await desk.run()
    assert desk.delivery(id_).reason == "the channel desk is not in the config"
    desk.channels["desk"] = channel
    assert desk.write(lambda conn: deliveries.retry(conn, desk.clock())) == 1
    await desk.run(60)
    assert desk.headlines() == ["Alert 1"]


async def test_content_that_cannot_be_rendered_does_not_stop_the_chat(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    bad = desk.add("desk", {"type": "poem"})
    desk.alert("desk", 2)
    await desk.run(60)
    assert bad is not None
    assert desk.delivery(bad).state == "dead"
    assert desk.headlines() == ["Alert 2"]


async def test_what_meets_quiet_hours_in_the_queue_waits_for_their_end(desk: Office) -> None:
    # Decided before them, and told to wait for an hour; 08:00 is the clock's start.
    chat = desk.api.channel("Desk")
    desk.channel("desk", chat.id, quiet_hours={"from": "08:30", "to": "10:00"})
    desk.api.faults.add(faults.flood(3600))
    desk.alert("desk", 1)
    desk.add("desk", alert(2, urgency="breaking"))
    desk.notice("desk", "for operators")
    await desk.run(3700)
    assert desk.headlines() == ["❗ Alert 2", "for operators"]
    assert desk.states() == {"pending": 1, "sent": 2}
    await desk.run(3600)
    assert desk.headlines() == ["❗ Alert 2", "for operators", "Alert 1"]
