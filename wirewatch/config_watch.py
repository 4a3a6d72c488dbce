"""Have the files of the config changed?

`ConfigFiles.fingerprint` tells by content what all of them say now; it is asked about once a second
and reads only files that may have changed since. No notice from the system is needed: it would not
come for bind mounts, network folders and some swaps of symbolic links, and looking costs a tenth of a
millisecond. What is done about a change is `wirewatch/reloading.py`.
"""

import contextlib
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import stat_result
from pathlib import Path
from threading import Event
from typing import TypeAlias

from wirewatch.config_files import MAIN_FILE, WATCHES_FILE, digest, is_meant

Stamp: TypeAlias = tuple[int, int, int, int, int]

# A file that was changed so shortly before it was read can change again within the same tick of the
# file system's clock (seconds).
YOUNG = 2.0


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: Stamp
    is_settled: bool
    digest: bytes


class ConfigFiles:
    """The files of a user's config folder, and the files with secrets that it names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # By their paths as text: to make and ask some hundred `Path` takes longer than the system's answers.
        self._known: dict[str, _Known] = {}

    def fingerprint(self, named: Iterable[Path] = ()) -> bytes:
        """What the files say now, as a hash; `named` are further ones outside the folder's rules."""
        found: dict[str, _Known] = {}
        for file in {*self._files(), *map(str, named)}:
            known = self._look(file)
            if known is not None:
                found[file] = known
        self._known = found
        return _whole({file: known.digest for file, known in found.items()})

    def await_change(self, named: Iterable[Path], seen: bytes, every: float, enough: Event) -> None:
        """Look every so many seconds until the files say something else than `seen`, or it is `enough`.

        For a thread of its own, so that whoever waits need not wake to look.
        """
        while not enough.wait(every) and self.fingerprint(named) == seen:
            pass

    def fingerprint_of(self, read: Mapping[Path, bytes], named: Iterable[Path] = ()) -> bytes:
        """The same of what files said when they were read: `read` has their digests, and those of others."""
        further = set(named)
        return _whole(
            {str(file): said for file, said in read.items() if self._is_ours(file) or file in further}
        )

    def _files(self) -> Iterator[str]:
        yield from (str(self.folder / MAIN_FILE), str(self.folder / WATCHES_FILE))
        for folder in (str(self.folder / "sources"), str(self.folder / "terms")):
            # Neither need be there.
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                yield from (f"{folder}/{entry.name}" for entry in entries if is_meant(entry.name, ".yaml"))

    def _is_ours(self, file: Path) -> bool:
        """Whether `_files` names it where it is there."""
        if file.parent == self.folder:
            return file.name in (MAIN_FILE, WATCHES_FILE)
        kinds = (self.folder / "sources", self.folder / "terms")
        return file.parent in kinds and is_meant(file.name, ".yaml")

    def _look(self, file: str) -> _Known | None:
        """What is known of the file's content; None where it is not there, or is no file."""
        try:
            # Behind a symbolic link what it leads to counts.
            status = os.stat(file)  # noqa: PTH116 - a `Path` for each look
            if not stat.S_ISREG(status.st_mode):
                return None
            before = self._known.get(file)
            if before is not None and before.is_settled and before.stamp == _stamp(status):
                return before
            content = Path(file).read_bytes()
        except OSError:
            return None
        is_settled = abs(time.time() - status.st_ctime) > YOUNG
        return _Known(_stamp(status), is_settled, digest(content))


def _whole(digests: Mapping[str, bytes]) -> bytes:
    return digest(b"".join(os.fsencode(file) + b"\0" + digests[file] for file in sorted(digests)))


def _stamp(status: stat_result) -> Stamp:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
