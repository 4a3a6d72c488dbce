"""`wirewatch discover URL`: where on this site are its articles announced, and how would the entry read?

What was found goes to stderr, the entry alone to stdout, so that it can be written into a file. Looking is
`crawler/discovery.py`, composing the entry `wirewatch/suggestion.py`.
"""

import asyncio
import sys
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.discovery import Discovery, Find
    from wirewatch.settings import Settings

_HEADINGS = {"feed": "Feeds", "sitemap": "Sitemaps", "section": "Sections"}


@click.command()
@click.argument("url")
@config_option
def command(url: str) -> None:
    """Look for feeds, sitemaps and article lists of a site, and print a ready source entry.

    For example: wirewatch discover https://www.example.org/ > sources/example.yaml

    Asks for a dozen pages or two, a second apart, where robots.txt allows it. Ends with 1 if nothing
    was found.
    """
    from wirewatch.rooms import utc_now
    from wirewatch.suggestion import suggest

    config, now = settings(), utc_now()
    address = url if "://" in url else f"https://{url}"
    found = asyncio.run(_discover(address, config, now))
    for line in _report(found, now, config.timezone):
        click.echo(line, err=True)
    suggested = suggest(found, config, now)
    if suggested is None:
        click.echo("Nothing was found that announces articles.", err=True)
        sys.exit(FAILURE)
    entry, remarks = suggested
    click.echo(_printed(entry, remarks), nl=False)


async def _discover(url: str, config: "Settings", now: "datetime") -> "Discovery":
    from crawler.children import Child
    from crawler.client import Client
    from crawler.discovery import discover
    from crawler.gathering import Tools
    from crawler.robots import Robots

    reading, crawling = Child("reading"), Child("crawling")
    async with Client(config.fetch, config.contact) as client:
        try:
            tools = Tools(client, reading, crawling, config.fetch, config.contact)
            return await discover(url, tools, Robots(client), now)
        finally:
            await reading.close()
            await crawling.close()


def _report(found: "Discovery", now: "datetime", zone: tzinfo) -> list[str]:
    lines = []
    for type_, heading in _HEADINGS.items():
        finds = [find for find in found.finds if find.type == type_]
        lines += [heading, *(_find(find, now, zone) for find in finds)] if finds else []
    if found.page is not None and found.page.page is not None:
        length = len(found.page.page.body)
        lines += ["Article pages", f"  can be read: {length} characters at {found.page.url}"]
    elif found.page is not None:
        lines += ["Article pages", f"  {found.page.note}"]
    return lines + [f"Note: {note}" for note in found.notes]


def _find(find: "Find", now: "datetime", zone: tzinfo) -> str:
    from wirewatch.cli.times import shown

    said = [f"{find.entries} {'article links' if find.type == 'section' else 'entries'}"]
    said += [f"newest {shown(find.newest, now, zone)}"] if find.newest is not None else []
    said += [f"{find.full} with the full text"] if find.full else []
    said += ["addresses alone, no titles"] if not find.titled else []
    said += [f"shapes {', '.join(find.shapes[:3])}"] if find.shapes else []
    name = f" ({find.name})" if find.name else ""
    return f"  {find.url}{name}: {', '.join(said)}"


def _printed(entry: dict[str, object], remarks: list[str]) -> str:
    """The entry as a file of its own, the remarks as comments above it."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml, out = YAML(), StringIO()
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump({"sources": [entry]}, out)
    head, _, rest = out.getvalue().partition("\n")
    return "\n".join([head, *(f"  # {remark}" for remark in remarks), rest])
