"""What can a user write about a term set?

The config models of `config/terms/*.yaml` (CONTRACT §2). Turning them into patterns is
`alerts/query/`'s compiler; the files are read by `wirewatch/config_reading.py`.
"""

from dataclasses import dataclass, field
from typing import Annotated

from archive.names import Name
from archive.rules import Model, limited, named_keys

Spelling = Annotated[str, limited(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Company(Model):
    """`with:`: the hit counts only where one of `any` stands too, within `within` words."""

    any: tuple[Spelling, ...]
    within: Annotated[int, limited(ge=1, le=999)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Model):
    """One thing, with all its spellings: `spell` by language, `exact` where case counts,
    `not` for the longer words that swallow a hit, `fuzzy` for listed misspellings."""

    __pydantic_config__ = named_keys(false_friends="not", company="with")

    name: str
    spell: dict[str, tuple[Spelling, ...]] = field(default_factory=dict)
    exact: tuple[Spelling, ...] = ()
    false_friends: tuple[Spelling, ...] = ()
    company: Company | None = None
    fuzzy: bool = False
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSet(Model):
    """All spellings of one subject in all languages; in a query `@name`."""

    name: Name
    title: str | None = None
    terms: tuple[Term, ...]
    enabled: bool = True
