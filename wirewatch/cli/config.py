"""`wirewatch config show`: what does the merged config say, and which file says so?

Printing only; merging is `wirewatch/layers.py`.
"""

import click

from wirewatch.cli.config_option import config_option, locations
from wirewatch.config_errors import ConfigErrors
from wirewatch.layers import read_layers
from wirewatch.merged_entry import find_entry, render


@click.group()
@config_option
def command() -> None:
    """Show what the config says, and where."""


@command.command()
@click.argument("entry", metavar="watch:NAME|source:NAME|terms:NAME")
@config_option
def show(entry: str) -> None:
    """Print a merged entry as YAML, with file and line of every key.

    For example: wirewatch config show watch:laos
    """
    layers = read_layers(locations())
    if layers.errors:
        raise ConfigErrors(layers.errors)
    try:
        node = find_entry(layers, entry)
    except LookupError as unknown:
        raise click.UsageError(str(unknown)) from unknown
    click.echo(render(node), nl=False)
