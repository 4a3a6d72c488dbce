"""What can a user write about a source?

The config models that the crawler owns: one `Source` per entry of `config/sources/*.yaml`, and
`FetchSettings`, the `fetch:` part of `wirewatch.yaml`. Reading the files and merging the layers
is `wirewatch/config_reading.py`; when a source is due is `crawler/polling.py`.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from archive.article import Kind, Outlet
from archive.clocks import Cron, Zone
from archive.durations import Duration, parse_duration
from archive.names import Name
from archive.rules import Model, limited, passes, read_by
from archive.web_address import WebAddress
from crawler.proxies import parse_proxy

Country = Annotated[str, limited(pattern=r"^([A-Z]{2}|INT)$")]
Language = Annotated[str, limited(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
SourceType = Annotated[str, limited(pattern=r"^[a-z][a-z0-9-]*$")]
FullText = Literal["always", "auto", "never"]
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# RFC 9110, 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _named_proxy(value: str) -> str:
    parse_proxy(value)
    return value


Proxy = Annotated[str, passes(_named_proxy)]


def _parse_rhythm(value: object) -> timedelta:
    every = parse_duration(value)
    if not every:
        raise ValueError("expected a duration above 0, from one poll to the next")
    return every


Rhythm = Annotated[timedelta, read_by(_parse_rhythm)]


def _one_line(value: str) -> str:
    """`value`, if it can stand in the head of a request."""
    if _CONTROL.search(value):
        raise ValueError("expected text on one line (a block of YAML ends without a break after >- or |-)")
    return value


def _header_name(value: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise ValueError("expected the name of a header, such as X-Api-Key")
    return value


def _exception(value: str) -> str:
    # With all that makes connections.
    from crawler.guard import AllowList

    try:
        AllowList.parse([value])
    except ValueError:
        raise ValueError("expected a host name, an address or a network such as 10.1.0.0/16") from None
    return value


def _is_css(value: str) -> str:
    from cssselect import GenericTranslator, SelectorError

    # `a::attr(href)` is parsel's own ending; the part before it is plain CSS.
    try:
        GenericTranslator().css_to_xpath(value.split("::")[0])
    except SelectorError as error:
        raise ValueError(f"expected a CSS selector: {error}") from error
    return value


HeaderText = Annotated[str, passes(_one_line)]
HeaderName = Annotated[str, passes(_header_name)]
Css = Annotated[str, passes(_is_css)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors(Model):
    """CSS selectors for a section page and its articles; every one is optional.

    `articles` finds the links of the article list, `next` the link to the following list page;
    `title`, `body` and `published` are tried on the article page before the general extraction.
    """

    articles: Css | None = None
    title: Css | None = None
    body: Css | None = None
    published: Css | None = None
    next: Css | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Model):
    """One place where an outlet announces articles, as a user writes it."""

    name: Name
    title: str | None = None
    outlet: Name | None = None
    country: Country | None = None
    languages: tuple[Language, ...] = ()
    kind: Kind | None = None
    tier: Literal[1, 2, 3] = 2
    timezone: Zone | None = None
    type: SourceType = "feed"
    url: WebAddress
    every: Rhythm | None = None
    cron: Cron | None = None
    full_text: FullText = "auto"
    selectors: Selectors = Selectors()
    headers: dict[HeaderName, HeaderText] = field(default_factory=dict)
    user_agent: HeaderText | None = None
    proxy: Proxy | None = None
    proxy_file: str | None = None
    enabled: bool = True
    was: Name | None = None
    checked: str | None = None

    def __post_init__(self) -> None:
        if self.every is not None and self.cron is not None:
            raise ValueError("expected every or cron, not both")

    def as_outlet(self) -> Outlet | None:
        """The outlet this entry describes; None where it names another source's outlet."""
        if self.outlet is not None and self.outlet != self.name:
            return None
        return Outlet(
            name=self.name,
            title=self.title or self.name,
            country=self.country,
            languages=self.languages,
            kind=self.kind,
            tier=self.tier,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings(Model):
    """The `fetch:` part of `wirewatch.yaml`: rhythm, manners and the address guard's exceptions.

    `every` is where adaptive polling starts, within `min_every` and `max_every`; `min_delay`
    lies between two requests to one host; `catch_up` and `gap` rule first contact (CONTRACT §2);
    `allow_private` lists hosts, addresses or networks that the guard lets through.
    """

    every: Rhythm = timedelta(minutes=15)
    min_every: Rhythm = timedelta(minutes=2)
    max_every: Rhythm = timedelta(hours=6)
    min_delay: Duration = timedelta(seconds=1)
    catch_up: Duration = timedelta(hours=24)
    gap: Duration = timedelta(hours=1)
    proxy: Proxy | None = None
    proxy_file: str | None = None
    allow_private: tuple[Annotated[str, passes(_exception)], ...] = ()
