"""What is new in a poll?

A poll of entries, those of them that are new articles, and how each is kept. Which entries are one article
is decided in `crawler/identity.py`, whether an article's page is wanted in `wirewatch/wanted_pages.py`.
What a poll leaves in the archive is `wirewatch/polls.py`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import Connection

from archive import articles
from archive.article import Article
from archive.articles import Contact, Known, NewArticle
from archive.sources import SourceState
from archive.text.language import detect
from crawler.entry import Entry
from crawler.gathering import Gathered
from crawler.identity import Identity, Sorted, all_keys, identify, sort_entries
from crawler.polling import contact_of, is_first_contact
from crawler.source import Source
from wirewatch.outlets import outlet_of
from wirewatch.rooms import Rooms
from wirewatch.wanted_pages import wants_page

# New articles of one poll that may alert; what is beyond is kept as known (DESIGN §10).
MOST_NEW = 500


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll that gave entries: by which rules, of what, what came of it and when, each entry with what it
    is known by, and all of these keys."""

    rooms: Rooms
    source: Source
    state: SourceState
    gathered: Gathered
    now: datetime
    identified: list[tuple[Entry, Identity]]
    keys: list[int]

    @classmethod
    def of(cls, rooms: Rooms, source: Source, state: SourceState, gathered: Gathered, now: datetime) -> Self:
        """The poll that gave `gathered`; a long feed takes some milliseconds."""
        identified = [
            (entry, identify(entry, outlet_of(rooms.rules, source, entry).name, now))
            for entry in gathered.entries
        ]
        keys = all_keys([identity for _, identity in identified])
        return cls(rooms, source, state, gathered, now, identified, keys)


@dataclass(frozen=True, slots=True)
class Found:
    """What is new in a poll, and its entries told apart. In a `renumbered` one, of known articles under
    new ids, nothing that looks new is to be trusted as news."""

    new: list[NewArticle]
    poll: Sorted
    renumbered: bool


def look(conn: Connection, poll: Poll) -> Found:
    """What is new in a poll by what the archive knows; writes nothing."""
    return find_new(poll, articles.known_by(conn, poll.keys))


def find_new(of: Poll, known: Mapping[int, Known]) -> Found:
    """What is new in a poll, by what is known of its entries' keys."""
    poll = sort_entries(
        of.identified, known, of.source.name, limit=len(of.identified), stays=of.gathered.stays
    )
    renumbered = poll.renumbered and of.state.first_success_at is not None
    if not poll.new:
        return Found([], poll, renumbered)
    first = is_first_contact(of.state, of.rooms.rules.settings.fetch.gap, of.now)
    met = [_article(of.rooms, of.source, entry, identity) for entry, identity in poll.new]
    # By which they will be judged.
    watchlist = of.rooms.rules_for(of.now).watchlist
    begun = frozenset() if renumbered else _newest([entry for entry, _ in poll.new], of.now)
    new = []
    for number, (article, may_fire) in enumerate(zip(met, watchlist.may_fire(met), strict=True)):
        entry, identity = poll.new[number]
        contact = _contact(of, entry, first=first, beyond=number not in begun)
        is_wanted = contact != "old" and wants_page(of.source, article, watchlist, may_fire=may_fire)
        new.append(
            _new_article(of, entry, identity, article, contact, is_wanted=is_wanted, may_fire=may_fire)
        )
    return Found(new, poll, renumbered)


def _newest(new: Sequence[Entry], now: datetime) -> Set[int]:
    """The places of those new entries that may alert. One that bears no date may be the newest."""
    places = range(len(new))
    if len(new) <= MOST_NEW:
        return frozenset(places)
    newest_first = sorted(places, key=lambda place: new[place].published or now, reverse=True)
    return frozenset(newest_first[:MOST_NEW])


def _contact(of: Poll, entry: Entry, *, first: bool, beyond: bool) -> Contact:
    """How an entry is met; with those that are `beyond` nothing is begun."""
    settings, published = of.rooms.rules.settings, entry.published
    # What is older than the archive's memory may have been told and forgotten.
    if beyond or (published is not None and published < of.now - settings.retention.title):
        return "old"
    return contact_of(published, entry.trust, first=first, catch_up=settings.fetch.catch_up, now=of.now)


def _article(rooms: Rooms, source: Source, entry: Entry, identity: Identity) -> Article:
    outlet = outlet_of(rooms.rules, source, entry)
    language = detect(f"{entry.title}\n{entry.summary}", entry.language, source.languages)
    return Article(
        identity.canonical, entry.link, entry.title, entry.summary, entry.content or None, entry.published,
        entry.trust, language, source.name, outlet,
    )  # fmt: skip


def _new_article(
    of: Poll,
    entry: Entry,
    identity: Identity,
    article: Article,
    contact: Contact,
    *,
    is_wanted: bool,
    may_fire: bool,
) -> NewArticle:
    now = of.now
    return NewArticle(
        source=of.source.name,
        outlet=outlet_of(of.rooms.rules, of.source, entry).name,
        url=entry.link,
        canonical=identity.canonical,
        guid=entry.guid,
        title=entry.title,
        summary=entry.summary,
        body=article.body,
        published=entry.published,
        trust=entry.trust,
        language=article.language,
        found_at=now,
        contact=contact,
        page="wanted" if is_wanted else "none",
        tell_after=now + of.rooms.durations.page_wait if is_wanted else now,
        keys=identity.all(),
        # Nineteen of twenty need no further look.
        told_at=None if is_wanted or may_fire else now,
    )
