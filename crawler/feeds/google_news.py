"""What do other people's outlets say, as Google News finds it?

A search as RSS. The outlet is that of the item, not Google: its name stands in `<source>` and once
more at the end of the title. Links lead to Google and since 2024 hold no address, so they are
kept as they are. Asking and parsing are those of any feed.
"""

from dataclasses import replace
from datetime import datetime

from archive.sources import SourceState
from crawler.entry import Entry
from crawler.feeds.gather import gather_feed
from crawler.gathering import Gathered, Tools
from crawler.source import Source

_DASHES = (" - ", " – ", " — ", " | ")


async def gather_google_news(source: Source, state: SourceState, tools: Tools, now: datetime) -> Gathered:
    """Poll a search; each entry's `outlet_title` names its publisher, "" where Google does not."""
    gathered = await gather_feed(source, state, tools, now)
    return gathered._replace(entries=tuple(map(of_its_outlet, gathered.entries)))


def of_its_outlet(entry: Entry) -> Entry:
    """The entry as its publisher would announce it: without the outlet's name in the title.

    The teaser of these feeds is the title once more, as a link, with the outlet behind it.
    """
    outlet, title = entry.outlet_title, entry.title
    if outlet:
        # Some put their name there themselves, and Google once more.
        while (shorter := _without(outlet, title)) != title:
            title = shorter
    elif " - " in title:
        title, _, outlet = title.rpartition(" - ")
    repeats = bool(title) and entry.summary.casefold().startswith(title.casefold())
    return replace(
        entry,
        title=title.strip() or entry.title,
        outlet_title=outlet.strip(),
        summary="" if repeats else entry.summary,
    )


def _without(outlet: str, title: str) -> str:
    for dash in _DASHES:
        end = f"{dash}{outlet}"
        if title.casefold().endswith(end.casefold()):
            return title[: -len(end)]
    return title
