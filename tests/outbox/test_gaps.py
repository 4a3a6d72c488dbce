"""After a gap: is the order kept, is nothing lost, and does what is no news any more come as one digest?"""

from datetime import timedelta

import pytest

from alerts.outbox.late import HEADER
from alerts.outbox.transitions import Times
from archive import deliveries, digests
from tests.outbox.office import Office, alert
from tests.peers import faults
from wirewatch.demo.botapi import Presence

HOUR, DAY = 3600.0, 86_400.0


def sweep(office: Office) -> None:
    """What the daemon does each minute."""
    office.write(lambda conn: deliveries.wake_open(conn, office.clock()))


def texts(office: Office) -> list[str]:
    return [line.text for line in office.api.ledger.of("sendMessage")]


async def test_after_ten_minutes_without_telegram_every_alert_comes_singly_in_order(office: Office) -> None:
    office.channel("desk", office.api.channel("Desk").id)
    await office.api.stop()
    for number in range(5):
        office.alert("desk", number)
        await office.run(120)
    await office.api.start()
    await office.run(120)
    assert office.headlines() == [f"Alert {number}" for number in range(5)]


async def test_after_a_closed_laptop_the_late_ones_are_one_digest_before_the_fresh_ones(
    office: Office,
) -> None:
    office.channel("desk", office.api.channel("Desk").id)
    articles = [office.article() for _ in range(4)]
    for number, article in enumerate(articles[:3]):
        office.add("desk", alert(number), article=article)
    # The lid is closed: no time passes for the program, but much for the world.
    office.clock.jump(hours=20)
    office.add("desk", alert(3), article=articles[3])
    office.clock.jump(hours=5)
    sweep(office)
    await office.run(60)
    late, fresh = texts(office)
    assert late.splitlines()[0] == HEADER
    assert [f"Alert {number}" in late for number in range(4)] == [True, True, True, False]
    assert fresh.splitlines()[0] == "Alert 3"
    # They are told: the same article is not told again.
    held = office.archive.read_now(lambda conn: digests.holding(conn, articles))
    in_digest = [("desk", article) in held for article in articles]
    assert in_digest == [True, True, True, False]


async def test_in_a_long_outage_what_becomes_late_joins_the_one_digest_that_waits(office: Office) -> None:
    # Fewer attempts than a minute apart, or the test takes as long as it tells of.
    office.times = Times(backoff_most=timedelta(minutes=20))
    office.open()
    office.channel("desk", office.api.channel("Desk").id)
    await office.api.stop()
    for number in range(6):
        office.alert("desk", number)
        await office.run(HOUR)
    await office.run(DAY - 3.5 * HOUR)
    await office.api.start()
    await office.run(HOUR / 2)
    digest, *rest = texts(office)
    assert digest.splitlines()[0] == HEADER
    assert digest.count("• Alert") == 3
    assert [text.splitlines()[0] for text in rest] == ["Alert 3", "Alert 4", "Alert 5"]
    assert office.states() == {"sent": 4}


async def test_a_digest_too_long_for_one_message_goes_in_parts_and_names_every_alert(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    for number in range(120):
        desk.add("desk", alert(number, title=f"Alert {number} " + "and more words " * 8))
    desk.clock.jump(hours=25)
    sweep(desk)
    await desk.run(600)
    together = "\n".join(texts(desk))
    assert all(f"Alert {number} and" in together for number in range(120))
    assert 1 < len(texts(desk)) < 12
    assert set(desk.states()) == {"sent"}


async def test_each_channel_of_a_chat_gets_its_own_digest(desk: Office) -> None:
    chat = desk.api.supergroup("Forum", topics=2)
    desk.channel("laos", chat.id, topic=2)
    desk.channel("korea", chat.id, topic=3)
    desk.alert("laos", 1)
    desk.alert("korea", 2)
    desk.clock.jump(hours=25)
    sweep(desk)
    await desk.run(60)
    topics = [(line.params["message_thread_id"], "Alert 1" in line.text) for line in desk.api.ledger]
    assert topics == [("2", True), ("3", False)]


async def test_what_may_stand_already_is_not_folded(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id, buttons=False, on_uncertain="hold")
    await desk.api.stop()
    id_ = desk.alert("desk", 1)
    desk.write(lambda conn: deliveries.recover(conn, desk.clock()))
    from archive import outgoing

    desk.write(lambda conn: outgoing.claim(conn, id_, desk.clock(), None))
    await desk.api.start()
    desk.restart()
    await desk.run(60)
    assert desk.delivery(id_).state == "uncertain"
    desk.clock.jump(hours=25)
    assert desk.write(lambda conn: deliveries.retry(conn, desk.clock())) == 1
    await desk.run(60)
    assert desk.headlines() == ["Alert 1"]


async def test_a_late_digest_is_not_taken_for_another_message_without_buttons(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    desk.alert("desk", 0)
    await desk.run(10)
    await desk.api.stop()
    # Tried as an alert, so that it is known above which message it would stand.
    desk.alert("desk", 1)
    await desk.run(10)
    await desk.api.start()
    desk.clock.jump(hours=25)
    desk.api.faults.add(faults.drop_after_reading())
    desk.api.faults.add(faults.drop_after_accepting(), nth=2)
    desk.notice("desk", "Something else")
    sweep(desk)
    await desk.run(HOUR)
    assert any("Alert 1" in text for text in texts(desk))


@pytest.mark.parametrize(("away", "singly"), [(timedelta(hours=1), 3), (timedelta(days=7), 0)])
async def test_what_a_chat_refused_is_replayed_singly_or_as_one_digest(
    desk: Office, away: timedelta, singly: int
) -> None:
    chat = desk.api.supergroup("Desk")
    desk.channel("desk", chat.id)
    desk.api.put(chat, Presence.KICKED)
    for number in range(3):
        desk.alert("desk", number)
    await desk.run(60)
    desk.clock.jump(seconds=away.total_seconds())
    desk.api.put(chat, Presence.PRESENT)
    assert desk.write(lambda conn: deliveries.retry(conn, desk.clock())) == 3
    await desk.run(60)
    assert len([text for text in texts(desk) if text.startswith("Alert")]) == singly
    assert all(f"Alert {number}" in "\n".join(texts(desk)) for number in range(3))
