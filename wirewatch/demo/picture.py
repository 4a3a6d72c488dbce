"""How does the demo look in a terminal? `python -m wirewatch.demo.picture FILE.svg` draws it.

Plays the demo and keeps what it shows, for the README.
"""

import asyncio
import io
import sys
from pathlib import Path

from rich.console import Console

from wirewatch.demo.run import play


def main(file: Path) -> int:
    """Play the demo, write its picture to `file`; the demo's exit code."""
    console = Console(record=True, width=84, file=io.StringIO(), force_terminal=True)
    code = asyncio.run(play(console, lines=False))
    console.save_svg(str(file), title="make demo")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
