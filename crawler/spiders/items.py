"""What does a spider yield?

The same `Entry` as feeds; here it is made of what a list page shows.
"""

from datetime import tzinfo

from crawler.entry import Entry
from crawler.pages.dates import read_time
from crawler.plain_text import cut

# DESIGN §10, in bytes of UTF-8.
_TITLE = 4 * 1024
_SUMMARY = 64 * 1024


def make_entry(
    link: str, title: str, *, summary: str = "", date: str = "", zone: tzinfo | None = None, why: str = ""
) -> Entry:
    """An entry of a list page. `date` is what the page prints, `zone` the source's own, `why` for people."""
    stamp = read_time(date, zone) if date else None
    return Entry(
        link=link,
        title=cut(" ".join(title.split()), _TITLE),
        summary=cut(" ".join(summary.split()), _SUMMARY),
        published=stamp[0] if stamp else None,
        trust=stamp[1] if stamp else "none",
        why=why,
    )
