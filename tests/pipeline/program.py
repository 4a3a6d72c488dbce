"""The daemon with a test's short durations, in a process that can be killed: `python -m
tests.pipeline.program CONFIG`."""

import asyncio
import sys
from pathlib import Path

from tests.pipeline.house import FAST, settings_of
from wirewatch.daemon import run
from wirewatch.logs import start_logging

if __name__ == "__main__":
    settings = settings_of(Path(sys.argv[1]))
    start_logging()
    asyncio.run(run(settings, FAST))
