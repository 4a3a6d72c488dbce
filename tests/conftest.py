"""Fixtures for all tests: an archive on both databases, the shared data, a clock to set."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from archive.archive import Archive
from archive.schema import prepare
from tests import postgres
from tests.examples import FACTOR, USUAL

_NUMBERS = count(1)

# So many tests may be skipped in CI, with the shared data (a machine without IPv6) and without it.
MOST_SKIPS = {True: 5, False: 1_000}

settings.register_profile("wirewatch", max_examples=USUAL * FACTOR)
settings.load_profile("wirewatch")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was left out unseen would be a promise that nobody checks."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or "CI" not in os.environ or hasattr(session.config, "workerinput"):
        return
    skipped = len(reporter.stats.get("skipped", ()))
    most = MOST_SKIPS[shared_folder() is not None]
    if skipped > most:
        reporter.write_line(f"{skipped} tests were skipped, at most {most} may be", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def shared_folder() -> Path | None:
    """The folder of shared data that WIREWATCH_SHARED names, None where there is none."""
    folder = Path(os.environ.get("WIREWATCH_SHARED", "../shared"))
    return folder.resolve() if (folder / "data").is_dir() else None


class SetClock:
    """A clock that stands until a test moves it: `clock()` is the time, `clock.forward(...)`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data; a test that asks for it is skipped where there is none."""
    folder = shared_folder()
    if folder is None:
        pytest.skip("WIREWATCH_SHARED names no folder with data/")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a database of its own."""
    import psycopg

    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"create database {name} strategy file_copy")
        yield postgres_server.replace("/postgres?", f"/{name}?")
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture(params=["sqlite", "postgresql"])
def archive_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an archive may lie, on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "wirewatch.db")
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def archive(archive_address: str) -> Iterator[Archive]:
    """An empty archive, on each database."""
    opened = Archive(archive_address)
    prepare(opened)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive on SQLite, for what does not depend on the database."""
    opened = Archive(tmp_path / "wirewatch.db")
    prepare(opened)
    yield opened
    opened.close()
