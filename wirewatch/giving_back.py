"""What does a daemon give back that only work needs?

Twice a minute: what SQLite holds of the archive in memory, the language model if nobody asked it since, and
what is free in the heap. It is there again within milliseconds when it is needed; where sources rest for
hours nobody needs it, 7 MB after a round over a thousand.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain, repeat

from archive.archive import Archive
from archive.text import language_model
from wirewatch import heap

# Seconds. To give back takes two milliseconds. What is woken each minute reads the archive, so the first
# time comes soon after the start, and those that follow soon after that and not before it.
FIRST, EVERY = 5.0, 30.0


async def give_back(archive: Archive, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Give back for ever, after each pause."""
    for seconds in chain((FIRST,), repeat(EVERY)):
        asked = language_model.asked()
        await pause(seconds)
        if language_model.asked() == asked:
            language_model.let_go()
        await archive.shrink()
        heap.give_back()
