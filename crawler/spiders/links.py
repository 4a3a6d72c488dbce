"""Which links of a list page lead to its articles?

With the source's selector: what it matches. Without one: each link is weighed by its text, its
place and the shape of its address, and links of one shape are taken or left together, because a
site writes all its articles' addresses alike. Fetching the page is `crawler/spiders/section.py`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.pages.blocks import blocks, plain
from crawler.pages.body import weight

_PARTS = frozenset(("nav", "footer", "aside", "form", "head", "script", "style", "noscript", "template"))
_ROLES = frozenset(("navigation", "contentinfo", "search", "menu", "menubar", "banner", "complementary"))
_FURNITURE = re.compile(
    r"(^|[\s_-])((main|site|top|sub)?-?(nav|navbar|navigation|menu)s?|breadcrumbs?|(site|page)?-?(foot|footer)|"
    r"site-header|topbar|share|sharing|social|sns|related\w*|recommend\w*|popular|trending|most-?\w+|ranking|"
    r"ad|ads|advert\w*|banner|sponsor\w*|promo\w*|newsletter|sidebar|widget|tags?|tag-?cloud|pagination|pager|"
    r"login|lang\w*|comments?|copyright|cookie\w*)($|[\s_-])",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"/(tags?|category|categories|topics?|authors?|about\w*(-us)?|contact\w*(-us)?|login|register|signin|subscribe\w*|"
    r"search|privacy\w*(-policy)?|terms\w*(-(of|and)-\w+)?|advertis\w*|rss|feeds?|sitemap|page|archives?|video|videos|photo|photos|"
    r"gallery|live|wp-admin|share|account|cart|help|faq|jobs|careers)(/|\.|$)",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(jpe?g|png|gif|webp|svg|pdf|docx?|xlsx?|zip|mp[34]|xml|css|js)$", re.IGNORECASE)
# A path that ends with the year or month is an archive's.
_DATED = re.compile(r"/(19|20)\d\d[/-]?[01]\d([/-]?[0-3]\d)?(?=[/_.-]\w|\d|$)(?!(?<=/\d\d)/?$)")
_NUMBER = re.compile(r"\d{5,}|(?!(?:19|20)\d\d(?!\d))\d{4}")
_ID = re.compile(r"(^|&)\w*(id|no|idx|seq|num|news|article)=\d{2,}", re.IGNORECASE)
_SLUG = re.compile(r"[^\W_]+(?:[-_][^\W_]+){3,}")
_MORE = re.compile(
    r"(read|see|view|show)?\s*(more|all|full (story|article))|continue( reading)?|details?|»|›|→|\.{3}|…|"
    r"더보기|자세히|更多|详细|詳細|続きを読む|อ่านต่อ|อ่านเพิ่มเติม|ອ່ານຕໍ່|អានបន្ត|xem thêm|chi tiết|selengkapnya|"
    r"lire (la suite|plus)|подробнее",
    re.IGNORECASE,
)
_DATE_MARK = re.compile(r"(19|20|25)\d\d|\d{1,2}[:h]\d\d|\b(ago|hours?|minutes?)\b|전$|前$")
_DAY = re.compile(
    r"(?<!\d)((19|20|25)\d\d\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,2}|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(19|20|25)\d\d)(?!\d)"
)
_BOXES = frozenset(("li", "article", "tr", "dl", "section", "div", "td", "p", "dd"))
_TAKEN = 2.0
# So many links of one shape with titles of this weight are a list, whatever each looks like.
_LISTED = 5
_TITLE = 14.0


@dataclass(frozen=True, slots=True)
class FoundLink:
    """One article link of a list page; `date` and `summary` are what stands beside it, or ""."""

    url: str
    title: str
    date: str = ""
    summary: str = ""
    why: str = ""


def selected_links(elements: Iterable[HtmlElement], base: str) -> list[FoundLink]:
    """The links among `elements`, which a selector matched: links, or boxes that hold one."""
    anchors: list[HtmlElement] = []
    for element in elements:
        anchors += [element] if element.tag == "a" else element.xpath(".//a[@href]")
    return [_found(url, group, "selector") for url, group in _by_address(anchors, base).items()]


def guessed_links(tree: HtmlElement, base: str) -> list[FoundLink]:
    """The links on a page at `base` that look like its articles, in the page's order."""
    groups = _by_address(_content_anchors(tree), base)
    scores = {url: _score(url, anchors, base) for url, anchors in groups.items() if is_inside(url, base)}
    shapes: dict[str, list[str]] = defaultdict(list)
    for url in scores:
        shapes[shape_of(url)].append(url)
    taken = set()
    for urls in shapes.values():
        bonus = _list_bonus([groups[url] for url in urls])
        for url in urls:
            scores[url] += bonus
        good = [url for url in urls if scores[url] >= _TAKEN]
        # One good link of a shape may be chance; a majority is a pattern, and takes the rest along.
        if len(good) * 2 >= len(urls):
            least = _TAKEN - (2.75 if len(good) >= _LISTED else 1.5)
            taken |= {url for url in urls if scores[url] >= least}
    return [
        _found(url, groups[url], f"score {scores[url]:.1f}, shape {shape_of(url)}")
        for url in groups
        if url in taken
    ]


def _list_bonus(links: list[list[HtmlElement]]) -> float:
    """What links of one shape gain by being many: a list of headlines that are told apart, each perhaps
    with a date or a teaser beside it, which no menu has."""
    long = {title for anchors in links if weight(title := _title(anchors)) >= _TITLE}
    if len(long) < _LISTED or len(long) * 3 < len(links) * 2:
        return 0.0
    found = (_found("", anchors, "") for anchors in links)
    accompanied = sum(bool(link.date or link.summary) for link in found)
    return 2.0 if accompanied * 3 >= len(links) * 2 else 1.0


def _content_anchors(tree: HtmlElement) -> list[HtmlElement]:
    found: list[HtmlElement] = []
    below: list[HtmlElement] = [tree]
    while below:
        element = below.pop()
        if element.tag == "a" and element.get("href"):
            found.append(element)
        below.extend(child for child in reversed(element) if not _is_furniture(child))
    return found


def _is_furniture(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in _PARTS or element.get("role") in _ROLES:
        return True
    if element.tag in ("html", "body", "main", "article", "a", "h1", "h2", "h3", "h4"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return names.strip() != "" and _FURNITURE.search(names) is not None


def _by_address(anchors: Iterable[HtmlElement], base: str) -> dict[str, list[HtmlElement]]:
    """Anchors by the absolute address they lead to, in the page's order, without fragments."""
    groups: dict[str, list[HtmlElement]] = {}
    for anchor in anchors:
        href = " ".join((anchor.get("href") or "").split())
        try:
            url = urljoin(base, href).partition("#")[0]
            parts = urlsplit(url)
        except ValueError:
            continue
        if href and parts.scheme in ("http", "https") and parts.hostname and url != base:
            groups.setdefault(url, []).append(anchor)
    return groups


def is_inside(url: str, base: str) -> bool:
    """Whether `url` is on the site of `base`: the same host, give or take a subdomain."""
    mine, theirs = (urlsplit(text).hostname or "" for text in (base, url))
    mine, theirs = mine.removeprefix("www."), theirs.removeprefix("www.")
    return mine == theirs or theirs.endswith("." + mine) or mine.endswith("." + theirs)


def _title(anchors: list[HtmlElement]) -> str:
    texts = [plain(anchor) for anchor in anchors]
    texts += [anchor.get("title") or anchor.get("aria-label") or "" for anchor in anchors]
    texts += [alt for anchor in anchors for alt in anchor.xpath(".//img/@alt")]
    headed = [plain(heading) for anchor in anchors for heading in anchor.xpath(".//h1|.//h2|.//h3|.//h4")]
    # A card that is one link holds headline, teaser and date: its heading is the title.
    longest: str = max(headed, key=len, default="")
    best: str = max(texts, key=lambda text: 0 if _MORE.fullmatch(text.strip()) else len(text), default="")
    return longest or best.strip()


def _score(url: str, anchors: list[HtmlElement], base: str) -> float:
    """How much a link looks like an article: 2 and more does."""
    parts = urlsplit(url)
    place = f"{parts.path}?{parts.query}"
    heft = weight(_title(anchors))
    score = 2.0 if heft >= 40 else 1.0 if heft >= 22 else -0.5 if heft >= 12 else -2.0
    score += 1.5 if any(_is_headline(anchor) for anchor in anchors) else 0.0
    score += 2.0 if _DATED.search(parts.path) else 0.0
    score += 1.0 if _NUMBER.search(place) or _ID.search(parts.query) else 0.0
    score += 1.5 if _SLUG.search(unquote(parts.path)) else 0.0
    score += 1.0 if any(_has_date(anchor) for anchor in anchors) else 0.0
    score -= 3.0 if _NEVER.search(parts.path) or _FILE.search(parts.path) else 0.0
    score -= 2.0 if _is_above(parts, urlsplit(base)) else 0.0
    return score + (0.5 if len(anchors) > 1 else 0.0)


def _is_above(link: SplitResult, base: SplitResult) -> bool:
    """Whether a link leads to the front page or to a place above the list's own; one that names an id
    in its query does not."""
    if _ID.search(link.query) or _NUMBER.search(link.query):
        return False
    return link.path in ("", "/") or base.path.startswith(link.path.rstrip("/") + "/")


def _has_date(anchor: HtmlElement) -> bool:
    """Whether a day stands in the link's text or beside it, in a box that holds no other link's text."""
    element: HtmlElement | None = anchor
    for _ in range(3):
        if element is None or element.tag in ("body", "table", "ul", "ol", "main"):
            return False
        if len({link.get("href") for link in element.iter("a")}) > 1:
            return False
        text = plain(element)
        if len(text) < 600 and _DAY.search(text):
            return True
        element = element.getparent()
    return False


def _is_headline(anchor: HtmlElement) -> bool:
    if anchor.xpath(".//h1|.//h2|.//h3|.//h4|.//h5"):
        return True
    parents = [element.tag for element in anchor.iterancestors()][:3]
    return any(tag in ("h1", "h2", "h3", "h4", "h5") for tag in parents)


def shape_of(url: str) -> str:
    """The pattern of an address: `/news/2026/11/a-slug-of-words` → `/news/N/N/S`."""
    parts = urlsplit(url)
    segments: list[str] = []
    for segment in unquote(parts.path).strip("/").split("/"):
        stem, _, ending = segment.rpartition(".")
        name = stem or segment
        is_slug = len(name) > 30 or re.search(r"[-_]|[^\x00-\x7f]", name) is not None
        sign = "N" if name.isdigit() else "S" if is_slug else ""
        sign = sign or ("W" + "N" * bool(re.search(r"\d", name)) if segments else name)
        segments.append(f"{sign}.{ending}" if stem and len(ending) <= 5 else sign)
    query = "&".join(sorted(name for name, _ in parse_qsl(parts.query)))
    return "/" + "/".join(segments) + ("?" + query if query else "")


def _found(url: str, anchors: list[HtmlElement], why: str) -> FoundLink:
    title = _title(anchors)
    box = _box(anchors)
    if box is None:
        return FoundLink(url, title, why=why)
    times = [element.get("datetime") or plain(element) for element in box.iter("time")]
    # What stands on the title's own line may be glued to it.
    lines = [text for block in blocks(box) if (text := block.text.removeprefix(title).strip())]
    dates = [*times, *(text for text in lines if len(text) < 60 and _DATE_MARK.search(text))]
    teasers = [text for text in lines if weight(text) >= 50 and not _DATE_MARK.fullmatch(text)]
    return FoundLink(url, title, next(iter(dates), ""), next(iter(teasers), ""), why)


def _box(anchors: list[HtmlElement]) -> HtmlElement | None:
    """The largest element around these links that holds no other article's link."""
    mine = {anchor.get("href") for anchor in anchors}
    best: HtmlElement | None = None
    for element in anchors[0].iterancestors():
        links = Counter(link.get("href") for link in element.iter("a") if weight(plain(link)) >= 12)
        if element.tag not in _BOXES and element.tag not in ("h1", "h2", "h3", "h4", "h5", "span", "a"):
            break
        if any(href not in mine for href in links):
            break
        best = element
    return best
