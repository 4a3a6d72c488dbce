"""What is an article, and what is an outlet, to everybody who is not the database?

The frozen values that travel between the rooms. How they lie in tables is in `archive/tables.py`;
how a feed entry becomes one is in `crawler/entry.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal[
    "state-media",
    "public-broadcaster",
    "independent",
    "wire",
    "think-tank",
    "government",
    "ngo",
    "aggregator",
]

# How a publication time came to be. "stated": the publisher gave date, time and zone. "assumed":
# the zone is the source's own, because the publisher gave none. "day": only the date was given.
# "none": no usable time; `published` is None then.
Trust = Literal["stated", "assumed", "day", "none"]
# Those that tell more than the day.
EXACT: tuple[Trust, ...] = ("stated", "assumed")


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who publishes. One outlet may have several sources.

    `country` is ISO 3166 alpha-2, INT or UN; `languages` are BCP 47, empty means many;
    `tier` runs from 1 (best) to 3. None and () mean that it is not known.
    """

    name: str
    title: str
    country: str | None = None
    languages: tuple[str, ...] = ()
    kind: Kind | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the archive knows it.

    `title`, `summary`, `body` are plain text. `body` is None as long as the page has not been
    read, "" when it was read and held nothing. `published` is UTC. `language` is BCP 47 as the
    feed or page stated it, None where neither did.
    """

    id: str
    url: str
    title: str
    summary: str = ""
    body: str | None = None
    published: datetime | None = None
    trust: Trust = "none"
    language: str | None = None
    source: str = ""
    outlet: Outlet | None = None
