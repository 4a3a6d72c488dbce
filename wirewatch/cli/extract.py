"""`wirewatch extract`: what is the article on this page?

A page on stdin, one article line on stdout. Extraction is `crawler/pages/extract.py`, the form of
a line `wirewatch/article_lines.py`.
"""

import sys
from urllib.parse import urlsplit

import click

from archive.article import Article
from wirewatch.article_lines import print_article
from wirewatch.cli.config_option import config_option


def _address(_ctx: click.Context, _option: click.Parameter, value: str) -> str:
    try:
        urlsplit(value)
    except ValueError as error:
        raise click.BadParameter(f"found {value}, which is no address: {error}") from error
    return value


@click.command()
@click.option("--url", required=True, callback=_address, metavar="U", help="Where the page came from.")
@config_option
def command(url: str) -> None:
    """Print the article on the web page on stdin as an article line.

    For example: curl -s U | wirewatch extract --url U | wirewatch match
    """
    from crawler.identity import canonical_url
    from crawler.pages.extract import extract

    page = extract(sys.stdin.buffer.read(), url)
    if page.verdict != "article":
        click.echo(f"No article: {_VERDICTS[page.verdict]}.", err=True)
    elif page.continues is not None:
        click.echo(f"The text goes on at {page.continues}", err=True)
    elif page.cut:
        click.echo("The page shows only the beginning of the text.", err=True)
    article = Article(
        id=canonical_url(url),
        url=url,
        title=page.title,
        body=page.body,
        published=page.published,
        trust=page.trust,
        language=page.language,
    )
    click.echo(print_article(article, authors=page.authors, image=page.image))


_VERDICTS = {
    "paywall": "the text is behind payment",
    "bot-wall": "the site wants to see a browser first",
    "consent": "only a consent form came",
    "not-found": "the page says that there is nothing",
    "empty": "no text was found",
}
