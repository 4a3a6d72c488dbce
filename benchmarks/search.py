"""What does a search cost that asks the full-text index, beside one that reads every article?

Run `python -m benchmarks.search [--articles 50000] [--postgresql]`. The archive holds the lines of captured
articles (a year of KCNA, from ../shared or $WIREWATCH_SHARED; invented English without it) mixed anew, and
in four of ten articles invented words of other scripts. Each query is answered both ways in one run, with
the same articles found. Printed are, of the index, its size beside the text's, CPU and the time for which
each transaction held the writer; of each query how many articles the index leaves to the evaluator, how
many fit, and both times.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from sqlalchemy import Connection, text

from alerts.matching import compile_filter
from alerts.query.terms import TermSet
from archive import articles, indexing, sources
from archive.archive import Archive
from archive.article import Outlet
from archive.articles import NewArticle
from archive.batches import articles_since, articles_that_may_fit
from archive.schema import prepare
from benchmarks.matching import SCRIPTS
from tests import postgres
from wirewatch import indexing as job
from wirewatch.config_files import locate
from wirewatch.settings import load

QUERIES = (
    "wonsan", '"supreme leader" AND NOT army', "title:missile*", "hydroelectric NEAR/5 dam", "@laos",
    "@north-korea AND @missile", "count(@north-korea) >= 3 OR title:@asean", "北*", "NOT pyongyang",
)  # fmt: skip
LINES, CHARACTERS, VOCABULARY = 8, 1_200, 30_000
OTHERS = ("ko", "zh", "th", "lo")
AT_ONCE = 500
# A search is to be so much faster at least, where the index leaves out nine of ten articles.
LEAST = 5.0
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Press:
    """Articles on end, the same in every run: number n is in English or, four of ten, in another script."""

    def __init__(self) -> None:
        self._chance = random.Random(7)
        self._common = list(accumulate(1 / (place + 3) for place in range(VOCABULARY)))
        self._words = {script: self._vocabulary(script) for script in ("en", *OTHERS)}
        self._lines = _captured()

    def article(self, number: int) -> NewArticle:
        script = ("en", "en", "en", *OTHERS[:2], "en", "en", "en", *OTHERS[2:])[number % 10]
        said = self._english() if script == "en" else self._invented(script, CHARACTERS).split("\n")
        url, found = f"https://press.example/{number}", BEGIN + timedelta(minutes=number)
        return NewArticle(
            "press", "press", url, url, "", said[0][:120], "", "\n".join(said), found, "stated", script,
            found, "live", "none", found, (number,),
        )  # fmt: skip

    def _english(self) -> list[str]:
        if self._lines:
            return self._chance.sample(self._lines, LINES)
        return [self._invented("en", CHARACTERS // LINES) for _ in range(LINES)]

    def _vocabulary(self, script: str) -> list[str]:
        letters, shortest, longest, _ = SCRIPTS[script]
        return [
            "".join(self._chance.choices(letters, k=self._chance.randint(shortest, longest)))
            for _ in range(VOCABULARY)
        ]

    def _invented(self, script: str, characters: int) -> str:
        _, shortest, longest, between = SCRIPTS[script]
        many = 2 * characters // (shortest + longest + 2 * len(between))
        return between.join(self._chance.choices(self._words[script], cum_weights=self._common, k=many))


def _captured() -> list[str]:
    file = Path(os.environ.get("WIREWATCH_SHARED", "../shared")) / "data/articles/kcna-en-2024.json.gz"
    if not file.is_file():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        return [line for one in json.load(opened) for line in (one["story_text"] or "").splitlines() if line]


@contextmanager
def empty_archive(on_postgresql: bool) -> Iterator[Archive]:
    """An archive of its own."""
    with ExitStack() as stack:
        if on_postgresql:
            archive = Archive(stack.enter_context(postgres.server()))
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wirewatch-bench-"))
            archive = Archive(Path(folder) / "wirewatch.db")
        stack.callback(archive.close)
        prepare(archive)
        yield archive


def fill(archive: Archive, many: int) -> int:
    """Store so many articles; bytes of their text."""
    press, size = Press(), 0
    archive.write_now(lambda conn: sources.keep_outlets(conn, [Outlet("press", "The Press")]))
    for start in range(0, many, AT_ONCE):
        new = [press.article(number) for number in range(start, min(start + AT_ONCE, many))]
        archive.write_now(lambda conn, new=new: articles.store(conn, new))  # type: ignore[misc]
        size += sum(len(f"{one.title}{one.summary}{one.body}".encode()) for one in new)
    return size


def fill_index(archive: Archive, many: int) -> None:
    """Index all, as the daemon does, and print what it took."""
    held: list[float] = []
    write = archive.write_now

    def timed(step: Callable[[Connection], object], durable: bool = False) -> tuple[object, bool]:
        began = time.perf_counter()
        try:
            return write(step, durable)
        finally:
            held.append(time.perf_counter() - began)

    archive.write_now = timed  # type: ignore[method-assign, assignment]
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(job.index(archive))
    cpu, took = time.process_time() - cpu, time.perf_counter() - began
    archive.write_now = write  # type: ignore[method-assign]
    held.sort()
    print(
        f"indexed: {many / cpu:,.0f} articles a second of CPU, {many / took:,.0f} as the daemon paces it;"
        f" the writer was held {1000 * held[len(held) // 2]:.0f} ms (median),"
        f" {1000 * held[-len(held) // 100]:.0f} ms (99 of 100), {1000 * held[-1]:.0f} ms (most)"
    )


_SIZES = {
    "sqlite": "select sum(pgsize) from dbstat where name like 'search%'",
    "postgresql": "select pg_total_relation_size('search')",
}
_CAN_TELL = "select 1 from pragma_module_list where name = 'dbstat'"


def size_of_index(conn: Connection) -> int | None:
    """Bytes of the index; None where SQLite was built without the table that tells."""
    name = conn.dialect.name
    if name == "sqlite" and conn.execute(text(_CAN_TELL)).first() is None:
        return None
    return int(conn.execute(text(_SIZES[name])).scalar_one())


def compare(archive: Archive, query: str, sets: dict[str, TermSet], many: int) -> str | None:
    """Answer one query both ways and print both times; the aim that was missed, if one was."""
    fits = compile_filter(query, sets)
    began = time.perf_counter()
    read = [stored.id for stored in articles_since(archive, None) if fits(stored.article)]
    scan = time.perf_counter() - began
    began = time.perf_counter()
    asked = archive.read_now(lambda conn: indexing.candidates(conn, fits.sought))
    look = time.perf_counter() - began
    began = time.perf_counter()
    found = [s.id for s in articles_that_may_fit(archive, fits.sought, None) if fits(s.article)]
    search = time.perf_counter() - began
    left = many if asked is None else len(asked)
    print(
        f"{query:<40}{left:>8,}{len(found):>8,}{1000 * look:>8.0f}{1000 * search:>9.0f}{1000 * scan:>9.0f}"
        f"{scan / search:>8.1f}",
        flush=True,
    )
    if found != read:
        return f"{query} finds {len(found)} articles by the index and {len(read)} without"
    if left < many / 10 and scan < LEAST * search:
        return f"{query} is {scan / search:.1f} times as fast"
    return None


def main() -> int:
    """Print what the index costs and gives, and which aims were missed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--articles", type=int, default=50_000)
    options.add_argument("--postgresql", action="store_true")
    given = options.parse_args()
    settings = load(locate(None, os.environ), os.environ)
    sets = {terms.name: terms for terms in settings.sets}
    with empty_archive(given.postgresql) as archive:
        size = fill(archive, given.articles)
        fill_index(archive, given.articles)
        index = archive.read_now(size_of_index)
        shown = "" if index is None else f", its index {index / 1e6:.0f} MB ({100 * index / size:.0f}%)"
        print(f"{given.articles:,} articles, {size / 1e6:.0f} MB of text{shown}")
        print(f"{'':<40}{'left':>8}{'fit':>8}{'index':>8}{'search':>9}{'scan':>9}{'ratio':>8}")
        missed = [compare(archive, query, sets, given.articles) for query in QUERIES]
    for aim in filter(None, missed):
        print(f"missed: {aim}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
