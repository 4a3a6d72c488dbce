"""When the archive cannot be written: does nothing leave that is not durable, and nothing twice?

A full disk is played by the limit on file size that every process has, on real files: until it is lifted no
write of this process lengthens any file.
"""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from archive.archive import BUSY_WAIT, Archive, trouble
from archive.schema import prepare
from tests.outbox.office import Office
from tests.peers.botapi import BotApiPeer


@contextmanager
def full_disk() -> Iterator[None]:
    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))


async def fails(office: Office, wrong: str) -> None:
    with pytest.raises(OperationalError) as raised:
        await office.run(5)
    assert wrong in (trouble(raised.value) or "")


async def test_on_a_full_disk_nothing_is_sent_and_afterwards_everything_is(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    ids = [desk.alert("desk", number) for number in range(3)]
    with full_disk():
        for _ in range(3):
            await fails(desk, "the disk")
    assert desk.api.requests == []
    assert [desk.delivery(id_).state for id_ in ids] == ["pending"] * 3
    await desk.run(60)
    assert desk.headlines() == ["Alert 0", "Alert 1", "Alert 2"]


async def test_a_message_whose_answer_finds_the_disk_full_is_not_sent_again(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    id_ = desk.alert("desk", 1)
    disk = full_disk()
    desk.api.on_accepted(lambda _line: disk.__enter__())
    try:
        for _ in range(5):
            await fails(desk, "the disk")
        assert len(desk.api.requests) == 1
    finally:
        disk.__exit__(None, None, None)
    await desk.run(3600)
    assert len(desk.api.requests) == 1
    assert desk.delivery(id_).message_id == 1
    assert desk.tallies()["unknown"] == 0


async def test_killed_on_a_full_disk_after_sending_it_looks_before_it_sends_again(desk: Office) -> None:
    desk.channel("desk", desk.api.channel("Desk").id)
    desk.alert("desk", 0)
    await desk.run(60)
    id_ = desk.alert("desk", 1)
    disk = full_disk()
    desk.api.on_accepted(lambda line: disk.__enter__() if line.method == "sendMessage" else None)
    try:
        await fails(desk, "the disk")
    finally:
        disk.__exit__(None, None, None)
    desk.restart()
    await desk.run(3600)
    assert desk.headlines() == ["Alert 0", "Alert 1"]
    assert desk.delivery(id_).found == 1


async def test_while_a_backup_holds_the_archive_nothing_is_lost_or_doubled(
    api: BotApiPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BUSY_WAIT >= 30
    monkeypatch.setattr("archive.archive.BUSY_WAIT", 0.05)
    archive = Archive(tmp_path / "held.db")
    prepare(archive)
    office = Office(archive, api)
    office.channel("desk", api.channel("Desk").id)
    office.alert("desk", 1)
    with closing(sqlite3.connect(tmp_path / "held.db", isolation_level=None)) as backup:
        backup.execute("begin immediate")
        for _ in range(3):
            await fails(office, "another program holds the archive")
        assert api.requests == []
        backup.execute("rollback")
        # And between a message and its record.
        api.on_accepted(lambda _line: backup.execute("begin immediate"))
        for _ in range(3):
            await fails(office, "another program holds the archive")
        backup.execute("rollback")
    await office.run(3600)
    assert office.headlines() == ["Alert 1"]
    assert office.states() == {"sent": 1}
    archive.close()
