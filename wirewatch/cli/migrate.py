"""`wirewatch migrate`: the archive's schema brought up to this program's.

The work is `archive/schema.py`.
"""

from typing import TYPE_CHECKING

import click

from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.progress import bar

if TYPE_CHECKING:
    from archive.archive import Archive


@click.command()
@config_option
def command() -> None:
    """Bring the archive to this version's schema.

    A SQLite archive is copied beside itself first, and is also migrated when the daemon starts; a
    PostgreSQL one only by this command: make a copy with pg_dump before. End the daemon first. An
    archive of a newer Wirewatch is refused and left untouched.
    """
    from archive.archive import Archive, told_plainly

    archive = Archive(settings().archive)
    try:
        with told_plainly(archive.shown):
            click.echo(_migrate(archive))
    finally:
        archive.close()


def _migrate(archive: "Archive") -> str:
    from archive.lock import DaemonLock
    from archive.schema import REVISION, prepare, revision_of, suits

    found = archive.read_now(revision_of)
    if found == REVISION:
        return f"The archive has the schema of this version ({REVISION}): nothing to do."
    lock = DaemonLock(archive)
    if found is not None:
        # Before the lock, which writes down who holds it.
        suits(found)
        lock.acquire()
    try:
        with bar("migrating") as tell:
            prepare(archive, migrate=True, progress=tell)
    finally:
        lock.release()
    return f"The archive has schema {REVISION} now" + (f"; it had {found}." if found else ".")
