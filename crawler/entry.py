"""What does a source yield?

An `Entry` is one item of a feed, a sitemap or a section page, already plain text and with an
absolute link, before anybody asked whether the article is known. How it is told from known ones
is in `crawler/identity.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from archive.article import Trust


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a source announces it.

    `link` is absolute, as given by the source; `guid` is the feed's own id, "" where it has
    none. `content` is the full text if the feed carries it, as plain text, else "". `published`
    is UTC with its `trust`; `language` is BCP 47 or None. `outlet_title` names the publisher where
    the source gathers other people's articles, else "", and `outlet_url` is that publisher's site.
    `why` tells people why this was taken for an article, where that was a guess. `mark` stands for its
    words in the feed, where it is worth knowing them again.
    """

    link: str
    title: str
    guid: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None
    trust: Trust = "none"
    language: str | None = None
    authors: tuple[str, ...] = ()
    outlet_title: str = ""
    outlet_url: str = ""
    why: str = ""
    mark: int | None = None
