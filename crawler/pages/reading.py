"""How is an article's page read, from its address to its text?

One step for every type of source: robots.txt, the guarded client, then extraction in the reading
process, each page within one deadline; where the text goes on elsewhere, that page too. The result says
whom to charge when it failed. Which articles are worth reading is the pipeline's decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from crawler.children import Child, ChildError, ChildUnavailable
from crawler.client import Client, Response
from crawler.fetch_errors import FetchError, TooSlow, Unreachable
from crawler.pages.errand import run_extract
from crawler.pages.page import Page, Verdict, joined
from crawler.pages.verdicts import judge_redirect
from crawler.robots import Robots
from crawler.source import Source

DEADLINE = 10.0
# So many pages of one article are read; what is longer is kept as far as it was read.
PARTS = 8

# Who is to blame when there is no page. "source": this source's site or its pages, counted against
# its health. "site-says-no": robots.txt or a wall; not a failure. "nobody": this machine's doing.
Charge = Literal["source", "site-says-no", "nobody"]

_PAGES = frozenset(("text/html", "application/xhtml+xml", "text/xml", "application/xml", "text/plain", ""))
_CLOSED = frozenset((401, 402, 403, 451))
_OUTCOMES: Mapping[Verdict, tuple[Charge, str]] = {
    "paywall": ("site-says-no", "is behind payment or a login"),
    "bot-wall": ("site-says-no", "shows a bot wall instead of the article"),
    "consent": ("site-says-no", "shows a consent form instead of the article"),
    "not-found": ("source", "says that there is no such page"),
    "empty": ("source", "holds no text that looks like an article"),
}


@dataclass(frozen=True, slots=True)
class PageResult:
    """What came of reading one page.

    `page` is there only where it holds the article; else `note` says in plain words why not, and
    `charge` whom to blame, None for nobody at all. `verdict` is None where no page was to be had.
    `url` is the final address after redirects. `hung`: the page cost the reading process its life.
    `unanswered`: no server answered, perhaps through no fault of the source.
    """

    url: str
    page: Page | None = None
    verdict: Verdict | None = None
    charge: Charge | None = None
    note: str = ""
    hung: bool = False
    unanswered: bool = False


async def read_page(
    client: Client, robots: Robots, child: Child, url: str, source: Source, *, deadline: float = DEADLINE
) -> PageResult:
    """Read the article page at `url` for `source`, and the pages on which it goes on. Never raises for
    what a site does.

    `deadline` is in seconds, for fetching and extraction of one page together, without waiting for the
    host's turn or for the reading process; past it the process is killed and the source is charged.
    """
    first = await _read_one(client, robots, child, url, source, deadline)
    if first.page is None or first.page.continues is None:
        return first
    parts, asked = [first.page], {url, first.url}
    while len(parts) < PARTS and (following := parts[-1].continues) is not None and following not in asked:
        asked.add(following)
        result = await _read_one(client, robots, child, following, source, deadline)
        if result.hung:
            return result
        if result.page is None:
            break
        parts.append(result.page)
    return replace(first, page=joined(parts))


async def _read_one(
    client: Client, robots: Robots, child: Child, url: str, source: Source, deadline: float
) -> PageResult:
    try:
        permission = await robots.permission(url, proxy=source.proxy, deadline=deadline)
        if permission == "disallowed":
            return PageResult(url, charge="site-says-no", note=f"robots.txt disallows {url}")
        if permission in ("unknown", "unanswered"):
            note = f"the robots.txt of {url} cannot be had now: {robots.why_silent(url)}"
            return PageResult(url, charge="source", note=note, unanswered=permission == "unanswered")
        response = await client.get(
            url,
            headers=source.headers,
            home=source.url,
            deadline=deadline,
            user_agent=source.user_agent,
            proxy=source.proxy,
        )
    except (FetchError, ValueError) as error:
        silent = isinstance(error, Unreachable | TooSlow)
        return PageResult(url, charge="source", note=str(error), unanswered=silent)
    if response.status != 200:
        return _not_given(response)
    led_to = judge_redirect(url, response.url)
    if led_to is not None:
        return _no_article(url, led_to, f"{url} leads to {response.url}: it")
    kind = response.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    if kind not in _PAGES:
        return PageResult(response.url, note=f"{response.url} is {kind}, not a page")
    return await _extract(child, response, source, max(deadline - response.elapsed_s, 0.5))


def _not_given(response: Response) -> PageResult:
    url, status = response.url, response.status
    if status in _CLOSED:
        note = f"{url} answers {status}: it is not open to programs"
        return PageResult(url, charge="site-says-no", note=note)
    return PageResult(url, charge="source", note=f"{url} answers {status} instead of a page")


def _no_article(url: str, verdict: Verdict, subject: str) -> PageResult:
    charge, words = _OUTCOMES[verdict]
    return PageResult(url, None, verdict, charge, f"{subject} {words}")


async def _extract(child: Child, response: Response, source: Source, left: float) -> PageResult:
    url = response.url
    try:
        page = await child.run(
            run_extract,
            left,
            response.body,
            url,
            selectors=source.selectors,
            content_type=response.headers.get("Content-Type"),
            zone=str(source.timezone) if source.timezone else None,
        )
    except ChildUnavailable as error:
        return PageResult(url, charge="nobody", note=str(error))
    except ChildError as error:
        note = f"{url} could not be read: {error}"
        return PageResult(url, charge="source", note=note, hung=True)
    return (
        PageResult(url, page, "article") if page.verdict == "article" else _no_article(url, page.verdict, url)
    )
