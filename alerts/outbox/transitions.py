"""What becomes of a delivery when something happens to it?

The outbox's whole table: (state, event) → (state, act, when it is looked at again). It is pure and
knows neither archive nor Telegram; a test walks through every cell. The worker (`worker.py`) writes
the new state durably and then does the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from archive.deliveries import State

Event = Literal[
    "claimed",  # the worker is about to send it
    "sent",
    "not_sent",  # it surely did not go out
    "unknown",  # whether it went out cannot be told
    "wait",  # Telegram named a time before which nothing may be sent
    "moved",  # the chat goes by another id
    "refused",  # it cannot be sent until somebody changes something
    "refused_markup",  # its markup was not understood
    "crashed",  # the program ended while it was being sent
    "unlookable_resend",  # settled, looking is not allowed, `on_uncertain: resend`
    "unlookable_hold",  # the same with `hold`
    "found",  # looking found it
    "missing",  # looking did not find it
    "pressed",  # a button under it was pressed: it stands
    "rechecked",  # looked for once more, and no twin was there
    "twin",  # a second copy was found
    "retried",  # a person replays it
    "quiet",  # the channel's quiet hours have begun before its turn came
]

# What the worker does once the new state is written.
Act = Literal["none", "send", "park", "move", "tell", "delete_twin"]

# When the row is looked at again: at once, after a back-off, when it has settled, when Telegram
# said, or not before a person asks for it.
Due = Literal["now", "backoff", "settle", "asked", "never"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell of the table."""

    state: State
    act: Act = "none"
    due: Due = "now"


@dataclass(frozen=True, slots=True)
class Times:
    """How long the outbox waits; tests set them a hundred times shorter.

    `settle`: before an unknown outcome is looked into, doubled by every resend up to `settle_most`.
    `recheck`: before a resent message is looked for once more. `backoff` to `backoff_most`: between
    attempts that surely did not go out.
    """

    settle: timedelta = timedelta(seconds=30)
    settle_most: timedelta = timedelta(hours=1)
    recheck: timedelta = timedelta(minutes=10)
    backoff: timedelta = timedelta(seconds=1)
    backoff_most: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Change:
    """What is written (`state`, `not_before`) and then done (`act`)."""

    state: State
    act: Act
    not_before: datetime | None


# A message of its own. A copy may stand as soon as an attempt was made whose outcome is unknown.
MESSAGE: Mapping[tuple[State, Event], Rule] = {
    ("pending", "claimed"): Rule("sending", "send"),
    ("waiting", "claimed"): Rule("sending", "send"),
    ("sending", "sent"): Rule("sent"),
    ("sending", "not_sent"): Rule("waiting", "park", "backoff"),
    ("sending", "wait"): Rule("waiting", "park", "asked"),
    ("sending", "moved"): Rule("pending", "move"),
    ("sending", "unknown"): Rule("uncertain", "none", "settle"),
    ("sending", "crashed"): Rule("uncertain", "none", "settle"),
    ("sending", "refused"): Rule("dead", "tell", "never"),
    ("sending", "refused_markup"): Rule("pending", "tell"),
    # The rest of a chat that refuses everything.
    ("pending", "refused"): Rule("dead", "none", "never"),
    ("waiting", "refused"): Rule("dead", "none", "never"),
    ("pending", "quiet"): Rule("pending", "none", "asked"),
    ("waiting", "quiet"): Rule("pending", "none", "asked"),
    ("uncertain", "unlookable_resend"): Rule("pending"),
    ("uncertain", "unlookable_hold"): Rule("uncertain", "tell", "never"),
    ("uncertain", "found"): Rule("sent"),
    ("uncertain", "missing"): Rule("pending"),
    ("uncertain", "pressed"): Rule("sent"),
    # The first copy stands after all: no second one is sent.
    ("pending", "pressed"): Rule("sent"),
    ("waiting", "pressed"): Rule("sent"),
    ("sent", "rechecked"): Rule("sent"),
    ("sent", "twin"): Rule("sent", "delete_twin"),
    ("dead", "retried"): Rule("pending"),
    ("uncertain", "retried"): Rule("pending"),
}

# An edit may be repeated without harm, so nothing about it is ever uncertain.
EDIT: Mapping[tuple[State, Event], Rule] = {
    ("pending", "claimed"): Rule("sending", "send"),
    ("waiting", "claimed"): Rule("sending", "send"),
    ("sending", "sent"): Rule("sent"),
    ("sending", "not_sent"): Rule("waiting", "park", "backoff"),
    ("sending", "unknown"): Rule("waiting", "park", "backoff"),
    ("sending", "crashed"): Rule("pending"),
    ("sending", "wait"): Rule("waiting", "park", "asked"),
    ("sending", "moved"): Rule("pending", "move"),
    ("sending", "refused"): Rule("dead", "tell", "never"),
    ("sending", "refused_markup"): Rule("pending", "tell"),
    ("pending", "refused"): Rule("dead", "none", "never"),
    ("waiting", "refused"): Rule("dead", "none", "never"),
    ("dead", "retried"): Rule("pending"),
}


class ImpossibleEvent(Exception):
    """The table has no cell for this: a bug of the caller."""


def after(
    state: State,
    event: Event,
    now: datetime,
    times: Times,
    *,
    edit: bool = False,
    failures: int = 0,
    resent: int = 0,
    asked: timedelta = timedelta(0),
) -> Change:
    """What `event` makes of a delivery in `state`.

    `failures` is how often in a row sending failed before, `resent` how often this delivery went
    out again, `asked` how long Telegram wants to be left alone. Raises ImpossibleEvent.
    """
    rule = (EDIT if edit else MESSAGE).get((state, event))
    if rule is None:
        what = "an edit" if edit else "a message"
        raise ImpossibleEvent(f"{event} cannot happen to {what} that is {state}")
    waits: Mapping[Due, timedelta | None] = {
        "now": None,
        "never": None,
        "backoff": _doubled(times.backoff, failures, times.backoff_most),
        "settle": _doubled(times.settle, resent, times.settle_most),
        "asked": asked,
    }
    wait = waits[rule.due]
    return Change(rule.state, rule.act, None if wait is None else now + wait)


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    return min(first * (1 << min(times, 16)), most)
