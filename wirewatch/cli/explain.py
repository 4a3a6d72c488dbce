"""`wirewatch explain URL|FILE`: why does a watch fire on an article, and if not, what failed?

Printing only; explaining is `alerts/query/explanation.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from alerts.matching import Watchlist
from alerts.query.explanation import Explanation, render
from alerts.watch import Hit
from archive.article import Article
from wirewatch.cli.archive_door import opened
from wirewatch.cli.article_input import find_article, read_articles
from wirewatch.cli.config_option import config_option, settings

if TYPE_CHECKING:
    from wirewatch.settings import Settings

LONGEST_TEXT = 1500


@click.command()
@click.argument("what", metavar="URL|FILE|-")
@click.option("--watch", "name", metavar="W", help="Only this watch, whether it fires or not.")
@config_option
def command(what: str, name: str | None) -> None:
    """Tell why watches fire on an article, and of the others which clause failed.

    The article is that of the archive at URL, or those in FILE (- for stdin), in article lines. The
    hits stand in brackets; below them each query as a tree with true and false.
    """
    config = settings()
    watchlist = config.watchlist()
    known = [compiled.watch.name for compiled in watchlist.watches]
    if name is not None and name not in known:
        raise click.UsageError(f"no enabled watch is called {name}: there are {', '.join(known) or 'none'}")
    if what.startswith(("http://", "https://")):
        _explain_stored(config, watchlist, what, [name] if name else None)
        return
    for number, article in enumerate(read_articles(what, config)):
        # As in `match`: an article without a body has none.
        whole = article if article.body is not None else replace(article, body="")
        lines = _lines(watchlist, whole, [name] if name else None)
        click.echo(("\n" if number else "") + "\n".join(lines))


def _explain_stored(config: "Settings", watchlist: Watchlist, url: str, names: Sequence[str] | None) -> None:
    from archive import deliveries, stories

    with opened(config) as archive:
        stored = find_article(archive, url)
        if stored is None:
            raise click.ClickException(f"the archive knows no article at {url}")
        number = stored.id
        standing = archive.read_now(lambda conn: deliveries.standing(conn, articles=[number]))
        placed = archive.read_now(lambda conn: stories.placed(conn, [number]))
    article = stored.article
    if article.body is None and stored.page != "wanted":
        article = replace(article, body="")
    for line in _lines(watchlist, article, names):
        click.echo(line)
    note = f" ({stored.page_note})" if stored.page_note else ""
    click.echo(f"\nmet: {stored.contact}; page: {stored.page}{note}")
    for how in placed:
        click.echo(f"story {how.story}: {how.action}, {_WHY[how.why]}{_evidence(how.evidence)}")
    for delivery in standing:
        click.echo(f"delivery {delivery.id}: {delivery.state} to {delivery.channel}")


_WHY = {
    "apart": "apart from every live story (apart)",
    "copy": "the text of another article (copy)",
    "update": "the text of another article with a number of its own (update)",
    "correction": "its headline corrects (correction)",
    "event": "surely the same event in other words (event)",
    "likely": "likely the event that the story began with (likely)",
    "language": "the same names, numbers and days in another language (language)",
    "mended": "by hand (mended)",
}


def _evidence(evidence: Mapping[str, object] | None) -> str:
    """What it was held against, and what spoke for joining, as numbers (alerts/stories/likeness.py)."""
    if not evidence:
        return ""
    copied = evidence.get("copied") if evidence.get("copy") else None
    beside = copied or evidence.get("beside")
    against = f"; held against article {beside}" if beside else ""
    told = [f"{name} {evidence[name]}" for name in _TOLD if name in evidence]
    return f"{against}: {', '.join(told)}" if told else against


_TOLD = (
    "score", "text", "identity", "most", "least", "part", "names", "figures", "numbers", "stranger", "days",
    "told_days", "copy", "headline",
)  # fmt: skip


def _lines(watchlist: Watchlist, article: Article, names: Sequence[str] | None) -> Iterator[str]:
    wanted = names or [compiled.watch.name for compiled in watchlist.watches]
    explained = [watchlist.explain(article, name) for name in wanted]
    yield from _text(article, [hit for explanation in explained for hit in explanation.hits])
    for explanation in sorted(explained, key=lambda one: one.value is not True):
        yield ""
        yield from _watch(explanation, whole=names is not None)


def _watch(explanation: Explanation, *, whole: bool) -> Iterable[str]:
    lines = render(explanation).splitlines()
    # Of what did not fire and was not asked for, the verdict and the clause are enough.
    return lines if whole or explanation.value is not False else lines[:2]


def _text(article: Article, hits: Sequence[Hit]) -> Iterator[str]:
    outlet = article.outlet.title if article.outlet else article.source
    yield " · ".join(part for part in (article.url or article.id, outlet, article.language) if part)
    for field in ("title", "summary", "body"):
        text = getattr(article, field)
        if text:
            spans = sorted({(hit.start, hit.end) for hit in hits if hit.field == field})
            yield f"{field}: {_marked(text, spans)}"


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with every span in brackets, cut where nothing more is marked."""
    parts, at = [], 0
    for start, end in spans:
        if start >= at:
            parts += [text[at:start], f"[{text[start:end]}]"]
            at = end
    rest = text[at:]
    room = max(LONGEST_TEXT - at, 80)
    parts.append(rest if len(rest) <= room else f"{rest[:room]}…")
    return "".join(parts)
