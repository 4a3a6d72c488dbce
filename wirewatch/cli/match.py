"""`wirewatch match`: which watches fire on these articles, and why?

Lines in, lines out, in order and one at a time, so that any number passes in constant memory.
Matching itself is `alerts/matching.py`, the form of a line `wirewatch/article_lines.py`.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

import click

from alerts.watch import Hit, Match
from wirewatch.article_lines import LineError, print_line, read_article
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.expected_errors import FAILURE


@click.command()
@config_option
def command() -> None:
    """Tell which watches fire on the article lines on stdin, and why.

    Reads JSON lines with id and one of title, summary, body (also url, published, language,
    source), and prints a line for each, in their order: its id and the watches that fire, each
    with its hits. Lines that are no article are told on stderr; then the exit code is 1.
    """
    config = settings()
    watchlist = config.watchlist()
    bad = 0
    for number, line in _lines(sys.stdin.buffer):
        try:
            article = read_article(line, config.outlet_of)
        except LineError as error:
            bad += 1
            click.echo(f"line {number}: {error}", err=True)
            continue
        matches = watchlist.match(article if article.body is not None else replace(article, body=""))
        # Whoever reads at the other end gets each answer before the next question.
        sys.stdout.write(f"{print_line(as_json(article.id, matches))}\n")
        sys.stdout.flush()
    if bad:
        sys.exit(FAILURE)


def as_json(identity: str, matches: Iterable[Match]) -> dict[str, object]:
    """What is printed for one article."""
    return {
        "id": identity,
        "watches": [{"name": match.watch, "hits": list(map(_hit, match.hits))} for match in matches],
    }


def _hit(hit: Hit) -> dict[str, object]:
    fields: dict[str, object] = {
        "field": hit.field,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "term": hit.term,
        "set": hit.set,
    }
    return fields | {"with": True} if hit.companion else fields


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1."""
    for number, line in enumerate(stream, start=1):
        if line.strip():
            yield number, line
