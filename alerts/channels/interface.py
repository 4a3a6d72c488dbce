"""What does a channel answer when the outbox asks it to send, and what must a channel be able to do?

The outcomes are a closed union that cannot be misread. One file a channel implements `Sender`;
building them from the config is `alerts/channels/senders.py`, and what the outbox does with an
outcome is `alerts/outbox/transitions.py`.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol

# Why something can never be sent as it stands. chat: gone or unknown; blocked: by the reader;
# kicked: the bot was put out; topic: closed or gone; rights: one is missing; markup: the text was
# refused, plain text may pass; message: refused for itself; edited: what was to be edited is gone.
Code = Literal["chat", "blocked", "kicked", "topic", "rights", "markup", "message", "edited"]


@dataclass(frozen=True, slots=True)
class Membership:
    """How the bot stands in a chat. `hindrance` keeps it from posting, None where nothing does;
    `edits_others`: it may edit what others posted there."""

    hindrance: Code | None
    edits_others: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """It stands in the chat. `message_id` is None where the channel has no ids."""

    message_id: int | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """It surely did not go out; trying again is safe."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Whether it went out cannot be told."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It did not go out, and nothing may for so many seconds: to this chat, or by this bot."""

    seconds: float
    reason: str
    whole_bot: bool = False


@dataclass(frozen=True, slots=True)
class Permanent:
    """It did not go out and will not, until somebody changes something."""

    reason: str
    code: Code


@dataclass(frozen=True, slots=True)
class Moved:
    """It did not go out: the chat goes by another id now."""

    chat: str


Outcome = Sent | NotSent | Unknown | Wait | Permanent | Moved


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `data` comes back when it is pressed (at most 64 bytes). Those of one
    `row` stand side by side."""

    label: str
    data: str
    row: int = 0


def button_rows(buttons: tuple[Button, ...]) -> list[list[Button]]:
    """The buttons as they stand: row below row."""
    return [list(row) for _, row in groupby(buttons, key=lambda button: button.row)]


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to go.

    `text` is Telegram's HTML, or plain text where `plain`. `preview_url` is the page whose
    preview is shown, None for no preview; `reply_to` the id of a message it answers.
    """

    chat: str
    text: str
    plain: bool = False
    topic: int | None = None
    silent: bool = False
    preview_url: str | None = None
    preview_large: bool = False
    reply_to: int | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of ours whose buttons were changed: what it says, and where its links lead."""

    text: str
    links: tuple[str, ...] = ()


# What a message id turned out to be: ours (it bears exactly these buttons), other (another
# message, or none), or what it says (it was a message of ours that did not bear them, and now does).
Sight = Literal["ours", "other"] | Seen


class Looker(Protocol):
    """What a channel that can be looked into offers besides; only Telegram can be."""

    async def number(self, name: str) -> Outcome:
        """Which chat goes by this `@name` now? `Moved` to its number; never `Unknown` or `Sent`."""

    async def may_look(self, chat: str) -> str | None:
        """None if looking there can harm nobody's message; else why it is not allowed."""

    def forget_rights(self, chat: str) -> None:
        """The bot's rights in this chat have changed."""

    async def look(self, chat: str, message_id: int, buttons: tuple[Button, ...]) -> Sight | Outcome:
        """Ask what this message id is; an Outcome where that could not be learnt."""

    async def read(
        self, chat: str, message_id: int, buttons: tuple[Button, ...]
    ) -> Literal["other"] | Seen | Outcome:
        """What does this message of ours say, whatever buttons it bears? Afterwards it bears these.

        After an Outcome it bears these, the ones it had, or none.
        """

    async def stamp(self, chat: str, message_id: int, buttons: tuple[Button, ...]) -> Outcome:
        """Put these buttons, or none, under a message of ours."""

    async def delete(self, chat: str, message_id: int) -> Outcome:
        """Delete a message of ours; `Sent` too where it was gone already."""


class Sender(Protocol):
    """A way to reach a chat. None of the methods raises for what the other side does."""

    # Whether the limits of Telegram hold for it.
    paced: bool
    # Whether lost messages can be looked for.
    looker: Looker | None

    async def send(self, message: Message) -> Outcome:
        """Post a new message."""

    async def edit(self, message_id: int, message: Message) -> Outcome:
        """Change the message with this id; `Sent` too where it was so already."""
