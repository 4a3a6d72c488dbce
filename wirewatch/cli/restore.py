"""`wirewatch restore`: a copy of the archive in its place.

The work is `archive/backup.py`.
"""

from pathlib import Path

import click

from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.progress import bar

AFTER = """\
Since that copy was made the bot may have sent messages that it knows nothing of:
- What was still to be sent in it is sent, and may be there already: `wirewatch deliveries --state pending`.
- Messages whose arrival was not known are no longer looked for by what was known then.
- What was published since is found anew, and comes as one digest a channel."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def command(file: Path) -> None:
    """Put the copy FILE in the place of the archive.

    The copy is looked through first; the archive that stood is kept beside it. End the daemon before.
    """
    from archive.archive import ArchiveError
    from archive.backup import restore
    from wirewatch.rooms import utc_now

    config = settings()
    if not isinstance(config.archive, Path):
        raise ArchiveError(
            "a PostgreSQL archive is put back by PostgreSQL itself: end the daemon, then `pg_restore --clean`"
        )
    kept = config.archive.with_name(f"{config.archive.name}.{utc_now():%Y%m%d-%H%M%S}.before-restore")
    with bar("copying") as tell:
        stood = restore(file, config.archive, kept, tell)
    click.echo(f"{config.archive} is {file} now." + (f" The former one is {kept}." if stood else ""))
    click.echo(AFTER, err=True)
