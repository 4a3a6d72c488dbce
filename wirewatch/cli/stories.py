"""`wirewatch stories`: what is one story now, what was withheld into it, and mending what was joined wrongly.

Printing only; rows are `archive/stories.py`, mending is `wirewatch/mending.py`.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from wirewatch.cli.archive_door import opened
from wirewatch.cli.config_option import config_option, settings
from wirewatch.cli.numbers import is_number
from wirewatch.cli.tables import table
from wirewatch.cli.times import distance, machine

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.articles import StoredArticle
    from archive.stories import Placed
    from wirewatch.settings import Settings

LATEST = 50
LIVE = timedelta(days=7)


@click.command()
@click.argument("words", nargs=-1, metavar="[STORY | split ARTICLE... | merge STORY STORY...]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a story, or an article of it.")
@config_option
def command(words: tuple[str, ...], as_json: bool) -> None:
    """List the stories of the last week that have grown, or all articles of one STORY.

    `split` makes a story of its own of the articles given, by address or number, and tells what had
    been withheld; `merge` lets the articles of the later stories belong to the first. Messages that
    stand are edited to say so: of a merged story's message, of which it is part.
    """
    config = settings()
    with opened(config) as archive:
        match words:
            case ():
                _list(archive, as_json)
            case ("split", first, *more):
                _split(archive, [first, *more], config)
            case ("merge", first, second, *more):
                _merge(archive, _number(first), [_number(word) for word in (second, *more)], config)
            case (story,) if story not in ("split", "merge"):
                _show(archive, _number(story), as_json)
            case _:
                raise click.UsageError("expected a story's number, split ARTICLE..., or merge STORY STORY...")


def _list(archive: "Archive", as_json: bool) -> None:
    from archive import stories
    from wirewatch.article_lines import print_line
    from wirewatch.rooms import utc_now
    from wirewatch.saying import speaking

    now = utc_now()
    found = archive.read_now(lambda conn: stories.grown(conn, now - LIVE, LATEST))
    speakers = archive.read_now(lambda conn: speaking(conn, [one.id for one in found]))
    titles = {story: member.title for story, member in speakers.items()}
    if as_json:
        for one in found:
            click.echo(
                print_line({
                    "story": one.id, "title": titles[one.id], "articles": one.articles,
                    "outlets": one.outlets, "withheld": one.withheld, "opened": machine(one.opened_at),
                    "grown": machine(one.grown_at),
                })
            )  # fmt: skip
        return
    if not found:
        click.echo("no story of the last week has more than one article")
        return
    cells = [
        (str(one.id), str(one.articles), str(one.outlets), str(one.withheld),
         distance(one.grown_at, now), titles[one.id])
        for one in found
    ]  # fmt: skip
    click.echo(table(("story", "articles", "outlets", "withheld", "grown", "headline"), cells), nl=False)


def _show(archive: "Archive", story: int, as_json: bool) -> None:
    from archive import articles, stories
    from wirewatch.article_lines import print_line
    from wirewatch.rooms import utc_now
    from wirewatch.saying import speaking

    members = archive.read_now(lambda conn: articles.of_story(conn, story))
    if not members:
        raise click.ClickException(f"the archive knows no article of story {story}")
    ids = [member.id for member in members]
    placed = {one.article: one for one in archive.read_now(lambda conn: stories.placed(conn, ids))}
    shown = archive.read_now(lambda conn: speaking(conn, [story]))[story].id
    if as_json:
        for member in members:
            click.echo(print_line(_as_json(member, placed.get(member.id), shown)))
        return
    cells, now = [], utc_now()
    for member in members:
        how = placed.get(member.id)
        outlet = member.article.outlet.title if member.article.outlet else member.article.source
        cells.append(
            (str(member.id), distance(member.found_at, now), how.action if how else "",
             how.why if how else "", "✓" if member.id == shown else "", outlet, member.article.title)
        )  # fmt: skip
    click.echo(table(("article", "found", "action", "why", "shown", "outlet", "headline"), cells), nl=False)


def _as_json(member: "StoredArticle", how: "Placed | None", shown: int) -> dict[str, object]:
    return {
        "article": member.id,
        "url": member.article.url,
        "title": member.article.title,
        "outlet": member.article.outlet.name if member.article.outlet else None,
        "found": machine(member.found_at),
        "action": how.action if how else None,
        "why": how.why if how else None,
        "shown": member.id == shown,
        "evidence": how.evidence if how else None,
    }


def _split(archive: "Archive", which: list[str], config: "Settings") -> None:
    from wirewatch.cli.article_input import find_article
    from wirewatch.mending import CannotMend, split
    from wirewatch.rooms import Rulebook, utc_now

    ids = []
    for word in which:
        found = None if is_number(word) else find_article(archive, word)
        if found is None and not is_number(word):
            raise click.ClickException(f"the archive knows no article at {word}")
        ids.append(int(word) if found is None else found.id)
    rules = Rulebook.compile(config)
    try:
        story, _ = archive.write_now(lambda conn: split(conn, rules, ids, utc_now()))
    except CannotMend as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(ids)} articles are story {story} now")


def _merge(archive: "Archive", into: int, others: list[int], config: "Settings") -> None:
    from wirewatch.mending import CannotMend, merge
    from wirewatch.rooms import Rulebook, utc_now

    rules = Rulebook.compile(config)
    try:
        archive.write_now(lambda conn: merge(conn, rules, into, others, utc_now()))
    except CannotMend as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"story {into} has the articles of {', '.join(str(other) for other in others)} now")


def _number(word: str) -> int:
    if not is_number(word):
        raise click.UsageError(f"expected the number of a story, found {word}")
    return int(word)
