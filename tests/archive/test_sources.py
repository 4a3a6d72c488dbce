"""What is taken back of the failures of sources when this machine turns out to have had no net."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive import sources
from archive.archive import Archive
from archive.sources import SourceState

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LOST = ("unreachable", "unnamed")


def failed(archive: Archive, **state: Any) -> SourceState:
    """A source that failed a minute after noon, unless `state` says otherwise."""
    archive.write_now(lambda conn: sources.keep_sources(conn, ["post"], NOON))
    failing = {
        "due_at": NOON + 30 * MINUTE, "last_polled_at": NOON + MINUTE, "etag": '"1"', "failures": 1,
        "error": "no net", "error_since": NOON + MINUTE, "trouble": "unnamed",
    }  # fmt: skip
    wanted = SourceState(**{"source": "post", **failing, **state})
    archive.write_now(lambda conn: sources.write_back(conn, [wanted]))
    return wanted


def after_taking_back(archive: Archive, since: datetime | None = NOON) -> SourceState:
    archive.write_now(lambda conn: sources.take_back(conn, LOST, since))
    (state,) = archive.read_now(sources.all_states)
    return state


@pytest.mark.parametrize("since", [NOON, None])
def test_a_source_that_failed_since_then_is_well_and_due_when_it_failed(
    archive: Archive, since: datetime | None
) -> None:
    before = failed(archive)
    well = {"failures": 0, "error": None, "error_since": None, "trouble": None, "due_at": NOON + MINUTE}
    assert after_taking_back(archive, since) == before._replace(**well)


@pytest.mark.parametrize(
    "state",
    [
        {"failures": 2},
        {"trouble": "missing"},
        {"error_since": NOON},
        {"failures": 0, "error": None, "error_since": None, "trouble": None},
    ],
)
def test_what_was_told_or_another_trouble_or_failed_before_or_is_well_stays(
    archive: Archive, state: dict[str, Any]
) -> None:
    assert failed(archive, **state) == after_taking_back(archive)


def test_which_failed_since_then_and_why(archive: Archive) -> None:
    failed(archive)
    assert archive.read_now(lambda conn: sources.failed_since(conn, NOON + MINUTE)) == [("post", "no net")]
    assert archive.read_now(lambda conn: sources.failed_since(conn, NOON + 2 * MINUTE)) == []


@pytest.mark.parametrize("state", [{"failures": 0}, {"last_polled_at": None}])
def test_what_did_not_fail_since_then_is_not_named(archive: Archive, state: dict[str, Any]) -> None:
    failed(archive, **state)
    assert archive.read_now(lambda conn: sources.failed_since(conn, NOON)) == []
