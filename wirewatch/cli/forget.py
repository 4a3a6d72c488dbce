"""`wirewatch forget`: a person's data out of the archive.

The statements are `archive/persons.py`.
"""

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.numbers import Number


@click.command()
@click.argument("user", metavar="USER", type=Number())
@config_option
def command(user: int) -> None:
    """Forget what is known of the Telegram user with the number USER.

    Who muted what, and the private chat with the bot with all that was sent there. Backups keep what
    they hold.
    """
    from archive.persons import forget

    config = settings()
    used = [channel.name for channel in config.channels if str(getattr(channel, "chat", "")) == str(user)]
    if used:
        raise click.UsageError(f"the channel {used[0]} sends to this person: take it out of the config first")
    with opened(config) as archive:
        changed, _ = archive.write_now(lambda conn: forget(conn, user))
    if user in config.telegram.admins:
        click.echo(f"{user} still stands under telegram.admins in the config.", err=True)
    said = ", ".join(f"{count} {what}" for what, count in changed.items() if count)
    click.echo(f"Forgot {said}." if said else "Nothing was known of this person.")
