"""`wirewatch preview`: how do messages look to a reader?

Every kind of message of `alerts/messages/samples.py`, as a channel would show it. Nothing is sent.
"""

import click

from wirewatch.cli.config_option import config_option, settings


@click.command()
@click.option("--channel", "name", metavar="C", help="As this channel shows them; default: the first.")
@click.option("--html", "as_html", is_flag=True, help="The HTML that is sent, in place of pictures.")
@config_option
def command(name: str | None, as_html: bool) -> None:
    """Show every kind of message as a reader sees it: zone, buttons and preview of the channel."""
    config = settings()
    channels = {channel.name: channel for channel in config.channels}
    if name is not None and name not in channels:
        raise click.UsageError(f"no channel is called {name}: there are {', '.join(channels)}")
    channel = channels[name] if name is not None else config.channels[0]
    from rich.console import Console

    from alerts.channels.interface import button_rows
    from alerts.messages.additions import NOTHING_ADDED
    from alerts.messages.samples import samples
    from alerts.messages.terminal import picture
    from alerts.outbox.rehearsal import rehearse
    from wirewatch.rooms import utc_now

    console = Console()
    for title, sample in samples(utc_now()).items():
        message = rehearse(sample.content, channel, additions=sample.additions, default_zone=config.timezone)
        if sample.additions != NOTHING_ADDED and not message.buttons:
            # Nothing can be pressed there.
            continue
        if as_html:
            click.echo(f"<!-- {title} -->\n{message.text}\n")
            continue
        rows = [[button.label for button in row] for row in button_rows(message.buttons)]
        console.print(title, style="dim")
        note = f"preview: {message.preview_url}" if message.preview_url else ""
        console.print(picture(message.text, rows, chat=channel.name, note=note))
