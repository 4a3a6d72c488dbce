"""Is this entry an article that is known already?

Pure: an entry gets a canonical URL and keys, and against what is known by those keys each entry
of a poll is the same article or a new one. The canonical form is `crawler/addresses.py`; where keys
are kept is `archive/articles.py`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from archive.announced import Announced
from archive.article import EXACT, Trust
from archive.articles import Known
from crawler.addresses import canonical_url as canonical_url
from crawler.entry import Entry

# What parts words in the fifteen languages. Marks stay: in Thai or Khmer they are vowels.
_BETWEEN_WORDS = re.compile(
    r"[\s!-/:-@\[-`{-~\x80-\xbf\u02b0-\u02ff\u2000-\u206f\u2190-\u2bff\u3000-\u303f\u17d4-\u17da\u104a-\u104f]+"
)
# Khmer and Lao mark their words with blanks of no width, and sometimes do not.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# A home page is no article's address, however many items link to it.
_FRONT_PAGE = re.compile(r"https://[^/]*/?")
# An address tells by how it ends if that is a number or a slug; "detail" and "story.html" end thousands.
_TELLING_END = re.compile(r"[0-9-]")
# Titles of one article under one GUID share at least so many of their pairs of letters.
_SIMILAR = 0.5


class Identity(NamedTuple):
    """What an entry is known by; a key is None where it would tell nothing.

    `url` is its address, `guid` its outlet and GUID, `title` its outlet, title and day, `heading`
    its outlet and title on whatever day. `version` is no name of an article, but of what it says: its
    title and text. `also` are those of its twins in the poll.
    """

    canonical: str
    url: int
    guid: int | None
    title: int | None
    heading: int | None = None
    version: int | None = None
    also: tuple[int, ...] = ()

    def all(self) -> tuple[int, ...]:
        """All keys that it has."""
        keys = (self.url, self.guid, self.title, self.heading, self.version)
        return (*[key for key in keys if key is not None], *self.also)

    @property
    def name(self) -> int | None:
        """What tells it from others at its address: its title, or what stands for one that it has not."""
        return self.heading if self.heading is not None else self.guid or self.version


def identify(entry: Entry, outlet: str, found: datetime) -> Identity:
    """The identity of an entry of `outlet` that was found at `found`.

    A GUID counts within its outlet; a title within its outlet and day (in UTC). What has neither an
    address of its own nor a GUID counts by title and day, or by title and text where it bears no date: the
    day on which it is found is another one tomorrow.
    """
    canonical = canonical_url(entry.link) if entry.link else ""
    title = _plain(entry.title)
    day = (entry.published or found).date().isoformat()
    guid = entry.guid if entry.guid and canonical_url(entry.guid) != canonical else ""
    text = _substance(entry.content or entry.summary)
    if text and not title:
        canonical = with_fragment(entry.link, canonical)
    own = canonical and not _FRONT_PAGE.fullmatch(canonical)
    said = f"{text if entry.published is None else day}/{title or text}"
    return Identity(
        canonical or entry.guid or f"{outlet}/{day}/{title}",
        _key("url", canonical if own else f"{outlet}/{guid or said}"),
        _key("guid", outlet, guid) if guid else None,
        _key("title", outlet, day, title) if title else None,
        _key("heading", outlet, title) if title else None,
        _key("version", outlet, title, text) if text else None,
    )


def with_fragment(link: str, canonical: str) -> str:
    """The canonical form of a link to a place on a page: notes without titles have one page a day, and of
    that each its place."""
    _, _, place = link.partition("#")
    return f"{canonical}#{place}" if place and "#" not in canonical else canonical


def keys_of_address(link: str) -> list[int]:
    """By which the article at this address may be known, the likelier first."""
    canonical = canonical_url(link)
    return [_key("url", form) for form in dict.fromkeys((with_fragment(link, canonical), canonical))]


@dataclass(frozen=True, slots=True)
class Sorted:
    """A poll's entries, told apart.

    `new` are those that no article is known of, each with the keys of what is the same in the poll.
    `again` are further keys that known articles go by now, as (key, article). `changed` are known
    articles under a title they never had before, or with a text that their own source never gave before, or
    that nobody gave in full, as (article, entry) with what is said anew. `renumbered`: more than half of
    the poll bears new addresses on known titles, so whatever else looks new in it is not to be trusted as
    news. `settled` are those entries with a mark whose every key names an article from now on; not one that
    is the same as a new one beside it and says something else, whose keys are learnt when it is met again.
    """

    new: tuple[tuple[Entry, Identity], ...]
    again: tuple[tuple[int, int], ...]
    changed: tuple[tuple[int, Entry], ...] = ()
    renumbered: bool = False
    settled: tuple[tuple[Entry, Identity], ...] = ()


def sort_entries(
    entries: Iterable[tuple[Entry, Identity]],
    known: Mapping[int, Known],
    source: str,
    limit: int,
    stays: Sequence[Announced] = (),
) -> Sorted:
    """Which entries of `source` are new articles, in their order, each article once, at most `limit`.

    The same: by URL, unless other articles of the poll have it too; by outlet, title and day; by
    GUID, if titles are alike or the address ends alike, since some feeds give one GUID to different
    articles. In a renumbered poll an equal title suffices, whatever its day. What `stays` is known, and
    part of the poll.
    """
    poll = _Poll.of(list(entries), known, stays)
    new: list[tuple[Entry, Identity]] = []
    again: dict[int, int] = {}
    changed: dict[int, Entry] = {}
    here: dict[int, Known] = {}
    twins: dict[int, list[int]] = {}
    settled: list[tuple[Entry, Identity]] = []
    for entry, identity in poll.entries:
        found = _same(entry, identity, known, poll) or _same(entry, identity, here, poll)
        if found is None:
            if len(new) < limit:
                # By its place among the new ones, counted from -1 downwards.
                found = Known(-1 - len(new), identity.canonical, entry.title, source)
                new.append((entry, identity))
                settled.append((entry, identity))
                for key in identity.all():
                    here.setdefault(key, found)
        elif found.article < 0:
            place = -1 - found.article
            both = _as_one(new[place], (entry, identity))
            if both is not None:
                new[place] = both
                settled.append((entry, identity))
                twins.setdefault(place, []).extend(key for key in identity.all() if key not in here)
                for key in identity.all():
                    here.setdefault(key, found)
        else:
            change = _change(entry, identity, found, known, source)
            if change is not None and found.article in changed:
                # One at a time: what this one says is left to the next poll.
                continue
            again.update((key, found.article) for key in identity.all() if key not in known)
            settled.append((entry, identity))
            if change is not None:
                changed[found.article] = change
    for place, keys in twins.items():
        new[place] = (new[place][0], new[place][1]._replace(also=tuple(keys)))
    marked = tuple((entry, identity) for entry, identity in settled if entry.mark is not None)
    return Sorted(tuple(new), tuple(again.items()), tuple(changed.items()), poll.renumbered, marked)


def _as_one(first: tuple[Entry, Identity], twin: tuple[Entry, Identity]) -> tuple[Entry, Identity] | None:
    """An article that a poll has twice, with the text that only one of the two may have; None where they
    say different things: nobody knows which is the newer, and the other is a change at the next poll."""
    (entry, identity), (other, its) = first, twin
    if its.heading != identity.heading:
        return None
    if its.version in (None, identity.version):
        return first
    if identity.version is not None:
        return None
    with_text = replace(entry, summary=other.summary, content=other.content)
    return with_text, identity._replace(version=its.version)


def to_pass_over(poll: Sorted, stays: Sequence[Announced], now: datetime) -> list[Announced]:
    """What the next poll need not look at while it stays, word for word, where it is.

    An entry without a date counts within the day on which it is found, and one whose date has not come
    is dated anew at each poll: those are looked at each time.
    """
    found = [
        Announced(entry.mark, identity.url, identity.heading, _seconds(entry.published, entry.trust))
        for entry, identity in poll.settled
        if entry.mark is not None and identity.heading is not None
        if entry.published is not None and entry.published < now
    ]
    return [*found, *stays]


def _seconds(published: datetime, trust: Trust) -> int:
    return int(published.timestamp()) if trust in EXACT else 0


def _change(
    entry: Entry, identity: Identity, article: Known, known: Mapping[int, Known], source: str
) -> Entry | None:
    """What an entry says that is new of a known article; None where nothing is."""
    if identity.heading is not None and identity.heading not in known:
        return entry
    if identity.version is None or identity.version in known:
        return None
    if article.source == source:
        return entry
    # Another feed of the outlet may cut its teasers otherwise: that is no revision. The article itself,
    # where nobody had it, is.
    return None if article.has_body or not entry.content else replace(entry, title="", summary="")


def all_keys(identities: Sequence[Identity]) -> list[int]:
    """Every key of a poll, to be asked for at once."""
    return [key for identity in identities for key in identity.all()]


@dataclass(frozen=True, slots=True)
class _Poll:
    """What the entries of a poll say of each other.

    `names` are the keys of titles, or of what stands for them; `shared` those of addresses at which there
    are several: a section, a live page; `common` those of titles that several addresses bear: "Weather".
    """

    entries: list[tuple[Entry, Identity]]
    names: Set[int]
    shared: frozenset[int]
    common: frozenset[int]
    renumbered: bool

    @classmethod
    def of(
        cls, entries: list[tuple[Entry, Identity]], known: Mapping[int, Known], stays: Sequence[Announced]
    ) -> "_Poll":
        named = {(identity.url, name) for _, identity in entries if (name := identity.name) is not None}
        named |= {(item.url, item.heading) for item in stays}
        shared = _repeated([url for url, _ in named])
        common = _repeated([name for _, name in named])
        moved = sum(_is_renumbered(identity, known, common) for _, identity in entries)
        return cls(
            entries, {name for _, name in named}, shared, common, 2 * moved > len(entries) + len(stays)
        )


def _repeated(keys: Sequence[int]) -> frozenset[int]:
    # Of most polls none is, which is told in a tenth of the time.
    if len(set(keys)) == len(keys):
        return frozenset()
    return frozenset(key for key, times in Counter(keys).items() if times > 1)


def _is_renumbered(identity: Identity, known: Mapping[int, Known], common: frozenset[int]) -> bool:
    """Whether an entry bears a new address though its title is known.

    A new GUID on a known address does not count: some feeds change theirs at every fetch, and what
    has both a new address and a new title in them is news.
    """
    title_known = identity.heading in known and identity.heading not in common
    return identity.url not in known and title_known


def _same(entry: Entry, identity: Identity, known: Mapping[int, Known], poll: _Poll) -> Known | None:
    by_url, by_guid = known.get(identity.url), _get(known, identity.guid)
    by_heading = _get(known, identity.heading)
    if by_url is not None:
        if identity.url not in poll.shared or _goes_by(entry, identity, by_url, poll):
            return by_url
        # Several articles at one address: the title tells which, or the text of one that has none.
        by_name = by_heading if identity.heading is not None else _get(known, identity.version)
        if by_name is not None:
            return by_name
    by_title = _get(known, identity.title)
    if by_title is not None:
        return by_title
    if by_heading is not None and poll.renumbered and identity.heading not in poll.common:
        return by_heading
    if by_guid is not None and _is_like(entry, identity, by_guid) and not _is_there(entry, by_guid, poll):
        return by_guid
    return None


def _is_like(entry: Entry, identity: Identity, article: Known) -> bool:
    """Whether an entry may be the article whose GUID it bears: some feeds give one to all."""
    alike = entry.title != "" and _alike(article.title, entry.title)
    return alike or _same_end(article.canonical, identity.canonical)


def _goes_by(entry: Entry, identity: Identity, article: Known, poll: _Poll) -> bool:
    """Whether an entry is the article by which its address is known, though others are there too.

    Under its title it is; under one that is alike, unless that article is there itself: "Notice 12" and
    "Notice 13" are two. An address that is the GUID too is no other article's.
    """
    title = _plain(article.title)
    if identity.name is None or title == _plain(entry.title) != "":
        return True
    if not _alike(article.title, entry.title):
        return False
    if entry.guid and identity.guid is None:
        return True
    # Any may be there that has no title to look for.
    return title != "" and not _is_there(entry, article, poll)


def _is_there(entry: Entry, article: Known, poll: _Poll) -> bool:
    """Whether an article that an entry may be is in the poll itself, under another title."""
    title = _plain(article.title)
    if title == _plain(entry.title):
        return False
    return article.article < 0 or _key("heading", article.outlet, title) in poll.names


def _get(known: Mapping[int, Known], key: int | None) -> Known | None:
    return known.get(key) if key is not None else None


def _alike(one: str, other: str) -> bool:
    """Whether two titles are versions of one, by the pairs of letters they share: in any script."""
    first, second = _plain(one), _plain(other)
    if first == second:
        return True
    pairs = [{text[n : n + 2] for n in range(len(text) - 1)} for text in (first, second)]
    return len(pairs[0] & pairs[1]) >= _SIMILAR * max(len(pairs[0] | pairs[1]), 1)


def _same_end(one: str, other: str) -> bool:
    """Whether two addresses end alike, so that only host or section have changed."""
    end = one.rsplit("/", 1)[-1]
    return len(end) > 2 and end == other.rsplit("/", 1)[-1] and _TELLING_END.search(end) is not None


def _plain(title: str) -> str:
    """A title's words and numbers alone, so that quotes, dashes and capitals make no other title."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", title).casefold())
    return _BETWEEN_WORDS.sub(" ", text).strip()


# What changes by itself in a text that stays the same: counters, times, spacing.
_RESTLESS = b"0123456789 \t\r\n.,:;!?'\"()-"


def _substance(text: str) -> str:
    """A text's mark, the same as long as its words are. Bodies are long, so nothing slower is used."""
    bare = text.encode("utf-8", "replace").translate(None, _RESTLESS)
    return blake2b(bare, digest_size=8).hexdigest() if bare else ""


def _key(*parts: str) -> int:
    digest = blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
