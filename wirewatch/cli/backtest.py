"""`wirewatch backtest WATCH`: what would this watch have fired on?

Holds it against what may fit in the archive (`archive/batches.py`) and prints the counts of
`alerts/backtest.py`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.progress import looked_through
from wirewatch.cli.spans import span

if TYPE_CHECKING:
    from alerts.backtest import Backtest, Difference

MOST_ROWS = 15


@click.command()
@click.argument("name", metavar="WATCH")
@click.option("--since", callback=span, default="30d", show_default=True, help="How far back.")
@click.option("--query", metavar="Q", help="Another query for this watch: shows what is gained and lost.")
@config_option
def command(name: str, since: timedelta, query: str | None) -> None:
    """Hold a watch against the archive: how many articles a day, by source and by term.

    With --query the same for another query, and what it gains and loses against the watch as it
    stands. An article counts for the day it was published; undated ones for the day they were found.
    """
    config = settings()
    watch = next((watch for watch in config.watches if watch.name == name), None)
    if watch is None:
        known = ", ".join(watch.name for watch in config.watches) or "none"
        raise click.UsageError(f"no enabled watch is called {name}: there are {known}")
    from alerts.backtest import Backtest
    from alerts.query.errors import WatchError
    from archive import articles
    from archive.batches import articles_that_may_fit
    from wirewatch.rooms import utc_now

    try:
        backtest = Backtest(watch, {s.name: s for s in config.sets}, query)
    except WatchError as error:
        raise click.UsageError(f"--query: {error}") from error
    with opened(config) as archive:
        moment = utc_now() - since
        looked_at = archive.read_now(lambda conn: articles.count_since(conn, moment))
        may_fit = articles_that_may_fit(archive, backtest.sought, moment)
        for stored in looked_through(archive, may_fit, "reading"):
            article = stored.article
            day = (article.published or stored.found_at).astimezone(config.timezone).date()
            backtest.add(article, day)
    click.echo("\n".join(_lines(name, backtest, looked_at, since, query is not None)))


def _lines(
    name: str, backtest: "Backtest", looked_at: int, since: timedelta, compared: bool
) -> Iterator[str]:
    tally = backtest.tally
    days = max(since / timedelta(days=1), 1.0)
    rate = tally.articles / days
    yield f"{name}: {tally.articles} of {looked_at} articles, {rate:.1f} a day"
    if compared:
        yield from _difference("gained", backtest.gained)
        yield from _difference("lost", backtest.lost)
    yield from _counts("by day", [(str(day), n) for day, n in sorted(tally.by_day.items())][-MOST_ROWS:])
    yield from _counts("by source", tally.by_source.most_common(MOST_ROWS))
    yield from _counts("by term", tally.by_term.most_common(MOST_ROWS))


def _counts(title: str, rows: list[tuple[str, int]]) -> Iterator[str]:
    if rows:
        yield f"{title}:"
        yield from (f"  {number:6}  {what}" for what, number in rows)


def _difference(word: str, difference: "Difference") -> Iterator[str]:
    yield f"{word}: {difference.articles}"
    oldest = datetime.min.replace(tzinfo=UTC)
    for article in sorted(difference.first, key=lambda one: one.published or oldest):
        yield f"  {article.title} ({article.source})"
