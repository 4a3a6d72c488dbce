"""What do the config files say, when the user's lie over the shipped ones?

Reads both folders and merges sources, watches and term sets by name, top-level key by key; every
key remembers the file and line it came from. Nothing is validated here beyond the files' frame:
what an entry means is `wirewatch/config_reading.py`.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wirewatch.config_errors import ConfigError, ConfigWarning, Place, nearest, one_of, shown
from wirewatch.config_files import MAIN_FILE, WATCHES_FILE, Locations, digest, is_there, listed
from wirewatch.main_file import LAYERS, Layer
from wirewatch.yaml_positions import Mapping, Node, ParsedFile, Scalar, Sequence, read

if TYPE_CHECKING:
    from wirewatch.packed_files import PackedFile

# The one key at the top of each kind of file.
TOP_KEYS: dict[Layer, str] = {"sources": "sources", "watches": "watches", "terms": "sets"}


@dataclass(slots=True)
class Layers:
    """The merged entries by kind and name; `main` is `wirewatch.yaml`, which is never layered.

    `files` are what they were read from; `own` holds the (kind, name) pairs that the user's folder
    speaks of; `unread` the kinds of which a file could not be read, so that a name missing there
    proves nothing.
    """

    main: Mapping
    files: "ParsedFiles"
    entries: dict[Layer, dict[str, Mapping]] = field(
        default_factory=lambda: {"sources": {}, "watches": {}, "terms": {}}
    )
    own: set[tuple[Layer, str]] = field(default_factory=set)
    unread: set[Layer] = field(default_factory=set)
    is_one_folder: bool = False
    main_unread: bool = False
    errors: list[ConfigError] = field(default_factory=list)
    warnings: list[ConfigWarning] = field(default_factory=list)


@dataclass(slots=True)
class ParsedFiles:
    """What the files said when they were read, so that those that still say it are not parsed again.

    To parse all of the shipped ones takes a quarter of a second, in which a daemon's loop is starved.
    """

    before: "dict[Path, PackedFile]" = field(default_factory=dict)
    now: dict[Path, ParsedFile] = field(default_factory=dict)
    # Of each file with a secret only what tells its contents apart; None where it is not there.
    named: dict[Path, bytes | None] = field(default_factory=dict)

    def read(self, file: Path) -> ParsedFile:
        """What `file` says."""
        self.now[file] = read(file, self.before.get(file))
        return self.now[file]

    def name(self, file: Path) -> None:
        """Take note of a file with a secret, before it is read: an edit in between is then seen later."""
        try:
            self.named[file] = digest(file.read_bytes()) if file.is_file() else None
        except OSError:
            self.named[file] = None

    def digests(self) -> dict[Path, bytes]:
        """What tells apart the contents of all that was there."""
        parsed = {file: found.digest for file, found in (self.now or self.before).items()}
        return {file: found for file, found in {**parsed, **self.named}.items() if found is not None}

    def packed(self) -> "ParsedFiles":
        """The same in little room, to be kept until it is read again."""
        if not self.now:
            return self
        # Loaded with what it packs for: a daemon.
        from wirewatch.packed_files import pack

        kept = {}
        for file, parsed in self.now.items():
            known = self.before.get(file)
            kept[file] = known if known and known.digest == parsed.digest else pack(parsed)
        return ParsedFiles(kept, named=self.named)

    def again(self) -> "ParsedFiles":
        """For another reading of the same folders."""
        return ParsedFiles(self.packed().before)


def read_layers(locations: Locations, files: ParsedFiles | None = None) -> Layers:
    """Read every file of both layers; mistakes are gathered, never raised. `files` spares parsing."""
    user = locations.config or locations.shipped
    main_file = user / MAIN_FILE
    layers = Layers(Mapping(Place(main_file)), files or ParsedFiles())
    if has_files := is_there(main_file):
        top = _top_mapping(main_file, layers)
        layers.main, layers.main_unread = top or layers.main, top is None
    layers.is_one_folder = user.resolve() == locations.shipped.resolve()
    taken = _shipped_kinds(layers.main)
    for kind in LAYERS:
        if not layers.is_one_folder and kind in taken:
            _read_kind(kind, locations.shipped, layers, own=False)
        has_files |= _read_kind(kind, user, layers, own=True)
    if not has_files:
        expected = f"{MAIN_FILE}, {WATCHES_FILE}, sources/*.yaml or terms/*.yaml"
        layers.warnings.append(ConfigWarning(Place(user), "", "no config file in this folder", expected))
    _tell_strays(user, layers)
    return layers


def files_of(folder: Path, kind: Layer) -> list[Path]:
    """The files of one kind in one layer, in the order in which they are read. Raises OSError."""
    if kind == "watches":
        return [file for file in (folder / WATCHES_FILE,) if is_there(file)]
    return listed(folder / kind, ".yaml")


def _shipped_kinds(main: Mapping) -> tuple[Layer, ...]:
    listed = main.items.get("shipped")
    if not isinstance(listed, Sequence):
        return LAYERS
    named = {item.value for item in listed.items if isinstance(item, Scalar)}
    return tuple(kind for kind in LAYERS if kind in named)


def _read_kind(kind: Layer, folder: Path, layers: Layers, *, own: bool) -> bool:
    """Read the files of one kind in one layer; whether there may be any."""
    try:
        files = files_of(folder, kind)
    except OSError as error:
        found = f"a folder that cannot be read ({error.strerror})"
        layers.errors.append(ConfigError(Place(folder / kind), "", found))
        layers.unread.add(kind)
        return True
    seen: dict[str, Place] = {}
    merged = layers.entries[kind]
    for file in files:
        top = _top_mapping(file, layers)
        if top is None:
            layers.unread.add(kind)
            continue
        for name, entry in _entries(kind, top, layers):
            place = entry.keys.get("name", entry.place)
            if name in seen:
                found = f"{name} a second time (first at {seen[name]})"
                layers.errors.append(
                    ConfigError(place, f"{TOP_KEYS[kind]}.{name}", found, "every name once in a folder")
                )
                continue
            seen[name] = place
            merged[name] = _over(merged[name], entry) if name in merged else entry
            if own:
                layers.own.add((kind, name))
    return bool(files)


def _over(lower: Mapping, upper: Mapping) -> Mapping:
    """`upper` laid over `lower`: a key of the upper one wins, and drops the lower one's twin
    (`proxy` and `proxy_file` are one thing said in two ways)."""
    items, keys = dict(lower.items), dict(lower.keys)
    for key, value in upper.items.items():
        twin = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
        items.pop(twin, None)
        keys.pop(twin, None)
        items[key], keys[key] = value, upper.keys[key]
    return Mapping(upper.place, items, keys)


def _top_mapping(file: Path, layers: Layers) -> Mapping | None:
    parsed = layers.files.read(file)
    node = parsed.node
    layers.errors.extend(parsed.errors)
    if node is not None and not isinstance(node, Mapping):
        found = shown(node.value) if isinstance(node, Scalar) else "a list"
        layers.errors.append(ConfigError(node.place, "", found, "a mapping (key: value) as the whole file"))
        return None
    return node


def _entries(kind: Layer, top: Mapping, layers: Layers) -> Iterator[tuple[str, Mapping]]:
    expected = TOP_KEYS[kind]
    for key, node in top.items.items():
        if key != expected:
            layers.errors.append(
                ConfigError(top.keys[key], key, key, f"the key {expected}", nearest(key, [expected]))
            )
        elif kind == "terms":
            yield from _named_by_key(node, top.keys[key], layers)
        else:
            yield from _named_by_name(node, top.keys[key], expected, layers)


def _named_by_key(node: Node, place: Place, layers: Layers) -> Iterator[tuple[str, Mapping]]:
    if isinstance(node, Scalar) and node.value is None:
        return
    if not isinstance(node, Mapping):
        layers.errors.append(ConfigError(place, "sets", _form(node), "term sets by their names"))
        return
    for name, entry in node.items.items():
        if isinstance(entry, Mapping):
            yield name, Mapping(node.keys[name], entry.items, entry.keys)
        else:
            layers.errors.append(
                ConfigError(node.keys[name], f"sets.{name}", _form(entry), "a mapping with title and terms")
            )


def _named_by_name(node: Node, place: Place, top: str, layers: Layers) -> Iterator[tuple[str, Mapping]]:
    if isinstance(node, Scalar) and node.value is None:
        return
    if not isinstance(node, Sequence):
        layers.errors.append(ConfigError(place, top, _form(node), "a list of entries (- name: …)"))
        return
    for entry in node.items:
        name = entry.items.get("name") if isinstance(entry, Mapping) else None
        if not isinstance(entry, Mapping):
            layers.errors.append(ConfigError(entry.place, top, _form(entry), "an entry (- name: …)"))
        elif not isinstance(name, Scalar) or not isinstance(name.value, str):
            found = "an entry without a name" if name is None else _form(name)
            where = entry.keys.get("name", entry.place)
            layers.errors.append(ConfigError(where, f"{top}.name", found, "a name as text"))
        else:
            yield name.value, entry


def _form(node: Node) -> str:
    match node:
        case Scalar():
            return shown(node.value)
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def _tell_strays(folder: Path, layers: Layers) -> None:
    """Warn of files and folders that look like config, but are never read."""
    for where in (folder, folder / "sources", folder / "terms"):
        # One that cannot be listed has been told, or holds nothing but these two by their names.
        with suppress(OSError):
            layers.warnings.extend(_stray_files(where, is_top=where == folder))
            layers.warnings.extend(_stray_folders(where, is_top=where == folder))


def _stray_files(where: Path, *, is_top: bool) -> Iterator[ConfigWarning]:
    read_here = {MAIN_FILE, WATCHES_FILE}
    for file in listed(where, ".yaml", ".yml"):
        if file.suffix == ".yaml" and (not is_top or file.name in read_here):
            continue
        expected = one_of(sorted(read_here)) if is_top else "a name ending in .yaml"
        close = nearest(f"{file.stem}.yaml", read_here) if is_top else f"{file.stem}.yaml"
        yield ConfigWarning(Place(file), "", "a file that is not read", expected, close)


def _stray_folders(where: Path, *, is_top: bool) -> Iterator[ConfigWarning]:
    """Beside `sources` and `terms` those called alike, in them all, if files lie there that would be read."""
    known = ("sources", "terms", WATCHES_FILE)
    for inner in listed(where, ""):
        if not inner.is_dir() or (is_top and inner.name in known):
            continue
        close = nearest(inner.name, known) if is_top else ""
        if (close or not is_top) and listed(inner, ".yaml", ".yml"):
            expected = one_of(known) if is_top else f"its files in {where.name}"
            yield ConfigWarning(Place(inner), "", "a folder that is not read", expected, close)
