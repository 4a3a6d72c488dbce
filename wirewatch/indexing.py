"""When does the full-text index learn of articles?

The `index` job, woken at start and every few minutes: it takes what is noted, in short transactions, and
may stop after any of them. Until then a search reads what is noted. What an article is indexed by, and
the statements, are `archive/indexing.py`.
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive import noted
from archive.archive import Archive

if TYPE_CHECKING:
    from archive.indexing import Waiting

# Alerts wait for the one writer: it is held about so long at a time (seconds).
HOLD = 0.03
# Articles of the first transaction; of a later one as many as the pace allows, up to this.
FIRST = 20
MOST = 200


async def index(archive: Archive, _key: str = "", *, most: int | None = None) -> None:
    """Index what is noted, about `most` articles or all; made by other rules, the index is begun anew."""
    if await archive.read(_is_done):
        return
    from archive import indexing

    if not await archive.read(noted.suits):
        await archive.write(indexing.begin_anew)
    size, indexed = FIRST, 0
    while most is None or indexed < most:
        began = time.monotonic()
        batch = await archive.read(partial(_waiting, size))
        done, held = await archive.write(partial(_index, batch))
        if not done:
            break
        indexed += done
        size = min(max(round(size * HOLD / held), 1), 2 * size, MOST)
        # The other half of the time is for whoever needs the machine.
        await asyncio.sleep(time.monotonic() - began)


def _is_done(conn: Connection) -> bool:
    return noted.suits(conn) and not noted.behind(conn)


def _waiting(limit: int, conn: Connection) -> "list[Waiting]":
    from archive import indexing

    return indexing.waiting(conn, limit)


def _index(batch: "Sequence[Waiting]", conn: Connection) -> tuple[int, float]:
    from archive import indexing

    began = time.monotonic()
    return indexing.index(conn, batch), time.monotonic() - began
