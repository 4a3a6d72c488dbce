"""`wirewatch retry`: send again what could not be sent, or what may not have arrived.

The statement is `archive.deliveries.retry`; the daemon sends.
"""

import sys

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.numbers import Number


@click.command()
@click.argument("ids", type=Number(), nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that are dead or held.")
@config_option
def command(ids: tuple[int, ...], everything: bool) -> None:
    """Send dead deliveries again, and those that are held because they may have arrived.

    IDs are those of `wirewatch deliveries`. The running daemon sends them within seconds. Ends with
    1 if an ID names no delivery that is dead or held.
    """
    if bool(ids) == everything:
        raise click.UsageError("give the IDs of deliveries, or --all")
    config = settings()
    from archive import deliveries
    from archive.lock import holder
    from wirewatch.rooms import utc_now

    wanted = set(ids)
    with opened(config) as archive:
        count, _ = archive.write_now(
            lambda conn: deliveries.retry(conn, utc_now(), ids=None if everything else wanted)
        )
        running = holder(archive) is not None
    soon = "the daemon sends them now" if running else "they are sent when `wirewatch run` is started"
    click.echo(f"{count} deliveries are to be sent again" + (f": {soon}" if count else ""))
    if not everything and count < len(wanted):
        click.echo(f"{len(wanted) - count} of the IDs name no delivery that is dead or held", err=True)
        sys.exit(FAILURE)
