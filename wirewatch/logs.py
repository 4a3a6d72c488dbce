"""How does the program speak to its operator?

Log records as lines: for people on a terminal, as JSON elsewhere. Libraries are heard from
WARNING on: httpx would log the bot's token in every address. Secrets are masked on the handler.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from wirewatch.secrets import install

_QUIET = (
    "aiohttp", "alembic", "apscheduler", "htmldate", "httpcore", "httpx", "scrapy", "telegram", "trafilatura"
)  # fmt: skip


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, logger, message, traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text or record.exc_info:
            line["traceback"] = record.exc_text or self.formatException(record.exc_info)  # type: ignore[arg-type]
        return json.dumps(line, ensure_ascii=False)


def start_logging() -> None:
    """Log to stderr from INFO on."""
    handler = logging.StreamHandler(sys.stderr)
    if sys.stderr.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    else:
        handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    install()
