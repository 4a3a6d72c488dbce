"""What operators read in the log while the archive cannot be written."""

import io
import logging

import pytest
from sqlalchemy.exc import OperationalError

from wirewatch.logs import SAY_AGAIN, PlainTroubles


@pytest.fixture
def page() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def log(page: io.StringIO) -> logging.Logger:
    logger = logging.Logger("wirewatch.test")
    handler = logging.StreamHandler(page)
    handler.addFilter(PlainTroubles())
    logger.addHandler(handler)
    return logger


def fail(log: logging.Logger, words: str) -> None:
    try:
        raise OperationalError("update delivery set secret = ?", {}, Exception(words))
    except OperationalError:
        log.exception("job %s failed", "deliver")


def test_a_full_disk_is_a_sentence_and_said_once(log: logging.Logger, page: io.StringIO) -> None:
    for _ in range(50):
        fail(log, "database or disk is full")
    assert page.getvalue() == (
        "job deliver failed: the disk is full: free some space, nothing was lost (database or disk is full)\n"
    )


def test_it_is_said_again_after_a_while(
    log: logging.Logger, page: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(log, "database or disk is full")
    monkeypatch.setattr(logging.LogRecord, "__init__", _later(logging.LogRecord.__init__))
    fail(log, "database or disk is full")
    assert page.getvalue().count("the disk is full") == 2


def _later(made):  # type: ignore[no-untyped-def]
    def make(record, *args, **more):  # type: ignore[no-untyped-def]
        made(record, *args, **more)
        record.created += SAY_AGAIN

    return make


def test_a_fault_of_the_program_keeps_its_traceback(log: logging.Logger, page: io.StringIO) -> None:
    for _ in range(2):
        fail(log, "no such column: nonsense")
    assert page.getvalue().count("Traceback") == 2
