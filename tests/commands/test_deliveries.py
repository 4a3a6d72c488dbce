"""`wirewatch deliveries` and `retry`: what became of messages, and once more."""

import json
from typing import get_args

from archive import deliveries
from archive.deliveries import State
from tests.commands.desk import Desk
from wirewatch.cli.deliveries import STATES


def test_the_states_of_the_option_are_those_of_the_archive() -> None:
    assert get_args(State) == STATES


def test_they_are_listed_newest_first_with_state_reason_and_headline(desk: Desk) -> None:
    desk.delivery(desk.article("Laos", "https://a.example/1"), state="sent")
    desk.delivery(desk.article("Laos", "https://a.example/2"), "Laos closes", state="dead", reason="kicked")
    lines = desk.run("deliveries").out.splitlines()
    assert lines[1].split()[:4] == ["2", "console", "alert", "dead"]
    assert "kicked" in lines[1]
    assert lines[1].endswith("Laos closes")
    assert lines[2].split()[:4] == ["1", "console", "alert", "sent"]


def test_only_the_states_asked_for_are_listed(desk: Desk) -> None:
    desk.delivery(desk.article("Laos", "https://a.example/1"), state="sent")
    dead = desk.delivery(desk.article("Laos", "https://a.example/2"), state="dead")
    (line,) = desk.run("deliveries", "--state", "dead", "--json").out.splitlines()
    assert json.loads(line)["id"] == dead


def test_retry_sends_the_dead_again_and_leaves_the_sent(desk: Desk) -> None:
    dead = desk.delivery(desk.article("Laos", "https://a.example/1"), state="dead")
    sent = desk.delivery(desk.article("Laos", "https://a.example/2"), state="sent")
    ended = desk.run("retry", "--all")
    assert ended.code == 0
    assert ended.out.startswith("1 deliveries are to be sent again")
    rows = desk.archive.read_now(lambda conn: deliveries.listed(conn, get_args(State)))
    assert {row.id: row.state for row in rows} == {dead: "pending", sent: "sent"}


def test_retry_sends_to_the_chat_that_the_channel_has_by_now(desk: Desk) -> None:
    known = desk.article("Laos", "https://a.example/1")
    desk.delivery(known, state="dead", chat="-1001", channel="console", mark=7)
    desk.delivery(desk.article("Laos", "https://a.example/2"), state="sent", chat="-1001")
    gone = desk.delivery(desk.article("Laos", "https://a.example/3"), state="dead", chat="-1001", channel="x")
    assert desk.run("retry", "--all").code == 0
    rows = desk.archive.read_now(lambda conn: deliveries.listed(conn, get_args(State)))
    assert {row.id: (row.chat, row.state) for row in rows} == {
        1: ("console:console", "pending"),
        2: ("-1001", "sent"),
        gone: ("-1001", "pending"),
    }
    assert rows[-1].mark is None


def test_retry_of_what_is_not_dead_is_a_failure(desk: Desk) -> None:
    sent = desk.delivery(desk.article("Laos", "https://a.example/1"), state="sent")
    ended = desk.run("retry", str(sent))
    assert ended.code == 1
    assert "1 of the IDs name no delivery that is dead or held" in ended.err


def test_retry_wants_to_know_what(desk: Desk) -> None:
    assert desk.run("retry").code == 2
    assert desk.run("retry", "--all", "3").code == 2
