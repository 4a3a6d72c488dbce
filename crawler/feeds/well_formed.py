"""What does a well-formed feed announce?

RSS 0.9x to 2.0, RDF and Atom by lxml, dozens of times faster than feedparser and with the same
result; whatever is broken or unusual is declined and left to `crawler/feeds/lenient.py`. What may
differ between the two, and why, is listed in `tests/feeds/test_corpus.py`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from crawler.feeds.item import Item, RawFeed, absolute, is_document
from crawler.feeds.wishes import ask_after, skipped_hours


class Declined(Exception):
    """Not well formed, or unusual in a way that only feedparser knows."""


_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_CORE = frozenset((
    "", "http://www.w3.org/2005/atom", "http://purl.org/atom/ns#", "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/", "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
))  # fmt: skip
_MODULES = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_HTML = ("text/html", "application/xhtml+xml", "html", "xhtml")
_TEXT = (*_HTML, "text", "text/plain")

# Windows-1252 written as if it were Latin-1.
_C1 = re.compile("[\x80-\x9f]")
_LATIN = re.compile("[\x80-\xff]")
_CP1252 = {n: bytes((n,)).decode("cp1252", "ignore") or chr(n) for n in range(0x80, 0xA0)}

_FROM_CP1252 = {ord(character): n for n, character in _CP1252.items()}
# Two such letters are found in "CAFÉ…" as well, three in a row are UTF-8.
_THREE_BYTES = re.compile(f"[à-ï][\xa0-\xbf{re.escape(''.join(_CP1252.values()))}]{{2}}")

Element = etree._Element
_Read = Callable[[Item, Element], None]


def read_well_formed(data: bytes, url: str) -> RawFeed:
    """The feed in `data`, in UTF-8 without XML declaration, which came from `url`. Raises Declined."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser, base_url=url)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Declined(str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        # It may declare entities; feedparser knows which of them are harmless.
        raise Declined("it has a document type")
    name = _name(root)
    if name == "feed":
        return _atom(root, url)
    if name == "rss" or root.tag == f"{{{_RDF}}}RDF":
        return _rss(root, url)
    raise Declined(f"<{root.tag}> is no feed")


def _rss(root: Element, url: str) -> RawFeed:
    items = _all(root, "item")
    channel = next((element for element in root if _name(element) == "channel"), root)
    about = {_name(e): e for e in channel if _name(e) != "item"}
    language = _said(about, "language") or _said(about, "dc:language") or root.get(f"{_XML}lang") or None
    return RawFeed(
        [_item(element, url, element.get(f"{{{_RDF}}}about") or "") for element in items],
        language,
        ask_after(_said(about, "ttl"), _said(about, "sy:updateperiod"), _said(about, "sy:updatefrequency")),
        skipped_hours(_texts_in(about.get("skiphours")), _texts_in(about.get("skipdays"))),
    )


def _atom(root: Element, url: str) -> RawFeed:
    entries = _all(root, "entry")
    return RawFeed([_item(e, url, "") for e in entries], root.get(f"{_XML}lang") or None)


def _all(root: Element, name: str) -> list[Element]:
    found = [element for element in root.iter(f"{{*}}{name}") if _name(element) == name]
    # Elements of any name are gone through only where that finds none: they may be written in capitals.
    return found or [element for element in root.iter("{*}*") if _name(element) == name]


def _said(about: dict[str, Element], name: str) -> str:
    element = about.get(name)
    return (element.text or "").strip() if element is not None else ""


def _texts_in(element: Element | None) -> Iterator[str]:
    return iter(()) if element is None else (child.text or "" for child in element)


def _item(element: Element, url: str, about: str) -> Item:
    item = Item(element.base or url, id=about, language=_language(element))
    origin, captions = "", Item(url)
    for child in element:
        name = _name(child)
        read = _READERS.get(name)
        if read is not None:
            read(item, child)
        elif name == "feedburner:origlink":
            origin = _text(child)
        elif name.startswith(("media:", "itunes:")):
            _caption(captions, child)
    # What belongs to a picture or a recording speaks for the item only where the item is silent.
    item.title = item.title or captions.title
    if not item.summary and not item.contents:
        item.summary = captions.summary
    item.link = absolute(origin, url) or item.link
    return item


def _caption(captions: Item, element: Element) -> None:
    for part in element.iter():
        name = _name(part)
        if name == "media:title" and not captions.title:
            captions.title = _text(part)
        elif name in ("media:description", "itunes:summary") and not captions.summary:
            captions.summary = _markup(part)


def _title(item: Item, element: Element) -> None:
    if not item.title:
        item.title = _markup(element)
        item.language = element.get(f"{_XML}lang") or item.language


def _link(item: Item, element: Element) -> None:
    href = element.get("url") or element.get("uri") or element.get("href")
    if not href:
        item.link = _text(element) or item.link
        return
    if (element.get("rel") or "alternate").lower() != "alternate":
        return
    kind = (element.get("type") or "text/html").partition(";")[0].strip().lower()
    if kind in _HTML or (item.link in ("", item.id) and is_document(kind)):
        item.link = absolute(href, element.base or item.base) or href


def _guid(item: Item, element: Element) -> None:
    item.id = _text(element)
    permalink = next((v for k, v in element.items() if k.lower() == "ispermalink"), "true") == "true"
    if permalink:
        item.id = absolute(item.id, item.base) or item.id
        item.link = item.link or item.id


def _summary(item: Item, element: Element) -> None:
    # Of two descriptions the second is mostly the article.
    if item.summary:
        item.contents.append(_markup(element))
    else:
        item.summary = _markup(element)


def _content(item: Item, element: Element) -> None:
    if element.get("src") and not element.text:
        return
    kind = (element.get("type") or "text").lower()
    if kind not in _TEXT or element.get("mode") == "base64":
        raise Declined(f"content of type {kind}")
    item.contents.append(_markup(element))


def _published(item: Item, element: Element) -> None:
    item.published = _text(element) or item.published


def _updated(item: Item, element: Element) -> None:
    item.updated = _text(element) or item.updated


def _created(item: Item, element: Element) -> None:
    item.updated = item.updated or _text(element)


def _source(item: Item, element: Element) -> None:
    title = next((child for child in element if _name(child) == "title"), element)
    item.outlet_title = _text(title)
    item.outlet_url = element.get("url") or ""


_READERS: Final[dict[str, _Read]] = {
    "title": _title, "dc:title": _title,
    "link": _link,
    "guid": _guid, "id": _guid,
    "description": _summary, "dc:description": _summary, "summary": _summary, "abstract": _summary,
    "content:encoded": _content, "content": _content, "body": _content, "xhtml:body": _content,
    "fullitem": _content,
    "pubdate": _published, "published": _published, "issued": _published, "dcterms:issued": _published,
    "updated": _updated, "modified": _updated, "dc:date": _updated, "dcterms:modified": _updated,
    "date": _updated, "lastbuilddate": _updated,
    "created": _created, "dcterms:created": _created,
    "source": _source,
}  # fmt: skip


def _language(element: Element) -> str | None:
    return element.get(f"{_XML}lang") or None


def _name(element: Element, known: dict[str, str] = {}) -> str:  # noqa: B006 - a cache
    """An element's name as feedparser would call it: lower case, with the module's usual prefix."""
    tag = str(element.tag)
    name = known.get(tag)
    if name is None:
        namespace, _, local = tag.rpartition("}")
        space, local = namespace[1:].lower(), local.lower()
        usual = space in _CORE or space in _MODULES or "backend.userland.com/rss" in space
        module = _MODULES.get(space) if usual else element.prefix
        name = f"{module}:{local}" if module else local
        # An unknown module goes by the prefix that this document gives it.
        if usual and len(known) < 4096:
            known[tag] = name
    return name


def _text(element: Element) -> str:
    text = element.text or ""
    if len(element):
        text = "".join(str(part) for part in element.itertext())
    return _mended(text.strip())


def _markup(element: Element) -> str:
    """The element's content as text that may hold markup, real elements written as tags."""
    if not len(element):
        return _mended((element.text or "").strip())
    parts: list[str] = [escape(element.text or "")]
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if inner is element:
            continue
        local = str(inner.tag).rpartition("}")[2]
        if event == "start":
            parts += (f"<{local}>", escape(inner.text or ""))
        else:
            parts += (f"</{local}>", escape(inner.tail or ""))
    return _mended("".join(parts).strip())


def _mended(text: str) -> str:
    """What was taken for Latin-1 or Windows-1252 is read as UTF-8; Windows-1252 gets its characters."""
    if text.isascii():
        return text
    if _LATIN.search(text):
        with suppress(UnicodeError):
            text = text.encode("latin-1").decode("utf-8")
        if _C1.search(text):
            text = text.translate(_CP1252)
        if _THREE_BYTES.search(text):
            with suppress(UnicodeError):
                text = text.translate(_FROM_CP1252).encode("latin-1").decode("utf-8")
    return text
