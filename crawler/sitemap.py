"""What does a sitemap announce?

News sitemaps with titles and times, plain ones with addresses alone, and index files, of which the
newest few are followed. Entries of a plain sitemap have no title: that comes from the page, so such
a source needs `full_text: always`. Streamed, bounded, entities never expanded.
"""

import asyncio
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from io import BytesIO

from lxml import etree

from archive.sources import SourceState
from archive.text.language_tag import language_tag
from crawler.children import ChildError
from crawler.client import MAX_BYTES, Response
from crawler.entry import Entry
from crawler.feeds.dates import read_date
from crawler.feeds.decode import in_utf8
from crawler.feeds.gather import FAST_SIZE, PARSE_DEADLINE, SEARCH, ask, place
from crawler.feeds.item import TITLE, absolute
from crawler.fetch_errors import FetchError
from crawler.gathering import Gathered, Tools, Trouble
from crawler.plain_text import plain_text
from crawler.refusals import refusal
from crawler.rhythm import max_age
from crawler.source import Source

# Sitemaps that an index may lead to in one poll, and how many index files deep.
FOLLOWED = 4
DEPTH = 2
# Of the up to 50,000 addresses of one sitemap the newest are news.
NEWEST = 1000

# What a program on the server complains of before the document begins.
_ROOT = rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)\b"
_JUNK = re.compile(rb"^(?!<[?!]|" + _ROOT + rb")[\s\S]{0,65536}?(?=" + _ROOT + rb")")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class SitemapError(Exception):
    """The body is no sitemap; the text says so."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Its entries, the newest first where it gives times; or, of an index, the sitemaps it leads to,
    the most promising first, and whether it tells of each when it changed, and tells all."""

    entries: tuple[Entry, ...] = ()
    leads_to: tuple[str, ...] = ()
    tells_changes: bool = True


async def gather_sitemap(source: Source, state: SourceState, tools: Tools, now: datetime) -> Gathered:
    """Poll a sitemap and what it leads to; never raises for what the server does."""
    response = await ask(source, state, tools)
    if isinstance(response, Gathered):
        return response
    if response.status not in (200, 304):
        return refusal(response, now)
    body_hash = blake2b(response.body, digest_size=16).hexdigest()
    if response.status == 304 or body_hash == state.body_hash:
        return Gathered(
            "unchanged", (), state.etag, state.last_modified, state.validated_url, state.body_hash,
            permanent_url=response.permanent_url,
        )  # fmt: skip
    try:
        top = await _parsed(source, response, tools, now)
        entries = top.entries or await _followed(source, top, tools, now)
    except SitemapError as error:
        trouble: Trouble = "unreadable" if response.body.strip() else "empty"
        return Gathered("failed", error=f"{place(source, response)}: {error}; {SEARCH}", trouble=trouble)
    except ChildError as error:
        return Gathered("failed", error=f"{place(source, response)}: {error}", trouble="unreadable")
    if not entries:
        text = f"{place(source, response)} answers, but with no addresses; {SEARCH}"
        return Gathered("failed", error=text, trouble="empty")
    # An index that does not tell what changed is the same though its sitemaps are not.
    lasting = top.tells_changes
    return Gathered(
        "entries",
        entries,
        response.headers.get("ETag") if lasting else None,
        response.headers.get("Last-Modified") if lasting else None,
        response.url,
        body_hash if lasting else None,
        permanent_url=response.permanent_url,
        ask_after=max_age(response.headers.get("Cache-Control"), response.headers.get("Age")),
    )


async def _followed(source: Source, top: Sitemap, tools: Tools, now: datetime) -> tuple[Entry, ...]:
    """The entries of the sitemaps that an index leads to; one that fails is left out."""
    found: list[Entry] = []
    waiting = [(url, 1) for url in top.leads_to]
    for _ in range(FOLLOWED):
        if not waiting:
            break
        url, depth = waiting.pop(0)
        try:
            response = await tools.client.get(
                url,
                headers=source.headers or None,
                home=source.url,
                user_agent=source.user_agent,
                proxy=source.proxy,
            )
            if response.status != 200:
                continue
            sitemap = await _parsed(source, response, tools, now)
        except (FetchError, SitemapError, ChildError):
            # The others may do; if none does, the poll is told as empty.
            continue
        found += sitemap.entries
        if depth < DEPTH:
            waiting[:0] = [(deeper, depth + 1) for deeper in sitemap.leads_to]
    return tuple(found)


async def _parsed(source: Source, response: Response, tools: Tools, now: datetime) -> Sitemap:
    body, zone = response.body, source.timezone
    if len(body) <= FAST_SIZE:
        return await asyncio.to_thread(parse_sitemap, body, response.url, zone=zone, now=now)
    return await tools.reading.run(parse_sitemap, PARSE_DEADLINE, body, response.url, zone=zone, now=now)


def parse_sitemap(body: bytes, url: str, *, zone: tzinfo | None = None, now: datetime) -> Sitemap:
    """What the sitemap in `body`, which came from `url`, announces; gzip is undone.

    `zone` is where times lie that name none. Raises SitemapError.
    """
    text = _JUNK.sub(b"", in_utf8(_plain(body)), count=1)
    found, error = _as_far_as_it_goes(text, url, zone, now)
    if error is not None:
        # Seldom asked.
        from crawler.feeds.ampersands import with_ampersands_mended

        mended = with_ampersands_mended(text)
        if mended != text:
            found, error = _as_far_as_it_goes(mended, url, zone, now)
    if error is not None and not found.entries and not found.leads_to:
        raise SitemapError(f"this is no sitemap ({error})") from error
    return found


def _as_far_as_it_goes(
    text: bytes, url: str, zone: tzinfo | None, now: datetime
) -> tuple[Sitemap, etree.XMLSyntaxError | None]:
    """What the document announces before it ends or is damaged, and the damage."""
    entries: list[Entry] = []
    sitemaps: list[tuple[datetime, str]] = []
    dated, damage = True, None
    try:
        for kind, element in _elements(text):
            link = absolute(_text(element, "loc"), url)
            changed, _ = read_date(_text(element, "lastmod"), zone, now)
            if not link:
                continue
            if kind == "sitemap":
                dated = dated and changed is not None
                sitemaps.append((changed or _LONG_AGO, link))
            else:
                entries.append(_entry(element, link, zone, now))
    except etree.XMLSyntaxError as error:
        damage = error
    entries.sort(key=lambda entry: entry.published or _LONG_AGO, reverse=True)
    sitemaps.sort(key=lambda found: (found[0], "news" in found[1]), reverse=True)
    leads_to = tuple(link for _, link in sitemaps[: 2 * FOLLOWED])
    # Of what was cut off nothing is known.
    return Sitemap(tuple(entries[:NEWEST]), leads_to, dated and damage is None), damage


def _elements(text: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Each `url` and `sitemap` of the document, forgotten as soon as the next one is asked for."""
    events = etree.iterparse(
        BytesIO(text), events=("end",), tag=("{*}url", "{*}sitemap"), resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    for _, element in events:
        yield str(element.tag).rpartition("}")[2], element
        element.clear()
        while element.getprevious() is not None and (parent := element.getparent()) is not None:
            del parent[0]


def _entry(element: etree._Element, link: str, zone: tzinfo | None, now: datetime) -> Entry:
    news = next((child for child in element if _name(child) == "news"), None)
    if news is None:
        published, trust = read_date(_text(element, "lastmod"), zone, now)
        return Entry(link, "", published=published, trust=trust)
    published, trust = read_date(_text(news, "publication_date"), zone, now)
    if published is None:
        published, trust = read_date(_text(element, "lastmod"), zone, now)
    publication = next((child for child in news if _name(child) == "publication"), None)
    language = _text(publication, "language") if publication is not None else ""
    return Entry(
        link,
        plain_text(_text(news, "title"), limit=TITLE),
        published=published,
        trust=trust,
        language=language_tag(language),
    )


def _text(element: etree._Element, name: str) -> str:
    child = next((child for child in element if _name(child) == name), None)
    return (child.text or "").strip() if child is not None else ""


def _name(element: etree._Element) -> str:
    # A prefix that nobody declared is part of the name.
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _plain(body: bytes) -> bytes:
    """The body, unzipped where it is a gzip file; one that would grow too large is cut."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise SitemapError(f"this is no sitemap (damaged gzip: {error})") from error
