"""May this page be asked for, by the site's robots.txt?

For article pages; spiders obey through Scrapy. Read as RFC 9309 says: no file means yes, a server
that fails to give it means "not now". What the file says to other programs is not even parsed: a rule is
made for each program that a group names, of half a megabyte a hundred million.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Literal

from yarl import URL

from crawler.client import Client
from crawler.fetch_errors import FetchError, TooSlow, Unreachable

if TYPE_CHECKING:
    from protego import Protego

# The name that a site's robots.txt can address.
NAME = "Wirewatch"

# "unknown": the site could not say. Ask again later; the page is not asked meanwhile. "unanswered": as
# that, because no server answered, perhaps through no fault of the site.
Permission = Literal["allowed", "disallowed", "unknown", "unanswered"]

_MAX_BYTES = 512 * 1024
_KEEP = 24 * 3600.0
_KEEP_UNKNOWN = 600.0
# What is kept: sites, and characters of their rules, each of which takes some fifty bytes.
_MANY = 2048
_LONG = 1024 * 1024

# What Protego would take for a line of these kinds, misspelt or without a colon.
_LINE = re.compile(
    r"(user[- ]?agent|diss?all?[oa]w|diasllow|allow|site-?maps?|host)(?:\s*:|\s)\s*(.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: "Protego | None"  # None: everything is allowed
    until: float
    silence: Literal["unknown", "unanswered"] | None = None
    # Why there is silence, in plain words.
    why: str = ""
    length: int = 0


class Robots:
    """The rules of the sites asked lately. `now` is a monotonic clock in seconds."""

    def __init__(self, client: Client, now: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._now = now
        self._rules: OrderedDict[str, _Rules] = OrderedDict()

    async def permission(self, url: str, *, proxy: str | None = None, deadline: float = 10.0) -> Permission:
        """Whether Wirewatch may ask for `url`, an absolute address. Asks for robots.txt once a day."""
        rules = await self._rules_of(url, proxy, deadline)
        if rules.silence is not None:
            return rules.silence
        return "allowed" if rules.parsed is None or rules.parsed.can_fetch(url, NAME) else "disallowed"

    def why_silent(self, url: str) -> str:
        """Why the robots.txt of the site of `url` could not be had, as far as it was asked for; else ""."""
        rules = self._rules.get(str(URL(url).origin()))
        return rules.why if rules is not None else ""

    async def sitemaps(self, url: str, *, deadline: float = 10.0) -> list[str]:
        """The sitemaps that the site of `url` names in its robots.txt."""
        rules = await self._rules_of(url, None, deadline)
        return list(rules.parsed.sitemaps) if rules.parsed is not None else []

    async def _rules_of(self, url: str, proxy: str | None, deadline: float) -> _Rules:
        origin = str(URL(url).origin())
        rules = self._rules.get(origin)
        if rules is None or rules.until <= self._now():
            rules = await self._read(origin, proxy, deadline)
            self._rules[origin] = rules
            self._forget()
        return rules

    def _forget(self) -> None:
        while len(self._rules) > _MANY or sum(rules.length for rules in self._rules.values()) > _LONG:
            self._rules.popitem(last=False)

    async def _read(self, origin: str, proxy: str | None, deadline: float) -> _Rules:
        try:
            response = await self._client.get(
                f"{origin}/robots.txt", max_bytes=_MAX_BYTES, deadline=deadline, proxy=proxy
            )
        except (Unreachable, TooSlow) as error:
            # Not kept: the next to ask may be online again.
            return _Rules(None, self._now(), "unanswered", str(error))
        except FetchError as error:
            return _Rules(None, self._now() + _KEEP_UNKNOWN, "unknown", str(error))
        if response.status == 429 or response.status >= 500:
            return _Rules(None, self._now() + _KEEP_UNKNOWN, "unknown", f"it answers {response.status}")
        if response.status != 200:
            return _Rules(None, self._now() + _KEEP)
        text = for_us(response.body.decode("utf-8", "replace"))
        # A long one takes longer than the loop may be held.
        parsed = await asyncio.to_thread(_parsed, text)
        return _Rules(parsed, self._now() + _KEEP, length=len(text))


def for_us(text: str) -> str:
    """What a robots.txt says to us and to all, and its sitemaps; any other program is called "other"."""
    said = (_said(line.partition("#")[0].strip()) for line in text.splitlines())
    return "\n".join(filter(None, said))


def _said(line: str) -> str:
    found = _LINE.match(line)
    if found is None:
        # Whatever else a group says, it ends the names of those to whom it speaks.
        return "crawl-delay:" if ":" in line else ""
    field, value = found[1].lower(), found[2].strip()
    if field.startswith("user"):
        named = value.lower().replace("*", "")
        ours = bool(named) and NAME.lower().startswith(named)
        value = "*" if value == "*" else NAME if ours else "other"
    return f"{field}: {value}"


def _parsed(text: str) -> "Protego":
    from protego import Protego

    return Protego.parse(text)
