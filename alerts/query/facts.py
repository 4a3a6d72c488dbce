"""What may stand behind `source: lang: country: kind: tier:`, and is it true of an article?

The facts about an article other than its text. What is not known is false, never unknown: an
outlet does not become another one when the page is read.
"""

import re
from typing import get_args

from alerts.query.errors import QueryError, nearest
from alerts.query.tree import Meta
from archive.article import Article, Kind
from archive.text.language import detect

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Za-z]{2}|(?i:INT)")
_KINDS: tuple[str, ...] = get_args(Kind)


def read_fact(name: str, value: str, position: int) -> str:
    """The value in its normal spelling; QueryError where the field cannot have it."""
    match name:
        case "lang" if not _LANGUAGE.fullmatch(value):
            raise QueryError(f'"{value}" is no language code', position, "lang:en")
        case "country" if not _COUNTRY.fullmatch(value):
            raise QueryError(f'"{value}" is no country code of two letters, nor INT', position, "country:LA")
        case "kind" if value.lower() not in _KINDS:
            message = f'unknown kind "{value}", expected one of {", ".join(_KINDS)}'
            raise QueryError(message, position, nearest(value, _KINDS))
        case "tier" if value not in {"1", "2", "3"}:
            raise QueryError(f'tier is 1, 2 or 3, not "{value}"', position)
    return value.upper() if name == "country" else value.lower()


def holds(fact: Meta, article: Article) -> bool:
    """Whether one of the values is true of the article."""
    match fact.name:
        case "source":
            names = {article.source, article.outlet.name if article.outlet else ""}
            return any(value in names for value in fact.values)
        case "lang":
            language = (language_of(article) or "").lower()
            return any(language == value or language.startswith(f"{value}-") for value in fact.values)
        case "country":
            return article.outlet is not None and article.outlet.country in fact.values
        case "kind":
            return article.outlet is not None and article.outlet.kind in fact.values
        case "tier":
            return article.outlet is not None and str(article.outlet.tier) in fact.values


def language_of(article: Article) -> str | None:
    """The article's own language, else the detected one, else the outlet's only one."""
    if article.language:
        return article.language
    languages = article.outlet.languages if article.outlet else ()
    only = languages[0] if len(languages) == 1 else None
    return detect(f"{article.title}\n{article.summary}", None, languages) or only
