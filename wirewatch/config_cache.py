"""What did the config say when it was read last, so that the same files need not be read again?

To read, check and compile some hundred sources and some thousand spellings takes most of a second; a
round in which nothing is new takes a third of one. So `run` leaves the checked settings in a file in the
state folder, and a command whose config is still the same takes them from there.

What is read and not yet kept, `settings_apart` has a process of its own read: the heap that this takes,
and what is loaded for it, would otherwise stay with a daemon for as long as it runs.

The same means: one hash over every byte of both config folders and of the files with secrets they name,
over the program's own files, what is installed beside it, and where everything lies. Whatever differs,
is damaged, or could have been written by somebody else is as no cache at all: the config is read. Where
mistakes are looked for (`check`, an edit while the daemon runs) it is never asked.

The file is plain JSON in three lines: by what it is known again, the settings, and the lexicon of the
watches, which is read where there is news. It holds no secret (`wirewatch/plain_settings.py`); the bot token
is looked for at every start.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path

from wirewatch.bot_token import find_token
from wirewatch.config_errors import Place
from wirewatch.config_files import Locations, digest, listed, package_folder
from wirewatch.plain_settings import NotPlain, Plain
from wirewatch.secrets import SECRET_KEYS, secret_address
from wirewatch.settings import Settings, load

NAME = "config.cache"
# Whatever a file that is no cache of ours can bring about.
_UNFIT = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)


def settings_apart(locations: Locations, environ: Mapping[str, str]) -> Settings:
    """The config at `locations`, kept for the next time; where it must be read, a fork does.

    For a process that has one thread. Raises ConfigErrors with every mistake found.
    """
    kept = _recalled(locations, environ)
    if kept is not None:
        return kept
    child = os.fork()
    if child == 0:
        try:
            settings_at(locations, environ, keep=True)
        finally:
            # A mistake, or what cannot be kept, is met again below.
            os._exit(0)
    os.waitpid(child, 0)
    return settings_at(locations, environ, keep=True)


def settings_at(locations: Locations, environ: Mapping[str, str], *, keep: bool = False) -> Settings:
    """The config at `locations`: kept, where its files are the same, else read, and kept if `keep` says.

    Raises ConfigErrors with every mistake found.
    """
    kept = _recalled(locations, environ)
    if kept is not None:
        return kept
    before = _read(locations) if keep else None
    settings = load(locations, environ)
    if before is not None:
        # A folder that cannot be written, or whose name is no UTF-8, only costs the next start its time.
        with contextlib.suppress(OSError, NotPlain, UnicodeEncodeError):
            _keep(settings, before)
    return settings


@dataclass(frozen=True, slots=True)
class _Files:
    """The config files of both layers, then those with secrets, and a digest of each that is there."""

    key: str
    contents: tuple[bytes, ...]
    digests: dict[Path, bytes]


def _recalled(locations: Locations, environ: Mapping[str, str]) -> Settings | None:
    try:
        head, _, rest = _own(locations.state / NAME).partition(b"\n")
        said = json.loads(head)
        named = [Path(file) for file in said["named_files"]]
        files = _read(locations, named)
        if files is None or said["key"] != files.key or said["digest"] != _digest(rest):
            return None
        # The second is read where there is news.
        body, lexicon = rest.split(b"\n")
        values = Plain(files.contents).unpacked(json.loads(body))
        token_file = _user_folder(locations) / Path(values["telegram"].token_file).expanduser()
        token, mistakes = find_token(environ, token_file, Place(token_file), "")
        if mistakes or (token is not None) != said["has_token"]:
            return None
        if isinstance(values["archive"], str):
            secret_address(values["archive"])
        return Settings(
            **values,
            token=token,
            locations=locations,
            named_files=frozenset(named),
            digests=files.digests,
            kept_as=files.key,
            lexicon=lexicon,
        )
    except _UNFIT:
        return None


def _keep(settings: Settings, before: _Files) -> None:
    locations, named = settings.locations, sorted(settings.named_files)
    read = _read(locations)
    files = _read(locations, named)
    if files is None or read != before:
        # Written while it was read: which of the two was read is not known.
        return
    # Loaded where the config was read.
    from alerts.query import kept, kept_lexicon

    plain = Plain(files.contents)
    packed = {
        part.name: plain.packed(getattr(settings, part.name), hidden=part.name in SECRET_KEYS)
        for part in fields(Settings)
        if "kept apart" not in part.metadata
    }
    packed["queries"] = kept.packed(_queries(settings))
    body = json.dumps({"dict": packed}, ensure_ascii=False, separators=(",", ":")).encode()
    rest = body + b"\n" + kept_lexicon.packed(settings.watchlist().lexicon)
    head = {
        "key": files.key,
        "digest": _digest(rest),
        "named_files": [str(file) for file in named],
        "has_token": settings.token is not None,
    }
    locations.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(locations.state / NAME, json.dumps(head).encode() + b"\n" + rest)


def _queries(settings: Settings) -> Iterator[str]:
    for watch in settings.watches:
        yield from filter(None, (watch.query, watch.unless))
    yield from (channel.only for channel in settings.channels if channel.only is not None)


def _replace(file: Path, content: bytes) -> None:
    # Loaded only where something is written.
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(dir=file.parent, prefix=f".{NAME}.", delete=False) as new:
        try:
            new.write(content)
            new.flush()
            Path(new.name).replace(file)
        except OSError:
            Path(new.name).unlink(missing_ok=True)
            raise


def _own(file: Path) -> bytes:
    """What the file says, if nobody else can have written it; OSError otherwise."""
    with file.open("rb") as opened:
        status = os.fstat(opened.fileno())
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise PermissionError(f"{file} may have been written by somebody else")
        return opened.read()


def _read(locations: Locations, named: Iterable[Path] = ()) -> _Files | None:
    """The files as they are now; None where one cannot be read, which only reading the config can tell."""
    try:
        return _read_all(locations, named)
    except OSError:
        return None


def _read_all(locations: Locations, named: Iterable[Path]) -> _Files:
    whole = blake2b(digest_size=32)
    for part in (sys.version, *_surroundings(), *_program(), str(locations), str(os.environ.get("HOME"))):
        # Names of files need be no UTF-8.
        whole.update(os.fsencode(part) + b"\0")
    contents, digests = [], {}
    for file in (*_config_files(locations), *sorted(named)):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            # A file with a secret may be missing: no token is no mistake.
            content, said = b"", b"missing"
        else:
            said = digests[file] = digest(content)
        contents.append(content)
        whole.update(os.fsencode(file) + b"\0" + said)
    return _Files(whole.hexdigest(), tuple(contents), digests)


def _config_files(locations: Locations) -> Iterator[Path]:
    """Every file of both folders that is read, or warned of because it is not."""
    for folder in dict.fromkeys((_user_folder(locations), locations.shipped)):
        for where in (folder, folder / "sources", folder / "terms"):
            yield from listed(where, ".yaml", ".yml")


def _user_folder(locations: Locations) -> Path:
    return locations.config or locations.shipped


def _program() -> Iterator[str]:
    """The program's own files: what they make of the same config may be something else."""
    root = package_folder().parent
    for package in ("wirewatch", "crawler", "alerts", "archive"):
        yield from _stamps(root / package)


def _stamps(folder: Path | str) -> Iterator[str]:
    with os.scandir(folder) as found:
        for entry in sorted(found, key=lambda one: one.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _stamps(entry.path)
            else:
                # What an editor has put there for a while may be gone again, or a link that leads nowhere.
                with contextlib.suppress(FileNotFoundError):
                    status = entry.stat()
                    # Not the time that the file says it was written: images and copies bring one along.
                    yield f"{entry.path} {status.st_size} {status.st_ctime_ns}"


def _surroundings() -> Iterator[str]:
    """The folders of installed packages: another version of one of them makes them new."""
    for folder in map(Path, sys.path):
        if folder.name.endswith("-packages") and folder.is_dir():
            yield f"{folder} {folder.stat().st_ctime_ns}"


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=32).hexdigest()
