"""Is the event loop held up?

`LoopLag` sleeps for a moment again and again and notes how much later it woke: everything else in
the loop was as late.
"""

from collections import deque
from time import monotonic

from wirewatch.beat import beat

# How long one sleep takes at most, and how many of them are remembered (a minute).
EVERY = 1.0
REMEMBERED = 60


class LoopLag:
    """The lateness of the loop in seconds: the worst since the start, and the recent ones."""

    def __init__(self, every: float = EVERY) -> None:
        """`every` is the length of one sleep in seconds: shorter sees more and costs more."""
        self._every = every
        self.worst = 0.0
        self.recent: deque[float] = deque(maxlen=REMEMBERED)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = await beat(self._every)
            late = max(monotonic() - due, 0.0)
            self.recent.append(late)
            self.worst = max(self.worst, late)
