"""How do spiders reach the network?

By Scrapy's aiohttp download handler with the connector of feeds and pages in it, so that all stand
behind one guard and go through the same proxies. The handler is marked experimental in Scrapy 2.19:
this is the only file that touches it.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.core.downloader.handlers._base_streaming import BaseStreamingDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.ssl import _make_ssl_context
from yarl import URL

from crawler.client import HARMLESS, is_at_home
from crawler.guard import AllowList, refusal
from crawler.proxies import SOCKS, parse_proxy
from crawler.socks import connector_through
from crawler.source import Source

logger = logging.getLogger(__name__)


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Downloads http and https, and opens no socket that the guard does not allow."""

    # We know; it would be printed for each crawl.
    experimental: ClassVar[bool] = False

    def __init__(self, crawler: Crawler) -> None:
        # Past AiohttpDownloadHandler's own, which would open a session that nothing guards.
        BaseStreamingDownloadHandler.__init__(self, crawler)
        self._ssl_context = _make_ssl_context(crawler.settings)
        said = crawler.settings.get("WIREWATCH_PROXY") or None
        proxy = None if said is None else parse_proxy(said)
        # The connector goes through a SOCKS proxy by itself; another is named in each request.
        self._named = None if proxy is None or proxy.scheme in SOCKS else said
        self._source: Source | None = getattr(crawler.spider, "source", None)
        exceptions = AllowList.parse(crawler.settings.getlist("WIREWATCH_ALLOW_PRIVATE"))
        self._session = aiohttp.ClientSession(
            connector=connector_through(proxy, exceptions, limit=self._pool_size_total),
            cookie_jar=aiohttp.DummyCookieJar(),
            # Scrapy's own middleware inflates, within DOWNLOAD_MAXSIZE.
            auto_decompress=False,
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    @asynccontextmanager
    async def _make_request(
        self,
        request: Request,
        timeout: float,  # noqa: ASYNC109 - Scrapy's signature
    ) -> AsyncIterator[_ClientResponse]:
        try:
            async with super()._make_request(self._without_keys(request), timeout) as response:
                yield response
        except Exception as error:
            refused = refusal(error)
            if refused is None:
                raise
            # Not a DownloadFailedError: the retry middleware would ask again.
            raise IgnoreRequest(str(refused)) from error

    def _without_keys(self, request: Request) -> Request:
        """Without the source's own headers where another host is asked; Scrapy knows only of two as keys."""
        source = self._source
        if source is None or is_at_home(URL(request.url), URL(source.url)):
            return request
        headers = request.headers.copy()
        for name in source.headers:
            if name.lower() not in HARMLESS:
                headers.pop(name, None)
        return request.replace(headers=headers)

    def _extract_proxy_url_with_creds(self, request: Request) -> str | None:
        return self._named
