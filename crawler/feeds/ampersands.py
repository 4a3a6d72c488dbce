"""What if a feed's ampersands are not escaped?

"Q&A", "?id=1&copy=2": the commonest fault there is. A parser of XML refuses all of the feed for it, and
feedparser takes them for references that lack a semicolon. Which reader gets the feed then is
`crawler/feeds/parse.py`.
"""

import re

# No reference follows it.
_BARE = re.compile(rb"&(?!#\d{1,8};|#[xX][0-9a-fA-F]{1,7};|[a-zA-Z_][\w.-]{0,31};)")


def with_ampersands_escaped(data: bytes) -> bytes:
    """The document with each bare ampersand escaped but for those in CDATA, where they are what they are."""
    first, *others = data.split(b"<![CDATA[")
    parts = [_BARE.sub(b"&amp;", first)]
    for other in others:
        inside, end, after = other.partition(b"]]>")
        parts += (b"<![CDATA[", inside, end, _BARE.sub(b"&amp;", after))
    return b"".join(parts)
