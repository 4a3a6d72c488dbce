"""Which language does a feed or a page state, if it states one?

What language a text is in, whatever is stated, is `archive/text/language.py`.
"""

import re

_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
# As the archive keeps it; the longest that BCP 47 asks anybody to understand.
LONGEST = 35


def language_tag(written: str | None) -> str | None:
    """The BCP 47 tag that is written, with hyphens; None where something else is, as "English"."""
    tag = (written or "").strip()
    return tag.replace("_", "-") if len(tag) <= LONGEST and _TAG.fullmatch(tag) else None
