"""What does an outlet of the embedded newsroom answer to one request at one moment?

Pure: outlet, request, schedule and clock in, status, headers and body out. Sockets and the request
log are in `newsroom.py`.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from zoneinfo import ZoneInfo

from wirewatch.demo.feeds import CONTENT_TYPES, Channel, FeedFormat, FeedItem, damage, rss_date, write_feed
from wirewatch.demo.outlets import NewsItem, PressOutlet
from wirewatch.demo.pages import article_page, section_page
from wirewatch.demo.schedule import Schedule

SLOW_SECONDS = 2.5
_HTML = "text/html; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_FAR_FUTURE = datetime(2099, 12, 31, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to an outlet: `path` as the outlet sees it, header names in lower case.

    `fetch` counts the requests for the outlet's source, this one included.
    """

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fetch: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `wait` seconds pass between the head and the body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """An outlet and the address it is reached at, without a slash at its end."""

    outlet: PressOutlet
    base: str

    def link(self, item: NewsItem) -> str:
        """The address of the article page."""
        return f"{self.base}/{item.slug}"


def answer(place: Place, asked: Asked, schedule: Schedule, now: datetime) -> Answer:
    """What the outlet at `place` answers at `now`."""
    if asked.path == "/robots.txt":
        return Answer(200, {"Content-Type": _PLAIN}, b"User-agent: *\nDisallow: /search\n")
    if asked.path == place.outlet.source_path:
        return _source(place, asked, schedule, now)
    for item, published in schedule.visible(place.outlet, now):
        if asked.path == f"/{item.slug}":
            printed = _local(place.outlet, published) if item.dated == "stated" else None
            return Answer(200, {"Content-Type": _HTML}, article_page(place.outlet, item, printed).encode())
    return Answer(404, {"Content-Type": _PLAIN}, b"Not found\n")


def not_modified(asked: Mapping[str, str], etag: str | None, modified: datetime | None) -> bool:
    """Whether a conditional request (names in lower case) is answered 304.

    RFC 9110 §13.2.2: If-None-Match, compared weakly, leaves no say to If-Modified-Since.
    """
    if (tags := asked.get("if-none-match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or (etag is not None and etag.removeprefix("W/") in known)
    since = asked.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        # Not a date: the header is ignored (§13.1.3).
        return False
    # "-0000" yields a time without zone; HTTP dates are UTC.
    return modified.replace(microsecond=0) <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def strong_etag(body: bytes) -> str:
    """An entity tag that changes with every byte of `body`."""
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def _source(place: Place, asked: Asked, schedule: Schedule, now: datetime) -> Answer:
    outlet = place.outlet
    if schedule.broken(outlet, now):
        return Answer(500, {"Content-Type": _HTML}, b"<html><body><h1>Server error</h1></body></html>")
    published = schedule.visible(outlet, now)
    if outlet.format == "section":
        page = section_page(outlet, ((item, place.link(item)) for item, _ in published))
        return Answer(200, {"Content-Type": _HTML}, page.encode())
    # What changes its GUIDs is made anew for every request, and says so.
    built = now if "changing-guids" in outlet.behaviours else published[0][1]
    body = _feed(outlet.format, place, asked, published, built).encode()
    headers = {"Content-Type": CONTENT_TYPES[outlet.format]}
    if "conditional" in outlet.behaviours:
        headers |= {"ETag": strong_etag(body), "Last-Modified": format_datetime(built, usegmt=True)}
        if not_modified(asked.headers, headers["ETag"], built):
            return Answer(304, headers)
    if "gzip" in outlet.behaviours and "gzip" in asked.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        body = gzip.compress(body, mtime=0)
    return Answer(200, headers, body, wait=SLOW_SECONDS if "slow" in outlet.behaviours else 0.0)


def _feed(
    form: FeedFormat,
    place: Place,
    asked: Asked,
    published: tuple[tuple[NewsItem, datetime], ...],
    built: datetime,
) -> str:
    outlet = place.outlet
    suffix = f"?v={asked.fetch}" if "changing-guids" in outlet.behaviours else ""
    channel = Channel(outlet.title, f"{place.base}/", outlet.language, built)
    items = (
        FeedItem(
            link=place.link(item),
            title=item.title,
            guid=place.link(item) + suffix,
            summary=item.summary,
            content=_content(outlet, item),
            published=_printed(item, moment),
        )
        for item, moment in published
    )
    xml = write_feed(form, channel, items)
    return damage(xml) if "broken-markup" in outlet.behaviours else xml


def _content(outlet: PressOutlet, item: NewsItem) -> str:
    if outlet.carries == "teaser":
        return ""
    return "".join(f"<p>{paragraph}</p>" for paragraph in item.body)


def _printed(item: NewsItem, moment: datetime) -> datetime | str | None:
    match item.dated:
        case "stated":
            return moment
        case "zone-name":
            return rss_date(moment.astimezone(ZoneInfo("Asia/Seoul")), "KST")
        case "future":
            return _FAR_FUTURE
        case "missing":
            return None


def _local(outlet: PressOutlet, moment: datetime) -> datetime:
    return moment if outlet.timezone is None else moment.astimezone(ZoneInfo(outlet.timezone))
