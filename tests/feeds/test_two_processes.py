"""Two processes that poll sources of one outlet at the same moment find an article once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection

from archive import articles, sources
from archive.archive import Archive
from archive.schema import prepare
from crawler.entry import Entry
from crawler.gathering import Gathered
from tests.config_folder import write
from tests.pipeline.house import settings_of
from wirewatch import polls
from wirewatch.adopting import keep_outlets
from wirewatch.new_articles import Poll
from wirewatch.trial import tools_of

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
ENTRIES = (Entry("https://kpl.example/1", "Laos opens a bridge", published=NOW, trust="stated"),)
SOURCES = """\
sources:
  - {name: kpl, url: 'https://kpl.example/feed'}
  - {name: kpl-politics, outlet: kpl, url: 'https://kpl.example/politics/feed'}
"""


@pytest.fixture
def processes(archive_address: str) -> Iterator[tuple[Archive, Archive]]:
    one, other = Archive(archive_address), Archive(archive_address)
    prepare(one)
    yield one, other
    one.close()
    other.close()


@contextmanager
def thread(act: Callable[[], Any]) -> Iterator[Thread]:
    running = Thread(target=act)
    running.start()
    yield running
    running.join()


async def test_one_article_in_two_polls_at_once_is_one(
    processes: tuple[Archive, Archive], tmp_path: Path
) -> None:
    write(tmp_path, {"wirewatch.yaml": "shipped: []\n", "sources/a.yaml": SOURCES})
    one, other = processes
    kept, go_on = Event(), Event()
    async with tools_of(settings_of(tmp_path), one, lambda: NOW) as rooms:
        one.write_now(lambda conn: keep_outlets(conn, rooms.rules.settings))

        def poll(conn: Connection, name: str) -> None:
            state = sources.claim(conn, name, NOW, timedelta(minutes=1))
            assert state is not None
            gathered = Gathered("entries", ENTRIES)
            polls.keep(conn, [Poll.of(rooms, rooms.rules.sources[name], state, gathered, NOW)])

        def slowly(conn: Connection) -> None:
            poll(conn, "kpl")
            kept.set()
            go_on.wait(5)

        with thread(lambda: one.write_now(slowly)):
            assert kept.wait(5)
            with thread(lambda: other.write_now(lambda conn: poll(conn, "kpl-politics"))) as second:
                # Without waiting for the first it would be done by now.
                second.join(0.5)
                go_on.set()
    assert one.read_now(articles.count) == 1
