"""What have pressed buttons added to a message?

The frozen value that the delivery's row holds as JSON. A message changes for everybody who sees it,
so all that a press shows or does lies here, and the message can be rendered again from its row: what
is muted until when, and which panel is open below. How it looks is `html.py`, what a press does
`alerts/bot/presses.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

# why: the query with its hits; story: who reported when; mute: the choice of what to mute, as buttons.
Panel = Literal["why", "story", "mute"]


@dataclass(frozen=True, slots=True)
class Muted:
    """Something of this message that its chat does not want to hear for a while, and who said so."""

    what: str
    until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Additions:
    """`lines` are what the open panel says, plain text."""

    panel: Panel | None = None
    lines: tuple[str, ...] = ()
    muted: tuple[Muted, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back."""
        muted = [{**asdict(mute), "until": mute.until.isoformat()} for mute in self.muted]
        return {"panel": self.panel, "lines": list(self.lines), "muted": muted}


NOTHING_ADDED = Additions()


def additions_from(value: Mapping[str, Any] | None) -> Additions:
    """The additions that `to_json` wrote; of None, none."""
    if value is None:
        return NOTHING_ADDED
    muted = (Muted(one["what"], datetime.fromisoformat(one["until"]), one["by"]) for one in value["muted"])
    return Additions(value["panel"], tuple(value["lines"]), tuple(muted))
