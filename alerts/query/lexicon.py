"""Which spellings are looked for, and what does each of them stand for?

All terms of all sets and all words of all queries as one list of folded patterns with one
automaton. A *unit* is what a hit is counted for: one term of a set, or one word of a query.
Reading a text with it is `reading.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from alerts.query.automaton import Automaton, build_automaton
from alerts.query.boundaries import Bounds, Check, hanja_bounds, swallower_bounds, word_bounds, zawgyi_bounds
from alerts.query.errors import TermSetError, nearest
from alerts.query.misspelling import misspellings
from alerts.query.terms import Term, TermSet
from alerts.query.tree import Atom, Exact, Prefix, SetRef
from alerts.query.words import has_substance
from archive.text.folding import fold, without_variants
from archive.text.scripts import KINDS, Kind
from archive.text.zawgyi import zawgyi_spellings


@dataclass(frozen=True, slots=True)
class Company:
    """What must stand near a hit: any of these units, within so many words or anywhere."""

    units: frozenset[int]
    within: int | None


@dataclass(frozen=True, slots=True)
class Unit:
    """What a hit is counted for.

    `set` is None for a word of a query or of a `with:`. `key` is that of the atom that asks for the
    unit (`@laos`, `missile*`), None for a word that is only company.
    """

    name: str
    set: str | None = None
    key: str | None = None
    company: Company | None = None


class Use(NamedTuple):
    """One reason why a pattern is in the automaton; a tuple, because every hit unpacks one.

    `exact` is the spelling that the original must have; `swallows`: hits of the unit inside this
    one do not count.
    """

    unit: int
    left: Check
    right: Check
    exact: str | None = None
    swallows: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Everything that is looked for; immutable. `sets` and `literals`, keys of atoms, are what it is of."""

    units: tuple[Unit, ...]
    patterns: tuple[str, ...]
    uses: tuple[tuple[Use, ...], ...]
    sets: Mapping[str, TermSet] = field(repr=False)
    literals: tuple[str, ...]

    def is_of(self, sets: Mapping[str, TermSet], atoms: Iterable[Atom]) -> bool:
        """Whether to compile these would give the same."""
        # Mappings are equal in whatever order, which the units' numbers follow.
        return _literals(atoms) == self.literals and list(sets.items()) == list(self.sets.items())

    def made(self) -> "Lexicon":
        """The same, with all that is made of it made now, not at the first article."""
        _ = self.automaton, self.companies, self.longest
        return self

    @cached_property
    def automaton(self) -> Automaton:
        return build_automaton(self.patterns)

    @cached_property
    def longest(self) -> int:
        """Characters of the longest pattern."""
        return max(map(len, self.patterns), default=0)

    @cached_property
    def companies(self) -> Mapping[int, Company]:
        """Of the units that need company, what they need."""
        return {number: unit.company for number, unit in enumerate(self.units) if unit.company is not None}

    @classmethod
    def compile(cls, sets: Mapping[str, TermSet], atoms: Iterable[Atom]) -> "Lexicon":
        """Compile all enabled sets and the literal atoms of the queries.

        Raises TermSetError where a spelling cannot be looked for or a `with:` names an unknown set.
        """
        compiler = _Compiler(sets)
        for name, term_set in sets.items():
            for term in term_set.terms if term_set.enabled else ():
                compiler.add_term(name, term)
        atoms = list(atoms)
        for atom in atoms:
            compiler.add_literal(atom)
        compiler.add_company()
        compiler.add_misspellings()
        lexicon = cls(
            tuple(compiler.units),
            tuple(compiler.patterns),
            tuple(map(tuple, compiler.patterns.values())),
            dict(sets),
            _literals(atoms),
        )
        return lexicon.made()


def _literals(atoms: Iterable[Atom]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(atom.key for atom in atoms if not isinstance(atom, SetRef)))


class _Compiler:
    def __init__(self, sets: Mapping[str, TermSet]) -> None:
        self.sets = sets
        self.units: list[Unit] = []
        self.patterns: dict[str, list[Use]] = {}
        self._literals: set[str] = set()
        self._set_units: dict[str, list[int]] = {name: [] for name in sets}
        self._terms: dict[int, Term] = {}
        self._companions: dict[str, int] = {}

    def add_term(self, set_name: str, term: Term) -> None:
        unit = self._add_unit(Unit(term.name, set_name, f"@{set_name}"))
        self._set_units[set_name].append(unit)
        self._terms[unit] = term
        for language, spellings in term.spell.items():
            for spelling in spellings:
                self._add_spelling(
                    unit, _Spelling.read(spelling, term, f"spell.{language}", set_name), language
                )
        for spelling in term.exact:
            self._add_exact(unit, _Spelling.read(spelling, term, "exact", set_name))
        for spelling in term.false_friends:
            self._add_swallower(unit, _Spelling.read(spelling, term, "not", set_name))

    def add_literal(self, atom: Atom) -> None:
        if isinstance(atom, SetRef) or atom.key in self._literals:
            return
        self._literals.add(atom.key)
        unit = self._add_unit(Unit(atom.text, key=atom.key))
        is_open = isinstance(atom, Prefix)
        spelling = _Spelling(atom.text, fold(atom.text).text, is_open)
        if isinstance(atom, Exact):
            self._add_exact(unit, spelling)
        else:
            self._add_spelling(unit, spelling, None)

    def add_company(self) -> None:
        """After all terms, because a `with:` may name a set that comes later."""
        for unit, term in self._terms.items():
            if term.company is not None:
                units = frozenset(self._companion_units(unit, term, term.company.any))
                old = self.units[unit]
                self.units[unit] = replace(old, company=Company(units, term.company.within))

    def add_misspellings(self) -> None:
        """After all spellings, because no misspelling may be one of them."""
        fuzzy = {unit: term for unit, term in self._terms.items() if term.fuzzy}
        spellings = {unit: [fold(s).text for ss in t.spell.values() for s in ss] for unit, t in fuzzy.items()}
        for spelling, unit in misspellings(spellings, self.patterns).items():
            self._add(spelling, unit, word_bounds(spelling))

    def _companion_units(self, unit: int, term: Term, companions: Iterable[str]) -> Iterable[int]:
        for companion in companions:
            if companion.startswith("@"):
                name = companion[1:]
                if name not in self._set_units:
                    near = nearest(name, self._set_units)
                    raise TermSetError(
                        str(self.units[unit].set),
                        term,
                        "with",
                        f"unknown term set {companion}",
                        f"@{near}" if near else None,
                    )
                yield from self._set_units[name]
            else:
                yield self._companion_word(str(self.units[unit].set), term, companion)

    def _companion_word(self, set_name: str, term: Term, word: str) -> int:
        if word not in self._companions:
            spelling = _Spelling.read(word, term, "with", set_name)
            self._companions[word] = self._add_unit(Unit(spelling.written))
            self._add_spelling(self._companions[word], spelling, None)
        return self._companions[word]

    def _add_spelling(self, unit: int, spelling: "_Spelling", language: str | None) -> None:
        folded = spelling.folded
        if language == "ko" and len(folded) == 1 and KINDS[folded] is Kind.HAN:
            self._add(folded, unit, hanja_bounds())
            return
        self._add(folded, unit, spelling.bounds())
        for zawgyi in zawgyi_spellings(folded):
            self._add(fold(zawgyi).text, unit, zawgyi_bounds())

    def _add_exact(self, unit: int, spelling: "_Spelling") -> None:
        self._add(spelling.folded, unit, spelling.bounds(), without_variants(spelling.written))

    def _add_swallower(self, unit: int, spelling: "_Spelling") -> None:
        bounds = spelling.bounds() if spelling.is_open else swallower_bounds(spelling.folded)
        self._add(spelling.folded, unit, bounds, swallows=True)

    def _add_unit(self, unit: Unit) -> int:
        self.units.append(unit)
        return len(self.units) - 1

    def _add(
        self, folded: str, unit: int, bounds: Bounds, exact: str | None = None, swallows: bool = False
    ) -> None:
        use = Use(unit, bounds.left, bounds.right, exact, swallows)
        uses = self.patterns.setdefault(folded, [])
        if use not in uses:
            uses.append(use)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One spelling without its star, as written and folded."""

    written: str
    folded: str
    is_open: bool

    @classmethod
    def read(cls, text: str, term: Term, key: str, set_name: str) -> "_Spelling":
        """Read one from a term file; TermSetError where it cannot be looked for."""
        written = text.removesuffix("*").strip()
        folded = fold(written).text
        if not has_substance(folded):
            message = f'"{text}" has no letter or digit to look for'
            raise TermSetError(set_name, term, key, message)
        if KINDS[folded[0]] is Kind.MARK:
            raise TermSetError(set_name, term, key, f'"{text}" begins with a combining mark')
        return cls(written, folded, text.endswith("*"))

    def bounds(self) -> Bounds:
        return word_bounds(self.folded, is_open=self.is_open, acronym=is_acronym(self.written))


def is_acronym(spelling: str) -> bool:
    """Written in capitals alone: ASEAN, КНДР, D.P.R.K."""
    letters = 0
    for character in spelling:
        if KINDS[character] is Kind.LETTER:
            # Most words end here, at their second letter.
            if not character.isupper():
                return False
            letters += 1
    return letters > 1
