"""A container engine for the tests: which there is, and the base image where it cannot be pulled.

`WIREWATCH_ENGINE` is how to call it, with its options ("podman --runtime runc"); else podman or docker,
whichever answers. Without a way to a registry the base image is made here, of Debian's own packages
(debootstrap, as root).
What is done with the engine is `test_container.py`.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

# Debian 13, whose Python is the one of the base image.
_RELEASE, _MIRROR = "trixie", "http://deb.debian.org/debian"


class Engine:
    """`podman` or `docker`, as this machine has it."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def __call__(self, *words: object, fails: bool = False) -> str:
        """Run a command of the engine; what it printed, without the last line break."""
        ended = self.run(*words)
        said = f"{shlex.join(map(str, words))}\n{ended.stdout}{ended.stderr}"
        assert fails or ended.returncode == 0, said
        return ended.stdout.strip()

    def run(self, *words: object) -> "subprocess.CompletedProcess[str]":
        command = [*self._words, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)


def engine() -> Engine | None:
    """The first engine that answers; None without one."""
    given = os.environ.get("WIREWATCH_ENGINE")
    for words in [shlex.split(given)] if given else [["podman"], ["docker"]]:
        if shutil.which(words[0]) and Engine(words).run("info").returncode == 0:
            return Engine(words)
    return None


def provide_base(engine: Engine, image: str) -> str:
    """Have the base image here; where from."""
    if engine.run("image", "inspect", image).returncode == 0:
        return "was here"
    if engine.run("pull", image).returncode == 0:
        return "pulled"
    with tempfile.TemporaryDirectory(prefix="wirewatch-base-") as folder:
        root, archive = Path(folder) / "root", Path(folder) / "root.tar"
        packages = "--include=python3,python3-venv,ca-certificates"
        words = ["debootstrap", "--variant=minbase", packages, _RELEASE, root, _MIRROR]
        subprocess.run(words, check=True, capture_output=True, timeout=900)
        (root / "usr" / "bin" / "python").symlink_to("python3")
        changes = ["ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"]
        # A network that looks into TLS has an authority of its own, which pip must know inside as well.
        if authorities := os.environ.get("PIP_CERT"):
            shutil.copy2(authorities, root / "etc" / "ssl" / "certs" / "ca-certificates.crt")
            changes.append("ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt")
        subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
        engine("import", *(word for change in changes for word in ("--change", change)), archive, image)
    return f"made of Debian's {_RELEASE}"
