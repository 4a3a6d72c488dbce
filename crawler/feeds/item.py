"""What has a feed's item said, before and after it is made plain?

`RawFeed` and `Item` are what each of the three readers gives (`well_formed`, `lenient`,
`json_feed`), in the feed's own words and markup; `entry_of` makes an `Entry` of an item, within
the bounds of DESIGN §10.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urljoin, urlsplit

from archive.text.language_tag import language_tag
from crawler.entry import Entry
from crawler.feeds.dates import read_date
from crawler.plain_text import cut, plain_text

# In bytes of UTF-8.
TITLE = 4 * 1024
TEASER = 64 * 1024
BODY = 1024 * 1024
LINK = 4 * 1024
# Text in a feed at least this long is the article, not a teaser (characters).
FULL_TEXT = 600

_WEB = ("http://", "https://")
# "http:///", "http:/", "http://http://".
_BEGINNING = re.compile(r"^(?:https?:/+)*(https?:)/+", re.IGNORECASE)
_WWW = re.compile(r"www\.[^/.]+\.", re.IGNORECASE)
_FOLDED = re.compile(r"\s*[\t\r\n]+\s*")
_ODD_BEGINNINGS = ("http:///", "https:///", "http://http", "https://http")


@dataclass(slots=True)
class Item:
    """One item in its own words: addresses may be relative to `base`, texts may be markup.

    `link` is where the feed says the article is; `contents` are the texts that claim to be the
    article itself; `outlet_title` names whom the item was taken from,
    `outlet_url` is that outlet's site; `mark` stands for its words.
    """

    base: str
    link: str = ""
    id: str = ""
    title: str = ""
    summary: str = ""
    contents: list[str] = field(default_factory=list)
    published: str = ""
    updated: str = ""
    language: str | None = None
    outlet_title: str = ""
    outlet_url: str = ""
    mark: int | None = None


@dataclass(slots=True)
class RawFeed:
    """A feed's items in its order, its language, and how it wants to be asked (see `ParsedFeed`)."""

    items: list[Item]
    language: str | None = None
    ask_after: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()


def entry_of(
    item: Item, feed: RawFeed, zone: tzinfo | None, now: datetime, *, with_outlet: bool = False
) -> Entry | None:
    """The item made plain; None where it has neither link nor title, so that nobody could be told.

    `zone` is where dates lie that name none; `with_outlet` says that the feed gathers other
    people's articles. A language counts only where it differs from the feed's: that one is mostly
    a template's.
    """
    guid = cut(item.id.strip(), LINK)
    link = absolute(item.link, item.base) or (absolute(guid, "") if guid[:8].lower().startswith(_WEB) else "")
    title = plain_text(item.title, limit=TITLE)
    if not link and not title:
        return None
    content = max(item.contents, key=len, default="")
    teaser, full = _texts("" if item.summary == content else item.summary, content)
    published, trust = read_date(item.published, zone, now)
    if published is None and item.updated:
        published, trust = read_date(item.updated, zone, now)
    language, usual = language_tag(item.language), language_tag(feed.language)
    if language is not None and usual is not None and language.lower() == usual.lower():
        language = None
    outlet = plain_text(item.outlet_title, limit=TITLE) if with_outlet else ""
    site = absolute(item.outlet_url, "") if with_outlet else ""
    return Entry(
        link, title, guid, teaser, full, published, trust, language, outlet_title=outlet, outlet_url=site,
        mark=item.mark,
    )  # fmt: skip


def absolute(link: str, base: str) -> str:
    """`link` as an absolute web address, "" where it is none.

    What was escaped once too often is mended, and what was folded or begun wrongly; all else stays as it is.
    """
    text = link.strip()
    if not text or len(text) > LINK:
        return ""
    if "&amp;" in text:
        text = text.replace("&amp;", "&")
    usual = text.startswith(_WEB) and "[" not in text and text.isprintable()
    if usual and not text.startswith(_ODD_BEGINNINGS):
        return text
    text = _BEGINNING.sub(r"\1//", _FOLDED.sub("", text))
    try:
        from_where = urlsplit(base)
        own = bool(from_where.netloc) and text.lower().startswith(f"{from_where.netloc.lower()}/")
        if own or _WWW.match(text):
            text = f"{from_where.scheme or 'https'}://{text}"
        whole = urljoin(base, text)
    except ValueError:
        return ""
    return whole if whole[:8].lower().startswith(_WEB) and len(whole) <= LINK else ""


def is_document(kind: str) -> bool:
    """Whether an alternate form of this media type is something to read that is no web page, like a PDF."""
    return kind.startswith(("application/", "text/")) and not kind.endswith(("xml", "json"))


def _texts(summary: str, content: str) -> tuple[str, str]:
    """What is teaser and what is the article, of the two texts an item may carry."""
    # A long summary without content is the article, so it is not cut yet.
    text = plain_text(summary, limit=BODY)
    teaser = cut(text, TEASER)
    full = plain_text(content, limit=BODY) or text
    if full and len(full) < FULL_TEXT and len(full) > len(teaser):
        teaser, full = full, ""
    return teaser, full if len(full) >= FULL_TEXT else ""
