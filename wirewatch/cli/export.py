"""`wirewatch export`: the archive as article lines."""

import sys
from datetime import timedelta

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.progress import looked_through
from wirewatch.cli.spans import span


@click.command()
@click.option("--since", callback=span, help="How far back, such as 30d; everything without it.")
@config_option
def command(since: timedelta | None) -> None:
    """Print the archive's articles as JSON lines, in the order in which they came.

    The lines that `match`, `cluster` and `explain` read; besides, `found` (RFC 3339) and `story` (a
    number, or null). Bodies are printed where they are still kept: they are for your own use, and not
    to be published.
    """
    from archive.batches import articles_since
    from wirewatch.article_lines import print_article, print_time
    from wirewatch.rooms import utc_now

    with opened(settings()) as archive:
        found = articles_since(archive, None if since is None else utc_now() - since)
        # Lines on the terminal are progress enough.
        for stored in found if sys.stdout.isatty() else looked_through(archive, found, "writing"):
            line = print_article(stored.article, found=print_time(stored.found_at), story=stored.story)
            click.echo(line)
