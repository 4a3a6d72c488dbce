"""`wirewatch cluster`: which story would each article of a stream belong to?

Lines in, lines out, in order and one at a time; it remembers what is live and no more. Without
archive or network; of the config only the shipped term sets are read. The deciding is
`alerts/stories/clusterer.py`.
"""

import sys
from dataclasses import replace
from itertools import count

import click

from alerts.matching import Watchlist
from alerts.stories.clock import StreamClock
from alerts.stories.clusterer import Clusterer
from alerts.stories.features import features
from wirewatch.article_lines import LineError, print_line, read_article
from wirewatch.cli.config_option import config_option
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.config_reading import shipped_sets


@click.command()
@config_option
def command() -> None:
    """Tell for the article lines on stdin which are one story.

    Reads JSON lines with id and one of title, summary, body (also published, language, source), in
    the order in which they would come, and prints a line for each: its id, its story (s1, s2 ...) and
    the action: new, reply, or withhold. Lines that are no article are told on stderr; then the exit
    code is 1.
    """
    clusterer, clock, numbers = Clusterer(), StreamClock(), count(1)
    terms = Watchlist.compile((), shipped_sets())
    bad = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            article = read_article(line, {})
        except LineError as error:
            bad += 1
            click.echo(f"line {number}: {error}", err=True)
            continue
        now = clock.time_of(article.published)
        found = features(replace(article, published=now), terms.sets_in(article))
        placed = clusterer.place(number, found, now, lambda: next(numbers))
        answer = {"id": article.id, "story": f"s{placed.story}", "action": placed.action}
        # Whoever reads at the other end gets each answer before the next question.
        sys.stdout.write(f"{print_line(answer)}\n")
        sys.stdout.flush()
    if bad:
        sys.exit(FAILURE)
