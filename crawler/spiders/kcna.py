"""What does the Korean Central News Agency announce?

A spider of its own, and an example of one: the site has many short lists whose addresses change with
each redesign, so they are taken from the menu of the front page, and it has two layouts, of which
either may be in use. What every spider does (requests, bounds, failures) is
`crawler/spiders/section.py`; how to write one is `docs/spiders.md`.
"""

from scrapy.http import TextResponse

from crawler.spiders.links import FoundLink
from crawler.spiders.section import SectionSpider


class KcnaSpider(SectionSpider):
    """`scrapy crawl kcna -a source=kcna`: the front page and the lists that its menu leads to."""

    name = "kcna"
    most_pages = 16
    first_page_tells = False

    def links(self, response: TextResponse) -> list[FoundLink]:
        """The articles of a list, in the layout of 2026 or the one before."""
        return [
            FoundLink(
                response.urljoin(item.css("a::attr(href)").get() or ""),
                "".join(item.xpath("(.//a)[1]//text()[not(ancestor::nobr)]").getall()),
                item.css("nobr, .publish-time").xpath("string()").get(""),
            )
            for item in response.css("div.article:has(a[href]), .article-link li:has(a[href])")
        ]

    def following(self, response: TextResponse) -> list[str]:
        """The lists of the menu, which stands on every page."""
        menu = response.css('a[href*="/article/list/"], a[href*="/category/articles/"]')
        return [response.urljoin(link.attrib["href"]) for link in menu]
