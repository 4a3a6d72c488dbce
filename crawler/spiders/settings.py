"""With which settings do spiders run?

Scrapy's own names, made safe: one guarded way to download, small limits, robots.txt, TLS verified.
What `wirewatch.yaml` says is added for the daemon in `crawler/spiders/crawl.py`, for work by hand in
`wirewatch/spider_settings.py` (there `-s NAME=VALUE` overrides all).
"""

from crawler.client import DEADLINE, MAX_BYTES, REDIRECTS, user_agent
from crawler.robots import NAME
from crawler.source import Source

BOT_NAME = "wirewatch"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Everything runs in one asyncio loop; Twisted's reactor is never installed.
TWISTED_REACTOR_ENABLED = False

# Only http and https, and only through the address guard.
DOWNLOAD_HANDLERS = {
    "http": "crawler.spiders.download.GuardedDownloadHandler",
    "https": "crawler.spiders.download.GuardedDownloadHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
# Hosts, addresses and networks that the guard lets through, like fetch.allow_private; commas between.
WIREWATCH_ALLOW_PRIVATE: list[str] = []
# The sources that `-a source=NAME` may name: name → Source.
WIREWATCH_SOURCES: dict[str, Source] = {}
# A proxy for every request, like fetch.proxy. The environment's proxies are not used.
WIREWATCH_PROXY: str | None = None

DOWNLOAD_MAXSIZE = MAX_BYTES
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = DEADLINE
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = REDIRECTS
RETRY_TIMES = 1
# Whoever answers, be it that this is too much, is asked again when polling says so.
RETRY_HTTP_CODES: list[int] = []

ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = NAME
USER_AGENT = user_agent(None)
COOKIES_ENABLED = False
# An address may be a secret, and is nobody else's business.
REFERER_ENABLED = False
DOWNLOAD_DELAY = 1.0
# The delay is a minimum, and a promise.
DOWNLOAD_DELAY_JITTER = 0.0
CONCURRENT_REQUESTS = 2
CONCURRENT_REQUESTS_PER_DOMAIN = 1

TELNETCONSOLE_ENABLED = False
# Its check runs on a reactor; memory is bounded by the process (crawler/children.py).
MEMUSAGE_ENABLED = False
HTTPPROXY_ENABLED = False
LOG_LEVEL = "INFO"
