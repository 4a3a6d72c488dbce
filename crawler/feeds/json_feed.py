"""What does a JSON Feed announce?

Versions 1 and 1.1 (jsonfeed.org), read as leniently as feedparser reads XML: an item that is not
an object is left out, a field of the wrong type is empty, a raw control character is let through.
"""

import json
from typing import Any

from crawler.feeds.item import Item, RawFeed
from crawler.plain_text import sound


def looks_like_json(data: bytes) -> bool:
    """Whether the first character is that of a JSON object."""
    return data.startswith(b"{")


def read_json_feed(text: str, url: str) -> RawFeed:
    """The feed in `text`, which came from `url`. Raises ValueError if it is no JSON Feed."""
    try:
        feed = json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("JSON, nested too deeply") from None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ValueError("JSON, but without `items`")  # noqa: TRY004 - bad text, whatever its type
    language = _text(feed, "language") or None
    return RawFeed([_item(item, url) for item in items if isinstance(item, dict)], language)


def _item(item: dict[str, Any], url: str) -> Item:
    return Item(
        url,
        link=_text(item, "url", "external_url"),
        id=_text(item, "id"),
        title=_text(item, "title"),
        summary=_text(item, "summary"),
        contents=[_text(item, "content_html", "content_text")],
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        language=_text(item, "language") or None,
    )


def _text(item: dict[str, Any], *names: str) -> str:
    """The first of `names` that holds text; a number counts, since ids are often numbers."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return sound(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return ""
