"""Make every source of an archive due, and index what the last round brought.

Run as a process between two rounds: `python -m benchmarks.due DATABASE`. What is measured next is started
by a process that is still small: a child's peak is never told as less than what its parent holds.
"""

import asyncio
import sqlite3
import sys
import time
from pathlib import Path

from archive.archive import Archive
from wirewatch.indexing import index


def make_due(database: Path) -> None:
    """All sources are due now, and no poll is under way."""
    with sqlite3.connect(database) as db:
        db.execute("update source_state set due_at = ?, lease_until = null", (int(time.time() * 1000),))


def index_all(database: Path) -> None:
    """A round would leave most of it to later ones, and `benchmarks/search.py` measures it."""
    archive = Archive(database)
    asyncio.run(index(archive))
    archive.close()


if __name__ == "__main__":
    make_due(Path(sys.argv[1]))
    index_all(Path(sys.argv[1]))
