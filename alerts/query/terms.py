"""What can a user write about a term set?

The config models of `config/terms/*.yaml` (CONTRACT §2). Turning them into patterns is
`alerts/query/`'s compiler; the files are read by `wirewatch/config_reading.py`.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from archive.names import Name

Spelling = Annotated[str, Field(min_length=1, max_length=200)]


class Company(BaseModel):
    """`with:`: the hit counts only where one of `any` stands too, within `within` words."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    any: tuple[Spelling, ...]
    within: Annotated[int, Field(ge=1, le=999)] | None = None


class Term(BaseModel):
    """One thing, with all its spellings: `spell` by language, `exact` where case counts,
    `not` for the longer words that swallow a hit, `fuzzy` for listed misspellings."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, populate_by_name=True)

    name: str
    spell: dict[str, tuple[Spelling, ...]] = Field(default_factory=dict)
    exact: tuple[Spelling, ...] = ()
    false_friends: tuple[Spelling, ...] = Field(default=(), alias="not")
    company: Company | None = Field(default=None, alias="with")
    fuzzy: bool = False
    source: str | None = None


class TermSet(BaseModel):
    """All spellings of one subject in all languages; in a query `@name`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    name: Name
    title: str | None = None
    terms: tuple[Term, ...]
    enabled: bool = True
