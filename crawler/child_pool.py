"""How is a child process started, so that it can be killed and knows no secret?

pebble's pool of one process, spawned with a memory limit and an environment without `WIREWATCH_*` and
`CREDENTIALS_DIRECTORY`. Loaded when the first child is needed, since it brings all of multiprocessing.
When a process is started and ended is `crawler/children.py`.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Sequence
from multiprocessing import popen_spawn_posix, process, util
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock

from pebble import ProcessPool

_SECRET = ("WIREWATCH_", "CREDENTIALS_DIRECTORY")
_PR_SET_PDEATHSIG = 1


def new_pool(memory: int) -> ProcessPool:
    """A pool of one process, which may have so many bytes of address space."""
    return ProcessPool(
        max_workers=1, context=_Context(), initializer=_confine, initargs=(memory, os.getpid())
    )


def _confine(memory: int, parent: int) -> None:
    """In the new process: less memory, death with the parent, no answer to Ctrl-C, plain SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # pebble's own SIGTERM answer needs the interpreter, which a task stuck in C does not give.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


def _public_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}


def _spawn(path: bytes | str, args: Sequence[bytes | str], passfds: Sequence[int]) -> int:
    """multiprocessing's way to start a process, with an environment of our choice.

    Changing os.environ for a moment would do too, but other threads read it.
    """
    keep = [(os.POSIX_SPAWN_DUP2, int(fd), int(fd)) for fd in passfds]
    return os.posix_spawn(path, list(args), _public_environment(), file_actions=keep)


class _Popen(popen_spawn_posix.Popen):
    _swap = Lock()

    def _launch(self, process_obj: process.BaseProcess) -> None:
        with self._swap:
            original, util.spawnv_passfds = util.spawnv_passfds, _spawn  # type: ignore[assignment]
            try:
                super()._launch(process_obj)  # type: ignore[misc]
            finally:
                util.spawnv_passfds = original


class _Process(SpawnProcess):
    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> _Popen:  # noqa: N802 - multiprocessing's name
        return _Popen(process_obj)


class _Context(SpawnContext):
    Process = _Process
