"""What did the stand-in really accept, when, and did the client learn of it?

The ledger is the truth about loss and duplication: a line is written at the instant a message is
stored, changed or deleted, whatever the client saw afterwards.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from wirewatch.demo.botapi.markup import Formatted


@dataclass(slots=True)
class Accepted:
    """One accepted act.

    `at` is aware wall time in UTC, `monotonic` seconds of the monotonic clock, `params` what the request
    said. `content`, `reply_markup` and `link_preview` are the message as it stands after the act (of a
    deleted one: as it stood). `seen_by_client` becomes true when the whole answer was handed to a
    connection that was still open.
    """

    at: datetime
    monotonic: float
    method: str
    chat_id: int
    message_id: int
    params: dict[str, Any]
    content: Formatted
    reply_markup: dict[str, Any] | None
    link_preview: dict[str, Any] | None
    seen_by_client: bool = False

    @property
    def text(self) -> str:
        """The visible plain text."""
        return self.content.text


class Ledger(list[Accepted]):
    """Accepted acts in the order of acceptance."""

    def of(self, *methods: str, chat_id: int | None = None) -> Self:
        """Only the acts of these methods, in this chat where one is given."""
        return type(self)(
            act for act in self if act.method in methods and (chat_id is None or act.chat_id == chat_id)
        )

    @property
    def messages(self) -> Self:
        """The messages sent, without edits and deletions."""
        return self.of("sendMessage")

    def max_rate(self, window: float) -> dict[int, int]:
        """For every chat, the most acts that any `window` seconds held (half-open, monotonic clock)."""
        times: defaultdict[int, list[float]] = defaultdict(list)
        for act in self:
            times[act.chat_id].append(act.monotonic)
        return {chat_id: _most_within(moments, window) for chat_id, moments in times.items()}

    def max_rate_overall(self, window: float) -> int:
        """The most acts in any `window` seconds, all chats together."""
        return _most_within([act.monotonic for act in self], window)


def _most_within(moments: list[float], window: float) -> int:
    most = first = 0
    moments = sorted(moments)
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most
