"""How is a feed asked for what it has?

Conditional request, equal bodies ended early, everything else parsed. Parsing itself is
`crawler/feeds/parse.py`; what an outcome costs the source is `crawler/polling.py`; what a status
means is `crawler/refusals.py`.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, tzinfo
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, TypedDict, TypeVar

from yarl import URL

from archive.sources import SourceState
from crawler.children import ChildError
from crawler.client import Response, Validators
from crawler.fetch_errors import FetchError, shown
from crawler.gathering import Gathered, Tools, Trouble
from crawler.polling import address_of
from crawler.proxies import masked
from crawler.refusals import refusal, without_answer
from crawler.rhythm import max_age
from crawler.source import Source

if TYPE_CHECKING:
    from crawler.feeds.parse import ParsedFeed

T = TypeVar("T")
# What the fast reader takes is parsed in a thread, up to this size. What needs feedparser goes to
# the reading process, which can be killed, unless it is small: 256 KiB of attributes cost feedparser
# half a minute (bytes).
FAST_SIZE = 1024 * 1024
# Up to this size a feed is read in less time than a thread takes to come and go: a millisecond.
USUAL_SIZE = 64 * 1024
SMALL_SIZE = 16 * 1024
PARSE_DEADLINE = 20.0
SEARCH = "find the right address with `wirewatch discover`"


async def gather_feed(source: Source, state: SourceState, tools: Tools, now: datetime) -> Gathered:
    """Poll a feed; never raises for what the server does."""
    response = await ask(source, state, tools)
    if isinstance(response, Gathered):
        return response
    if response.status not in (200, 304):
        return refusal(response, now)
    etag, modified = _validators(response)
    body_hash = blake2b(response.body, digest_size=16).hexdigest()
    asked = max_age(response.headers.get("Cache-Control"), response.headers.get("Age"))
    if response.status == 304 or body_hash == state.body_hash:
        known = state if response.status == 304 else None
        return Gathered(
            "unchanged",
            etag=etag or (known and known.etag) or None,
            last_modified=modified or (known and known.last_modified) or None,
            validated_url=response.url,
            body_hash=state.body_hash,
            permanent_url=response.permanent_url,
            ask_after=asked,
        )
    # Slow to load, and a feed that has not changed is not parsed.
    from crawler.feeds.parse import FeedError

    try:
        feed = await _parsed(source, state, response, tools, now)
    except FeedError as error:
        trouble: Trouble = "unreadable" if response.body.strip() else "empty"
        return Gathered("failed", error=f"{place(source, response)}: {error}; {SEARCH}", trouble=trouble)
    except ChildError as error:
        return Gathered("failed", error=f"{place(source, response)}: {error}", trouble="unreadable")
    if not feed.entries and not feed.stays:
        text = f"{place(source, response)} answers, but with no entries; {SEARCH}"
        return Gathered("failed", error=text, trouble="empty")
    return Gathered(
        "entries",
        feed.entries,
        etag,
        modified,
        response.url,
        body_hash,
        permanent_url=response.permanent_url,
        ask_after=asked,
        wish=feed.ask_after,
        skip_hours=feed.skip_hours,
        left=feed.left,
        stays=feed.stays,
    )


def place(source: Source, response: Response) -> str:
    """Who gave this response: a login page, say, to which the source's address leads."""
    leads_on = response.url != str(masked(URL(source.url)))
    return f"{source.url} (which leads to {shown(response.url)})" if leads_on else source.url


def _validators(response: Response) -> tuple[str | None, str | None]:
    """What the next request may be made conditional by: not what stands for a body that was cut.

    What is missing would else be learnt only when the feed changes. A compressed one may end in the
    middle too, which aiohttp does not tell.
    """
    if response.status == 200 and not _is_whole(response.body):
        return None, None
    return response.headers.get("ETag"), response.headers.get("Last-Modified")


_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|rdf|feed)\s*>|\}\s*$", re.IGNORECASE)
# Behind the end of many feeds stands what a cache or a host has to say.
_END_WITHIN = 4096


def _is_whole(body: bytes) -> bool:
    # Of UTF-16 every second byte.
    return _END.search(body[-_END_WITHIN:].replace(b"\0", b"")) is not None


async def ask(source: Source, state: SourceState, tools: Tools) -> Response | Gathered:
    """The source's answer to a conditional request; a failed poll where there was none."""
    try:
        return await tools.client.get(
            address_of(source, state),
            headers=source.headers or None,
            home=source.url,
            conditional=Validators(state.etag, state.last_modified, state.validated_url),
            user_agent=source.user_agent,
            proxy=source.proxy,
        )
    except FetchError as error:
        return without_answer(error)


async def _parsed(
    source: Source, state: SourceState, response: Response, tools: Tools, now: datetime
) -> "ParsedFeed":
    from crawler.feeds.parse import LastPoll, parse_fast, parse_feed

    body, gathers_others = response.body, source.type == "google-news"
    how: _How = {
        "content_type": response.headers.get("Content-Type"),
        "zone": source.timezone,
        "now": now,
        "with_outlet": gathers_others,
    }
    if len(body) <= FAST_SIZE:
        # Whose articles such a search gathers is said in the config as well, which may be edited.
        last = None if gathers_others else LastPoll(state.announced, source.outlet or source.name)
        parse = partial(parse_fast, body, response.url, **how, last=last)
        feed = await _in_thread(parse) if len(body) > USUAL_SIZE else parse()
        if feed is not None:
            return feed
    if len(body) <= SMALL_SIZE:
        return await _in_thread(partial(parse_feed, body, response.url, **how))
    return await tools.reading.run(parse_feed, PARSE_DEADLINE, body, response.url, **how)


async def _in_thread(parse: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREAD, parse)


# One for all: the interpreter runs one at a time anyway, and each has a heap of its own.
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="feed-parser")


class _How(TypedDict):
    content_type: str | None
    zone: tzinfo | None
    now: datetime
    with_outlet: bool
