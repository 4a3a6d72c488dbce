"""How does an article page or a section page of the embedded newsroom look?

HTML as publishers serve it: the text, and around it menu, adverts, related headlines, share buttons
and footer in the outlet's language, which name the watched countries on every page. The templates
lie in `templates/`. Taking the text out again is `crawler/pages/` and `crawler/spiders/`.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import cast

from ruamel.yaml import YAML

from wirewatch.demo import acceptance
from wirewatch.demo.outlets import NewsItem, PressOutlet

_TEMPLATES = files(__package__).joinpath("templates")


def article_page(outlet: PressOutlet, item: NewsItem, published: datetime | None) -> str:
    """The page of `item`; `published` (aware) is None where the outlet does not print dates."""
    if item.page == "acceptance" and published is not None:
        return acceptance.page(published)
    stamp = published.isoformat(timespec="seconds") if published else ""
    return _template("article.html").substitute(
        _frame(outlet),
        title=escape(item.title),
        summary=escape(item.summary),
        body="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.body),
        published_meta=f'<meta property="article:published_time" content="{stamp}">' if stamp else "",
        published_time=f'<time class="published" datetime="{stamp}">{stamp[:10]}</time>' if stamp else "",
    )


def section_page(outlet: PressOutlet, stories: Iterable[tuple[NewsItem, str]]) -> str:
    """The page that lists `stories`, each with its link, in the order given."""
    listed = (
        f'<div class="teaser"><h3><a href="{escape(link)}">{escape(item.title)}</a></h3>'
        f"<p>{escape(item.summary)}</p></div>"
        for item, link in stories
    )
    return _template("section.html").substitute(_frame(outlet), stories="\n".join(listed))


def surroundings(language: str) -> tuple[str, ...]:
    """Every line that stands around an article in `language`, none of which belongs to it."""
    words = _surroundings()[language]
    lists = [line for value in words.values() if isinstance(value, list) for line in value]
    return (*lists, *(value for value in words.values() if isinstance(value, str)))


def _frame(outlet: PressOutlet) -> dict[str, str]:
    words = _surroundings()[outlet.language]
    frame = {"language": outlet.language, "outlet": escape(outlet.title)}
    for key, value in words.items():
        if isinstance(value, str):
            frame[key] = escape(value)
        else:
            frame[key] = "\n".join(
                f'<li><a href="/{key}/{place}">{escape(line)}</a></li>' for place, line in enumerate(value)
            )
    return frame


@cache
def _surroundings() -> dict[str, dict[str, str | list[str]]]:
    text = _TEMPLATES.joinpath("surroundings.yaml").read_text(encoding="utf-8")
    return cast(dict[str, dict[str, str | list[str]]], YAML(typ="safe", pure=True).load(text))


@cache
def _template(name: str) -> Template:
    return Template(_TEMPLATES.joinpath(name).read_text(encoding="utf-8"))
