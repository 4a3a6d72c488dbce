"""`wirewatch opml import|export`: feeds from other readers, and back.

Files and printing only; what becomes of a feed is `wirewatch/opml.py`.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from wirewatch.cli.config_option import config_option, locations, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.progress import bar
from wirewatch.secrets import is_secret, mask

if TYPE_CHECKING:
    from wirewatch.opml import MovedIn

REMEDY = "put each of these addresses into a file of its own and name it with `url_file`"


@click.group()
@config_option
def command() -> None:
    """Take feeds over from another reader, or give them to one, as OPML."""


@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--to", metavar="NAME", help="The new file sources/NAME.yaml; default: as FILE is called.")
@config_option
def import_(file: BinaryIO, to: str | None) -> None:
    """Write the feeds of an OPML FILE (or -, stdin) as config/sources/NAME.yaml.

    Nothing that is there is changed. What cannot be carried over is listed. Where an address holds a
    password, nobody but you can read the new file. Ends with 1 if nothing was carried over.
    """
    from wirewatch.opml import LARGEST, OpmlError, entries, read

    config = settings()
    folder = locations().config
    if folder is None:
        raise click.UsageError("there is no config folder yet: make one and name it with --config")
    target = folder / "sources" / f"{to or Path(getattr(file, 'name', '-')).stem.strip('-<>') or 'opml'}.yaml"
    if target.exists():
        raise click.UsageError(f"{target} is there already: choose another name with --to")
    try:
        outlines, damage = read(file.read(LARGEST + 1))
    except OpmlError as error:
        raise click.ClickException(str(error)) from error
    moved = entries(outlines, config.sources, config.outlet_of.keys())
    count = sum(map(len, moved.entries.values()))
    if count:
        target.parent.mkdir(parents=True, exist_ok=True)
        secret = _with_passwords(moved)
        with bar("importing") as tell:
            # To read it takes as long as to make it.
            text = _as_yaml(moved, lambda done: tell(done, 2 * count))
            opened = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if secret else 0o666)
            with os.fdopen(opened, "w", encoding="utf-8") as written:
                written.write(text)
            # As the daemon will read it; a mistake would be ours, and is told with its line.
            settings()
        click.echo(f"{count} sources are in {target}: country, languages, kind and tier are for you to add")
        if secret:
            _left(f"{target} holds passwords, and only you can read it: {REMEDY}", secret)
    if damage is not None:
        click.echo(f"the file is damaged, and what follows there may be missing: {damage}", err=True)
    _left("not carried over", [mask(line) for line in moved.left])
    if not count:
        click.echo("nothing was carried over", err=True)
        sys.exit(FAILURE)


@command.command()
@config_option
def export() -> None:
    """Write the enabled feeds as OPML to stdout; what is no feed is listed on stderr."""
    from wirewatch.opml import write

    text, left = write(settings().sources)
    click.echo(text, nl=False)
    _left("left out", left)


def _with_passwords(moved: "MovedIn") -> list[str]:
    found = [entry for entries in moved.entries.values() for entry in entries]
    return [str(entry["name"]) for entry in found if is_secret(str(entry["url"]))]


def _left(what: str, lines: Sequence[str]) -> None:
    if lines:
        click.echo(f"{what}:", err=True)
    for line in lines:
        click.echo(f"  {line}", err=True)


def _as_yaml(moved: "MovedIn", tell: Callable[[int], None]) -> str:
    """The new file's text; `tell` hears how many feeds are done."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    pieces, done = ["sources:\n"], 0
    for folder, found in moved.entries.items():
        if folder:
            pieces.append(f"  # {folder}\n")
        for entry in found:
            text = StringIO()
            yaml.dump([dict(entry)], text)
            pieces.append(f"{text.getvalue()}\n")
            done += 1
            tell(done)
    return "".join(pieces).rstrip("\n") + "\n"
