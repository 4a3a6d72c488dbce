"""`wirewatch route < article.json`: who would hear of this article, and why?

Printing only; the decisions are `alerts/hearing.py`. Needs no archive.
"""

from dataclasses import replace

import click

from wirewatch.cli.article_input import read_articles
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.times import machine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article.")
@config_option
def command(as_json: bool) -> None:
    """Tell who would hear of the articles on stdin, how loudly, and why.

    Reads article lines, or one JSON object. Each article is taken as one that comes now and of which
    no channel has heard; nothing is sent.
    """
    config = settings()
    from alerts.hearing import hearings
    from wirewatch.article_lines import print_line
    from wirewatch.rooms import Rulebook, utc_now

    rules = Rulebook.compile(config)
    for article in read_articles("-", config):
        matches = rules.watchlist.match(article if article.body is not None else replace(article, body=""))
        heard = hearings(
            article, matches, config.channels, rules.watches, rules.filters,
            ops=config.ops, zone=config.timezone, now=utc_now(),
        )  # fmt: skip
        if as_json:
            channels = [
                {
                    "channel": one.channel,
                    "watches": list(one.watches),
                    "action": one.action,
                    "due": machine(getattr(one.decision, "due", None)),
                    "words": one.words,
                }
                for one in heard
            ]
            click.echo(print_line({"id": article.id, "channels": channels}))
            continue
        fired = ", ".join(f"{match.watch} ({match.urgency})" for match in matches) or "no watch"
        click.echo(f"{article.title or article.id}\n  fires: {fired}")
        for one in heard:
            why = f" for {', '.join(one.watches)}" if one.watches else ""
            click.echo(f"  {one.channel}: {one.words}{why}")
