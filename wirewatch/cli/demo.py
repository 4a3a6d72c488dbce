"""`wirewatch demo`: the whole thing in about a minute, without a token or a network.

What is played is `wirewatch/demo/run.py`.
"""

import sys

import click


@click.command()
@click.option("--json", "lines", is_flag=True, help="Print one JSON line a message; the summary on stderr.")
def command(lines: bool) -> None:
    """Show Wirewatch at work on an embedded newsroom.

    Seventeen invented outlets publish in eight languages; the real daemon polls them and sends its
    alerts to a stand-in for Telegram. Each is shown as it arrives, and at the end what came is held
    against what was published. Ends with 1 if an expected alert is missing.
    """
    from wirewatch.demo.run import play_now

    sys.exit(play_now(lines=lines))
