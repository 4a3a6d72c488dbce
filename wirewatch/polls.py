"""What does a poll leave in the archive?

One transaction a poll: the new articles, the source's state, and what operators are told of it.
Asking the source is `crawler/gathering.py`; what is new is decided in `crawler/identity.py`, the
next due time in `crawler/polling.py`.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from archive import articles, events, sources
from archive.article import Article
from archive.articles import Contact, NewArticle, PageState
from archive.events import Event
from archive.sources import SourceState
from archive.text.language import detect
from archive.wake import wake
from crawler.entry import Entry
from crawler.gathering import Gathered
from crawler.identity import Identity, Sorted, all_keys, identify, sort_entries
from crawler.polling import Change, after_poll, contact_of, is_first_contact
from crawler.source import Source
from wirewatch.outlets import outlet_of
from wirewatch.reports import report
from wirewatch.rooms import Rooms
from wirewatch.secrets import MASK, mask

# New articles of one poll that may alert; what is beyond is kept as known (DESIGN §10).
MOST_NEW = 500

_ADDRESS = re.compile(r"https?://[^\s,;)]*[^\s,;):.]")

Identified = list[tuple[Entry, Identity]]


def after(
    rooms: Rooms, source: Source, state: SourceState, gathered: Gathered, now: datetime, *, found_new: bool
) -> tuple[SourceState, Change | None]:
    """The source's state after this poll, and the change that operators hear of."""
    settings = rooms.rules.settings
    if mask(source.url) != source.url:
        gathered = _without_addresses(gathered, source.url)
    return after_poll(
        state, source, gathered, found_new=found_new, now=now, fetch=settings.fetch,
        zone=settings.timezone, chance=rooms.chance(),
    )  # fmt: skip


def _without_addresses(gathered: Gathered, secret: str) -> Gathered:
    """The same without addresses, for the archive: where the source is asked is a secret, and where it
    leads bears the secret too. What another address gave to ask it again by goes with it."""
    own = gathered.validated_url in (None, secret)
    return replace(
        gathered,
        etag=gathered.etag if own else None,
        last_modified=gathered.last_modified if own else None,
        validated_url=None,
        permanent_url=None,
        error=gathered.error and _ADDRESS.sub(MASK, gathered.error),
    )


def identify_all(rooms: Rooms, source: Source, gathered: Gathered, now: datetime) -> Identified:
    """Each entry with what it is known by."""
    return [
        (entry, identify(entry, outlet_of(rooms.rules, source, entry).name, now))
        for entry in gathered.entries
    ]


def keep_state(
    conn: Connection, rooms: Rooms, state: SourceState, change: Change | None, now: datetime
) -> None:
    """Write back one poll's state, and tell operators of its change."""
    sources.write_back(conn, [state])
    if change is not None:
        report(rooms.rules.settings, conn, Event(now, f"source-{change.health}", state.source, change.text))


def keep(
    conn: Connection,
    rooms: Rooms,
    source: Source,
    state: SourceState,
    gathered: Gathered,
    identified: Identified,
    now: datetime,
) -> tuple[SourceState, int]:
    """Keep a poll's new articles and its state, and wake who works on them next; the state, how many."""
    new, poll = find_new(conn, rooms, source, state, identified, now)
    sources.add_outlets(conn, [outlet_of(rooms.rules, source, entry) for entry, _ in poll.new])
    articles.store(conn, new)
    articles.add_keys(conn, poll.again)
    read_again = _revise(conn, rooms, source, poll, now)
    state_after, change = after(rooms, source, state, gathered, now, found_new=bool(new))
    keep_state(conn, rooms, state_after, change, now)
    if len(new) > MOST_NEW:
        text = f"announced {len(new)} new articles at once; {len(new) - MOST_NEW} were only recorded"
        report(rooms.rules.settings, conn, Event(now, "flood", source.name, text))
    if gathered.left:
        text = f"announces {len(identified) + gathered.left} entries; only its newest are looked at"
        _report_daily(conn, rooms, "feed-too-long", source, text, now)
    if _is_renumbered(poll, state):
        text = "announces known articles under new ids or addresses; nothing of it is alerted"
        _report_daily(conn, rooms, "feed-renumbered", source, text, now)
    if read_again or any(article.page == "wanted" for article in new):
        wake(conn, "read", source.name, now)
    if new or poll.changed:
        wake(conn, "tell", "", min((article.tell_after for article in new), default=now))
    return state_after, len(new)


def _revise(conn: Connection, rooms: Rooms, source: Source, poll: Sorted, now: datetime) -> bool:
    """Keep what known articles say now; whether pages are to be read again for it."""
    by = now + rooms.durations.page_wait if source.full_text != "never" else None
    wanted = False
    for article, entry in poll.changed:
        changes = {"title": entry.title, "summary": entry.summary, "body": entry.content}
        said = {column: text for column, text in changes.items() if text}
        # What the feed gives in full needs no page.
        wanted |= articles.revise(conn, article, said, now, None if entry.content else by)
    return wanted


def find_new(
    conn: Connection, rooms: Rooms, source: Source, state: SourceState, identified: Identified, now: datetime
) -> tuple[list[NewArticle], Sorted]:
    """What `keep` would keep of a poll, and its entries told apart; writes nothing."""
    known = articles.known_by(conn, all_keys([identity for _, identity in identified]))
    poll = sort_entries(identified, known, source.name, limit=len(identified))
    first = is_first_contact(state, rooms.rules.settings.fetch.gap, now)
    # In a poll of known articles under new ids nothing that looks new is to be trusted as news.
    distrusted = _is_renumbered(poll, state)
    new = [
        _new_article(
            rooms, source, entry, identity, now, first=first, beyond=distrusted or number >= MOST_NEW
        )
        for number, (entry, identity) in enumerate(poll.new)
    ]
    return new, poll


def _is_renumbered(poll: Sorted, state: SourceState) -> bool:
    return poll.renumbered and state.first_success_at is not None


def _report_daily(
    conn: Connection, rooms: Rooms, kind: str, source: Source, text: str, now: datetime
) -> None:
    """Once a day: a feed that is always so would say it at every poll."""
    before = events.last_at(conn, kind, source.name)
    if before is None or now - before >= timedelta(days=1):
        report(rooms.rules.settings, conn, Event(now, kind, source.name, text))


def _new_article(
    rooms: Rooms,
    source: Source,
    entry: Entry,
    identity: Identity,
    now: datetime,
    *,
    first: bool,
    beyond: bool,
) -> NewArticle:
    fetch, kept = rooms.rules.settings.fetch, rooms.rules.settings.retention.title
    contact: Contact = contact_of(entry.published, entry.trust, first=first, catch_up=fetch.catch_up, now=now)
    # What is older than the archive's memory may have been told and forgotten.
    if beyond or (entry.published is not None and entry.published < now - kept):
        contact = "old"
    outlet = outlet_of(rooms.rules, source, entry)
    language = detect(f"{entry.title}\n{entry.summary}", entry.language, source.languages)
    article = Article(
        identity.canonical, entry.link, entry.title, entry.summary, entry.content or None, entry.published,
        entry.trust, language, source.name, outlet,
    )  # fmt: skip
    page: PageState = "wanted" if contact != "old" and wants_page(rooms, source, article) else "none"
    return NewArticle(
        source=source.name,
        outlet=outlet.name,
        url=entry.link,
        canonical=identity.canonical,
        guid=entry.guid,
        title=entry.title,
        summary=entry.summary,
        body=article.body,
        published=entry.published,
        trust=entry.trust,
        language=language,
        found_at=now,
        contact=contact,
        page=page,
        tell_after=now + (rooms.durations.page_wait if page == "wanted" else timedelta()),
        keys=identity.all(),
    )


def wants_page(rooms: Rooms, source: Source, article: Article) -> bool:
    """Whether the article's page is worth fetching: see DESIGN §2, step 2.

    `auto` asks for it where the feed gave a teaser and some watch hangs on the body.
    """
    if source.full_text == "never" or article.body is not None or not article.url:
        return False
    return source.full_text == "always" or rooms.rules.watchlist.wants_body(article)
