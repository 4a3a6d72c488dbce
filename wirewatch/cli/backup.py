"""`wirewatch backup`: a copy of the archive while everything runs.

The copying is `archive/backup.py`.
"""

from pathlib import Path

import click

from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.progress import bar


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@config_option
def command(file: Path | None) -> None:
    """Copy the archive to FILE, as it is at one moment, while a daemon may go on writing.

    Without FILE beside the archive, with the time in its name; FILE may be a folder. The config is
    yours to keep: files in a folder.
    """
    from archive.archive import ArchiveError
    from archive.backup import back_up
    from wirewatch.rooms import utc_now

    config = settings()
    if not isinstance(config.archive, Path):
        raise ArchiveError(
            "a PostgreSQL archive is copied by PostgreSQL itself, also while a daemon works: "
            "`pg_dump --format=custom`"
        )
    name = f"{config.archive.name}.{utc_now():%Y%m%d-%H%M%S}.backup"
    target = config.archive.with_name(name) if file is None else file / name if file.is_dir() else file
    with bar("copying") as tell:
        back_up(config.archive, target, tell)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
