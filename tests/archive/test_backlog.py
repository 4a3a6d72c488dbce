"""What does not get on is gathered by channel and state, alike on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

from archive import backlog, chats, deliveries
from archive.archive import Archive
from archive.deliveries import NewDelivery
from archive.tables import delivery

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def add(archive: Archive, **values: Any) -> None:
    new = NewDelivery("desk", "notice", {"type": "notice", "text": "x"}, False, "-5")

    def step(conn: Any) -> None:
        (id_,) = deliveries.add(conn, [new], NOW - timedelta(hours=1))
        conn.execute(delivery.update().where(delivery.c.id == id_).values(values or {"attempts": 0}))

    archive.write_now(step)


def heaps(archive: Archive) -> dict[str, backlog.Heap]:
    return {heap.state: heap for heap in archive.read_now(lambda conn: backlog.heaps(conn, NOW))}


def test_open_and_dead_ones_are_counted_and_sent_ones_are_not(archive: Archive) -> None:
    add(archive)
    add(archive)
    add(archive, state="dead", reason="kicked")
    add(archive, state="sent", sent_at=NOW - timedelta(minutes=3))
    found = heaps(archive)
    assert {state: heap.count for state, heap in found.items()} == {"pending": 2, "dead": 1}
    assert found["dead"].reason == "kicked"
    assert found["pending"].due == NOW - timedelta(hours=1)
    assert found["pending"].chat_sent_at == NOW - timedelta(minutes=3)


def test_what_may_not_go_yet_is_not_due(archive: Archive) -> None:
    add(archive, state="waiting", not_before=NOW + timedelta(minutes=5))
    archive.write_now(lambda conn: chats.park(conn, "-5", NOW + timedelta(minutes=5), "429"))
    waiting = heaps(archive)["waiting"]
    assert waiting.due is None
    assert waiting.chat_waits_until == NOW + timedelta(minutes=5)


def test_uncertain_ones_that_are_held_for_a_person_are_told_apart(archive: Archive) -> None:
    add(archive, state="uncertain")
    add(archive, state="uncertain", not_before=NOW)
    assert (heaps(archive)["uncertain"].count, heaps(archive)["uncertain"].held) == (2, 1)
