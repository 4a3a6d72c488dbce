"""Who holds the archive can be asked without disturbing them."""

import os
import socket

import pytest

from archive.archive import Archive
from archive.lock import ArchiveInUse, DaemonLock, Holder, holder


def test_nobody_holds_an_archive_without_a_daemon(archive: Archive) -> None:
    assert holder(archive) is None


def test_the_holder_is_named_and_keeps_the_lock(archive: Archive) -> None:
    lock = DaemonLock(archive)
    lock.acquire()
    assert holder(archive) == Holder(os.getpid(), socket.gethostname())
    with pytest.raises(ArchiveInUse, match=f"process {os.getpid()} on "):
        DaemonLock(archive).acquire()
    lock.release()


def test_after_the_end_nobody_holds_it(archive: Archive) -> None:
    lock = DaemonLock(archive)
    lock.acquire()
    lock.release()
    assert holder(archive) is None
    lock.acquire()
    lock.release()
