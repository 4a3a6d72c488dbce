"""How does a person at a terminal see that long work goes on?

By a bar on stderr, and only where that is a terminal: a script's output stays what it is.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.articles import StoredArticle

# Articles between two looks of the bar.
_STEP = 200


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done, and of how much."""
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as shown:
        yield lambda done, of: shown.update(100 * done // max(of, 1) - shown.pos)
        shown.update(100 - shown.pos)


def looked_through(
    archive: "Archive", found: "Iterable[StoredArticle]", label: str
) -> "Iterator[StoredArticle]":
    """The same articles, which come in the order of their rows, under a bar."""
    from archive import articles

    newest = archive.read_now(articles.newest)
    with bar(label) as tell:
        for number, stored in enumerate(found):
            if number % _STEP == 0:
                tell(stored.id, newest)
            yield stored
