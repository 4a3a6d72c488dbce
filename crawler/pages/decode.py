"""In which encoding is a page, and what is its tree?

Order: valid UTF-8 wins over any label, because it is never so by chance; then byte order mark,
HTTP header, meta; then a guess among the legacy encodings of Asia. What the tree says is not here.
"""

import re

import lxml.html
from lxml import etree

# Past this many characters nothing is read: DESIGN §10 bounds the response, this the tree.
MAX_CHARACTERS = 3_000_000
_UNWANTED = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def decode(html: bytes | str, content_type: str | None = None) -> str:
    """`html` as text. `content_type` is the HTTP header's value. Never fails."""
    if isinstance(html, str):
        return html
    try:
        return html.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    from w3lib.encoding import html_to_unicode

    return html_to_unicode(content_type, html, default_encoding="utf-8", auto_detect_fun=_guess)[1]


def _guess(html: bytes) -> str | None:
    from charset_normalizer import from_bytes

    likely = ["cp949", "gb18030", "big5", "shift_jis", "euc_jp", "tis_620", "cp874", "cp1258", "cp1252"]
    best = from_bytes(html[:65536], cp_isolation=likely).best()
    return best.encoding if best is not None else None


def parse(text: str) -> lxml.html.HtmlElement | None:
    """The tree of a page, None where there is not one element. Comments are left out."""
    # Bytes, because lxml refuses text that declares an encoding.
    clean = text[:MAX_CHARACTERS].translate(_UNWANTED).encode("utf-8", "replace")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(re.sub(rb"^\s*<\?xml[^>]*\?>", b"", clean), parser=parser)
    except etree.ParserError:
        return None
