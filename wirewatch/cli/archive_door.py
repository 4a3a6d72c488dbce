"""How does a command reach the archive?

`opened` opens the archive of the config for the length of a command, whether or not a daemon works
on it: a command writes in short transactions and never takes the daemon's lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.archive import Archive
    from wirewatch.settings import Settings


@contextmanager
def opened(config: "Settings", *, create: bool = False) -> "Iterator[Archive]":
    """The archive, ready for use; an archive that is not there yet is made only with `create`.

    Raises ArchiveError where there is none, or none that can be used.
    """
    with opened_at(config.archive, create=create) as archive:
        yield archive


@contextmanager
def opened_at(where: Path | str, *, create: bool = False) -> "Iterator[Archive]":
    """As `opened`, for an archive's path or address."""
    from archive.archive import Archive, ArchiveError, make_folder, stands, told_plainly
    from archive.schema import prepare

    if isinstance(where, Path):
        if create:
            make_folder(where)
        elif not stands(where):
            raise ArchiveError(f"there is no archive yet ({where}): start `wirewatch run` first")
    archive = Archive(where)
    try:
        prepare(archive)
        with told_plainly(archive.shown):
            yield archive
    finally:
        archive.close()
