"""Which types of source are there?

Each with the function that asks a source of it; any other name is a spider's, one file in
`crawler/spiders/`. Imports nothing that fetches, so that the config can be checked without. How they
are called is `crawler/gathering.py`.
"""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

# type → module and function, imported when first needed.
FUNCTIONS = {
    "feed": "crawler.feeds.gather:gather_feed",
    "google-news": "crawler.feeds.google_news:gather_google_news",
    "sitemap": "crawler.sitemap:gather_sitemap",
}
SPIDER = "crawler.spiders.gather:gather_pages"

_SPIDER_NAME = re.compile(r"^class \w+\(\w*Spider\):$.*?^    name = \"([a-z][a-z0-9-]*)\"$", re.M | re.S)


@cache
def spiders() -> tuple[str, ...]:
    """The names of the spiders in `crawler/spiders/`, as `scrapy list` tells them.

    Read from the files' text: to import them would load all of Scrapy.
    """
    found = (_SPIDER_NAME.search(file.read_text("utf-8")) for file in _modules())
    return tuple(sorted(match[1] for match in found if match is not None))


def types() -> tuple[str, ...]:
    """Everything that may stand as a source's `type:`."""
    return tuple(sorted({*FUNCTIONS, *spiders()}))


def function_of(type_: str) -> tuple[str, str]:
    """Module and name of the function that asks a source of that type."""
    module, _, function = FUNCTIONS.get(type_, SPIDER).partition(":")
    return module, function


def _modules() -> list[Traversable]:
    return [file for file in files("crawler.spiders").iterdir() if file.name.endswith(".py")]
