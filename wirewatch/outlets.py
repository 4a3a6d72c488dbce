"""Whose article is an entry?

The outlet of its source, unless the entry names its publisher, as those of a news search do: then
the known outlet of that title, else the one whose site it is, or a new one of which nothing but the
title is known.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.article import Outlet
from crawler.entry import Entry
from crawler.source import Source

if TYPE_CHECKING:  # which keep what is found here
    from wirewatch.rooms import Rulebook
    from wirewatch.settings import Settings

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_LONGEST = 48


def outlet_of(rules: "Rulebook", source: Source, entry: Entry) -> Outlet:
    """The outlet of `entry`, which `source` announced."""
    if not entry.outlet_title:
        return rules.outlets[source.outlet or source.name]
    known = rules.outlets_by_title.get(entry.outlet_title.casefold())
    known = known or rules.settings.outlets_by_host.get(host_of(entry.outlet_url))
    return known or Outlet(_name_for(entry.outlet_title), entry.outlet_title)


def host_of(url: str) -> str:
    """The host of an address as sites are told apart by: without `www.`, in lower case; "" without one."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def by_host(settings: "Settings") -> Mapping[str, Outlet]:
    """The outlets by the hosts of their sources; a host that several share tells nothing."""
    hosts: dict[str, set[Outlet]] = defaultdict(set)
    for source in (*settings.sources, *settings.disabled):
        if source.type != "google-news":
            outlet = settings.outlet_of.get(source.name)
            hosts[host_of(source.url)] |= {outlet} if outlet is not None else set()
    return {host: outlets.pop() for host, outlets in hosts.items() if len(outlets) == 1}


def _name_for(title: str) -> str:
    """A name from a title; in scripts that names cannot hold, a number that the title always gets."""
    name = _NOT_IN_NAMES.sub("-", title.casefold()).strip("-")[:_LONGEST]
    # A marker keeps it apart from every name that a config could hold by chance.
    mark = blake2b(title.casefold().encode(), digest_size=4).hexdigest()
    return f"{name or 'outlet'}-{mark}"
