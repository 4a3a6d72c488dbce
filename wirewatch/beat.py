"""When does a daemon look at what nobody tells it of?

On the beat: what looks once a second does so at the same moment, since to wake costs more than to look.
"""

import asyncio
from time import monotonic


async def beat(every: float) -> float:
    """Sleep until the next whole multiple of `every` seconds on the monotonic clock; when that was."""
    due = (monotonic() // every + 1) * every
    await asyncio.sleep(due - monotonic())
    return due
