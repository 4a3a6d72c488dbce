"""Short ways to term sets, watches and articles for the tests of matching."""

from typing import Any

from alerts.matching import Watchlist
from alerts.query.terms import TermSet
from alerts.watch import Hit, Watch
from archive.article import Article, Outlet
from archive.rules import checked


def term_set(name: str, *terms: dict[str, Any]) -> TermSet:
    return checked(
        TermSet, {"name": name, "terms": [{"name": f"{name} {i}", **t} for i, t in enumerate(terms)]}
    )


def spelled(language: str, *spellings: str, **keys: Any) -> dict[str, Any]:
    """A term with spellings in one language; `no` stands for the key `not`, `company` for `with`."""
    renamed = {"no": "not", "company": "with"}
    return {"spell": {language: spellings}, **{renamed.get(key, key): value for key, value in keys.items()}}


def article(
    title: str = "",
    summary: str = "",
    body: str | None = None,
    *,
    language: str | None = None,
    source: str = "feed",
    outlet: Outlet | None = None,
) -> Article:
    return Article(
        "1", "https://news.test/1", title, summary, body, language=language, source=source, outlet=outlet
    )


def watchlist(query: str, *sets: TermSet, unless: str | None = None) -> Watchlist:
    watch = Watch(name="watch", query=query, unless=unless)
    return Watchlist.compile([watch], {one.name: one for one in sets})


def fires(query: str, about: Article, *sets: TermSet, unless: str | None = None) -> bool:
    return bool(watchlist(query, *sets, unless=unless).match(about))


def hits(query: str, about: Article, *sets: TermSet) -> list[Hit]:
    return [hit for match in watchlist(query, *sets).match(about) for hit in match.hits]


def found(term: dict[str, Any], text: str) -> list[str]:
    """What a term finds in a title, as written."""
    return [hit.text for hit in hits("@s", article(text), term_set("s", term)) if not hit.companion]
