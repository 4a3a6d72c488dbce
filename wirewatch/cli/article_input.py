"""Which articles does a user mean who names a file, `-`, or the address of one in the archive?"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.article import Article
from wirewatch.article_lines import LineError, read_article

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.articles import StoredArticle
    from wirewatch.settings import Settings


def read_articles(source: str, config: "Settings") -> Iterator[Article]:
    """The articles of a file of article lines, or of stdin for `-`; also one object over many lines.

    Raises click.ClickException for a file that cannot be read, or a line that is no article.
    """
    try:
        given = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise click.ClickException(f"{source}: {error.strerror or error}") from error
    try:
        whole = read_article(given, config.outlet_of)
    except LineError:
        for number, line in enumerate(given.splitlines(), start=1):
            if line.strip():
                try:
                    yield read_article(line, config.outlet_of)
                except LineError as error:
                    raise click.ClickException(f"line {number}: {error}") from error
    else:
        yield whole


def find_article(archive: "Archive", url: str) -> "StoredArticle | None":
    """The archive's article at this address, in whatever form it is written."""
    from archive import articles
    from crawler.identity import keys_of_address

    keys = keys_of_address(url)
    known = archive.read_now(lambda conn: articles.known_by(conn, keys))
    found = next((known[key].article for key in keys if key in known), None)
    return None if found is None else archive.read_now(lambda conn: articles.by_ids(conn, [found]))[0]
