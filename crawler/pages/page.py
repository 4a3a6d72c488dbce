"""What is known of an article page once it has been read?

Plain values only, so that they travel between processes. How they are found is in
`crawler/pages/extract.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archive.article import Trust

# "article": there is a text. The others hold none: it is behind payment; the site wants to see a
# browser first; only a consent form came; the page says that there is nothing; or no text was found.
Verdict = Literal["article", "paywall", "bot-wall", "consent", "not-found", "empty"]


@dataclass(frozen=True, slots=True)
class Page:
    """An article page as plain text.

    `body` has a blank line between paragraphs, and is "" unless the verdict is "article".
    `published` is UTC with its `trust`; `language` is BCP 47 as the page states it, or None.
    """

    title: str
    body: str
    published: datetime | None
    trust: Trust
    language: str | None
    authors: tuple[str, ...]
    verdict: Verdict
