"""What does a page look like as a scraper meets it, and what of it is the article?

One opinion piece whose title and body speak of all three watches, with everything around it that a
reader overlooks and a scraper must not take: a menu, related headlines, adverts, share buttons.
The page itself is `acceptance.html`; which outlet serves it is in `articles/`. How a page is read
is `crawler/pages/`.
"""

from datetime import datetime
from importlib.resources import files

from lxml.html import document_fromstring

TITLE = "What Laos can teach ASEAN about talking to North Korea"
PUBLISHED = "2026-11-24T06:00:00+00:00"
WATCHES = frozenset({"laos", "asean", "north-korea"})

PAGE = files(__package__).joinpath("acceptance.html").read_text(encoding="utf-8")

NOISE: tuple[str, ...] = (
    "Fly to Vientiane this winter",
    "Search the Review",
    "LIVE: ASEAN summit opens",
    "Clara Tan",
    "Share on Facebook",
    "Share on X",
    "Send by WhatsApp",
    "Print this page",
    "Advertisement",
    "ADVERTISEMENT",
    "Three nights in Luang Prabang",
    "Read also",
    "Laos wins 52 Asean tourism awards",
    "Tags:",
    "Never miss a column",
    "Get our Laos and ASEAN newsletter",
    "Sign me up",
    "Related stories",
    "North Korea fires up its oldest steam engine",
    "Ten facts about ASEAN",
    "37 comments",
    "Log in to join the discussion",
    "Most read",
    "The railway that taught Laos to count containers",
    "ASEAN Cup",
    "Learn Korean in twelve weeks",
    "Follow us",
    "All rights reserved",
)
"""Lines of the page that must never appear in the article."""


def _body_paragraphs() -> tuple[str, ...]:
    found = document_fromstring(PAGE).iterfind('.//div[@class="entry-content"]/p')
    return tuple("".join(map(str, paragraph.itertext())).strip() for paragraph in found)


BODY_PARAGRAPHS = _body_paragraphs()
"""The article's paragraphs, in order, as plain text."""


def page(published: datetime) -> str:
    """PAGE as if it had been published at `published` (aware)."""
    return PAGE.replace(PUBLISHED, published.isoformat(timespec="seconds"))
