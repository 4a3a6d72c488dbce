"""How do feeds come from other readers, and go back to them?

OPML in and out: `read` understands what RSS-to-Telegram-Bot, miniflux, FreshRSS and newsboat write,
`entries` makes config entries of it, `write` lists Wirewatch's own feeds. What cannot be carried over
is named, with the reason. Files and printing are `wirewatch/cli/opml.py`.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from lxml import etree
from lxml.etree import ErrorLevels
from yarl import URL

from archive.web_address import check_web_address
from crawler.addresses import canonical_url
from crawler.feeds.ampersands import with_ampersands_mended
from crawler.source import Source
from wirewatch.secrets import mask

# FreshRSS names its other kinds of source in `type`: "HTML+XPath", "JSON+DotNotation".
_FEED_TYPES = frozenset({"", "rss", "rss1", "rss2", "atom", "rdf", "link", "feed", "include", "jsonfeed"})
# Said by readers about themselves, of no use to another.
_IDLE = frozenset(
    [
        "text",
        "title",
        "type",
        "xmlurl",
        "htmlurl",
        "description",
        "language",
        "version",
        "category",
        "created",
    ]
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME_LENGTH = 64
# What YAML does not take, or takes for the end of a line.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# A file of bytes, and of feeds, beyond which it is a mistake or an attack: no Wirewatch asks so many.
LARGEST = 20_000_000
MOST = 10_000
_TYPES_THAT_ARE_FEEDS = ("feed", "google-news")


class OpmlError(Exception):
    """The file is no OPML; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed as another reader had it. `folder` is where it lay there, from the outermost, "" for
    nowhere; `extras` are names of settings that only that reader understands."""

    url: str
    title: str = ""
    folder: str = ""
    type: str = ""
    language: str = ""
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedIn:
    """Config entries by folder, in the file's order, and what was left behind, a line each."""

    entries: Mapping[str, Sequence[Mapping[str, object]]]
    left: Sequence[str]


def read(text: bytes) -> tuple[list[Outline], str | None]:
    """Every feed in an OPML file, in its order, and where the file is damaged if it is. Raises OpmlError.

    A damaged file is read as far as it goes; entities are not expanded, and what is nested deeper than
    libxml2 allows (256) counts as damage.
    """
    if len(text) > LARGEST:
        raise OpmlError(f"this is no list of feeds: it is larger than {LARGEST // 1_000_000} MB")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    # Many write the ampersands of an address as they are: libxml2 goes on without, at another address.
    mended = text if b"\0" in text else with_ampersands_mended(text)
    try:
        root = etree.fromstring(mended.strip(), parser)
    except etree.XMLSyntaxError as error:
        raise OpmlError(f"this is no OPML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise OpmlError("this is no OPML: its first element is not <opml>")
    found = [_outline(element) for element in root.iter("{*}outline") if _url(element)]
    if len(found) > MOST:
        raise OpmlError(f"there are {len(found):,} feeds in it; more than {MOST:,} are not taken")
    worst = next((error for error in parser.error_log if error.level >= ErrorLevels.ERROR), None)
    return found, None if worst is None else f"line {worst.line}: {worst.message}"


def entries(outlines: Iterable[Outline], known: Iterable[Source], names: Collection[str]) -> MovedIn:
    """Config entries for what can be carried over.

    `known` are the sources that are there already, and `names` may not be given again.
    """
    taken, addresses = set(names), {canonical_url(source.url): source.name for source in known}
    numbers: dict[str, int] = {}
    made: dict[str, list[Mapping[str, object]]] = {}
    left: list[str] = []
    for outline in outlines:
        problem = _problem(outline, addresses)
        if problem is not None:
            left.append(f"{outline.title or outline.url}: {problem}")
            continue
        name = _name(outline, taken, numbers)
        taken.add(name)
        addresses[canonical_url(outline.url)] = name
        made.setdefault(outline.folder, []).append(_entry(name, outline))
        if outline.extras:
            left.append(f"{name}: came without its settings {', '.join(outline.extras)}")
    return MovedIn(made, left)


def write(sources: Iterable[Source]) -> tuple[bytes, list[str]]:
    """An OPML 2.0 file of all that are feeds, and what stays out of it, a line each."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Wirewatch"
    body = etree.SubElement(root, "body")
    left = []
    for source in sources:
        title = source.title or source.name
        if source.type not in _TYPES_THAT_ARE_FEEDS:
            left.append(f"{source.name}: is no feed but a {source.type}")
        elif mask(source.url) != source.url:
            left.append(f"{source.name}: its address is a secret")
        else:
            # Some readers take no outline for a feed that lacks `type`.
            said = {"type": "rss", "text": title, "title": title, "xmlUrl": source.url}
            outline = etree.SubElement(body, "outline", said)
            if len(source.languages) == 1:
                outline.set("language", source.languages[0])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True), left


def _url(element: "etree._Element") -> str:
    # As browsers read an address with a line break in it.
    return _UNPRINTABLE.sub("", _attribute(element, "xmlUrl") or _attribute(element, "xmlurl")).strip()


def _attribute(element: "etree._Element", name: str) -> str:
    return str(element.get(name) or "")


def _outline(element: "etree._Element") -> Outline:
    above = [_title(one) for one in element.iterancestors("{*}outline")]
    folder = " / ".join(title for title in reversed(above) if title)
    plain = {str(name).rpartition("}")[2].lower() for name in element.attrib}
    return Outline(
        _url(element),
        _title(element),
        folder or _on_one_line(_attribute(element, "category")),
        _on_one_line(_attribute(element, "type")),
        _attribute(element, "language").strip(),
        tuple(sorted(plain - _IDLE)),
    )


def _title(element: "etree._Element") -> str:
    # Some write titles that are escaped once too often.
    return _on_one_line(unescape(_attribute(element, "title") or _attribute(element, "text")))


def _on_one_line(text: str) -> str:
    """A title as it can stand in the config: a break would let it end where what follows is read as YAML."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def _problem(outline: Outline, addresses: Mapping[str, str]) -> str | None:
    """Why a feed cannot be carried over; None where it can."""
    if outline.type.lower() not in _FEED_TYPES:
        return f"it is no feed but {outline.type}: see `wirewatch discover {outline.url}`"
    try:
        check_web_address(outline.url)
    except ValueError:
        return f"{outline.url} is no address on the web"
    known = addresses.get(canonical_url(outline.url))
    return f"is there already, as {known}" if known is not None else None


def _name(outline: Outline, taken: Collection[str], numbers: dict[str, int]) -> str:
    """A name that is free: of the title where that is in Latin letters, else of the host.

    `numbers` remembers how often each was wanted, or a thousand equal titles would try a million names.
    """
    host = (URL(outline.url).host or "").removeprefix("www.")
    name = _slug(outline.title if outline.title.isascii() else "") or _slug(host) or "feed"
    number = numbers.get(name, 1)
    while (free := name if number == 1 else f"{name[: _NAME_LENGTH - 6]}-{number}") in taken:
        number += 1
    numbers[name] = number
    return free


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_NAME_LENGTH].strip("-")


def _entry(name: str, outline: Outline) -> dict[str, object]:
    entry: dict[str, object] = {"name": name, "title": outline.title or name}
    if _LANGUAGE.fullmatch(outline.language):
        entry["languages"] = [outline.language]
    return entry | {"url": outline.url}
