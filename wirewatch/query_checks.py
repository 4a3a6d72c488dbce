"""Can every query of the config be read, and every spelling looked for?

Queries of watches and of channels' `only:`, each against the names of the term sets, and the term
sets themselves, whose spellings the matching refuses or takes. The language itself is
`alerts/query/`; other names that are referred to are `config_checks.py`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.matching import Watchlist
from alerts.query.errors import QueryError, TermSetError
from alerts.query.lint import lint_query
from alerts.query.parse import parse_query
from alerts.query.terms import TermSet
from alerts.query.tree import Meta, Node, SetRef, atoms, children
from alerts.watch import Watch
from wirewatch.config_errors import ConfigError, ConfigWarning, Place, nearest, shown
from wirewatch.layers import Layers
from wirewatch.model_errors import Location, dotted, place_of
from wirewatch.yaml_positions import Mapping as MappingNode
from wirewatch.yaml_positions import Scalar

_UNKNOWN_SET = "the name of a term set"


@dataclass(slots=True)
class QueryCheck:
    """What the queries of a config say: `used` are the term sets that they name."""

    layers: Layers
    used: set[str] = field(default_factory=set)

    def queries(self, node: MappingNode, path: str, keys: tuple[str, ...]) -> None:
        """Check the queries at `keys` of an entry."""
        for key in keys:
            said = node.items.get(key)
            if isinstance(said, Scalar) and isinstance(said.value, str):
                self.query(said.value, node.keys[key], f"{path}.{key}")

    def query(self, text: str, place: Place, key: str) -> None:
        known = self.layers.entries["terms"]
        try:
            root = parse_query(text).root
        except QueryError as error:
            self.layers.errors.append(_query_error(error, text, place, key))
            return
        self.layers.warnings.extend(_lint_warning(said, place, key) for said in lint_query(text))
        for atom in _set_refs(root):
            self.used.add(atom.text)
            if atom.text not in known and "terms" not in self.layers.unread:
                self.layers.errors.append(_unknown_set(atom, known, text, place, key))
        self._sources(root, place, key)

    def _sources(self, root: Node, place: Place, key: str) -> None:
        """A source that is not there makes no error: articles from elsewhere may carry its name."""
        entries = self.layers.entries["sources"]
        for fact in _facts(root):
            for value in fact.values if fact.name == "source" else ():
                if value not in entries and "sources" not in self.layers.unread:
                    found = f"source:{value}, which is no source here"
                    expected = "the name of a source or outlet"
                    self.layers.warnings.append(
                        ConfigWarning(place, key, found, expected, nearest(value, entries))
                    )


def compile_watchlist(
    watches: Sequence[Watch], sets: Mapping[str, TermSet], layers: Layers, before: Watchlist | None = None
) -> Watchlist | None:
    """The watches ready for matching; None where an error, told here or before, is in the way.

    `before` are those of the config before, which may look for the same. Terms that matching refuses are
    all told: each time the one at fault is left out.
    """
    known = {name: TermSet(name="x", terms=()) for name in layers.entries["terms"]} | dict(sets)
    usable = () if layers.errors else watches
    if layers.errors and before is not None and before.lexicon.sets == known:
        # Nothing is wrong with these.
        return None
    while True:
        try:
            compiled = Watchlist.compile(usable, known, before.lexicon if before is not None else None)
        except TermSetError as error:
            # Of the set as it stands in its file, without what was left out.
            at = next(n for n, term in enumerate(sets[error.set].terms) if term is error.of)
            layers.errors.append(_term_error(error, at, layers))
            left = tuple(term for term in known[error.set].terms if term is not error.of)
            known[error.set] = replace(known[error.set], terms=left)
        else:
            return None if layers.errors else compiled


def companions(sets: Mapping[str, TermSet]) -> set[str]:
    """The term sets that terms name in their `with:`."""
    words = (
        word
        for term_set in sets.values()
        for term in term_set.terms
        if term.company is not None
        for word in term.company.any
    )
    return {word[1:] for word in words if word.startswith("@")}


def _term_error(error: TermSetError, at: int, layers: Layers) -> ConfigError:
    node = layers.entries["terms"][error.set]
    location: Location = ("terms", at, *error.key.split("."))
    found, expected = error.message, "a spelling that can be looked for"
    if match := re.fullmatch(r"unknown term set (@\S+)", error.message):
        found, expected = match[1], _UNKNOWN_SET
    key = dotted(node, location, f"sets.{error.set}")
    return ConfigError(place_of(node, location), key, found, expected, error.suggestion or "")


def _unknown_set(atom: SetRef, known: Iterable[str], text: str, place: Place, key: str) -> ConfigError:
    close = nearest(atom.text, known)
    picture = QueryError("", atom.position).caret(text)
    return ConfigError(place, key, f"@{atom.text}", _UNKNOWN_SET, f"@{close}" if close else "", picture)


def _lint_warning(said: str, place: Place, key: str) -> ConfigWarning:
    # Its form is `character N: what, did you mean X?`.
    where, _, what = said.partition(": ")
    what, _, meant = what.partition(", did you mean ")
    return ConfigWarning(place, key, f"{what} ({where})", "", meant.removesuffix("?"))


def _query_error(error: QueryError, text: str, place: Place, key: str) -> ConfigError:
    word = re.match(r"\S+", text[error.position :])
    at = shown(word[0]) if word else "the end of the query" if text.strip() else "an empty query"
    found = f"{at} at character {error.position + 1}" if word else at
    expected = f"a query that can be read ({error.message})"
    return ConfigError(place, key, found, expected, error.suggestion or "", error.caret(text))


def _set_refs(root: Node) -> Iterator[SetRef]:
    return (atom for atom in atoms(root) if isinstance(atom, SetRef))


def _facts(root: Node) -> Iterator[Meta]:
    if isinstance(root, Meta):
        yield root
    for child in children(root):
        yield from _facts(child)
