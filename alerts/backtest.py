"""What would a watch have fired on, and what would another query for it change?

Counts over articles that are given one by one, so that any number passes; those on which nothing fires
may be left out. Reading them from the archive is `wirewatch/cli/backtest.py`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from alerts.matching import Watchlist
from alerts.query.terms import TermSet
from alerts.watch import Match, Watch
from archive.article import Article
from archive.sought import Sought, any_of

# Titles that are kept of what is gained and lost.
MOST_TITLES = 20


@dataclass(slots=True)
class Tally:
    """What fired: how often in all, a day, by source and by term."""

    articles: int = 0
    by_day: Counter[date] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    by_term: Counter[str] = field(default_factory=Counter)

    def add(self, article: Article, match: Match, day: date) -> None:
        """Count an article, each of its terms once."""
        self.articles += 1
        self.by_day[day] += 1
        self.by_source[article.source] += 1
        self.by_term.update({hit.term for hit in match.hits if not hit.companion})


@dataclass(slots=True)
class Difference:
    """Articles on which only one of two queries fires: how many, and the first of them."""

    articles: int = 0
    first: list[Article] = field(default_factory=list)

    def add(self, article: Article) -> None:
        """Count an article."""
        self.articles += 1
        if len(self.first) < MOST_TITLES:
            self.first.append(article)


class Backtest:
    """One watch, as it stands and (with `query`) as it might be, held against article after article."""

    def __init__(self, watch: Watch, sets: Mapping[str, TermSet], query: str | None = None) -> None:
        """Raises WatchError where `query` cannot be read."""
        self._standing = Watchlist.compile([watch], sets)
        self._other = None
        if query is not None:
            self._other = Watchlist.compile([replace(watch, query=query)], sets)
        # Of the other query where there is one, of the watch as it stands otherwise.
        self.tally = Tally()
        self.gained = Difference()
        self.lost = Difference()

    @property
    def sought(self) -> Sought:
        """What the full-text index is to be asked for: it finds every article on which one of them fires."""
        both = (self._standing,) if self._other is None else (self._standing, self._other)
        return any_of(watchlist.sought for watchlist in both)

    def add(self, article: Article, day: date) -> None:
        """Count one article, which counts for `day`."""
        before = self._standing.match(article)
        now = before if self._other is None else self._other.match(article)
        if now:
            self.tally.add(article, now[0], day)
        if now and not before:
            self.gained.add(article)
        if before and not now:
            self.lost.add(article)
