"""Does the table say what becomes of a delivery in every state, and never something that loses it?"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from alerts.outbox.transitions import EDIT, MESSAGE, Event, ImpossibleEvent, Rule, Times, after
from archive.deliveries import State

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TIMES = Times()
STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)
Table = Mapping[tuple[State, Event], Rule]
CELLS = [
    *((False, state, event, rule) for (state, event), rule in MESSAGE.items()),
    *((True, state, event, rule) for (state, event), rule in EDIT.items()),
]


@pytest.mark.parametrize(("edit", "state", "event", "rule"), CELLS)
def test_each_cell_gives_the_state_act_and_time_it_names(
    edit: bool, state: State, event: Event, rule: Rule
) -> None:
    change = after(state, event, NOW, TIMES, edit=edit, asked=timedelta(seconds=7))
    waits = {"now": None, "never": None, "backoff": 1, "settle": 30, "asked": 7}
    wait = waits[rule.due]
    assert (change.state, change.act) == (rule.state, rule.act)
    assert change.not_before == (None if wait is None else NOW + timedelta(seconds=wait))


@pytest.mark.parametrize("edit", [False, True])
def test_what_is_not_in_the_table_cannot_happen(edit: bool) -> None:
    table = EDIT if edit else MESSAGE
    for state, event in product(STATES, EVENTS):
        if (state, event) not in table:
            with pytest.raises(ImpossibleEvent, match=event):
                after(state, event, NOW, TIMES, edit=edit)


@pytest.mark.parametrize("table", [MESSAGE, EDIT])
def test_every_answer_and_a_crash_are_provided_for_while_sending(
    table: Table,
) -> None:
    answers: tuple[Event, ...] = (
        "sent", "not_sent", "unknown", "wait", "moved", "refused", "refused_markup", "crashed",
    )  # fmt: skip
    assert {event for state, event in table if state == "sending"} == set(answers)


@pytest.mark.parametrize("table", [MESSAGE, EDIT])
def test_sending_begins_only_by_a_claim_so_the_row_says_so_before_the_act(
    table: Table,
) -> None:
    for (_, event), rule in table.items():
        assert (rule.state == "sending") == (event == "claimed") == (rule.act == "send")


def test_no_state_but_sent_is_an_end() -> None:
    leads_on = {state for state, _ in MESSAGE}
    assert leads_on == set(STATES)
    assert {rule.state for (state, _), rule in MESSAGE.items() if state == "sent"} == {"sent"}


def test_a_message_of_unknown_outcome_is_never_sent_again_without_a_look_or_a_rule() -> None:
    again = {
        event for (state, event), rule in MESSAGE.items() if state == "uncertain" and rule.state == "pending"
    }
    assert again == {"missing", "unlookable_resend", "retried"}


def test_an_edit_is_never_uncertain() -> None:
    assert "uncertain" not in {rule.state for rule in EDIT.values()}


def test_back_off_doubles_up_to_its_most() -> None:
    waits = [
        after("sending", "not_sent", NOW, TIMES, failures=failures).not_before
        for failures in (0, 1, 2, 6, 99)
    ]
    assert [(moment - NOW).total_seconds() for moment in waits if moment] == [1, 2, 4, 60, 60]


def test_every_resend_settles_twice_as_long_so_an_outage_makes_few_copies() -> None:
    waits = [after("sending", "unknown", NOW, TIMES, resent=resent).not_before for resent in (0, 1, 2, 9)]
    assert [(moment - NOW).total_seconds() for moment in waits if moment] == [30, 60, 120, 3600]
