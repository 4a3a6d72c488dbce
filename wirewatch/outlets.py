"""Whose article is an entry?

The outlet of its source, unless the entry names its publisher, as those of a news search do: then
the known outlet of that title, or a new one of which nothing but the title is known.
"""

import re
from hashlib import blake2b

from archive.article import Outlet
from crawler.entry import Entry
from crawler.source import Source
from wirewatch.rooms import Rulebook

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST = 48


def outlet_of(rules: Rulebook, source: Source, entry: Entry) -> Outlet:
    """The outlet of `entry`, which `source` announced."""
    if not entry.outlet_title:
        return rules.outlets[source.outlet or source.name]
    known = rules.outlets_by_title.get(entry.outlet_title.casefold())
    return known or Outlet(_name_for(entry.outlet_title), entry.outlet_title)


def _name_for(title: str) -> str:
    """A name from a title; in scripts that names cannot hold, a number that the title always gets."""
    name = _NOT_IN_NAMES.sub("-", title.casefold()).strip("-")[:_LONGEST]
    # A marker keeps it apart from every name that a config could hold by chance.
    mark = blake2b(title.casefold().encode(), digest_size=4).hexdigest()
    return f"{name or 'outlet'}-{mark}"
