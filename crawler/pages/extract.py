"""What does an article page say?

A page in, a `Page` out: title, text, time, language, authors and a verdict, each from the best of
the source's selectors, JSON-LD, OpenGraph, the page's own markup and trafilatura. Runs in the
reading process, where it can be killed; fetching is `crawler/pages/reading.py`.
"""

import copy
import re
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.pages.blocks import blocks, plain
from crawler.pages.body import Body, by_mark, by_weight, prose, selected, until_end
from crawler.pages.continuation import is_cut, next_part, reveal
from crawler.pages.decode import decode, parse
from crawler.pages.metadata import Linked, Metadata, read_metadata
from crawler.pages.noise import is_furniture_line, prune
from crawler.pages.page import Page, Verdict
from crawler.pages.verdicts import judge
from crawler.source import Selectors

# DESIGN §10.
_TITLE = 4 * 1024
_BODY = 1024 * 1024

# A body of this weight is not looked for a second time.
_SURE = 200.0
# trafilatura takes minutes for more elements than this.
_TOO_MANY = 20_000

_SCRIPTS = {
    "lo": re.compile(r"[\u0e80-\u0eff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "km": re.compile(r"[\u1780-\u17ff]"),
    "my": re.compile(r"[\u1000-\u109f]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
}


# How files begin that are no pages, whatever the server calls them: PDF, pictures, archives and documents.
_FILES = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\xd0\xcf\x11\xe0",
)


def extract(
    html: bytes | str,
    url: str,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
    zone: str | None = None,
) -> Page:
    """The article on a page of `url`.

    `content_type` is the HTTP header, `zone` the IANA zone of dates without one. Never raises for
    what a page holds; a page without article has a verdict that says why, and an empty body.
    """
    is_file = isinstance(html, bytes) and html[:64].lstrip().startswith(_FILES)
    tree = None if is_file else parse(decode(html, content_type))
    if tree is None:
        return Page("", "", None, "none", None, (), "empty")
    reveal(tree)
    continues = next_part(tree, url)
    wanted = selectors or Selectors()
    lines = [block.text for block in blocks(_without_scripts(tree))]
    about = read_metadata(
        tree,
        lines,
        url,
        ZoneInfo(zone) if zone else None,
        title=_first(tree, wanted.title),
        published=_first(tree, wanted.published),
    )
    body = _body(tree, wanted.body, about.linked, url)
    verdict = judge(
        title=about.title, lines=lines, body=body.paragraphs, weight=body.weight, free=about.linked.free
    )
    if verdict != "article":
        return _page(about, "", " ".join(lines), verdict)
    text = "\n\n".join(_without_title(body.paragraphs, about.title))
    page = _page(about, text, " ".join(lines), verdict)
    return replace(page, continues=continues, cut=continues is None and is_cut(lines, body.paragraphs))


def _page(about: Metadata, text: str, shown: str, verdict: Verdict) -> Page:
    return Page(
        title=about.title[:_TITLE],
        body=text[:_BODY],
        published=about.stamp[0] if about.stamp else None,
        trust=about.stamp[1] if about.stamp else "none",
        language=_plausible(about.language, text or shown),
        authors=about.authors,
        verdict=verdict,
        image=about.image,
    )


def _find(tree: HtmlElement, css: str | None) -> list[HtmlElement]:
    """What a selector matches; `::text` and `::attr(x)` endings are of the value, not of the place."""
    if not css:
        return []
    from cssselect import HTMLTranslator

    return list(tree.xpath(HTMLTranslator().css_to_xpath(css.split("::")[0])))


def _first(tree: HtmlElement, css: str | None) -> str | None:
    attribute = re.search(r"::attr\(([^)]+)\)", css or "")
    for element in _find(tree, css):
        value = element.get(attribute[1]) if attribute else None
        value = value or element.get("content") or element.get("datetime") or plain(element)
        if value.strip():
            return " ".join(value.split())
    return None


def _without_scripts(tree: HtmlElement) -> HtmlElement:
    shown = copy.deepcopy(tree)
    for element in shown.xpath("//script|//style|//template|//head/*[not(self::title)]"):
        element.drop_tree()
    return shown


def _body(tree: HtmlElement, css: str | None, linked: Linked, url: str) -> Body:
    """The article's paragraphs from the best of what points at them. Prunes `tree`."""
    chosen = _find(tree, css)
    for element in chosen:
        prune(element)
    if chosen and (body := selected(chosen)).paragraphs:
        return body
    prune(tree)
    body = _heavier(by_mark(tree), by_weight(tree))
    stated = _stated(linked)
    if stated.weight > body.weight * 1.5:
        return stated  # the page draws its text with a script
    if not _is_huge(tree) and body.weight < max(_SURE, prose(until_end(blocks(tree))) * 0.5):
        # The text is very short, or most of the page's prose is elsewhere.
        body = _heavier(body, _by_trafilatura(tree, url), 1.6)
    return body


def _is_huge(tree: HtmlElement) -> bool:
    return any(number >= _TOO_MANY for number, _ in enumerate(tree.iter()))


def _heavier(mine: Body | None, other: Body, by: float = 1.35) -> Body:
    """`mine`, unless `other` has far more text: a precise place is worth more than a few lines."""
    return other if mine is None or other.weight > mine.weight * by else mine


def _stated(linked: Linked) -> Body:
    paragraphs = [" ".join(line.split()) for line in re.split(r"\n+|<br\s*/?>|</p>", linked.body)]
    clean = (re.sub(r"<[^>]{0,200}>", "", line).strip() for line in paragraphs)
    return Body([line for line in clean if line and not is_furniture_line(line)], None)


def _by_trafilatura(tree: HtmlElement, url: str) -> Body:
    import trafilatura

    found = trafilatura.bare_extraction(
        copy.deepcopy(tree), url=url, favor_precision=True, include_comments=False, with_metadata=False
    )
    text = getattr(found, "text", None) or ""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return Body([line for line in lines if line and not is_furniture_line(line)], None)


def _without_title(paragraphs: list[str], title: str) -> list[str]:
    """The paragraphs without a repeated title at the start, and without immediate repetitions."""
    start = 1 if paragraphs and paragraphs[0].casefold() == title.casefold() else 0
    kept = paragraphs[start:]
    return kept[:1] + [line for before, line in pairwise(kept) if line != before]


def _plausible(language: str | None, text: str) -> str | None:
    """The stated language, unless the script shows that a template states another one."""
    letters = sum(character.isalpha() for character in text[:4000]) or 1
    for code, script in _SCRIPTS.items():
        if len(script.findall(text[:4000])) > letters * 0.5:
            return language if language and language.split("-")[0].lower() == code else code
    return language
