"""Is the event loop held up?

`LoopLag` sleeps for a moment again and again and notes how much later it woke: everything else in
the loop was as late.
"""

import asyncio
from collections import deque
from time import monotonic

# How long one sleep takes, and how many of them are remembered (about a minute).
EVERY = 0.5
REMEMBERED = 120


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
            before = monotonic()
            await asyncio.sleep(self._every)
            late = max(monotonic() - before - self._every, 0.0)
            self.recent.append(late)
            self.worst = max(self.worst, late)
