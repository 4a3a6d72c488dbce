"""What does Rodong Sinmun announce?

Its lists open articles by a script, `javascript:article_open('…')`, whose argument is the address. What
every spider does is `crawler/spiders/section.py`.
"""

import re

from scrapy.http import TextResponse

from crawler.spiders.links import FoundLink
from crawler.spiders.section import SectionSpider

_OPENED = re.compile(r"article_open\(\s*['\"]([^'\"]+)")


class RodongSpider(SectionSpider):
    """`scrapy crawl rodong -a source=rodong-sinmun`: the front page's lists."""

    name = "rodong"

    def links(self, response: TextResponse) -> list[FoundLink]:
        """Each link that opens an article, with its text as the title."""
        found = []
        for anchor in response.css('a[href*="article_open"], a[onclick*="article_open"]'):
            opened = _OPENED.search(anchor.attrib.get("href", "") + anchor.attrib.get("onclick", ""))
            if opened is not None:
                title = " ".join(anchor.xpath("string()").get("").split())
                found.append(FoundLink(response.urljoin(opened[1]), title))
        return found
