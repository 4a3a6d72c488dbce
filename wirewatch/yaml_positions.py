"""What does a YAML file say, and on which line?

Reads YAML 1.2 (core schema: `no`, `on`, `22:30` and `2026-11-24` are text) into three small node
types that know their places. Duplicate keys, tabs, broken syntax, tags and second documents are
mistakes, each with its place; what a key means is not known here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from wirewatch.config_errors import ConfigError, Place, shown
from wirewatch.config_files import digest
from wirewatch.quick_yaml import events

DEEPEST = 30
# So many values a file may come to, with those that aliases stand for: nine lines of aliases of aliases can
# stand for more than any memory holds.
MOST_BY_ALIAS = 1_000_000
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {w: w.lower() == "true" for w in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, a number, true or false, or None.

    A `secret` one was read from a file of its own and is never shown; `failed` says that this
    file could not be read, which has been told already.
    """

    place: Place
    value: str | int | float | bool | None
    secret: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the file's order; `keys` holds the place of each key, `items` what it names."""

    place: Place
    items: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)

    def without(self, key: str) -> "Mapping":
        """The mapping with `key` left out."""
        items = {name: item for name, item in self.items.items() if name != key}
        return Mapping(self.place, items, {name: self.keys[name] for name in items})

    def replaced(self, key: str, node: "Node") -> "Mapping":
        """The mapping with `node` at `key`."""
        keys = {**self.keys, key: self.keys.get(key, node.place)}
        return Mapping(self.place, {**self.items, key: node}, keys)


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The document in a file, None where it cannot be read at all, and its mistakes.

    `digest` is that of its content, None where there is none.
    """

    node: Node | None
    errors: tuple[ConfigError, ...]
    digest: bytes | None = None


class Known(Protocol):
    """What a file said before, in whatever form it was kept."""

    @property
    def digest(self) -> bytes | None:
        """Of the content that it had."""

    def unpacked(self) -> ParsedFile:
        """What it said."""


def read(file: Path, before: Known | None = None) -> ParsedFile:
    """What `file` says; what it said `before`, where its content is still the same.

    An empty file is an empty mapping.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        return ParsedFile(None, (ConfigError(Place(file), "", f"a file that cannot be read ({reason})"),))
    now = digest(content)
    if before is not None and before.digest == now:
        return before.unpacked()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return ParsedFile(None, (_not_utf8(file, error),), now)
    node, errors = parse(text, file)
    return ParsedFile(node, tuple(errors), now)


def parse(text: str, file: Path) -> tuple[Node | None, list[ConfigError]]:
    """The document in `text`, which is said to come from `file`, and its mistakes."""
    builder = _Builder(file, events(text))
    try:
        return builder.document(), builder.errors
    except _Refused as refused:
        return None, [*builder.errors, refused.error]
    except YAMLError as error:
        return None, [*builder.errors, _broken(file, error, text)]


def plain(node: Node) -> Any:
    """The node as plain Python: dict, list, str, int, float, bool, None."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(item) for key, item in node.items.items()}


class _Refused(Exception):
    def __init__(self, error: ConfigError) -> None:
        self.error = error


class _Builder:
    """Turns parser events into nodes; `errors` gathers what does not keep the rest from being read."""

    def __init__(self, file: Path, events: Iterator[Any]) -> None:
        self.file = file
        self.events = events
        self.errors: list[ConfigError] = []
        # Each with the number of values in it; and how many there were so far.
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.values = 0
        # The keys on the way to what is being read.
        self.path: list[str] = []

    def document(self) -> Node:
        root: Node = Mapping(Place(self.file, 1, 1))
        started = False
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                if started:
                    raise self.refused(event, "a second document (---)", "one document a file")
                started = True
                if event.version not in (None, (1, 2)):
                    found = f"YAML {'.'.join(map(str, event.version))}"
                    raise self.refused(event, found, "YAML 1.2, which is meant without a %YAML line too")
                root = self.node(next(self.events), 0)
        if isinstance(root, Scalar) and root.value is None:
            return Mapping(root.place)
        return root

    def node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                raise self.refused(event, f"*{event.anchor}", "the name of an anchor (&) above")
            known, size = self.anchors[event.anchor]
            self.values += size
            if self.values > MOST_BY_ALIAS:
                raise self.refused(event, f"aliases for more than {MOST_BY_ALIAS} values", "fewer of them")
            return known
        if depth > DEEPEST:
            raise self.refused(event, f"more than {DEEPEST} levels", "a flatter file")
        if event.tag is not None and str(event.tag) != "!":
            raise self.refused(event, f"the tag {event.tag}", "a plain value")
        build: Callable[[Any, int], Node] = {
            ScalarEvent: self.scalar,
            SequenceStartEvent: self.sequence,
            MappingStartEvent: self.mapping,
        }[type(event)]
        before = self.values
        self.values += 1
        node = build(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.values - before)
        return node

    def scalar(self, event: Any, _depth: int) -> Node:
        # A quoted or block scalar is text whatever it looks like.
        is_plain = event.style is None or event.style == ""
        return Scalar(self.place(event), resolved(event.value) if is_plain else self.text(event))

    def text(self, event: Any) -> str:
        """What a scalar in quotes or a key says. Escapes can be halves of a character, as in JSON."""
        if event.style != '"':
            return str(event.value)
        if "\0" in event.value:
            raise self.refused(event, "the character U+0000", "printable text")
        try:
            whole: str = event.value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise self.refused(event, "half of a character", "both halves, or the character itself") from None
        return whole

    def sequence(self, event: Any, depth: int) -> Node:
        items = []
        while not isinstance(inner := next(self.events), SequenceEndEvent):
            items.append(self.node(inner, depth + 1))
        return Sequence(self.place(event), tuple(items))

    def mapping(self, event: Any, depth: int) -> Node:
        built = Mapping(self.place(event))
        while not isinstance(inner := next(self.events), MappingEndEvent):
            key = self.key(inner)
            self.path.append(key)
            value = self.node(next(self.events), depth + 1)
            self.path.pop()
            if key in built.keys:
                self.errors.append(self.twice(key, self.place(inner), built))
            else:
                built.keys[key] = self.place(inner)
                built.items[key] = value
        return built

    def twice(self, key: str, place: Place, inside: Mapping) -> ConfigError:
        name = inside.items.get("name")
        named = [name.value] if isinstance(name, Scalar) and isinstance(name.value, str) else []
        found = f"{shown(key)} a second time (first on line {inside.keys[key].line})"
        return ConfigError(place, ".".join([*self.path, *named, key]), found, "every key once")

    def key(self, event: Any) -> str:
        if not isinstance(event, ScalarEvent):
            raise self.refused(event, "a list or mapping as a key", "a plain key")
        return self.text(event)

    def place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def refused(self, event: Any, found: str, expected: str) -> _Refused:
        return _Refused(ConfigError(self.place(event), "", found, expected))


def resolved(text: str) -> str | int | float | bool | None:
    """What a plain scalar means in YAML 1.2's core schema."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] in "+-.0123456789":
        if _INT.fullmatch(text) and len(text) < 40:
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        if text.startswith(("0x", "0o")) and len(text) < 40:
            try:
                return int(text, 0)
            except ValueError:
                return text
    return text


def _not_utf8(file: Path, error: UnicodeDecodeError) -> ConfigError:
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    found = f"the byte 0x{error.object[error.start]:02x}"
    return ConfigError(Place(file, line, column), "", found, "UTF-8 text")


# ruamel's words for what people do most often, and ours. Its own text follows for the rest.
_NO_COLON = "could not find expected ':'"
_KNOWN_BREAKS = {
    "found character '\\t' that cannot start any token": ("a tab", "spaces for indentation"),
    "mapping values are not allowed here": (
        "a colon where no key can be",
        "quotes around a value with ': ' in it, or the line above ended",
    ),
    _NO_COLON: ("a line without a colon", "key: value"),
    "found character '@' that cannot start any token": ("a value that begins with @", "it in quotes"),
    "found character '%' that cannot start any token": ("a value that begins with %", "it in quotes"),
    "found character '`' that cannot start any token": ("a value that begins with `", "it in quotes"),
}


def _broken(file: Path, error: YAMLError, text: str) -> ConfigError:
    if not isinstance(error, MarkedYAMLError):
        place, found = _unreadable(file, error, text)
        return ConfigError(place, "", found, "printable text")
    problem = str(error.problem or error.context)
    # For a missing colon the end of the search is marked as the problem, its begin as context.
    marks = (error.problem_mark, error.context_mark)
    mark = (marks[1] if problem == _NO_COLON else marks[0]) or marks[1]
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1, 1)
    if problem in _KNOWN_BREAKS:
        found, expected = _KNOWN_BREAKS[problem]
        return ConfigError(place, "", found, expected)
    context = f" {error.context}" if error.context and error.problem else ""
    if error.context and error.context_mark is not None and error.problem:
        context += f" from line {error.context_mark.line + 1}"
    return ConfigError(place, "", f"broken YAML ({problem}{context})", "")


def _unreadable(file: Path, error: YAMLError, text: str) -> tuple[Place, str]:
    position = getattr(error, "position", 0)
    before = text[:position]
    place = Place(file, before.count("\n") + 1, position - before.rfind("\n"))
    character = getattr(error, "character", None)
    code = character if isinstance(character, int) else ord(character) if character else 0
    return place, f"the character U+{code:04X}"
