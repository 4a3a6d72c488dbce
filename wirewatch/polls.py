"""What does a poll that gave entries leave in the archive?

The new articles, the source's state, and what operators are told of it, in one transaction, which
polls that end at about the same time share. Where nothing is new it is `wirewatch/poll_ends.py`.
Asking the source is `crawler/gathering.py`; what is new is `wirewatch/new_articles.py`, the next due
time is decided in `crawler/polling.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from archive import announced, articles, events, sources
from archive.events import Event
from archive.sources import SourceState
from archive.wake import wake
from crawler.entry import Entry
from crawler.identity import Sorted, to_pass_over
from crawler.polling import Change, contact_of
from crawler.source import Source
from wirewatch.new_articles import MOST_NEW, Found, Poll, find_new
from wirewatch.outlets import outlet_of
from wirewatch.poll_ends import after, tell_change
from wirewatch.reports import report
from wirewatch.rooms import Rooms


def rows_of(poll: Poll) -> int:
    """About how many rows a poll leaves: a few of its source, and one with its keys of each entry."""
    return 4 + len(poll.identified)


def keep(conn: Connection, polls: Sequence[Poll]) -> list[tuple[SourceState, int]]:
    """Keep the new articles of polls and their states, and wake who works on them next; of each poll the
    state, and how many articles are new."""
    articles.find_alone(conn)
    return [ended for some in _strangers(polls) for ended in _keep(conn, some)]


def _strangers(polls: Sequence[Poll]) -> Iterator[list[Poll]]:
    """The polls in order, parted where one may announce what another before it has just found."""
    some: list[Poll] = []
    met: set[int] = set()
    for poll in polls:
        keys = set(poll.keys)
        if not met.isdisjoint(keys):
            yield some
            some, met = [], set()
        some.append(poll)
        met |= keys
    yield some


def _keep(conn: Connection, polls: Sequence[Poll]) -> list[tuple[SourceState, int]]:
    known = articles.known_by(conn, [key for poll in polls for key in poll.keys])
    found = [find_new(poll, known) for poll in polls]
    each = list(zip(polls, found, strict=True))
    outlets = (outlet_of(of.rooms.rules, of.source, entry) for of, it in each for entry, _ in it.poll.new)
    sources.add_outlets(conn, outlets)
    articles.store(conn, [article for it in found for article in it.new])
    articles.add_keys(conn, [pair for it in found for pair in it.poll.again])
    ends = [
        after(of.rooms, of.source, of.state, of.gathered, of.now, found_new=bool(it.new)) for of, it in each
    ]
    sources.write_back(conn, [state for state, _ in ends])
    announced.keep(conn, dict(_to_pass_over(each)))
    for (of, it), (_, change) in zip(each, ends, strict=True):
        _tell_operators(conn, of, it, change)
    for of, it in each:
        read_again = _revise(conn, of, it.poll)
        if read_again or any(article.page == "wanted" for article in it.new):
            wake(conn, "read", of.source.name, of.now)
    tell_at = [article.tell_after for it in found for article in it.new if article.told_at is None]
    tell_at += [of.now for of, it in each if it.poll.changed]
    if tell_at:
        wake(conn, "tell", "", min(tell_at))
    return [(state, len(it.new)) for (state, _), it in zip(ends, found, strict=True)]


def _to_pass_over(each: Iterable[tuple[Poll, Found]]) -> Iterator[tuple[str, announced.Packed]]:
    """Each source of which the next poll need not look at other items than this one."""
    for of, it in each:
        items = announced.pack(to_pass_over(it.poll, of.gathered.stays, of.now))
        if items != (of.state.announced or b""):
            yield of.source.name, items


def _tell_operators(conn: Connection, of: Poll, found: Found, change: Change | None) -> None:
    settings, source, now, new = of.rooms.rules.settings, of.source, of.now, found.new
    tell_change(conn, of.rooms, source.name, change, now)
    if len(new) > MOST_NEW:
        text = f"announced {len(new)} new articles at once; {len(new) - MOST_NEW} were only recorded"
        report(settings, conn, Event(now, "flood", source.name, text))
    if of.gathered.left:
        text = f"announces {len(of.identified) + of.gathered.left} entries; only its newest are looked at"
        _report_daily(conn, of.rooms, "feed-too-long", source, text, now)
    if found.renumbered:
        text = "announces known articles under new ids or addresses; nothing of it is alerted"
        _report_daily(conn, of.rooms, "feed-renumbered", source, text, now)


def _revise(conn: Connection, of: Poll, poll: Sorted) -> bool:
    """Keep what known articles say now; whether pages are to be read again for it."""
    by = of.now + of.rooms.durations.page_wait if of.source.full_text != "never" else None
    wanted = False
    for article, entry in poll.changed:
        changes = {"title": entry.title, "summary": entry.summary, "body": entry.content}
        said = {column: text for column, text in changes.items() if text}
        # What the feed gives in full needs no page.
        page_by = None if entry.content else by
        wanted |= articles.revise(conn, article, said, of.now, page_by, is_news=_may_be_news(of, entry))
    return wanted


def _may_be_news(of: Poll, entry: Entry) -> bool:
    """Whether what an entry says now may be news: not where its date says that it is not."""
    catch_up = of.rooms.rules.settings.fetch.catch_up
    met = contact_of(entry.published, entry.trust, first=True, catch_up=catch_up, now=of.now)
    return entry.published is None or met != "old"


def _report_daily(
    conn: Connection, rooms: Rooms, kind: str, source: Source, text: str, now: datetime
) -> None:
    """Once a day: a feed that is always so would say it at every poll."""
    before = events.last_at(conn, kind, source.name)
    if before is None or now - before >= timedelta(days=1):
        report(rooms.rules.settings, conn, Event(now, kind, source.name, text))
