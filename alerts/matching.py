"""Which watches fire on an article, and why?

All watches against one article in one pass over its text; then only those watches are evaluated
whose terms occurred, or that can be true without any. The watch language is `alerts/query/`; which
channel hears of a match is `alerts/routing.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from alerts.query.errors import QueryError, WatchError, nearest
from alerts.query.evaluation import Evaluation, Value, supporting_part
from alerts.query.lexicon import Lexicon
from alerts.query.lowering import lower
from alerts.query.reading import Glance, Reading, glance, may_hold, read
from alerts.query.terms import TermSet
from alerts.query.tree import And, Atom, Count, Meta, Near, Node, Not, Or, SetRef, atoms, children
from alerts.watch import Hit, Match, Watch
from archive.article import Article
from archive.sought import Sought, any_of

if TYPE_CHECKING:
    from alerts.query.explanation import Explanation

_NONE: Mapping[str, Node] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CompiledWatch:
    """A watch with its query read.

    `condition` is query AND NOT (unless), `evident` the part of the query that can give evidence:
    what `unless` spares (its NOTs) is no reason to hear of the article.
    `supporting` are the keys of the atoms of which one must occur for the query to be true, unless
    it can be true without any: `always`.
    """

    watch: Watch
    query: Node
    unless: Node | None
    condition: Node
    evident: Node | None
    supporting: frozenset[str]
    always: bool


class Judged(NamedTuple):
    """The watches that fire on an article; and where one does, the term sets of which it has a term."""

    matches: list[Match]
    sets: frozenset[str]


@dataclass(frozen=True)
class Watchlist:
    """All enabled watches, compiled; immutable, so that a new one is swapped in by one assignment."""

    watches: tuple[CompiledWatch, ...]
    lexicon: Lexicon
    _by_unit: tuple[tuple[int, ...], ...]
    _always: frozenset[int]

    @classmethod
    def compile(
        cls,
        watches: Sequence[Watch],
        sets: Mapping[str, TermSet],
        before: Lexicon | None = None,
        known: Mapping[str, Node] = _NONE,
    ) -> "Watchlist":
        """Read all enabled watches against these term sets, all of which `terms_in` looks for.

        Where `before` looks for the same, it is taken: to make a lexicon takes a fifth of a second.
        `known` are trees of queries by their texts, which are not read again.

        Raises WatchError, naming watch and key, or TermSetError, naming set, term and key.
        """
        compiled = tuple(_compile(watch, sets, known) for watch in watches if watch.enabled)
        sought = [atom for watch in compiled for atom in atoms(watch.condition)]
        if before is not None and before.is_of(sets, sought):
            lexicon = before.made()
        else:
            lexicon = Lexicon.compile(sets, sought)
        by_key: dict[str, list[int]] = {}
        for index, watch in enumerate(compiled):
            for key in watch.supporting:
                by_key.setdefault(key, []).append(index)
        return cls(
            compiled,
            lexicon,
            tuple(tuple(by_key.get(unit.key or "", ())) for unit in lexicon.units),
            frozenset(index for index, watch in enumerate(compiled) if watch.always),
        )

    def match(self, article: Article) -> list[Match]:
        """The watches that fire, in the order of the watches, with their evidence in reading order.

        A body that has not been read counts as empty.
        """
        return self.judge(article).matches

    def judge(self, article: Article) -> Judged:
        """What `match` finds, and where that is anything, what `sets_in` does."""
        seen = glance(self.lexicon, article)
        if not self._may_fire(seen):
            return Judged([], frozenset())
        reading = seen.read()
        evaluation = Evaluation(reading)
        matches = []
        for compiled in self._candidates(reading):
            if evaluation.value(compiled.condition) is True:
                hits = evaluation.hits(evaluation.evidence(compiled.evident)) if compiled.evident else ()
                matches.append(Match(compiled.watch.name, compiled.watch.urgency, hits))
        return Judged(matches, evaluation.sets()) if matches else Judged([], frozenset())

    def may_fire(self, articles: Sequence[Article]) -> list[bool]:
        """Of each whether any watch may fire, told in little time: of most articles no word is asked for."""
        if self._always:
            return [True] * len(articles)
        return may_hold(self.lexicon, articles, self._asked)

    def _may_fire(self, seen: Glance) -> bool:
        return bool(self._always) or seen.may_hold(self._asked)

    def wants_body(self, article: Article) -> bool:
        """Whether reading the page may make a watch fire: one that is neither false nor true
        without it, and of which a term stands in title or summary. False once it has been read."""
        if article.body is not None:
            return False
        seen = glance(self.lexicon, article)
        if not seen.may_hold(self._asked):
            return False
        reading = seen.read()
        evaluation = Evaluation(reading, body_unknown=True)
        return any(
            evaluation.value(compiled.condition) is None
            and any(evaluation.possible(key) for key in compiled.supporting)
            for compiled in self._candidates(reading)
        )

    def explain(self, article: Article, watch_name: str) -> "Explanation":
        """Why the watch fires on the article, or why not; KeyError for a name that is not in the list.

        A body of None is taken as not yet read.
        """
        compiled = next((c for c in self.watches if c.watch.name == watch_name), None)
        if compiled is None:
            raise KeyError(watch_name)
        # Slow to load, and asked by people only.
        from alerts.query.explanation import explain

        evaluation = Evaluation(read(self.lexicon, article), body_unknown=article.body is None)
        return explain(watch_name, compiled.query, compiled.unless, evaluation)

    def terms_in(self, article: Article) -> list[Hit]:
        """Every hit of any term set, in reading order; those in the wrong company do not count."""
        evaluation = Evaluation(read(self.lexicon, article))
        return list(evaluation.hits(evaluation.all_set_places()))

    @cached_property
    def _asked(self) -> frozenset[int]:
        """The units of which one must occur, or no watch can be true that needs any."""
        return frozenset(unit for unit, watches in enumerate(self._by_unit) if watches)

    @property
    def sought(self) -> Sought:
        """What the full-text index is to be asked for: it finds every article on which a watch fires."""
        return any_of(lower(compiled.condition, self.lexicon) for compiled in self.watches)

    def sets_in(self, article: Article) -> frozenset[str]:
        """The term sets of which the article has a term."""
        return Evaluation(read(self.lexicon, article)).sets()

    def _candidates(self, reading: Reading) -> list[CompiledWatch]:
        """The watches that can be true at all, in order."""
        found = set(self._always)
        for unit in reading.places:
            found.update(self._by_unit[unit])
        return [self.watches[index] for index in sorted(found)]


@dataclass(frozen=True)
class Filter:
    """A predicate on articles; a body that has not been read counts as empty."""

    root: Node
    lexicon: Lexicon

    def __call__(self, article: Article) -> bool:
        return Evaluation(read(self.lexicon, article)).value(self.root) is True

    @cached_property
    def sought(self) -> Sought:
        """What the full-text index is to be asked for: it finds every article that passes, and others."""
        return lower(self.root, self.lexicon)


def compile_filter(query: str, sets: Mapping[str, TermSet], known: Mapping[str, Node] = _NONE) -> Filter:
    """For a channel's `only:`, and for a search; `known` as for watches.

    Raises QueryError, or TermSetError where one of the sets is at fault.
    """
    root = _parse(query, sets, known)
    used = _used_sets(root, sets)
    return Filter(root, Lexicon.compile({name: sets[name] for name in used}, atoms(root)))


def _used_sets(root: Node, sets: Mapping[str, TermSet]) -> set[str]:
    """The sets that a query names, and those that these need for company."""
    asked = [atom.text for atom in atoms(root) if isinstance(atom, SetRef)]
    used: set[str] = set()
    while asked:
        name = asked.pop()
        if name in sets and name not in used:
            used.add(name)
            companies = (term.company.any for term in sets[name].terms if term.company is not None)
            asked += [word[1:] for company in companies for word in company if word.startswith("@")]
    return used


def _compile(watch: Watch, sets: Mapping[str, TermSet], known: Mapping[str, Node]) -> CompiledWatch:
    query = _read(watch, "query", watch.query, sets, known)
    unless = None if watch.unless is None else _read(watch, "unless", watch.unless, sets, known)
    condition = query if unless is None else And((query, Not(unless)))
    supporting = frozenset(atom.key for atom in _supporting(query, True))
    always = _without_text(query) is not False
    return CompiledWatch(watch, query, unless, condition, supporting_part(query), supporting, always)


def _read(watch: Watch, key: str, text: str, sets: Mapping[str, TermSet], known: Mapping[str, Node]) -> Node:
    try:
        return _parse(text, sets, known)
    except QueryError as error:
        raise WatchError(watch.name, key, error) from error


def _parse(text: str, sets: Mapping[str, TermSet], known: Mapping[str, Node]) -> Node:
    root = known.get(text)
    if root is None:
        # Slow to load, and the queries of a config that was kept are known.
        from alerts.query.parse import parse_query

        root = parse_query(text).root
    for atom in atoms(root):
        if isinstance(atom, SetRef) and atom.text not in sets:
            near = nearest(atom.text, sets)
            raise QueryError(f"unknown term set @{atom.text}", atom.position, f"@{near}" if near else None)
    return root


def _supporting(node: Node, positive: bool) -> Iterable[Atom]:
    """The atoms whose presence can only help: those under an even number of NOTs."""
    if isinstance(node, Not):
        yield from _supporting(node.part, not positive)
    elif children(node):
        for child in children(node):
            yield from _supporting(child, positive)
    elif positive and not isinstance(node, Meta):
        yield from atoms(node)


def _without_text(node: Node) -> Value:
    """The value where no term occurs and nothing else is known of the article."""
    match node:
        case And(parts=parts):
            values = [_without_text(part) for part in parts]
            return False if False in values else None if None in values else True
        case Or(parts=parts):
            values = [_without_text(part) for part in parts]
            return True if True in values else None if None in values else False
        case Not(part=part):
            value = _without_text(part)
            return None if value is None else not value
        case Meta():
            return None
        case Near() | Count():
            return False
        case _:
            below = children(node)
            return _without_text(below[0]) if below else False
