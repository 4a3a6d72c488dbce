"""Run every benchmark: `make bench`, or `python -m benchmarks`."""

import subprocess
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "due", "feed_server", "loopback", "news"}

for file in sorted(Path(__file__).parent.glob("*.py")):
    if file.stem not in NOT_BENCHMARKS:
        print(f"\n== benchmarks/{file.name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{file.stem}"], check=True)
