"""Is this the same text as an article that was told already?

The narrow case that is sure: title and text agree word for word, as wire copy does. Then the
article joins that story and its alert is withheld. Any change of a word or a number makes another
fingerprint. Looser joins are not here.
"""

import re
import unicodedata
from datetime import timedelta
from hashlib import blake2b

from archive.article import Article

# A copy that comes later than this is told anew.
WINDOW = timedelta(hours=72)
# Shorter texts ("Photos of the day") agree by chance (characters of title and text).
SHORTEST = 120
# Copies trim the end; the beginning is what they share (characters).
COMPARED = 400

_WORDS = re.compile(r"\w+")


def fingerprint(article: Article) -> int | None:
    """A number that two articles share if their title and the beginning of their text are the
    same words; None where there is too little text to tell. Fits a signed 64-bit integer."""
    text = article.summary if len(article.summary) >= SHORTEST else article.body or article.summary
    words = " ".join(_WORDS.findall(unicodedata.normalize("NFKC", f"{article.title}\n{text}").casefold()))
    if len(words) < SHORTEST:
        return None
    digest = blake2b(words[:COMPARED].encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
