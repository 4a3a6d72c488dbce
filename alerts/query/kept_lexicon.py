"""How is a lexicon kept, so that it need not be worked out again?

As JSON: to fold some thousand spellings and find where each may begin and end takes four times as long as to
read that. A check is its name, of a closed set: to make a lexicon of it runs nothing but constructors. The
automaton is built anew. Where it lies, and that it is what was kept, is the business of
`wirewatch/config_cache.py`.
"""

import json
from collections.abc import Mapping
from typing import Any

from alerts.query.boundaries import CHECKS, Check
from alerts.query.lexicon import Company, Lexicon, Unit, Use
from alerts.query.terms import TermSet

_NAMES = {check: name for name, check in CHECKS.items()}


def packed(lexicon: Lexicon) -> bytes:
    """The lexicon as JSON in one line, but for the sets that it is of."""
    # Few pairs of checks serve thousands of spellings.
    bounds: dict[tuple[Check, Check], int] = {}
    said = {
        "units": [(unit.name, unit.set, unit.key, _plain(unit.company)) for unit in lexicon.units],
        "patterns": lexicon.patterns,
        "uses": [
            [(use.unit, bounds.setdefault((use.left, use.right), len(bounds)), *_rest(use)) for use in uses]
            for uses in lexicon.uses
        ],
        "bounds": [(_NAMES[left], _NAMES[right]) for left, right in bounds],
        "literals": lexicon.literals,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def unpacked(kept: bytes, sets: Mapping[str, TermSet]) -> Lexicon:
    """What `packed` was given, of these sets."""
    said = json.loads(kept)
    bounds = [(CHECKS[left], CHECKS[right]) for left, right in said["bounds"]]
    return Lexicon(
        tuple([_unit(*unit) for unit in said["units"]]),
        tuple(said["patterns"]),
        tuple([tuple([Use(unit, *bounds[at], *rest) for unit, at, *rest in uses]) for uses in said["uses"]]),
        dict(sets),
        tuple(said["literals"]),
    )


def _rest(use: Use) -> tuple[Any, ...]:
    # Most have neither.
    return () if use.exact is None and not use.swallows else (use.exact, use.swallows)


def _plain(company: Company | None) -> Any:
    return None if company is None else (sorted(company.units), company.within)


def _unit(name: str, of_set: str | None, key: str | None, company: Any) -> Unit:
    return Unit(name, of_set, key, None if company is None else Company(frozenset(company[0]), company[1]))
