"""The full-text index knows what articles say now, on both databases alike, whatever happened meanwhile."""

import random
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from alerts.matching import compile_filter
from archive import articles, facts, full_text, indexing, noted, retention, sources
from archive.archive import Archive
from archive.article import Article, Outlet
from archive.articles import NewArticle
from archive.batches import articles_that_may_fit
from archive.schema import prepare
from archive.sought import NONE, AllOf, AnyOf, Sought
from archive.text.tokens import Token
from tests.command_line import ROOT
from tests.query.test_lowering import BETWEEN, BY_NAME, WORDS, has, tokens_of
from wirewatch.indexing import index

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Library:
    """An archive with articles that are told; `found` says what the index alone finds."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self._number = archive, 0
        self.write(lambda conn: sources.keep_outlets(conn, [Outlet("post", "The Post", "LA", ("en",))]))

    def write(self, step: Callable[[Connection], Any]) -> Any:
        return self.archive.write_now(step)[0]

    def article(self, title: str, summary: str = "", body: str | None = None) -> int:
        self._number += 1
        url = f"https://post.example/{self._number}"
        values: dict[str, Any] = {
            "source": "post", "outlet": "post", "url": url, "canonical": url, "guid": "", "title": title,
            "summary": summary, "body": body, "published": NOW, "trust": "stated", "language": "en",
            "found_at": NOW, "contact": "live", "page": "none", "tell_after": NOW, "keys": (self._number,),
        }  # fmt: skip

        def step(conn: Connection) -> int:
            (id_,) = articles.store(conn, [NewArticle(**values)])
            articles.mark_told(conn, [id_], NOW)
            return id_

        return int(self.write(step))

    async def index(self) -> None:
        await index(self.archive)
        assert self.archive.read_now(noted.behind) == 0

    def found(self, query: str | Sought) -> list[int]:
        sought = compile_filter(query, BY_NAME).sought if isinstance(query, str) else query
        return sorted(self.archive.read_now(lambda conn: full_text.find(conn, sought)))

    def may_fit(self, query: str) -> list[int]:
        sought = compile_filter(query, BY_NAME).sought
        return [stored.id for stored in articles_that_may_fit(self.archive, sought, None)]


@pytest.fixture
def library(archive: Archive) -> Library:
    return Library(archive)


async def test_what_is_not_indexed_yet_may_fit_and_what_is_indexed_is_told_apart(library: Library) -> None:
    dam, road = library.article("A dam in Laos"), library.article("A road")
    assert library.may_fit("laos") == [dam, road]
    await library.index()
    assert library.may_fit("laos") == [dam]
    new = library.article("Another road")
    assert library.may_fit("laos") == [dam, new]
    assert library.may_fit("NOT laos") == [dam, road, new]
    assert library.found(NONE) == []


async def test_a_revised_article_is_found_by_what_it_says_now(library: Library) -> None:
    one = library.article("A dam in Laos", "Teaser")
    await library.index()
    revised = {"title": "A dam in Cambodia", "summary": "Teaser"}
    for _ in range(2):
        library.write(lambda conn: articles.revise(conn, one, revised, NOW, None))
    assert library.may_fit("laos") == [one]
    await library.index()
    assert (library.found("laos"), library.found("cambodia"), library.found("teaser")) == ([], [one], [one])


async def test_a_page_that_was_read_is_found_by_its_text(library: Library) -> None:
    one = library.article("A dam")
    await library.index()
    library.write(lambda conn: articles.page_read(conn, one, {"body": "It lies in Laos."}, NOW))
    assert library.may_fit("laos") == [one]
    await library.index()
    assert library.found("laos") == [one]


async def test_the_index_of_a_text_goes_with_it_and_its_title_stays(library: Library) -> None:
    one = library.article("A dam", body="It lies in Laos.")
    await library.index()
    later = NOW + timedelta(days=91)
    assert library.write(lambda conn: retention.empty_bodies(conn, [one], later)) == 1
    await library.index()
    assert (library.found("laos"), library.found("dam")) == ([], [one])


async def test_a_removed_article_is_not_found_nor_is_the_next_with_its_number(library: Library) -> None:
    library.article("The first")
    gone = library.article("A dam")
    await library.index()
    later = NOW + timedelta(days=800)
    assert library.write(lambda conn: retention.remove_articles(conn, [gone], later)) == 1
    # SQLite gives the number of its last row anew.
    new = library.article("A road")
    assert library.may_fit("dam") == [new]
    await library.index()
    assert (library.found("dam"), library.found("road")) == ([], [new])


def test_what_changes_while_it_is_indexed_is_indexed_once_more(library: Library) -> None:
    one = library.article("A dam in Laos")
    library.write(indexing.begin_anew)
    batch = library.archive.read_now(lambda conn: indexing.waiting(conn, 10))
    library.write(lambda conn: articles.revise(conn, one, {"title": "A road"}, NOW, None))
    assert library.write(lambda conn: indexing.index(conn, batch)) == 0
    assert library.archive.read_now(noted.behind) == 1
    again = library.archive.read_now(lambda conn: indexing.waiting(conn, 10))
    assert library.write(lambda conn: indexing.index(conn, again)) == 1
    assert (library.found("laos"), library.found("road")) == ([], [one])


def test_a_number_given_anew_while_its_article_goes_is_indexed_for_the_new_one(
    sqlite_archive: Archive,
) -> None:
    library = Library(sqlite_archive)
    gone = library.article("A dam")
    library.write(indexing.begin_anew)
    first = sqlite_archive.read_now(lambda conn: indexing.waiting(conn, 10))
    library.write(lambda conn: indexing.index(conn, first))
    later = NOW + timedelta(days=800)
    library.write(lambda conn: retention.remove_articles(conn, [gone], later))
    batch = sqlite_archive.read_now(lambda conn: indexing.waiting(conn, 10))
    assert library.article("A road") == gone
    assert library.write(lambda conn: indexing.index(conn, batch)) == 0
    again = sqlite_archive.read_now(lambda conn: indexing.waiting(conn, 10))
    library.write(lambda conn: indexing.index(conn, again))
    assert (library.found("dam"), library.found("road")) == ([], [gone])


async def test_an_index_that_was_made_by_other_rules_is_not_asked_and_made_anew(library: Library) -> None:
    dam, road = library.article("A dam in Laos"), library.article("A road")
    await library.index()
    library.write(lambda conn: facts.put(conn, noted.FACT, "0 of old"))
    assert library.may_fit("laos") == [dam, road]
    await library.index()
    assert library.may_fit("laos") == [dam]


async def test_a_text_with_more_tokens_than_an_index_takes_always_may_fit(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MOST_BYTES", 40)
    wide = library.article("A dam", body=" ".join(map(str, range(100))))
    plain = library.article("A road")
    await library.index()
    assert library.may_fit("dam") == library.may_fit("sea") == [wide]
    assert library.may_fit("road") == [wide, plain]


def test_a_batch_that_waits_takes_little_more_room_than_its_texts(library: Library) -> None:
    body = " ".join(f"word{number}" for number in range(200))
    for number in range(30):
        library.article(f"Article {number}", body=body)
    library.write(indexing.begin_anew)
    library.archive.read_now(lambda conn: indexing.waiting(conn, 1))
    tracemalloc.start()
    try:
        batch = library.archive.read_now(lambda conn: indexing.waiting(conn, 30))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 2 * len(batch) * len(body)


async def test_a_question_of_thousands_of_spellings_is_answered(library: Library) -> None:
    one, other = library.article("A dam in Laos"), library.article("A road to Laos")
    await library.index()
    words = [Token(f"word{number}") for number in range(5_000)]
    wide = AnyOf((*words, Token("dam"), AllOf((Token("road"), Token("laos")))))
    assert library.found(wide) == [one, other]
    assert library.found(AllOf((wide, AnyOf((*words, Token("dam")))))) == [one]
    assert library.found(AnyOf((AllOf((wide, Token("roa", is_open=True))), *words))) == [other]


async def test_both_databases_find_what_tokens_say(library: Library) -> None:
    chance = random.Random(7)
    # What no database takes is taken out when an article is met.
    between = [one for one in BETWEEN if one not in {"\ud800", "\x00"}]
    said: dict[int, Article] = {}
    for _ in range(150):
        texts = [
            "".join(chance.choice(between) + chance.choice(WORDS) for _ in range(chance.randint(0, 5)))
            for _ in range(3)
        ]
        said[library.article(*texts)] = Article("", "", *texts)
    await library.index()
    prefixes = ("lao*", "covid*", "vien*", "202*", "xxx*", "북*", "北*", "ลา*", "ສປ*", "ឡា*", "လာ*", "кнд*")
    words = (f'"{word}"' for word in WORDS)
    for query in (*words, *prefixes, "@people", "@places", "@people AND @places"):
        sought = compile_filter(query, BY_NAME).sought
        expected = [id_ for id_, one in said.items() if has(sought, tokens_of(one))]
        assert (query, library.found(sought)) == (query, expected)


PROGRAM = """
import asyncio, os, signal, sys
from archive import full_text
from archive.archive import Archive
import wirewatch.indexing as job

job.MOST = 3
puts = 0
put = full_text.put
def put_and_die(conn, rows):
    global puts
    put(conn, rows)
    puts += 1
    if puts == 3:
        os.kill(os.getpid(), signal.SIGKILL)
full_text.put = put_and_die
asyncio.run(job.index(Archive(sys.argv[1])))
"""


async def test_an_index_whose_making_was_killed_is_made_on(archive: Archive, archive_address: str) -> None:
    library = Library(archive)
    ids = [library.article(f"Article number{number}") for number in range(40)]
    killed = subprocess.run([sys.executable, "-c", PROGRAM, archive_address], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    again = Archive(archive_address)
    prepare(again)
    left = again.read_now(noted.behind)
    assert 0 < left < len(ids)
    library.archive = again
    assert library.may_fit("number7") == sorted({ids[7], *ids[-left:]})
    await library.index()
    assert library.found("article") == ids
    again.close()
