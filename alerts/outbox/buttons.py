"""Which buttons stand under an alert, and what does their data say?

`verb:delivery:key`, at most 64 bytes. The key is random, lies in one archive and was sent to one chat
only: nobody can make up the data, and what is pressed elsewhere proves nothing. What a pressed button
proves is `pressing.py`, what it does `alerts/bot/presses.py`.
"""

from datetime import timedelta
from typing import NamedTuple

from alerts.channels.interface import Button
from alerts.messages.additions import NOTHING_ADDED, Additions

# What can be muted from a message, and for how long.
MUTABLE = ("story", "source", "watch")
LENGTHS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7)}
_LABELS = {"1h": "1 h", "1d": "1 d", "7d": "7 d"}


def row_of_buttons(delivery: int, key: str, additions: Additions = NOTHING_ADDED) -> tuple[Button, ...]:
    """The buttons of an alert; where the choice of what to mute is open, that choice."""

    def button(label: str, verb: str, row: int = 0) -> Button:
        return Button(label, f"{verb}:{delivery}:{key}", row)

    if additions.panel == "mute":
        choices = tuple(
            button(f"{what.capitalize()} {_LABELS[length]}", f"mute-{what}-{length}", row)
            for row, what in enumerate(MUTABLE)
            for length in LENGTHS
        )
        return (*choices, button("Back", "back", len(MUTABLE)))
    mute = button("Unmute", "unmute") if additions.muted else button("Mute", "mute")
    return (button("Why?", "why"), mute, button("Story", "story"))


class PressedButton(NamedTuple):
    """What a button's data say: what it does, to which delivery, and the key that proves it."""

    verb: str
    delivery: int
    key: str


def read_button(data: str) -> PressedButton | None:
    """What the data of a pressed button say; None where they are not ours."""
    verb, _, rest = data.partition(":")
    number, _, key = rest.partition(":")
    # A row's number has no more digits; a database would choke on them.
    is_number = number.isascii() and number.isdecimal() and len(number) <= 18
    return PressedButton(verb, int(number), key) if is_number and key else None
