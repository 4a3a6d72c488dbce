"""How do the files of both config layers become settings?

`read_settings` gives one `Settings`, or raises every mistake of every file at once. Composed here from
models that the rooms own; where files lie is `config_files.py`, merging is `layers.py`, and checks that
need more than one entry are `config_checks.py`.
"""

from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from alerts.channel import CHANNEL_TYPES, AppriseChannel, Channel, TelegramSettings, default_channel
from alerts.query.terms import TermSet
from alerts.watch import Watch
from archive.rules import Model, checked
from crawler.source import Source
from wirewatch.bot_token import find_token
from wirewatch.config_checks import Entries, check
from wirewatch.config_errors import ConfigError, ConfigErrors, Place, in_file_order, nearest, one_of, shown
from wirewatch.config_files import Locations, shipped
from wirewatch.layers import TOP_KEYS, Layers, read_layers
from wirewatch.main_file import DATABASES, Layer, MainFile
from wirewatch.model_errors import validate
from wirewatch.secret_files import beside, resolve_files
from wirewatch.secrets import Secret, secret_address
from wirewatch.settings import Settings
from wirewatch.yaml_positions import Mapping, Scalar, Sequence, plain

M = TypeVar("M", bound=Model)


def read_settings(locations: Locations, environ: Table[str, str], before: Settings | None = None) -> Settings:
    """The config at `locations`; the bot token may come from `environ`.

    What is as it was in `before` is neither parsed nor compiled again. Raises ConfigErrors with every
    mistake found.
    """
    known = before.files if before is not None else None
    layers = read_layers(locations, known.again() if known is not None else None)
    reader = _Reader(layers)
    main, archive = reader.main_file(locations)
    entries = Entries(
        channels=reader.channels(),
        sources=reader.kind("sources", Source, "a source", ("proxy", "url")),
        watches=reader.kind("watches", Watch, "a watch", ()),
        sets=reader.sets(),
        ops=main.ops,
    )
    token = reader.token(main.telegram, environ)
    compiled = before.compiled if before is not None else None
    watchlist = check(entries, layers, compiled, has_token=token is not None)
    if watchlist is None:
        raise ConfigErrors(in_file_order(layers.errors), in_file_order(layers.warnings), layers.files.named)
    return Settings(
        timezone=main.timezone,
        contact=main.contact,
        archive=archive,
        fetch=main.fetch,
        telegram=main.telegram,
        token=token,
        channels=tuple(entries.channels.values()) or (default_channel(),),
        ops=main.ops,
        sources=tuple(source for source in entries.sources.values() if source.enabled),
        disabled=tuple(source for source in entries.sources.values() if not source.enabled),
        watches=tuple(watch for watch in entries.watches.values() if watch.enabled),
        sets=tuple(entries.sets.values()),
        retention=main.retention,
        http=main.http,
        ping_url=main.ping_url,
        silent_after=main.silent_after,
        daily=main.daily,
        locations=locations,
        named_files=frozenset(layers.files.named),
        compiled=watchlist,
        files=layers.files,
        digests=layers.files.digests(),
        warnings=tuple(in_file_order(layers.warnings)),
    )


def load_archive(locations: Locations) -> tuple[Path | str, ZoneInfo]:
    """Where the archive lies and which zone is shown, whatever else is wrong with the config.

    Raises ConfigErrors where `wirewatch.yaml` cannot be read or says something wrong of these two.
    """
    layers = read_layers(locations)
    main, archive = _Reader(layers).main_file(locations)
    wrong = [error for error in layers.errors if error.key.split(".")[0] in ("archive", "timezone")]
    if layers.main_unread or wrong:
        raise ConfigErrors(in_file_order(wrong or layers.errors))
    return archive, main.timezone


def shipped_sets() -> dict[str, TermSet]:
    """The shipped term sets, for what reads no other config. Raises ConfigErrors where they have mistakes."""
    folder = shipped()
    layers = read_layers(Locations(None, folder, folder))
    sets = _Reader(layers).sets()
    mistakes = [error for error in layers.errors if str(error.place).startswith(str(folder / "terms"))]
    if mistakes:
        raise ConfigErrors(in_file_order(mistakes))
    return sets


class _Reader:
    """Turns the merged mappings into models; mistakes go to `layers.errors`."""

    def __init__(self, layers: Layers) -> None:
        self.layers = layers

    def main_file(self, locations: Locations) -> tuple[MainFile, Path | str]:
        """The file's model (its defaults where it is wrong) and the archive's address."""
        files = ("archive", "ping_url")
        node = _as_far_as_read(self.resolved(self.layers.main, files, ""), files)
        fetch = node.items.get("fetch")
        if isinstance(fetch, Mapping):
            read = self.resolved(fetch, ("proxy",), "fetch")
            node = node.replaced("fetch", _as_far_as_read(read, ("proxy",)))
        # Channels are validated one by one, and a wrong one must not hide the rest.
        listed = node.without("channels") if isinstance(node.items.get("channels"), Sequence) else node
        self.version(node)
        listed = listed.without("version")
        main, errors = validate(MainFile, listed, "", "wirewatch.yaml")
        if main is None:
            # The right keys still count, so that one mistake does not make others appear.
            for key in listed.items:
                # A key may hold dots itself.
                if any(error.key == key or error.key.startswith(f"{key}.") for error in errors):
                    listed = listed.without(key)
            main = checked(MainFile, plain(listed))
        self.layers.errors.extend(errors)
        if main.ping_url is not None:
            # Whoever knows it can ping too.
            Secret(main.ping_url)
        if main.archive.startswith(DATABASES):
            return main, secret_address(main.archive)
        return main, locations.state / Path(main.archive).expanduser()

    def version(self, node: Mapping) -> None:
        said = node.items.get("version", Scalar(node.place, 1))
        if not isinstance(said, Scalar) or said.value != 1 or isinstance(said.value, bool):
            found = shown(said.value) if isinstance(said, Scalar) else "no number"
            expected = "1, the only version that this Wirewatch knows"
            self.add(node.keys["version"], "version", found, expected)

    def channels(self) -> dict[str, Channel]:
        """The valid channels by name; of two with one name the first."""
        listed = self.layers.main.items.get("channels")
        found: dict[str, Channel] = {}
        seen: dict[str, Place] = {}
        for node in listed.items if isinstance(listed, Sequence) else ():
            name = node.items.get("name") if isinstance(node, Mapping) else None
            if (
                not isinstance(node, Mapping)
                or not isinstance(name, Scalar)
                or not isinstance(name.value, str)
            ):
                place = node.keys.get("name", node.place) if isinstance(node, Mapping) else node.place
                self.add(place, "channels", "an entry without a name", "- name: and a text")
                continue
            place = node.keys["name"]
            if name.value in seen:
                text = f"{name.value} a second time (first on line {seen[name.value].line})"
                self.add(place, f"channels.{name.value}", text, "every name once")
                continue
            seen[name.value] = place
            channel = self.channel(node, f"channels.{name.value}")
            if channel is not None:
                found[name.value] = channel
        return found

    def channel(self, node: Mapping, path: str) -> Channel | None:
        said = node.items.get("type")
        named = said.value if isinstance(said, Scalar) else None
        if not isinstance(named, str) or named not in CHANNEL_TYPES:
            place = node.keys.get("type", node.place)
            found = "no type" if said is None else shown(named)
            close = nearest(named, CHANNEL_TYPES) if isinstance(named, str) else ""
            self.layers.errors.append(ConfigError(place, f"{path}.type", found, one_of(CHANNEL_TYPES), close))
            return None
        names = ("url",) if named == "apprise" else ()
        model: type[Channel] = CHANNEL_TYPES[named]
        channel = self.valid(model, self.resolved(node, names, path), path, f"a channel of type {named}")
        if isinstance(channel, AppriseChannel):
            Secret(channel.url)
        return channel

    def kind(self, kind: Layer, model: type[M], whose: str, files: tuple[str, ...]) -> dict[str, M]:
        """The valid entries of one kind by name. A disabled entry may be incomplete, and is left out."""
        valid: dict[str, M] = {}
        for name, node in self.layers.entries[kind].items():
            path = f"{TOP_KEYS[kind]}.{name}"
            node = self.resolved(node, files, path)
            entry, errors = validate(model, node, path, whose)
            if _is_disabled(node):
                errors = [error for error in errors if not error.is_missing]
            # Looking for a like name is slow, and next to no entry has a mistake.
            close = self.shipped_like(kind, name) if errors else ""
            for error in errors:
                hint = f"name: {close}" if error.is_missing and close else error.suggestion
                self.layers.errors.append(replace(error, suggestion=hint))
            if entry is not None:
                valid[name] = entry
        return valid

    def shipped_like(self, kind: Layer, name: str) -> str:
        """A name of the shipped layer that an own entry may have been meant to change, or ""."""
        own = self.layers.own
        return nearest(name, [other for other in self.layers.entries[kind] if (kind, other) not in own])

    def sets(self) -> dict[str, TermSet]:
        """The term sets by name; one that is switched off is kept without terms."""
        for name, node in self.layers.entries["terms"].items():
            named = Mapping(
                node.place,
                {"name": Scalar(node.place, name), **node.items},
                {"name": node.place, **node.keys},
            )
            if _is_disabled(node) and "terms" not in node.items:
                named = named.replaced("terms", Sequence(node.place, ()))
            self.layers.entries["terms"][name] = named
        sets = self.kind("terms", TermSet, "a term set", ())
        return {name: terms if terms.enabled else replace(terms, terms=()) for name, terms in sets.items()}

    def token(self, telegram: TelegramSettings, environ: Table[str, str]) -> Secret | None:
        main = self.layers.main
        part = main.items.get("telegram")
        place = part.keys.get("token_file") if isinstance(part, Mapping) else None
        file = beside(main.place, telegram.token_file)
        self.layers.files.name(file)
        token, errors = find_token(
            environ, file, place or Place(file), "telegram.token_file" if place else ""
        )
        self.layers.errors.extend(errors)
        return token

    def add(self, place: Place, key: str, found: str, expected: str, suggestion: str = "") -> None:
        self.layers.errors.append(ConfigError(place, key, found, expected, suggestion))

    def resolved(self, node: Mapping, names: tuple[str, ...], path: str) -> Mapping:
        for key in (f"{name}_file" for name in names):
            named = node.items.get(key)
            if isinstance(named, Scalar) and isinstance(named.value, str):
                self.layers.files.name(beside(node.keys[key], named.value))
        node, errors = resolve_files(node, names, path)
        self.layers.errors.extend(errors)
        return node

    def valid(self, model: type[M], node: Mapping, path: str, whose: str) -> M | None:
        entry, errors = validate(model, node, path, whose)
        self.layers.errors.extend(errors)
        return entry


def _as_far_as_read(node: Mapping, names: tuple[str, ...]) -> Mapping:
    """`node` without what its file did not tell: that has been told, and is no wrong value as well."""
    for name in names:
        said = node.items.get(name)
        if isinstance(said, Scalar) and said.failed:
            node = node.without(name)
    return node


def _is_disabled(node: Mapping) -> bool:
    said = node.items.get("enabled")
    # As the model reads it.
    return isinstance(said, Scalar) and str(said.value).lower() in {"false", "off", "no", "f", "n", "0"}
