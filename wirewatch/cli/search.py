"""`wirewatch search`: the archive in the watch language.

What the full-text index leaves in question is judged by the one evaluator that watches use; reading it is
`archive/batches.py`.
"""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.cli.numbers import Number
from wirewatch.cli.progress import looked_through
from wirewatch.cli.spans import span

if TYPE_CHECKING:
    from archive.articles import StoredArticle


@click.command()
@click.argument("query")
@click.option("--since", callback=span, help="How far back, such as 30d; everything without it.")
@click.option("--limit", default=20, show_default=True, type=Number(), help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Article lines in place of text, the oldest first.")
@config_option
def command(query: str, since: timedelta | None, limit: int, as_json: bool) -> None:
    """Find articles of the archive by a query in the watch language, such as '@laos AND title:dam'.

    The newest that match, the oldest of them first. Ends with 1 where there are none.
    """
    from collections import deque

    from alerts.matching import compile_filter
    from alerts.query.errors import QueryError
    from archive.batches import articles_that_may_fit
    from wirewatch.article_lines import print_article
    from wirewatch.rooms import utc_now

    config = settings()
    try:
        fits = compile_filter(query, {terms.name: terms for terms in config.sets})
    except QueryError as error:
        raise click.UsageError(f"QUERY: {error}") from error
    found: deque[StoredArticle] = deque(maxlen=limit)
    count = 0
    with opened(config) as archive:
        moment = None if since is None else utc_now() - since
        may_fit = articles_that_may_fit(archive, fits.sought, moment)
        for stored in looked_through(archive, may_fit, "searching"):
            if fits(stored.article):
                count += 1
                found.append(stored)
    for stored in found:
        article = stored.article
        if as_json:
            click.echo(print_article(article))
            continue
        when = (article.published or stored.found_at).astimezone(config.timezone)
        outlet = article.outlet.title if article.outlet is not None else article.source
        click.echo(f"{when:%Y-%m-%d %H:%M}  {article.title} ({outlet})\n                  {article.url}")
    if count > limit:
        click.echo(f"The newest {limit} of {count}.", err=True)
    if not count:
        click.echo("Nothing in the archive matches.", err=True)
        sys.exit(FAILURE)
