"""What is asked of the reading process when it reads a page?

The two functions that run there. They stand apart from the extraction, because the daemon must be
able to name them without importing lxml or trafilatura.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.pages.page import Page
    from crawler.source import Selectors


def prepare() -> None:
    """In a new reading process: the imports that take a while, charged to no page."""
    import trafilatura  # noqa: F401

    import crawler.pages.extract  # noqa: F401


def run_extract(
    html: bytes, url: str, *, selectors: "Selectors", content_type: str | None, zone: str | None
) -> "Page":
    """`crawler.pages.extract.extract`, imported where it runs."""
    from crawler.pages.extract import extract

    return extract(html, url, selectors=selectors, content_type=content_type, zone=zone)
