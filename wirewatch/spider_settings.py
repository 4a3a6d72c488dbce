"""With which settings do spiders run by hand, `scrapy crawl section -a source=NAME`?

With those of the project, and with what both config layers say: every source, a disabled one too,
and the part `fetch`. Named by `scrapy.cfg`; the daemon hands its spiders the same by itself
(`crawler/spiders/crawl.py`). Raises SystemExit with every mistake where the config is wrong.
"""

import os

from crawler.client import user_agent
from crawler.spiders.settings import *  # noqa: F403
from wirewatch.config_errors import ConfigErrors
from wirewatch.config_files import locate
from wirewatch.settings import load

try:
    _config = load(locate(None, os.environ))
except ConfigErrors as failed:
    raise SystemExit("\n".join(map(str, failed.errors))) from failed

WIREWATCH_SOURCES = {source.name: source for source in (*_config.sources, *_config.disabled)}
WIREWATCH_ALLOW_PRIVATE = list(_config.fetch.allow_private)
WIREWATCH_PROXY = _config.fetch.proxy
USER_AGENT = user_agent(_config.contact)
DOWNLOAD_DELAY = _config.fetch.min_delay.total_seconds()
