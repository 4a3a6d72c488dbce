"""What is asked of the full-text index?

A condition on the tokens of a text, without NOT: all or any of conditions. `ALL` is true of every text,
`NONE` of none. How a database is asked is `archive/full_text.py`; what a query of the watch language
asks for is `alerts/query/lowering.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from archive.text.tokens import Token


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of these."""

    parts: tuple["Sought", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these at least."""

    parts: tuple["Sought", ...]


Sought: TypeAlias = Token | AllOf | AnyOf
ALL, NONE = AllOf(()), AnyOf(())


def all_of(parts: Iterable[Sought]) -> Sought:
    """The conjunction, without what is said twice or goes without saying."""
    flat: dict[Sought, None] = {}
    for part in parts:
        if part == NONE:
            return NONE
        flat.update(dict.fromkeys(part.parts if isinstance(part, AllOf) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: Iterable[Sought]) -> Sought:
    """The disjunction, in the same way."""
    flat: dict[Sought, None] = {}
    for part in parts:
        if part == ALL:
            return ALL
        flat.update(dict.fromkeys(part.parts if isinstance(part, AnyOf) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else AnyOf(tuple(flat))
