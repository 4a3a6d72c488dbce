"""What does one crawl of a source give?

`crawl` is the function that runs in the crawl process: a Source and settings in, entries out, all
picklable. Who starts it, and ends it when it takes too long, is `crawler/spiders/gather.py`.
"""

import asyncio
import logging

from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.client import user_agent
from crawler.entry import Entry
from crawler.source import Source
from crawler.spiders.errand import CrawlResult, CrawlSettings


def crawl(source: Source, settings: CrawlSettings) -> CrawlResult:
    """Run the spider that `source.type` names, and wait for its end. Never raises for a site's doing."""
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    return asyncio.run(_crawl(source, settings))


async def _crawl(source: Source, settings: CrawlSettings) -> CrawlResult:
    entries: list[Entry] = []

    def collect(item: Entry) -> None:
        entries.append(item)

    runner = AsyncCrawlerRunner(_settings(source, settings))
    try:
        crawler = runner.create_crawler(source.type)
    except KeyError:
        return CrawlResult((), 0, f"there is no spider {source.type!r}; `scrapy list` names those there are")
    broken: list[str] = []

    def remember(failure: Failure, response: Response) -> None:
        broken.append(f"the spider failed on {response.url}: {failure.value!r}")

    crawler.signals.connect(collect, signal=signals.item_scraped)
    crawler.signals.connect(remember, signal=signals.spider_error)
    await runner.crawl(crawler, source=source, pages=settings.pages, known=settings.known)
    requests = crawler.stats.get_value("downloader/request_count", 0) if crawler.stats else 0
    reason = next(iter(broken), None) or _failure(crawler.spider, entries)
    mark: str = getattr(crawler.spider, "mark", "")
    if broken:
        return CrawlResult(tuple(entries), requests, reason, mark=mark)
    trouble, status = (getattr(crawler.spider, name, None) for name in ("trouble", "status"))
    retry_after = getattr(crawler.spider, "retry_after", None)
    return CrawlResult(
        tuple(entries), requests, reason, mark=mark, trouble=trouble, status=status, retry_after=retry_after
    )


def _failure(spider: Spider | None, entries: list[Entry]) -> str | None:
    reason = getattr(spider, "failure", None)
    if reason is None and not entries:
        reason = "the spider found no entries, and did not say why"
    return reason


def _settings(source: Source, settings: CrawlSettings) -> Settings:
    made = Settings()
    made.setmodule("crawler.spiders.settings", priority="project")
    made.update(
        {
            "USER_AGENT": source.user_agent or user_agent(settings.contact),
            "DOWNLOAD_DELAY": settings.min_delay,
            "CLOSESPIDER_TIMEOUT": settings.seconds,
            "WIREWATCH_PROXY": source.proxy or settings.proxy,
            "WIREWATCH_ALLOW_PRIVATE": list(settings.allow_private),
        },
        priority="cmdline",
    )
    return made
