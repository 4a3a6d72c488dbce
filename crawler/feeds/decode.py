"""In which encoding is a feed written, whatever it and its server say?

Bytes in, their text in UTF-8 out, never an exception: UTF-8 if it is that, or nearly; else what the
document or the server names, with the wider set that the name really stands for; else the legacy encoding in
which the bytes make the most sense (`crawler/feeds/legacy.py`). A Latin set that is named says little: any
bytes are in it, and servers name it when they know nothing.
"""

import codecs
import re
import unicodedata

_BOMS = (
    (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"),
)  # fmt: skip
# How "<?" or "<r" begins without a byte order mark.
_STARTS = (
    (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00", "utf-16-be"), (b"<\x00", "utf-16-le"), (b"Lo\xa7\x94", "cp037"),
)  # fmt: skip
_OTHER_STARTS = tuple(start for start, encoding in (*_BOMS, *_STARTS) if encoding != "utf-8")
_DECLARED = re.compile(rb"^[^<]{0,64}<\?xml[^>]{0,256}?encoding\s*=\s*[\"']\s*([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# The name that is written and the set that is meant (as in the WHATWG's table of labels).
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "euc-kr": "cp949", "euckr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "tis-620": "cp874", "iso-8859-11": "cp874",
    "windows-874": "cp874", "dos-874": "cp874", "windows-1258": "cp1258", "x-cp1258": "cp1258",
    "x-euc-jp": "euc_jp",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "iso-8859-9": "cp1254", "x-mac-cyrillic": "mac_cyrillic", "unicode": "utf-8",
}  # fmt: skip
# Text in these is ASCII to the eye of a UTF-8 decoder, so only their names tell.
_SEVEN_BIT = ("iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "hz", "utf-7")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]+")
# Titles are cut by bytes, and the last character of each is damaged then: so much damage does not make it
# another encoding than the one it is in, or is said to be in. Of text in a legacy encoding, read as UTF-8,
# three quarters are damaged.
_DAMAGE = 0.5
# No text in another encoding is so nearly UTF-8.
_SLIGHT_DAMAGE = 0.25
# Tones of Windows-1258 are bytes of their own, behind a vowel.
_VIETNAMESE = re.compile(
    rb"[aeiouyAEIOUY\xe2\xea\xf4\xe3\xf5\xfd\xc2\xca\xd4\xc3\xd5\xdd][\xcc\xd2\xde\xec\xf2]"
)
_VIETNAMESE_SHARE = 0.25
_TONED = re.compile("[^\u0300-\u0323][\u0300\u0301\u0303\u0309\u0323]")
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf|[ \t\r\n])*")
_DECLARATION = re.compile(rb"<\?xml\s[^>]*\?>")
# Not allowed in XML, and no part of any text.
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\v\f\r")
# Lines and pages end in office programs with what XML does not allow.
_BLANKS = bytes.maketrans(b"\v\f", b"  ")
# A character beyond the first 65,536 as two halves, each encoded for itself.
_HALVES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")


def in_utf8(body: bytes, content_type: str | None = None) -> bytes:
    """The text of `body`, without byte order mark, XML declaration and control characters."""
    data = _BEFORE.sub(b"", _as_utf8(body, content_type), count=1)
    declaration = _DECLARATION.match(data)
    data = data[declaration.end() :] if declaration else data
    data = data.translate(_BLANKS, _CONTROLS).strip()
    if data.isascii() or (data[0] < 0x80 and data[-1] < 0x80):
        return data
    # There are more blanks than those of ASCII.
    return _encoded(as_text(data).strip())


def as_text(data: bytes) -> str:
    """What `in_utf8` gave, decoded."""
    return data.decode("utf-8", "surrogatepass")


def _encoded(text: str) -> bytes:
    return _NO_CHARACTERS.sub("", text).encode("utf-8", "surrogatepass")


def _as_utf8(body: bytes, content_type: str | None) -> bytes:
    named = _named(body, content_type)
    another = body.startswith(_OTHER_STARTS) or any(encoding in _SEVEN_BIT for encoding in named)
    text = None if another else _strictly(body, "utf-8")
    if text is None:
        return _encoded(_decoded(body, named))
    # Mostly it is as it should be, and need not be made anew.
    return _encoded(text) if "\ufffe" in text or "\uffff" in text else body


def _decoded(body: bytes, named: list[str]) -> str:
    """The text of what is no UTF-8, or damaged."""
    for start, encoding in (*_BOMS, *_STARTS):
        if body.startswith(start):
            return body.decode(encoding, "replace")
    for encoding in named:
        if encoding in _SEVEN_BIT:
            return _strictly(body, encoding) or body.decode("utf-8", "replace")
    lossy = _HALVES.sub(_whole, body).decode("utf-8", "replace")
    damage = _damage(lossy)
    if damage > _SLIGHT_DAMAGE:
        telling = [encoding for encoding in named if not _says_little(encoding)]
        texts = [text for encoding in telling if (text := _loosely(body, encoding)) is not None]
        # Of two the document's, unless the server's fits better.
        best = min(texts, key=_damage, default=None)
        if best is not None and _damage(best) <= _DAMAGE:
            return best
    if damage <= _DAMAGE:
        return lossy
    return _guessed(body, next(filter(_is_latin, named), "cp1252"))


def _damage(text: str) -> float:
    """Which share of what is no ASCII could not be read."""
    return text.count("\ufffd") / max(len(_FOREIGN.findall(text)), 1)


def _says_little(encoding: str) -> bool:
    """Whether its name is no reason to read bytes in it that are not UTF-8."""
    return encoding.startswith(("utf", "ucs")) or _is_latin(encoding)


def _is_latin(encoding: str) -> bool:
    """Whether it is one of the sets of Western Europe, in which any bytes are letters of some kind."""
    try:
        return codecs.lookup(encoding).name in ("cp1252", "iso8859-1", "iso8859-15", "cp1254", "iso8859-9")
    except LookupError:
        return False


def _whole(halves: re.Match[bytes]) -> bytes:
    text = halves[0].decode("utf-8", "surrogatepass")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _composed(text: str) -> str:
    """With its letters and tones as one character each, as everybody writes Vietnamese now."""
    # One by one: to order a long run of marks takes time that grows with its square.
    return _TONED.sub(lambda toned: unicodedata.normalize("NFC", toned[0]), text)


def _named(body: bytes, content_type: str | None) -> list[str]:
    """What document and server call the encoding, the document first: servers name a default."""
    names = []
    declared = _DECLARED.match(body[:512])
    if declared:
        names.append(declared[1].decode("ascii", "ignore").lower())
    charset = _CHARSET.search(content_type or "")
    if charset:
        names.append(charset[1].lower())
    return [_MEANT.get(name, name) for name in names]


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None


def _loosely(body: bytes, encoding: str) -> str | None:
    try:
        text = body.decode(encoding, "replace")
    except (UnicodeError, LookupError, ValueError):
        return None
    return _composed(text) if encoding == "cp1258" else text


def _guessed(body: bytes, latin: str) -> str:
    """Read in the encoding in which most of it is plain prose, else in `latin`."""
    sample = body[:65536]
    runs = _HIGH.findall(sample)
    if len(_VIETNAMESE.findall(sample)) > _VIETNAMESE_SHARE * sum(map(len, runs)):
        return _loosely(body, "cp1258") or ""
    # Letters with accents stand alone among plain ones, those of other scripts together.
    if sum(map(len, runs)) < 1.5 * len(runs):
        return body.decode(latin, "replace")
    # Slow to make, and seldom asked.
    from crawler.feeds.legacy import likeliest

    return body.decode(likeliest(sample) or latin, "replace")
