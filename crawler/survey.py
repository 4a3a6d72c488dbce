"""What does a page of a site offer to a reader of news: feeds, sections, a list of articles?

A page in, plain values out; runs in the reading process. Asking for what was found is
`crawler/discovery.py`.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.pages.blocks import plain
from crawler.pages.decode import decode, parse
from crawler.spiders.links import guessed_links, is_inside, shape_of

_FEED_TYPE = re.compile(
    r"application/(rss|atom|rdf|feed)\+(xml|json)|(application|text)/(rss|atom)", re.IGNORECASE
)
_FEED_PATH = re.compile(
    r"(^|/|\.|=)(rss2?|feeds?|atom|rdf)(\.(xml|php|aspx|json))?/?$|\.rss$|/rss/", re.IGNORECASE
)
# Words of the region for "news" and its kin, as the menus of sites without feeds have them.
_NEWSY = re.compile(
    r"\b(news|latest|articles?|press|releases?|stories|politics|world|asia|business|economy|national|society|"
    r"berita|tin(-| )?tuc|tin tức|nyheter|actualit\w+|noticias)\b|"
    r"ข่าว|ຂ່າວ|ព័ត៌មាន|သတင်း|뉴스|기사|보도|新闻|新聞|ニュース",
    re.IGNORECASE,
)
_LONGEST_NAME = 40
_MOST = 40


@dataclass(frozen=True, slots=True)
class Survey:
    """What a page offers. `feeds` are addresses, those that it announces first; `menu` the places of
    the site that may list articles, the likeliest first; `links` and `shapes` are the article links
    that the page itself seems to list, and the shapes of their addresses; `language` is BCP 47."""

    title: str
    language: str | None
    feeds: tuple[str, ...]
    menu: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    shapes: tuple[str, ...]


def survey(html: bytes, url: str, content_type: str | None = None) -> Survey:
    """Look over the page at `url`. Never raises for what a page holds."""
    tree = parse(decode(html, content_type))
    if tree is None:
        return Survey("", None, (), (), (), ())
    found = guessed_links(tree, url)
    shapes = dict.fromkeys(shape_of(link.url) for link in found)
    listed = {link.url for link in found}
    return Survey(
        title=_title(tree),
        language=_language(tree),
        feeds=tuple(_feeds(tree, url)),
        menu=tuple((place, name) for place, name in _menu(tree, url) if place not in listed)[:_MOST],
        links=tuple((link.url, link.title) for link in found),
        shapes=tuple(shapes),
    )


def _title(tree: HtmlElement) -> str:
    names = tree.xpath('//meta[@property="og:site_name"]/@content') or [
        " ".join("".join(tree.xpath("//title[1]//text()")).split())
    ]
    return " ".join(str(names[0]).split())[:120]


def _language(tree: HtmlElement) -> str | None:
    said = str(tree.getroottree().getroot().get("lang") or "").strip().replace("_", "-")
    return said if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", said) else None


def _feeds(tree: HtmlElement, url: str) -> list[str]:
    announced = [
        link.get("href")
        for link in tree.iter("link")
        if "alternate" in (link.get("rel") or "").lower() and _FEED_TYPE.match(link.get("type") or "")
    ]
    linked = [
        anchor.get("href")
        for anchor in tree.iter("a")
        if anchor.get("href") and _FEED_PATH.search(anchor.get("href").partition("#")[0])
    ]
    return _addresses(announced + linked, url)


def _addresses(found: list[str | None], url: str) -> list[str]:
    """Absolute web addresses, each once."""
    made: dict[str, None] = {}
    for href in found:
        try:
            address = urljoin(url, (href or "").strip()).partition("#")[0]
        except ValueError:
            continue
        if href and address.startswith(("http://", "https://")):
            made[address] = None
    return list(made)[:_MOST]


def _menu(tree: HtmlElement, url: str) -> list[tuple[str, str]]:
    """Links with short names to shallow places of the site, those that speak of news first."""
    named: dict[str, str] = {}
    for anchor in tree.iter("a"):
        name = plain(anchor)
        for address in _addresses([anchor.get("href")], url):
            parts = urlsplit(address)
            is_shallow = parts.path.strip("/").count("/") < 3 and len(parts.path) < 60
            if 1 < len(name) <= _LONGEST_NAME and is_shallow and address != url and is_inside(address, url):
                named.setdefault(address, name)
    return sorted(named.items(), key=lambda place: not _NEWSY.search(f"{place[1]} {urlsplit(place[0]).path}"))
