"""A regular Scrapy project: spiders for what has no feed. The daemon runs them in the crawl process."""
