"""What does a page say about itself?

Title, time, authors and language from JSON-LD, OpenGraph and the page's own markup, the best by
field. Its text is `crawler/pages/body.py`.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from archive.text.language_tag import language_tag
from crawler.pages.blocks import plain
from crawler.pages.body import weight
from crawler.pages.dates import Stamp, read_time
from crawler.plain_text import sound

_ARTICLE_TYPE = re.compile(r"(Article|BlogPosting|Report|LiveBlogPosting)$")
_TRAILING = re.compile(r",\s*([}\]])")
_SEPARATOR = re.compile(r"\s*[|｜¦]\s*|\s+(?:[-–—:·•»«/]|::|-{2})\s+|\s*_\s*(?=[^\x00-\x7f]+$)")
_PATH_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?([01]\d)[/-]?([0-3]\d)(?=[/_.-]|\d*\b)")

_DATED = "[" + " or ".join(
    f'contains(translate(concat(@class, " ", @id), "DTPSI", "dtpsi"), "{word}")'
    for word in ("date", "time", "publish", "posted", "submitted")
) + "]"  # fmt: skip
_OUTSIDE = """[not(self::body or ancestor::nav or ancestor::aside or ancestor::footer
    or ancestor-or-self::*[contains(@class, "foot") or contains(@id, "foot")])]"""
_UPDATED = re.compile(
    r"\W*(last\s+)?(updated?|modified|edited|수정|更新|แก้ไข|cập nhật|diperbarui|mis à jour)", re.IGNORECASE
)

_PUBLISHED_META = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "pubdate",
    "publishdate", "publish-date", "publish_date", "publication_date", "article_date_original",
    "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "rnews:datepublished", "article.published", "date",
)  # fmt: skip


@dataclass(slots=True)
class Linked:
    """What the page's JSON-LD says of the article; empty where it says nothing."""

    headline: str = ""
    body: str = ""
    published: str = ""
    language: str = ""
    publisher: str = ""
    authors: tuple[str, ...] = ()
    image: str = ""
    free: bool = True


@dataclass(slots=True)
class Metadata:
    """What a page says about itself, as `extract` wants it."""

    title: str
    stamp: Stamp | None
    language: str | None
    authors: tuple[str, ...]
    image: str | None = None
    linked: Linked = field(default_factory=Linked)


def read_metadata(
    tree: HtmlElement,
    lines: list[str],
    url: str,
    zone: tzinfo | None,
    *,
    title: str | None = None,
    published: str | None = None,
) -> Metadata:
    """The metadata of `tree`, of which a reader sees `lines`.

    `title` and `published` are what the source's selectors found.
    """
    linked = read_linked(tree)
    meta = _meta(tree)
    title = title or _title(tree, meta, linked, url)
    # Facebook's name for what only those who pay may read; "metered" is open for a while.
    linked.free = linked.free and meta.get("article:content_tier", "").lower() != "locked"
    stated = itertools.chain(_stated_dates(tree, meta, linked), _printed_dates(tree, lines, title))
    return Metadata(
        title=title,
        stamp=(read_time(published, zone) if published else None) or _best_date(stated, url, zone),
        language=_language(tree, meta, linked),
        authors=linked.authors or _authors(tree, meta),
        image=_image(meta, linked, url),
        linked=linked,
    )


def read_linked(tree: HtmlElement) -> Linked:
    """The first article in the JSON-LD of `tree`."""
    for node in _json_ld(tree):
        kinds = node.get("@type")
        if any(isinstance(kind, str) and _ARTICLE_TYPE.search(kind) for kind in _many(kinds)):
            return Linked(
                headline=(_text(node.get("headline")) or _text(node.get("name")))[:1000],
                body=sound(node["articleBody"]) if isinstance(node.get("articleBody"), str) else "",
                published=_text(node.get("datePublished")) or _text(node.get("dateCreated")),
                language=_text(node.get("inLanguage")),
                publisher=next(iter(_names(node.get("publisher"))), ""),
                authors=tuple(_names(node.get("author"))),
                image=_address(node.get("image")),
                free=_is_free(node),
            )
    return Linked()


def _is_free(node: dict[str, Any]) -> bool:
    """Whether the article, and each part of it that is told apart, is for everybody."""
    parts = (part for part in _many(node.get("hasPart"))[:20] if isinstance(part, dict))
    said = (part.get("isAccessibleForFree", True) for part in (node, *parts))
    return all(str(value).lower().rpartition("/")[2] != "false" for value in said)


def _json_ld(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath('//script[contains(@type, "ld+json")]'):
        text = (script.text_content() or "").strip().removeprefix("<!--").removesuffix("-->")
        text = text.replace("//<![CDATA[", "").replace("//]]>", "").strip().rstrip(";")
        for attempt in (text, _TRAILING.sub(r"\1", text)):
            try:
                found = json.loads(attempt, strict=False)
            except (ValueError, RecursionError):
                continue
            yield from _nodes(found, 0)
            break


def _nodes(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(value.get(key), depth + 1)


def _many(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if not isinstance(value, str):
        return ""
    if "&" in value or "<" in value:  # JSON-LD is not HTML, yet often holds it
        value = re.sub(r"<[^>]{0,200}>", " ", _unescape(value))
    return " ".join(sound(value).split())


def _unescape(value: str) -> str:
    from html import unescape

    return unescape(value)


def _names(value: object) -> Iterator[str]:
    for item in _many(value)[:20]:
        name = _text(item)
        if name and "://" not in name and len(name) < 120:
            yield name


def _address(value: object) -> str:
    """The first address in a JSON-LD image: a text, an ImageObject, or a list of either."""
    for item in _many(value)[:5]:
        found = item.get("url") or item.get("contentUrl") if isinstance(item, dict) else item
        if isinstance(found, str) and found.strip():
            return found.strip()
    return ""


def _image(meta: dict[str, str], linked: Linked, url: str) -> str | None:
    stated = (
        "og:image",
        "og:image:url",
        "og:image:secure_url",
        "twitter:image",
        "twitter:image:src",
        "image",
    )
    for value in (*(meta.get(name, "") for name in stated), linked.image):
        try:
            address = urljoin(url, value) if value else ""
        except ValueError:
            continue
        if address.startswith(("http://", "https://")):
            return address[:2000]
    return None


def _meta(tree: HtmlElement) -> dict[str, str]:
    """meta name, property and itemprop → content, lower-cased names, the first of each."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())[:1000]
        for key in ("property", "name", "itemprop"):
            if content and element.get(key):
                found.setdefault(element.get(key).strip().lower(), content)
    return found


def _title(tree: HtmlElement, meta: dict[str, str], linked: Linked, url: str) -> str:
    """The article's headline without the site's name."""
    headings = [text for element in tree.iter("h1") if 3 < len(text := plain(element)) < 400]
    whole = " ".join("".join(tree.xpath("//title[1]//text()")).split())[:1000]
    site = {meta.get("og:site_name", ""), linked.publisher, meta.get("application-name", "")} - {""}
    stated = [
        text
        for text in (linked.headline, meta.get("og:title", ""), meta.get("twitter:title", ""), whole)
        if text
    ]
    for text in stated:
        for heading in headings:
            # The page's own heading is never cut short, and never bears the site's name.
            if _same_start(heading, text) and heading not in site:
                return heading
    for text in stated:
        return without_site(text, site, url)
    return headings[0] if headings else ""


def _same_start(heading: str, text: str) -> bool:
    a, b = _letters(heading), _letters(text)
    return bool(a) and len(a) >= 4 and (b.startswith(a) or (len(b) >= 20 and a.startswith(b)))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def without_site(title: str, site: set[str], url: str) -> str:
    """`title` without a leading or trailing " | Site name"."""
    names = {_letters(name) for name in site}
    domain = "".join((urlsplit(url).hostname or "").split(".")[:-1])
    while True:
        parts = list(_SEPARATOR.finditer(title))
        if not parts:
            return title.strip()
        tail, head = title[parts[-1].end() :], title[: parts[0].start()]
        if _is_site(tail, names, domain) or (
            "|" in parts[-1][0] and len(tail) < 40 and weight(title[: parts[-1].start()]) > 12
        ):
            title = title[: parts[-1].start()]
        elif _is_site(head, names, domain):
            title = title[parts[0].end() :]
        else:
            return title.strip()


def _is_site(part: str, names: set[str], domain: str) -> bool:
    letters = _letters(part)
    return bool(letters) and (letters in names or (len(letters) > 2 and letters in domain.replace("-", "")))


def _best_date(texts: Iterable[str], url: str, zone: tzinfo | None) -> Stamp | None:
    """The best of the page's dates: the first that names hour and zone, else hour, else day."""
    best: Stamp | None = None
    for text in texts:
        stamp = read_time(text, zone)
        if stamp is None or (best is not None and abs(stamp[0] - best[0]).days > 1):
            continue  # another article's, or an update
        if stamp[1] == "stated":
            return stamp
        if best is None or (best[1] == "day" and stamp[1] == "assumed"):
            best = stamp
    if best is None and (match := _PATH_DAY.search(urlsplit(url).path)):
        return read_time("-".join(match.groups()), zone)
    return best


def _stated_dates(tree: HtmlElement, meta: dict[str, str], linked: Linked) -> Iterator[str]:
    """What is marked up as the time of publication."""
    yield linked.published
    for name in _PUBLISHED_META:
        if name in meta:
            yield meta[name]
    for element in tree.xpath('//*[@itemprop="datePublished"]')[:3]:
        yield element.get("content") or element.get("datetime") or plain(element)
    for element in tree.xpath("//time[not(ancestor::aside or ancestor::nav or ancestor::footer)]")[:3]:
        yield element.get("datetime") or ""
        yield plain(element)


def _printed_dates(tree: HtmlElement, lines: list[str], title: str) -> Iterator[str]:
    """What is only printed: just below the headline, then in elements whose class says "date"."""
    sought = _letters(title)
    for place, line in enumerate(lines):
        if sought and _letters(line) == sought:
            yield from (text for text in lines[place + 1 : place + 13] if _may_be_date(text))
    for element in tree.xpath(f"//*{_DATED}{_OUTSIDE}")[:20]:
        if _may_be_date(text := plain(element)):
            yield text


def _may_be_date(text: str) -> bool:
    return 5 < len(text) < 120 and not _UPDATED.match(text)


def _language(tree: HtmlElement, meta: dict[str, str], linked: Linked) -> str | None:
    root = tree.getroottree().getroot()
    for value in (
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        linked.language,
        meta.get("og:locale"),
        meta.get("content-language"),
    ):
        tag = language_tag(value)
        if tag is not None:
            return tag
    return None


def _authors(tree: HtmlElement, meta: dict[str, str]) -> tuple[str, ...]:
    name = meta.get("author") or meta.get("article:author") or ""
    if name and "://" not in name and len(name) < 120:
        return (name,)
    found = tree.xpath('//*[@rel="author" or @itemprop="author" or contains(@class, "author-name")]')
    names = dict.fromkeys(text for element in found[:10] if 2 < len(text := plain(element)) < 80)
    return tuple(names)[:5]
