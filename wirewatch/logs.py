"""How does the program speak to its operator?

Log records as lines: for people on a terminal, as JSON elsewhere. Libraries are heard from
WARNING on: httpx would log the bot's token in every address. What fails in python-telegram-bot comes
as an exception and is told once, where it logs a traceback at each attempt. Secrets are masked on the
handler.
"""

import json
import logging
import sys
from asyncio import CancelledError
from datetime import UTC, datetime

from wirewatch.secrets import install

# The same trouble of the archive is told again after so many seconds.
SAY_AGAIN = 3600.0
_QUIET = ("aiohttp", "alembic", "apscheduler", "htmldate", "httpcore", "httpx", "scrapy", "trafilatura")
# What a record may say besides: what happened to whom, for programs that read the log.
_FIELDS = ("event", "subject", "delivery", "update")


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, logger, message; the fields and the traceback it has."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_text or record.exc_info:
            line["traceback"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return json.dumps(line, ensure_ascii=False)


class PlainTroubles(logging.Filter):
    """Tells what is wrong with the archive in a sentence in place of a traceback, once an hour.

    A full disk fails every job and every poll, and is not made emptier by saying so each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, CancelledError):
            # The clock's job of this moment was cut off at the end.
            return False
        wrong = trouble_of(error)
        if wrong is None:
            return True
        last = self._said.get(wrong)
        if last is not None and record.created - last < SAY_AGAIN:
            return False
        self._said[wrong] = record.created
        record.msg, record.args = f"{record.getMessage()}: {wrong}", None
        record.exc_info = record.exc_text = None
        return True


def trouble_of(error: BaseException | None) -> str | None:
    """What is wrong with the archive, if that is what the error says."""
    # Where it is not loaded, nobody can have raised its errors.
    module = sys.modules.get("archive.archive")
    if module is None or error is None:
        return None
    return str(error) if isinstance(error, module.ArchiveError) else module.trouble(error)


def start_logging() -> None:
    """Log to stderr from INFO on."""
    handler = logging.StreamHandler(sys.stderr)
    if sys.stderr.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    else:
        handler.setFormatter(JsonLines())
    root = logging.getLogger()
    handler.addFilter(PlainTroubles())
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    install()
