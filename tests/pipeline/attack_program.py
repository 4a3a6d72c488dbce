"""The daemon of the attacker's newsroom: `python -m tests.pipeline.attack_program CONFIG`.

As `tests/pipeline/program.py`, with what `attack.json` in the config folder says: the `deadline` of a
request in seconds, and `names` with a list of answers each, given in turn, the last for ever.
"""

import asyncio
import json
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from crawler.client import Client
from crawler.feeds import gather as feeds
from tests.pipeline.house import FAST, settings_of
from wirewatch.daemon import run
from wirewatch.logs import start_logging

REAL = socket.getaddrinfo


def resolve_by(names: dict[str, list[list[str]]]) -> Any:
    def getaddrinfo(host: Any, port: Any, *_args: Any, **_kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        answers = names.get(name)
        if answers is None:
            # No name leads out of this machine.
            return REAL(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        found = []
        for address in addresses:
            found += REAL(address, port, type=socket.SOCK_STREAM)
        return found

    return getaddrinfo


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    attack = json.loads((folder / "attack.json").read_text())
    socket.getaddrinfo = resolve_by(attack["names"])
    Client.get.__kwdefaults__["deadline"] = attack["deadline"]
    feeds.PARSE_DEADLINE = 3.0
    settings = settings_of(folder)
    start_logging()
    # A poll may wait behind many others for the reading process.
    asyncio.run(run(settings, replace(FAST, lease=timedelta(minutes=3))))
