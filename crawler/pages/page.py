"""What is known of an article page once it has been read?

Plain values only, so that they travel between processes. How they are found is in
`crawler/pages/extract.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    `published` is UTC with its `trust`; `language` is BCP 47 as the page states it, or None; `image` is
    the address of the picture that the page gives to those who link to it. `continues` is the address
    of the article's next part, None where there is none; `cut`: the page shows the beginning alone, and
    nowhere says where the rest is.
    """

    title: str
    body: str
    published: datetime | None
    trust: Trust
    language: str | None
    authors: tuple[str, ...]
    verdict: Verdict
    image: str | None = None
    continues: str | None = None
    cut: bool = False


def joined(parts: Sequence[Page]) -> Page:
    """An article whose text stands on several pages, in their order; each paragraph once.

    It is cut where its last part is, or goes on.
    """
    paragraphs = dict.fromkeys(line for part in parts for line in part.body.split("\n\n") if line)
    last = parts[-1]
    is_cut = last.cut or last.continues is not None
    return replace(parts[0], body="\n\n".join(paragraphs), continues=last.continues, cut=is_cut)
