"""What does a robots.txt allow, and what can one do to whoever reads it?"""

import tracemalloc
from datetime import timedelta
from time import monotonic

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from crawler.client import Client
from crawler.robots import NAME, Robots, for_us
from crawler.source import FetchSettings
from tests.crawler.site import reply, running
from tests.feeds.desk import LoopbackNames

HERE = FetchSettings(min_delay=timedelta(0), allow_private=("127.0.0.1",))
LINES = st.sampled_from(
    ["User-agent: *", "User-agent: Wirewatch", "user agent wirewatch", "Useragent: BadBot",
     "User-agent: Wire*", "User-agent:", "Disallow: /a", "Disalow: /b", "Allow: /a/b", "Disallow: /*?x",
     "Disallow:", "Allow /c$",
     "Crawl-delay: 5", "Sitemap: http://x.example/s.xml", "Host: x.example", "Noindex: /a", "# of ours", "",
     "Disallow: /c # all of it", "nonsense"]
)  # fmt: skip
PATHS = ("/a", "/a/b", "/b", "/c", "/c/d", "/d?x")


@given(st.lists(LINES, max_size=12))
@example(["User-agent: *", "Crawl-delay: 5", "User-agent: BadBot", "Disallow: /a"])
def test_what_is_left_of_it_says_the_same_of_us(lines: list[str]) -> None:
    text = "\n".join(lines)
    whole, ours = Protego.parse(text), Protego.parse(for_us(text))
    urls = [f"http://a.example{path}" for path in PATHS]
    # A group that calls us Wire speaks to us too: its rules count as well.
    if not ("User-agent: Wire*" in lines and {"User-agent: Wirewatch", "user agent wirewatch"} & {*lines}):
        assert [ours.can_fetch(url, NAME) for url in urls] == [whole.can_fetch(url, NAME) for url in urls]
    assert list(ours.sitemaps) == list(whole.sitemaps)


def _crowd(size: int) -> str:
    names = "".join(f"User-agent: bot-{n}\n" for n in range(size))
    return f"{names}User-agent: *\n" + "".join(f"Disallow: /{n}\n" for n in range(size))


async def test_ten_thousand_programs_named_before_ten_thousand_rules_cost_no_more_than_their_text() -> None:
    text = _crowd(10_000)
    async with running(lambda _: reply(text)) as site, Client(HERE) as client:
        tracemalloc.start()
        try:
            began = monotonic()
            robots = Robots(client)
            assert await robots.permission(site.url("/7")) == "disallowed"
            assert await robots.permission(site.url("/x")) == "allowed"
            took, (_, peak) = monotonic() - began, tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(site.asked) == 1
    assert took < 5
    assert peak < 50 * 1024 * 1024


@pytest.mark.parametrize(("rules", "asked"), [("Disallow: /x\n", 10), ("Disallow: /" + "x" * 400_000, 11)])
async def test_of_many_long_ones_only_the_last_are_kept(rules: str, asked: int) -> None:
    text = f"User-agent: *\n{rules}"
    async with (
        running(lambda _: reply(text)) as site,
        Client(HERE, resolver=LoopbackNames()) as client,
    ):
        robots = Robots(client)
        for number in (*range(10), 0):
            assert await robots.permission(site.url("/a", f"h{number}.example")) == "allowed"
    assert len(site.asked) == asked
