"""What does it mean that a server did not give what it was asked for?

Statuses and failed connections as a failed poll, in words for people. What that costs the source
is `crawler/polling.py`.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from crawler.client import Response
from crawler.fetch_errors import FetchError, Refused, TooSlow, Unnamed, Unreachable, shown
from crawler.gathering import Gathered, Trouble

LONGEST_WAIT = timedelta(days=1)
# Some write fractions, which are not allowed.
_SECONDS = re.compile(r"([0-9]+)(?:\.[0-9]*)?$")

_MEANINGS: dict[int, tuple[Trouble, str]] = {
    401: ("blocked", "it wants a login (401): give it in headers, or use another address"),
    402: ("blocked", "it wants money (402): use another address of this outlet"),
    403: ("blocked", "the site refuses us (403): a bot wall or a block; look for another address"),
    404: ("missing", "the address leads nowhere (404): look up the new one"),
    407: ("unreachable", "the proxy wants a login (407): give it in proxy_file"),
    410: ("gone", "it is gone for good (410): remove the source or find its successor"),
    429: ("throttled", "asked too often (429): set a longer every"),
    451: ("blocked", "it is not available here for legal reasons (451)"),
    503: ("throttled", "the server is overloaded or closed to us (503)"),
    511: ("unreachable", "this network wants a login before it lets anybody out (511)"),
    999: ("blocked", "the site refuses us (999): a bot wall; look for another address"),
}  # fmt: skip


def refusal(response: Response, now: datetime) -> Gathered:
    """A status other than 200 and 304 as a failed poll."""
    return refused(response.url, response.status, response.headers.get("Retry-After"), now)


def refused(url: str, status: int, retry_after: str | None, now: datetime) -> Gathered:
    """As `refusal`, of what `url` answered."""
    trouble, meaning = _MEANINGS.get(status, ("other", f"unexpected answer {status}"))
    if 500 <= status < 600 and status not in _MEANINGS:
        meaning = f"the server is in trouble ({status})"
    wait = read_retry_after(retry_after, now)
    return Gathered("failed", error=f"{shown(url)}: {meaning}", retry_after=wait, trouble=trouble)


def without_answer(error: FetchError) -> Gathered:
    """A request that got no usable response as a failed poll."""
    trouble: Trouble
    match error:
        case Unnamed():
            trouble = "unnamed"
        case Unreachable() | TooSlow():
            trouble = "unreachable"
        case Refused():
            trouble = "refused"
        case _:
            trouble = "other"
    return Gathered("failed", error=str(error), trouble=trouble)


def read_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long `Retry-After` asks to wait, given in seconds or as a date, at most a day.

    None where there is none or it cannot be read.
    """
    if value is None:
        return None
    text = value.strip()
    seconds = _SECONDS.match(text)
    if seconds is not None:
        return min(timedelta(seconds=int(seconds[1][:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta()), LONGEST_WAIT)
