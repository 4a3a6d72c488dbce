"""`wirewatch retry`: send again what could not be sent, or what may not have arrived.

The statements are `retry` and `follow` of `archive/deliveries.py`; the daemon sends.
"""

import sys
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.numbers import Number

if TYPE_CHECKING:
    from sqlalchemy import Connection


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
    from alerts.channels.senders import chat_key
    from archive import deliveries
    from archive.lock import holder
    from wirewatch.rooms import utc_now

    wanted = set(ids)
    chats = {channel.name: chat_key(channel) for channel in config.channels}

    def step(conn: "Connection") -> int:
        now = utc_now()
        count = deliveries.retry(conn, now, ids=None if everything else wanted)
        # What was refused may have had the wrong number of its chat.
        deliveries.follow(conn, chats, now)
        return count

    with opened(config) as archive:
        count, _ = archive.write_now(step)
        running = holder(archive) is not None
    soon = "the daemon sends them now" if running else "they are sent when `wirewatch run` is started"
    click.echo(f"{count} deliveries are to be sent again" + (f": {soon}" if count else ""))
    if not everything and count < len(wanted):
        click.echo(f"{len(wanted) - count} of the IDs name no delivery that is dead or held", err=True)
        sys.exit(FAILURE)
