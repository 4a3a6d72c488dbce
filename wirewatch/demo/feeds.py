"""How does a feed look on the wire, well-formed or not?

Writers of RSS 2.0, Atom and RSS 1.0 (RDF) for the embedded newsroom and for the test peer, and the
damage that real publishers do to them. Reading feeds is `crawler/feeds/`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

FeedFormat = Literal["rss", "atom", "rdf"]

CONTENT_TYPES: dict[FeedFormat, str] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item as a publisher writes it: plain text, absolute link.

    `published` as a datetime (aware) is written as the format demands, as a str it stands there
    verbatim, None leaves it out; "" leaves out every other field. `content` is HTML.
    """

    link: str
    title: str
    guid: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says about itself; `built` (aware) is left out where None."""

    title: str
    link: str
    language: str = "en"
    built: datetime | None = None


def write_feed(form: FeedFormat, channel: Channel, items: Iterable[FeedItem]) -> str:
    """The XML of a well-formed feed, items in the order given."""
    match form:
        case "rss":
            return _rss(channel, items)
        case "atom":
            return _atom(channel, items)
        case "rdf":
            return _rdf(channel, items)


def damage(xml: str) -> str:
    """`xml` as a careless template would write it: bare ampersands, tags that close crosswise."""
    return (
        xml.replace("&amp;", "&")
        .replace("<description>", "<description><p><b>")
        .replace("</description>", "</p></b></description>")
    )


def rss_date(moment: datetime, zone: str = "+0000") -> str:
    """RFC 822 with `zone` in words or digits as its last part; the clock time is `moment`'s own."""
    return f"{format_datetime(moment)[:-5]}{zone}"


def _rss(channel: Channel, items: Iterable[FeedItem]) -> str:
    body = "".join(_rss_item(item) for item in items)
    built = _element("lastBuildDate", _rfc822(channel.built))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>\n'
        f"{_element('title', channel.title)}{_element('link', channel.link)}"
        f"{_element('description', channel.title)}{_element('language', channel.language)}{built}"
        f"{body}</channel>\n</rss>\n"
    )


def _rss_item(item: FeedItem) -> str:
    permalink = "true" if item.guid == item.link else "false"
    guid = f'<guid isPermaLink="{permalink}">{escape(item.guid)}</guid>\n' if item.guid else ""
    return (
        f"<item>\n{_element('title', item.title)}{_element('link', item.link)}{guid}"
        f"{_element('description', item.summary)}{_element('content:encoded', item.content)}"
        f"{_element('pubDate', _rfc822(item.published))}</item>\n"
    )


def _atom(channel: Channel, items: Iterable[FeedItem]) -> str:
    body = "".join(_atom_entry(item) for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(channel.language)}>\n'
        f"{_element('title', channel.title)}{_element('id', channel.link)}"
        f"<link href={quoteattr(channel.link)}/>\n{_element('updated', _iso(channel.built))}"
        f"{body}</feed>\n"
    )


def _atom_entry(item: FeedItem) -> str:
    date = _iso(item.published)
    content = f'<content type="html">{escape(item.content)}</content>\n' if item.content else ""
    return (
        f"<entry>\n{_element('title', item.title)}<link href={quoteattr(item.link)}/>\n"
        f"{_element('id', item.guid)}{_element('summary', item.summary)}{content}"
        f"{_element('published', date)}{_element('updated', date)}</entry>\n"
    )


def _rdf(channel: Channel, items: Iterable[FeedItem]) -> str:
    listed = tuple(items)
    sequence = "".join(f"<rdf:li rdf:resource={quoteattr(item.link)}/>\n" for item in listed)
    body = "".join(_rdf_item(item) for item in listed)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f"<channel rdf:about={quoteattr(channel.link)}>\n"
        f"{_element('title', channel.title)}{_element('link', channel.link)}"
        f"{_element('description', channel.title)}{_element('dc:language', channel.language)}"
        f"{_element('dc:date', _iso(channel.built))}<items>\n<rdf:Seq>\n{sequence}</rdf:Seq>\n</items>\n"
        f"</channel>\n{body}</rdf:RDF>\n"
    )


def _rdf_item(item: FeedItem) -> str:
    return (
        f"<item rdf:about={quoteattr(item.guid or item.link)}>\n"
        f"{_element('title', item.title)}{_element('link', item.link)}"
        f"{_element('description', item.summary)}{_element('content:encoded', item.content)}"
        f"{_element('dc:date', _iso(item.published))}</item>\n"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n" if text else ""


def _rfc822(moment: datetime | str | None) -> str:
    if isinstance(moment, datetime):
        return rss_date(moment.astimezone(UTC))
    return moment or ""


def _iso(moment: datetime | str | None) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    return moment or ""
