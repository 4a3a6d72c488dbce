"""`wirewatch terms [TEXT]`: which terms occur in this text, and which have no source?"""

import sys

import click

from archive.article import Article
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.tables import table


@click.command()
@click.argument("text", required=False)
@click.option("--unsourced", is_flag=True, help="List the terms whose entry names no source.")
@config_option
def command(text: str | None, unsourced: bool) -> None:
    """Tell which terms of the term sets occur in TEXT (- for stdin); without TEXT list the sets.

    Terms in the wrong company (`with:`) do not count; the words that gave company are shown as such.
    """
    config = settings()
    if unsourced:
        for term_set in config.sets:
            for term in term_set.terms:
                if term.source is None:
                    click.echo(f"@{term_set.name}: {term.name}")
        return
    if text is None:
        rows = [(f"@{s.name}", str(len(s.terms)), s.title or "") for s in config.sets]
        click.echo(table(("set", "terms", "title"), rows), nl=False)
        return
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    article = Article(id="text", url="", title=text, body="")
    hits = config.watchlist().terms_in(article)
    cells = [(str(hit.start), hit.text, hit.term, f"@{hit.set}" if hit.set else "company") for hit in hits]
    click.echo(table(("at", "text", "term", "set"), cells) if cells else "no term occurs\n", nl=False)
