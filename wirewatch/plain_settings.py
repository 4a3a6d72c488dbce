"""How do settings become plain JSON, and settings again?

`packed` and `unpacked`, for `wirewatch/config_cache.py`. Objects are named by the class they are of, of
a closed set: reading runs nothing but their constructors. A secret is not in it, but where it stands:
the number of the file, and the bytes of it that are the secret.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.channel import (
    AppriseChannel,
    ConsoleChannel,
    Pacing,
    QuietHours,
    TelegramChannel,
    TelegramSettings,
)
from alerts.query.terms import Company, Term, TermSet
from alerts.watch import Watch
from crawler.source import FetchSettings, Selectors, Source
from wirewatch.config_errors import ConfigWarning, Place
from wirewatch.main_file import HttpSettings, Listen, Retention
from wirewatch.secrets import SECRET_KEYS, Secret, is_secret

_OBJECTS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        AppriseChannel, Company, ConfigWarning, ConsoleChannel, FetchSettings, HttpSettings, Listen, Pacing,
        Place, QuietHours, Retention, Selectors, Source, TelegramChannel, TelegramSettings, Term, TermSet,
        Watch,
    )
}  # fmt: skip
_VALUES: dict[str, Callable[[Any], Any]] = {
    "seconds": lambda seconds: timedelta(seconds=seconds),
    "zone": ZoneInfo,
    "clock": time.fromisoformat,
    "path": Path,
}


class NotPlain(Exception):
    """A secret that stands nowhere as it is: escaped in YAML, for instance."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The two ways, given the contents of the files that the settings were read from."""

    contents: Sequence[bytes]

    def packed(self, value: Any, *, hidden: bool = False) -> Any:
        """`value` as what JSON can hold. Raises NotPlain where a secret cannot be left out."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self._place_of(value) if hidden or is_secret(value) else value
            case timedelta():
                return {"seconds": value.total_seconds()}
            case ZoneInfo():
                return {"zone": value.key}
            case time():
                return {"clock": value.isoformat()}
            case Path():
                return {"path": self.packed(str(value))}
            case Mapping():
                return {"dict": {key: self.packed(item, hidden=hidden) for key, item in value.items()}}
            case tuple() if type(value).__name__ not in _OBJECTS:
                return [self.packed(item, hidden=hidden) for item in value]
        kind = type(value).__name__
        if _OBJECTS.get(kind) is not type(value):
            raise TypeError(f"settings hold a {kind}, which plain_settings.py does not know")
        said = {
            name: self.packed(
                item, hidden=name in SECRET_KEYS or (kind == "AppriseChannel" and name == "url")
            )
            for name, item in _said(value).items()
        }
        return {kind: said}

    def unpacked(self, node: Any) -> Any:
        """What `packed` was given. Raises ValueError, KeyError, TypeError or the like where it was not."""
        if isinstance(node, list):
            return tuple([self.unpacked(item) for item in node])
        if not isinstance(node, dict):
            return node
        ((kind, said),) = node.items()
        if kind in _VALUES:
            return _VALUES[kind](self.unpacked(said))
        if kind == "secret":
            return self._secret_at(*said)
        values = {name: self.unpacked(item) for name, item in said.items()}
        if kind == "dict":
            return values
        return _OBJECTS[kind](**values)

    def _place_of(self, secret: str) -> Any:
        sought = secret.encode()
        for number, content in enumerate(self.contents):
            begin = content.find(sought)
            if begin >= 0:
                return {"secret": [number, begin, begin + len(sought), is_secret(secret)]}
        raise NotPlain

    def _secret_at(self, number: int, begin: int, end: int, is_known: bool) -> str:
        text = self.contents[number][begin:end].decode()
        return Secret(text).reveal() if is_known else text


def _default(part: Field[Any]) -> Any:
    return part.default if part.default_factory is MISSING else part.default_factory()


def _said(value: Any) -> Mapping[str, Any]:
    """The parts of an object that are not as they are by default."""
    if is_dataclass(value):
        parts = ((part, getattr(value, part.name)) for part in fields(value))
        return {part.name: said for part, said in parts if said != _default(part)}
    named: Mapping[str, Any] = value._asdict()
    return named
