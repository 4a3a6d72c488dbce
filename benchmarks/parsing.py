"""How fast are feeds parsed, beside feedparser on the same feeds in the same run?

`python benchmarks/parsing.py [FOLDER]` reads every captured feed under FOLDER (default: data/feeds
of WIREWATCH_SHARED) as often as asked, the parsers in turns, and prints medians of CPU time and their
ratio. Ours ends in entries: plain text, absolute links, times with a trust. feedparser ends in its
own dictionaries of markup, so the ratio flatters it.
"""

import argparse
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import feedparser

from crawler.feeds.parse import FeedError, parse_fast, parse_feed

URL = "https://example.org/feed"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def ours(body: bytes) -> object:
    try:
        return parse_feed(body, URL, now=NOW)
    except FeedError:
        return None


def theirs(body: bytes) -> object:
    return feedparser.parse(BytesIO(body), response_headers={"content-location": URL})


def theirs_unsanitised(body: bytes) -> object:
    return feedparser.parse(
        BytesIO(body),
        response_headers={"content-location": URL},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def news_feed(items: int = 25) -> bytes:
    """A feed as news sites have it: a short title, some 600 characters of teaser."""
    teaser = "Near Pakse a dam has been opened after nine years of work, the ministry said. " * 8
    inner = "".join(
        f"<item><title>Laos opens dam number {n} near Pakse &amp;amp; Attapeu</title>"
        f"<link>https://kpl.example/news/{n}?utm_source=rss</link><guid>https://kpl.example/?p={n}</guid>"
        f"<pubDate>Tue, 24 Nov 2026 0{n % 10}:00:00 +0700</pubDate>"
        f"<description><![CDATA[<p>{teaser[:600]}</p>]]></description></item>"
        for n in range(items)
    )
    return f"<rss version='2.0'><channel><title>KPL</title>{inner}</channel></rss>".encode()


def cpu(parse: Callable[[bytes], object], bodies: list[bytes]) -> float:
    started = time.process_time()
    for body in bodies:
        parse(body)
    return time.process_time() - started


def compare(title: str, bodies: list[bytes], rounds: int) -> None:
    parsers = {"ours": ours, "feedparser": theirs, "feedparser, no sanitising": theirs_unsanitised}
    spent: dict[str, list[float]] = {name: [] for name in parsers}
    for _ in range(rounds):
        for name, parse in parsers.items():
            spent[name].append(cpu(parse, bodies))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    print(f"{title}: {len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB, {rounds} rounds")
    for name, seconds in medians.items():
        each = seconds / len(bodies)
        ratio = seconds / medians["ours"]
        print(f"  {name:26} {each * 1000:8.3f} ms CPU a feed  {1 / each:8.0f} feeds/s  {ratio:6.1f}x")


def is_fast(body: bytes) -> bool:
    try:
        return parse_fast(body, URL, now=NOW) is not None
    except FeedError:
        return False


def main() -> None:
    warnings.simplefilter("ignore")
    shared = Path(os.environ.get("WIREWATCH_SHARED", "../shared")) / "data" / "feeds"
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=Path, default=shared)
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    compare("News feeds of 25 items", [news_feed()] * 20, asked.rounds)
    bodies = [file.read_bytes() for file in sorted(asked.folder.rglob("*")) if file.is_file()]
    if not bodies:
        print(f"No captured feeds in {asked.folder}.")
        return
    compare("Captured feeds", [body for body in bodies if is_fast(body)], asked.rounds)
    compare("Captured feeds that only feedparser reads", [b for b in bodies if not is_fast(b)], asked.rounds)


if __name__ == "__main__":
    main()
