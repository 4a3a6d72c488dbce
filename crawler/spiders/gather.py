"""What does a source without a feed have?

The daemon's side of a crawl: it grants the host to the crawl for its time, runs the spider in the
crawl process, and ends the process at the deadline. Its death costs one source one round.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from yarl import URL

from crawler.children import Child, ChildError
from crawler.source import Source
from crawler.spiders.errand import CrawlResult, CrawlSettings, run_crawl
from crawler.turns import HostTurns

if TYPE_CHECKING:  # Scrapy imports every module here, and the crawl process needs no database library
    from archive.sources import SourceState
    from crawler.gathering import Gathered, Tools

# Seconds from the crawl's start: three list pages of a slow site, with the delays between.
DEADLINE = 120.0
# After this part of it a crawl asks for no further page: what it has found would else be lost with it.
ENOUGH = 0.6


async def gather_section(
    child: Child, turns: HostTurns, source: Source, settings: CrawlSettings, *, deadline: float = DEADLINE
) -> CrawlResult:
    """Crawl `source` in `child`, its host granted meanwhile. Never raises for what a site does.

    `deadline` is in seconds from the crawl's own start; past it the process is killed.
    """
    async with turns.grant(URL(source.url).raw_host or ""):
        try:
            return await child.run(run_crawl, deadline, source, replace(settings, seconds=deadline * ENOUGH))
        except ChildError as error:
            return CrawlResult((), 0, f"the crawl of {source.url} was ended: {error}", killed=True)


async def gather_pages(source: Source, state: "SourceState", tools: "Tools", now: datetime) -> "Gathered":
    """One poll of a source whose `type:` is a spider's name."""
    from crawler.gathering import Gathered
    from crawler.refusals import refused

    fetch = tools.fetch
    settings = CrawlSettings(
        contact=tools.contact,
        min_delay=fetch.min_delay.total_seconds(),
        proxy=fetch.proxy,
        allow_private=fetch.allow_private,
        known=state.body_hash,
    )
    result = await gather_section(tools.crawling, tools.client.turns, source, settings)
    if result.status is not None and not result.entries:
        gathered = refused(source.url, result.status, result.retry_after, now)
        return gathered._replace(requests=result.requests)
    if result.error is not None and not result.entries:
        return Gathered("failed", error=result.error, trouble=result.trouble, requests=result.requests)
    if result.mark and result.mark == state.body_hash:
        return Gathered("unchanged", body_hash=result.mark, requests=result.requests)
    return Gathered("entries", result.entries, body_hash=result.mark or None, requests=result.requests)
