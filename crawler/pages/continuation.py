"""Does the article go on: on a further page, behind a "read more", or nowhere to be had?

Only an address that is the page's own with a page number or an ending more is taken for the same
article; what looks like "next" may as well lead to the next story. Following it is
`crawler/pages/reading.py`.
"""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.pages.blocks import plain

_NEXT = re.compile(
    r"\W*("
    + "|".join(
        (
            r"next( page| part)?|older( (posts|entries|news|stories))?",
            r"(page )?suivante?|siguiente|далее|следующая",
            r"下一?[页頁]|다음( ?페이지)?|次(へ|の?ページ)(へ)?",
            r"(หน้า)?ถัดไป|หน้าต่อไป|(ໜ້າ)?(ຕໍ່ໄປ|ຖັດໄປ)|(ទំព័រ)?បន្ទាប់|နောက်စာမျက်နှာ",
            r"trang (sau|tiếp)|tiếp theo|(halaman )?(berikutnya|selanjutnya)",
        )
    )
    + r")\W*|[»›→>]+",
    re.IGNORECASE,
)
_TEXT = r"(article|story|text|report)"
_MORE = re.compile(
    r"\W*("
    + "|".join(
        (
            rf"(continue|keep) reading( (this|the) {_TEXT})?|view all",
            rf"(read|show|view|see) (more|on|(the )?(full|whole|entire|rest of the)( {_TEXT})?)",
            rf"full {_TEXT}|(view|read) (as |on )?(a )?(single|one) page",
            r"(点击)?(阅读|展开|查看)?(余下)?全文(阅读)?|閱讀(更多|全文)|展開全文|在本[页頁](阅读|閱讀)全文",
            r"(load|show|view) more( (news|stories|articles|posts|results))?",
            r"전체 ?(기사|본문)?(보기)?|(기사 ?)?더 ?보기",
            r"続きを(読む|見る)|全文(を読む|表示)|もっと(読む|見る)",
            r"ดู(เพิ่มเติม|ทั้งหมด)|ເບິ່ງ(ເພີ່ມ|ຕື່ມ|ທັງໝົດ)|មើល(បន្ថែម|ទាំងអស់)|加载更多|查看更多|載入更多|もっと見る",
            r"อ่าน(ต่อ|เพิ่มเติม|ทั้งหมด)|ອ່ານ(ຕໍ່|ເພີ່ມ(ເຕີມ)?)|អាន(បន្ត|បន្ថែម)|ဆက်(လက်)?ဖတ်(ရှု)?ရန်",
            r"(đọc|xem) (tiếp|thêm)|(baca |lihat )?selengkapnya|lire la suite|leer más",
            r"читать (далее|полностью)",
        )
    )
    + r")\W*",
    re.IGNORECASE,
)
_PAGE_KEYS = frozenset(("page", "p", "pg", "paged", "pageno", "page_no", "pn", "curpage", "part"))
_WHOLE_KEYS = frozenset(("full", "all", "single", "singlepage", "view", "page", "show"))
_WHOLE_VALUES = frozenset(("1", "all", "full", "true", "single", "yes", "singlepage"))
_WHOLE_ENDING = re.compile(r"/?(full|all|single|single-page|full-text|fulltext|complete)/?(\.html?)?")
# What may stand between an address and the same address for page N.
_ENDING = re.compile(r"(?P<mark>/page/|/p/|/|[-_]p?|,|/page-)(?P<number>\d{1,2})")
# More parts than this no article has; a larger number is an id.
_MOST = 30
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|max-height", re.IGNORECASE)
_HIDING = re.compile(r"hid(e|den)|collaps\w*|more|rest|full|truncat\w*|expand\w*|invisible", re.IGNORECASE)


def next_part(tree: HtmlElement, url: str) -> str | None:
    """Where the article on the page at `url` goes on; None where this page is the last, or the only one."""
    number = _number(url)
    for anchor in islice(_links(tree), 3000):
        try:
            target = urljoin(url, _address(anchor)).partition("#")[0]
        except ValueError:
            continue
        text = "" if anchor.tag == "link" else plain(anchor)[:80]
        relates = "next" in (anchor.get("rel") or "").lower().split()
        if relates or text == str(number + 1) or (text and _NEXT.fullmatch(text)):
            if _is_part(url, target, number + 1):
                return target
        elif _MORE.fullmatch(text) and (_is_whole(url, target) or _is_part(url, target, number + 1)):
            return target
    return None


def is_cut(lines: list[str], body: list[str]) -> bool:
    """Whether the page offers to show more of the text, straight after what it shows of it.

    `lines` is everything that the page shows, `body` the paragraphs that were taken.
    """
    if not body:
        return False
    last = max((place for place, line in enumerate(lines) if line == body[-1]), default=-1)
    return last >= 0 and any(_MORE.fullmatch(line) for line in lines[last + 1 : last + 3])


def reveal(tree: HtmlElement) -> None:
    """Show what a "read more" of the page would show without asking the site again."""
    controls = (
        element
        for element in tree.iter("a", "button", "span", "div", "label", "p")
        if len(element) < 4 and not _leads_away(element) and _MORE.fullmatch(_short(element))
    )
    for control in list(islice(controls, 5)):
        for element in _beside(control):
            for name in ("style", "hidden", "aria-hidden", "class", "id"):
                element.attrib.pop(name, None)


def _short(element: HtmlElement) -> str:
    """The element's text, "" where it is too long to be a button's."""
    text = "".join(islice((str(part) for part in element.itertext()), 8))
    return " ".join(text.split()) if len(text) < 120 else ""


def _leads_away(element: HtmlElement) -> bool:
    href = (element.get("href") or "#").strip().lower()
    return not href.startswith(("#", "javascript:"))


def _beside(control: HtmlElement) -> Iterator[HtmlElement]:
    """Hidden elements next to a control, or to what wraps it."""
    element: HtmlElement | None = control
    for _ in range(3):
        if element is None or element.tag in ("body", "article", "main"):
            return
        for other in [*element.itersiblings(), *element.itersiblings(preceding=True)][:6]:
            if isinstance(other.tag, str) and _is_hidden(other):
                yield other
        element = element.getparent()


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style") or ""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    is_marked = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return is_marked or _HIDDEN.search(style) is not None or _HIDING.search(names) is not None


def _links(tree: HtmlElement) -> Iterator[HtmlElement]:
    for element in tree.iter("link", "a", "button"):
        if _address(element):
            yield element


def _address(element: HtmlElement) -> str:
    """Where a link leads; a button that a script answers may name it, too."""
    stated = (element.get(name) for name in ("href", "data-href", "data-url", "data-next"))
    return next((value.strip() for value in stated if value), "")


def _number(url: str) -> int:
    """Which page of its article an address names, 1 where it names none."""
    parts = urlsplit(url)
    for key, value in parse_qsl(parts.query):
        if key.lower() in _PAGE_KEYS and value.isdecimal() and 0 < int(value) <= _MOST:
            return int(value)
    stem = _stem(parts.path)
    match = re.search(rf"{_ENDING.pattern}$", stem)
    # "/news/2" by itself may be the second story; only a marked number counts.
    if match is not None and match["mark"] != "/" and 1 < int(match["number"]) <= _MOST:
        return int(match["number"])
    return 1


def _is_part(url: str, target: str, number: int) -> bool:
    """Whether `target` is page `number` of the article whose page `number - 1` is `url`."""
    here, there = urlsplit(url), urlsplit(target)
    if number > _MOST or _site(here.hostname) != _site(there.hostname):
        return False
    mine, theirs = dict(parse_qsl(here.query)), dict(parse_qsl(there.query))
    if _stem(here.path) == _stem(there.path):
        differing = {key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
        return (
            len(differing) == 1
            and (key := differing.pop()).lower() in _PAGE_KEYS
            and theirs.get(key) == str(number)
            and mine.get(key, "1") in (str(number - 1), "")
        )
    if mine != theirs:
        return False
    first = _first_part(_stem(here.path), number - 1)
    match = _ENDING.fullmatch(_stem(there.path).removeprefix(first))
    return _stem(there.path).startswith(first) and match is not None and int(match["number"]) == number


def _first_part(stem: str, number: int) -> str:
    if number == 1:
        return stem
    return re.sub(rf"(/page/|/p/|/|[-_]p?|,|/page-){number}$", "", stem)


def _is_whole(url: str, target: str) -> bool:
    """Whether `target` is the article of `url` on one page."""
    here, there = urlsplit(url), urlsplit(target)
    if _site(here.hostname) != _site(there.hostname):
        return False
    if _stem(here.path) != _stem(there.path):
        rest = _stem(there.path).removeprefix(_stem(here.path))
        return rest != _stem(there.path) and _WHOLE_ENDING.fullmatch(rest) is not None
    added = set(parse_qsl(there.query)) - set(parse_qsl(here.query))
    return bool(added) and all(
        key.lower() in _WHOLE_KEYS and value.lower() in _WHOLE_VALUES for key, value in added
    )


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.").removeprefix("m.")


def _stem(path: str) -> str:
    """A path without its ending, so that `a.html` and `a_2.html` begin alike."""
    return re.sub(r"(\.(s?html?|php|aspx?|jsp))?/?$", "", path)
