"""`wirewatch parse`: what does this feed announce?

A feed on stdin, an article line an entry on stdout, in the feed's order. Reading feeds is
`crawler/feeds/parse.py`, the form of a line `wirewatch/article_lines.py`.
"""

import sys

import click

from archive.article import Article
from crawler.entry import Entry
from wirewatch.article_lines import print_article
from wirewatch.cli.config_option import config_option


@click.command()
@click.option("--url", default="", metavar="U", help="Where the feed came from; makes its links absolute.")
@config_option
def command(url: str) -> None:
    """Print the entries of the feed on stdin (RSS, Atom, RDF or JSON Feed) as article lines.

    For example: curl -s U | wirewatch parse --url U | wirewatch match
    """
    from crawler.feeds.parse import FeedError, parse_feed

    try:
        feed = parse_feed(sys.stdin.buffer.read(), url)
    except FeedError as error:
        raise click.ClickException(str(error)) from error
    for entry in feed.entries:
        click.echo(print_article(as_article(entry, feed.language)))


def as_article(entry: Entry, language: str | None = None) -> Article:
    """The entry as it is printed; `language` is the feed's, for entries that state none."""
    from crawler.identity import canonical_url

    return Article(
        id=canonical_url(entry.link) if entry.link else entry.guid or entry.title,
        url=entry.link,
        title=entry.title,
        summary=entry.summary,
        body=entry.content or None,
        published=entry.published,
        trust=entry.trust,
        language=entry.language or language,
    )
