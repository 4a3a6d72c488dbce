"""What does a piece of a feed's markup say as plain text?

Titles and teasers come as text, as HTML, as HTML escaped once more, or as all of these in one
feed. Whole article pages are `crawler/pages/`.
"""

import html
import re
from functools import cache
from typing import Any

# The parser below is asked only where there is something to parse: most titles are plain. "<KBS>"
# and "x<y" are no markup, so names count, not brackets.
_NAMES = (
    r"a|abbr|acronym|address|article|aside|audio|b|bdi|bdo|big|blockquote|body|br|button|canvas|caption|center"
    r"|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]"
    r"|head|header|hr|html|i|iframe|img|input|ins|kbd|fieldset|label|legend|li|link|main|mark|marquee|math|meta|mi|mn|mo|nav|nobr|noscript|object|ol|optgroup|option"
    r"|p|param|picture|pre|q|rp|rt|ruby|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary"
    r"|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr|xml"
)
# Office programs, and widgets with names of their own, leave their elements in what is pasted.
_FOREIGN_TAG = r"/?[a-z][a-z0-9]*:[a-z][\w-]*|/?(?-i:[a-z]+(?:-[a-z0-9]+)+)[\s/>]"
# In longer texts unknown brackets are more often some program's markup than words, and the parser is
# faster than the tags' names are.
_SHORT = 2048
_BEGINNINGS = rf"/?(?:{_NAMES})(?![^\s/>])|{_FOREIGN_TAG}|!--|!DOCTYPE|\?xml"
_TAG = re.compile(rf"<(?:{_BEGINNINGS})", re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!{_BEGINNINGS})", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Beginning and end of one of these part words; those of <b> do not.
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|dd|details|div|dl|dt|figcaption|figure|footer|h[1-6r]|header"
    r"|legend|li|main|nav|ol|option|p|pre|section|summary|table|t[dhr]|ul)\b)",
    re.IGNORECASE,
)
# Tags that need no parser: of these names, with attributes that hold no brackets.
_PLAIN_BLOCK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|figure|figcaption|hr)(?:\s+[\w:-]+=\"[^\"<>]*\")*\s*/?>",
    re.IGNORECASE,
)
_PLAIN_INLINE = re.compile(
    r"</?(?:a|b|i|em|strong|span|img|u|small|sup|sub|font|cite)(?:\s+[\w:-]+=\"[^\"<>]*\")*\s*/?>",
    re.IGNORECASE,
)
_CONTROLS = dict.fromkeys(code for code in range(0x20) if chr(code) not in "\t\n\r")
# Neither words of the article nor any: programs, and what is there to be pressed.
_SILENT = (
    "script", "style", "noscript", "template", "iframe", "object", "svg", "xml",
    "nav", "button", "select", "textarea",
)  # fmt: skip
# One character as two halves, each written as a reference: emoji of programs that count in halves.
HALVES = (
    r"&(?:amp;)?#(?:[xX]([dD][89abAB][0-9a-fA-F]{2})|(55(?:29[6-9]|[3-9]\d\d)|56(?:[0-2]\d\d|3[01]\d)));"
    r"&(?:amp;)?#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|(56(?:3[2-9]\d|[4-9]\d\d)|57(?:[0-2]\d\d|3[0-3]\d|34[0-3])));"
)
_HALVES = re.compile(HALVES)
# What is typed between words that no blank parts parts nothing at the ends, and is no title alone.
_UNSEEN = " \u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def plain_text(markup: str, *, limit: int) -> str:
    """`markup` without tags and entities, white space folded, cut at `limit` bytes of UTF-8.

    Never raises; what cannot be parsed stays as it is. What was escaped twice is resolved twice,
    so that "AT&amp;amp;T" reads "AT&T".
    """
    # Markup takes room that text does not need; beyond this nothing is read.
    text = _once(_sound(markup[: limit * 4].replace("\x00", ""))).strip()
    # Markup that was escaped once too often comes out as markup.
    if _TAG.match(text):
        text = _once(text)
    return cut(_folded(text), limit)


def sound(text: str) -> str:
    """`text` without halves of surrogate pairs, which no encoder takes, and without control characters,
    one of which PostgreSQL takes nowhere. JSON may hold all of them."""
    if text.isprintable():
        return text
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()


def _folded(text: str) -> str:
    """Each run of white space as one blank, and nothing at the ends that cannot be seen."""
    # No white space but the blank is printable: most texts are as they should be.
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split()).strip(_UNSEEN)


def _once(text: str) -> str:
    if _TAG.search(text):
        text = _without_tags(text)
    elif "&" in text:
        text = _sound(html.unescape(text))
        if _TAG.search(text):
            text = _without_tags(text)
    return html.unescape(text) if _ENTITY.search(text) else text


def _sound(text: str) -> str:
    """Without halves of surrogate pairs, which no encoder takes, and without the marks of CDATA."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    if "#" in text and "&" in text:
        text = _HALVES.sub(lambda halves: whole_of(*halves.groups()), text)
    return text.replace("<![CDATA[", "").replace("]]>", "") if "]]>" in text else text


Half = str | bytes | None


def whole_of(high_hex: Half, high: Half, low_hex: Half, low: Half) -> str:
    """The reference to the character of which `HALVES` found the two halves."""
    first = int(high_hex, 16) if high_hex else int(high or 0)
    second = int(low_hex, 16) if low_hex else int(low or 0)
    return f"&#{0x10000 + ((first - 0xD800) << 10) + second - 0xDC00};"


def cut(text: str, limit: int) -> str:
    """`text`, at most `limit` bytes long in UTF-8, never cut inside a character."""
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")


def _without_tags(markup: str) -> str:
    """Without its tags; entities are resolved once, as any parser of HTML does."""
    if len(markup) < _SHORT:
        rest = _PLAIN_INLINE.sub("", _PLAIN_BLOCK.sub(" ", markup))
        if "<" not in rest:
            return html.unescape(rest) if "&" in rest else rest
    return _parsed(markup)


def _parsed(markup: str) -> str:
    from lxml import etree

    if len(markup) < _SHORT:
        markup = _NO_TAG.sub("&lt;", markup)
    try:
        root = etree.fromstring(f"<body>{_BLOCK.sub(' <', markup)}", _parser())
        if root is None:
            return markup
        etree.strip_elements(root, *_SILENT, with_tail=False)
        return str(etree.tostring(root, method="text", encoding="unicode"))
    except (etree.LxmlError, ValueError):
        return markup


@cache
def _parser() -> Any:
    from lxml.etree import HTMLParser

    return HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
