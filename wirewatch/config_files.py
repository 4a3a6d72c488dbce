"""Where do the config and the state lie?

The order of places in which they are looked for (docs/reference/configuration.md), and the shipped
layer: the checkout's own `config/` in a checkout, the copy inside the package elsewhere. What the
files say is `wirewatch/layers.py`.
"""

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import wirewatch
from wirewatch.config_errors import ConfigError, ConfigErrors, Place

MAIN_FILE = "wirewatch.yaml"
WATCHES_FILE = "watches.yaml"


@dataclass(frozen=True, slots=True)
class Locations:
    """`config` is the user's folder, None where there is none; `shipped` is the layer below it;
    `state` is the folder of the archive, which need not exist yet."""

    config: Path | None
    shipped: Path
    state: Path


def locate(config: Path | None, environ: Mapping[str, str]) -> Locations:
    """Find the folders; `config` is what `--config` said.

    Raises ConfigErrors when a folder that was named does not exist.
    """
    return Locations(_config(config, environ), shipped(), _state(environ))


def digest(content: bytes) -> bytes:
    """By what two contents of a file are told apart."""
    return blake2b(content, digest_size=16).digest()


def is_there(file: Path) -> bool:
    """Whether anything stands at this path, a link that leads nowhere too. What may not be looked at counts
    as there: reading it tells what is wrong."""
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def listed(folder: Path, *endings: str) -> list[Path]:
    """What is in `folder` and ends so, by name; nothing where there is no folder. Hidden files are not meant:
    editors and systems put them beside those that people write.

    Raises OSError where it cannot be looked into.
    """
    try:
        return sorted(file for file in folder.iterdir() if is_meant(file.name, *endings))
    except FileNotFoundError:
        return []


def is_meant(name: str, *endings: str) -> bool:
    """Whether a file called so is one that people write, and ends so."""
    return name.endswith(endings) and not name.startswith(".")


def package_folder() -> Path:
    """The folder of the package `wirewatch` itself."""
    return Path(wirewatch.__file__).resolve().parent


def checkout(package: Path | None = None) -> Path | None:
    """The checkout that the package is run from; None when it is installed."""
    root = (package or package_folder()).parent
    project = root / "pyproject.toml"
    if not (root / "config").is_dir() or not project.is_file():
        return None
    is_ours = 'name = "wirewatch"' in project.read_text(encoding="utf-8")
    return root if is_ours else None


def shipped(package: Path | None = None) -> Path:
    """The folder of the shipped layer.

    A checkout's `config/` comes first: an editable install can hold a stale copy in the package.
    """
    package = package or package_folder()
    root = checkout(package)
    return package / "shipped" if root is None else root / "config"


def _config(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    if named is not None:
        return _existing(named, "--config")
    if environ.get("WIREWATCH_CONFIG"):
        return _existing(Path(environ["WIREWATCH_CONFIG"]), "WIREWATCH_CONFIG")
    places = (Path("config"), user_folder(environ), Path("/etc/wirewatch"))
    return next((place for place in places if _is_folder(place)), None)


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:
        # In the home of another user, say, which `sudo -u` left in the environment.
        return False


def user_folder(environ: Mapping[str, str]) -> Path:
    """The config folder of this user, which need not exist."""
    return _base("XDG_CONFIG_HOME", ".config", environ)


def _existing(folder: Path, named_by: str) -> Path:
    try:
        found = "" if stat.S_ISDIR(folder.stat().st_mode) else "a file"
    except (FileNotFoundError, NotADirectoryError):
        found = "nothing"
    except OSError as error:
        found = f"what may not be looked at ({error.strerror})"
    if found:
        raise ConfigErrors([ConfigError(Place(folder), named_by, found, "a folder with config files")])
    return folder


def _state(environ: Mapping[str, str]) -> Path:
    root = checkout()
    if root is not None:
        return root / "var"
    if environ.get("STATE_DIRECTORY"):
        # systemd joins several StateDirectory= entries with colons; the first is the main one.
        return Path(environ["STATE_DIRECTORY"].split(":")[0])
    return _base("XDG_STATE_HOME", ".local/state", environ)


def _base(variable: str, default: str, environ: Mapping[str, str]) -> Path:
    base = environ.get(variable, "")
    # The XDG rules say that a relative path counts as unset.
    folder = Path(base) if base.startswith("/") else Path(environ.get("HOME") or Path.home()) / default
    return folder / "wirewatch"
