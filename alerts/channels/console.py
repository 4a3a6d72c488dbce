"""How does a message reach the terminal?

The channel `type: console`, and what stands in for Telegram as long as there is no token: a
picture of the message on standard output; where that is a file or a pipe, such as cron's mail or the
journal, its text with its addresses.
"""

import sys
from typing import TYPE_CHECKING

from alerts.channel import BaseChannel
from alerts.channels.interface import Looker, Message, Outcome, Sender, Sent, Unknown, button_rows
from alerts.channels.registry import Surroundings, channel_type

if TYPE_CHECKING:
    from rich.console import Console


class ConsoleSender:
    """Prints messages; they have no ids."""

    paced = False
    looker: Looker | None = None

    def __init__(self, console: "Console | None", name: str) -> None:
        self._console = console
        self._name = name

    async def send(self, message: Message) -> Outcome:
        """Print `message`."""
        return self._printed(message, "silent" if message.silent else "")

    async def edit(self, message_id: int, message: Message) -> Outcome:
        """Print what the message says now."""
        return self._printed(message, "edited")

    def _printed(self, message: Message, note: str) -> Outcome:
        try:
            self._print(message, note)
        except OSError as error:
            # Whoever read the pipe is gone, or the disk with the file is full; some of it may stand there.
            return Unknown(f"standard output takes nothing: {error.strerror or error}")
        return Sent(None)

    def _print(self, message: Message, note: str) -> None:
        # What writes is slow to load, and most rounds have nothing to write.
        if self._console is None and not sys.stdout.isatty():
            from alerts.channels.letter import letter

            head = " · ".join(filter(None, (self._name, note)))
            print(f"{head}\n{letter(message, as_html=False, titled=False).body}\n", flush=True)
            return
        from rich.console import Console

        from alerts.messages.terminal import picture

        self._console = self._console or Console()
        rows = [[button.label for button in row] for row in button_rows(message.buttons)]
        self._console.print(picture(message.text, rows, chat=self._name, note=note, plain=message.plain))


@channel_type("console")
def build(channel: BaseChannel, surroundings: Surroundings) -> Sender:
    """The sender of one console channel."""
    return ConsoleSender(surroundings.console, channel.name)
