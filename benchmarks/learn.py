"""Read a config and keep it, as `run` does: `python -m benchmarks.learn CONFIG`.

A process of its own, so that whoever measures stays small: what it starts takes over its peak of memory.
"""

import os
import sys
from pathlib import Path

from wirewatch.config_cache import settings_at
from wirewatch.config_files import locate

if __name__ == "__main__":
    settings_at(locate(Path(sys.argv[1]), os.environ), os.environ, keep=True)
