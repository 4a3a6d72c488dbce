"""`wirewatch run`: the daemon, or with `--once` one round of it.

The parts that run are `wirewatch/daemon.py` and `wirewatch/once.py`.
"""

import asyncio
import gc
import signal
import sys
from dataclasses import replace
from typing import NoReturn

import click

from crawler import certificates
from wirewatch import heap
from wirewatch.cli.config_option import config_option, settings, settings_apart
from wirewatch.cli.expected_errors import FAILURE
from wirewatch.logs import start_logging


@click.command()
@click.option("--once", is_flag=True, help="Poll everything that is due, send what comes of it, and end.")
@config_option
def command(once: bool) -> None:
    """Watch the sources and send alerts, until SIGTERM or Ctrl-C.

    Without a bot token the alerts of Telegram channels go to standard output. With --once it
    ends when nothing more may be sent within a minute, with 1 if a source failed or a delivery did not
    arrive.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    if not once:
        # There is nothing yet to read anew; by default it would end the process.
        signal.signal(signal.SIGHUP, lambda *_: None)
    heap.share()
    # Of what is loaded at a start next to nothing is garbage.
    gc.disable()
    # A round is over before what reading leaves behind would matter.
    checked = settings(keep=True) if once else settings_apart()
    start_logging()
    certificates.put_off()
    if not once:
        from wirewatch import pipeline
        from wirewatch.daemon import run

        pipeline.load_all()
        certificates.read()
        checked = checked.compile()
        # What compiling left is some, and would lie there to the end.
        gc.collect()
        _begin_collecting()
        asyncio.run(run(checked))
        return
    from wirewatch.once import run_once

    # Nothing is read again in one round.
    checked = replace(checked, files=None)
    _begin_collecting()
    wrong = asyncio.run(run_once(checked))
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        sys.exit(FAILURE)


def _end(_number: int, _frame: object) -> NoReturn:
    """Asked to end while there is nothing yet to put down."""
    sys.exit(0)


def _begin_collecting() -> None:
    """Look for garbage from now on, but not in what is there now: that stays to the end."""
    gc.freeze()
    gc.enable()
