"""What does a feed announce that is not well formed, or that is unusual?

feedparser reads it: slow, but nothing is too broken for it. Well-formed feeds are
`crawler/feeds/well_formed.py`.
"""

from io import BytesIO
from typing import Any

from crawler.feeds.item import Item, RawFeed, is_document
from crawler.feeds.wishes import ask_after

_OTHER_MEDIA = ("image/", "audio/", "video/")


class NoFeed(Exception):
    """feedparser found nothing that looks like a feed; the text is its reason, or ""."""


def read_leniently(text: str, url: str) -> RawFeed:
    """The feed in `text`, which came from `url`. Raises NoFeed."""
    try:
        parsed = _feedparser(text, url)
    except Exception as error:  # feedparser and sgmllib raise whatever comes up in damaged feeds
        raise NoFeed(f"it is damaged: {error}") from error
    if not parsed.entries and not parsed.get("version"):
        raise NoFeed(str(parsed.get("bozo_exception") or ""))
    feed = parsed.feed
    wish = ask_after(feed.get("ttl"), feed.get("sy_updateperiod"), feed.get("sy_updatefrequency"))
    return RawFeed([_item(item, url) for item in parsed.entries], feed.get("language") or None, wish)


def _feedparser(text: str, url: str) -> Any:
    import feedparser

    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    # Texts become plain text here anyway, so neither cleaning nor rewriting of markup is needed.
    # Never as bytes: feedparser takes those for a file's name first.
    return feedparser.parse(
        BytesIO(text.encode("utf-8", "replace")),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _item(item: Any, url: str) -> Item:
    detail, origin = item.get("title_detail") or {}, item.get("source") or {}
    return Item(
        url,
        link=_text(item, "feedburner_origlink") or _link(item),
        id=_text(item, "id"),
        title=_text(item, "title"),
        summary=_text(item, "summary"),
        contents=[
            str(part.get("value") or "")
            for part in item.get("content") or ()
            if not str(part.get("type")).startswith(_OTHER_MEDIA)
        ],
        published=_text(item, "published"),
        updated=_text(item, "updated") or _text(item, "created"),
        language=detail.get("language") or None,
        outlet_title=_text(origin, "title"),
        outlet_url=_text(origin, "href"),
    )


def _text(item: Any, name: str) -> str:
    """A field's text; where feedparser gives an element with attributes instead, there is none."""
    # Past feedparser's own `get`, which answers with another field where one is missing.
    value = dict.get(item, name)
    return value if isinstance(value, str) else ""


def _link(item: Any) -> str:
    """The article's address; where it is no web page but a PDF, that one's."""
    link = _text(item, "link")
    # Where there is none, feedparser gives the id.
    if link in ("", _text(item, "id")):
        for other in item.get("links") or ():
            if other.get("rel") == "alternate" and is_document(str(other.get("type"))):
                return str(other.get("href") or link)
    return link
