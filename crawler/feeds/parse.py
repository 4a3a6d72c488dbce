"""What does a feed announce?

RSS, Atom, RDF and JSON Feed: bytes in, entries out, in the feed's order. The fast reader goes
first, feedparser takes what it declines. Fetching is `crawler/feeds/gather.py`; whether an entry
is known is `crawler/identity.py`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from archive.announced import Announced, Packed
from archive.text.language_tag import language_tag
from crawler.entry import Entry
from crawler.feeds.dates import read_date
from crawler.feeds.decode import as_text, in_utf8
from crawler.feeds.first_look import look
from crawler.feeds.item import Item, RawFeed, entry_of
from crawler.feeds.json_feed import looks_like_json, read_json_feed
from crawler.feeds.lenient import NoFeed, read_leniently
from crawler.feeds.well_formed import Declined, read_well_formed

# A feed announces what is new, not an archive: its newest entries are looked at, up to this many.
# Why no more is docs/decisions/0008.
MOST_ENTRIES = 5000


class FeedError(Exception):
    """The body is no feed; the text says what it looks like."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed's entries in its own order, its language where it states one, and its wishes.

    `ask_after` is how long it wants to be left alone (ttl, sy:updatePeriod); `skip_hours` the hours
    of the week (UTC, 0 is Monday's first) in which it does not want to be asked. `left` is how many
    entries were not looked at, because there are too many; `stays` are those that need no look, because
    they were there before.
    """

    entries: tuple[Entry, ...]
    language: str | None = None
    ask_after: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    left: int = 0
    stays: tuple[Announced, ...] = ()


@dataclass(frozen=True, slots=True)
class LastPoll:
    """What a feed announced when it was polled last (archive/announced.py), and whose it is."""

    announced: Packed | None
    outlet: str


def parse_feed(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    zone: tzinfo | None = None,
    now: datetime | None = None,
    with_outlet: bool = False,
) -> ParsedFeed:
    """The entries of `body`, which came from `url`.

    `zone` is where dates lie that name none; `with_outlet` says that the feed gathers other
    people's articles and names their outlets. Raises FeedError if this is no feed; a feed without
    entries is one.
    """
    data = in_utf8(body, content_type)
    feed = _read_fast(data, url)
    if feed is None:
        try:
            feed = read_leniently(as_text(_mended(data)), url)
        except NoFeed as error:
            raise FeedError(_what_it_is(body, str(error))) from error
    return _parsed(feed, zone, now, with_outlet)


def parse_fast(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    zone: tzinfo | None = None,
    now: datetime | None = None,
    with_outlet: bool = False,
    last: LastPoll | None = None,
) -> ParsedFeed | None:
    """As `parse_feed`, but None where the feed would need feedparser, which hostile input can
    keep busy for minutes. This takes time in proportion to the body.

    With `last`, what is there still word for word is in `stays`, and the other entries bear marks.
    """
    data = in_utf8(body, content_type)
    feed, stays = _read_new(data, url, last, zone) if last is not None else (_read_fast(data, url), ())
    return None if feed is None else _parsed(feed, zone, now, with_outlet, stays)


def _read_new(
    data: bytes, url: str, last: LastPoll, zone: tzinfo | None
) -> tuple[RawFeed | None, tuple[Announced, ...]]:
    """The feed without the items that stay, and those; all of it where they cannot be told apart."""
    looked = look(data, last.announced, MOST_ENTRIES, url, str(zone), last.outlet)
    if looked is None:
        return _read_fast(data, url), ()
    feed = _read_fast(looked.data, url)
    if feed is not None and len(feed.items) == len(looked.marks):
        for item, mark in zip(feed.items, looked.marks, strict=True):
            item.mark = mark
        return feed, looked.stays
    return (_read_fast(data, url) if looked.stays else feed), ()


def _read_fast(data: bytes, url: str) -> RawFeed | None:
    if looks_like_json(data):
        try:
            return read_json_feed(as_text(data), url)
        except ValueError as error:
            raise FeedError(f"this is no feed: {error}") from error
    with suppress(Declined):
        return read_well_formed(data, url)
    mended = _mended(data)
    if mended != data:
        with suppress(Declined):
            return read_well_formed(mended, url)
    return None


def _mended(data: bytes) -> bytes:
    # Seldom asked.
    from crawler.feeds.ampersands import with_ampersands_mended

    return with_ampersands_mended(data)


def _parsed(
    feed: RawFeed,
    zone: tzinfo | None,
    now: datetime | None,
    with_outlet: bool,
    stays: tuple[Announced, ...] = (),
) -> ParsedFeed:
    moment = now or datetime.now(UTC)
    entries = (
        entry_of(item, feed, zone, moment, with_outlet=with_outlet)
        for item in _newest(feed.items, zone, moment)
    )
    found = tuple(entry for entry in entries if entry is not None)
    left = max(len(feed.items) - MOST_ENTRIES, 0)
    return ParsedFeed(found, language_tag(feed.language), feed.ask_after, feed.skip_hours, left, stays)


def _newest(items: list[Item], zone: tzinfo | None, now: datetime) -> list[Item]:
    """What is looked at: the first, or the last where the feed's dates rise, in the feed's order."""
    if len(items) <= MOST_ENTRIES:
        return items
    first, last = (read_date(item.published or item.updated, zone, now)[0] for item in (items[0], items[-1]))
    rising = first is not None and last is not None and first < last
    return items[-MOST_ENTRIES:] if rising else items[:MOST_ENTRIES]


_LOOKS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("the answer was empty", lambda head: not head.strip()),
    ("this is a web page, not a feed", lambda head: b"<html" in head or b"<!doctype html" in head),
    ("this is an image", lambda head: head[:4] in (b"\x89png", b"\xff\xd8\xff\xe0", b"gif8")),
)


def _what_it_is(body: bytes, reason: str) -> str:
    head = body[:2048].lower()
    for meaning, fits in _LOOKS:
        if fits(head):
            return meaning
    return f"this is no feed ({reason})" if reason else "this is no feed"
