"""What can a user write in `wirewatch.yaml`?

The model of the whole file, put together from the models that the rooms own; here are only the
parts that belong to no room. Other files' models: `crawler/source.py`, `alerts/watch.py`,
`alerts/query/terms.py`. Reading and checking is `wirewatch/config_reading.py`.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from alerts.channel import TelegramSettings
from archive.clocks import Cron, Zone
from archive.durations import Duration
from archive.names import Name
from archive.rules import Model, passes, read_by
from archive.web_address import WebAddress
from crawler.source import FetchSettings, HeaderText

Layer = Literal["sources", "watches", "terms"]
LAYERS: tuple[Layer, ...] = ("sources", "watches", "terms")


# How an archive's address begins that is no path.
DATABASES = ("postgresql:", "postgres:")


class Listen(NamedTuple):
    """Where a server listens; port 0 lets the system choose one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


_USUALLY = Listen("127.0.0.1", 9177)
_UTC = ZoneInfo("UTC")


def parse_listen(value: object) -> Listen:
    """The address that `127.0.0.1:9177` or `[::1]:9177` means."""
    if isinstance(value, Listen):
        return value
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("expected an address and port such as 127.0.0.1:9177")
    return Listen(host, int(port))


def check_archive(value: str) -> str:
    """`value`, if it is a path or an address of PostgreSQL, whose scheme tells the two apart."""
    if "://" not in value and not value.startswith(DATABASES):
        try:
            Path(value).expanduser()
        except RuntimeError:
            raise ValueError("expected a path; nobody here has this ~home") from None
        if value.strip():
            return value
    elif value.startswith(tuple(f"{scheme}//" for scheme in DATABASES)):
        # Loaded with an archive.
        from sqlalchemy.exc import ArgumentError

        from archive.archive import database_url

        # The second is of the port.
        with suppress(ArgumentError, ValueError):
            if "@" not in (database_url(value).host or ""):
                return value
        # Else what follows the first @ would be told as the name of the host.
        raise ValueError(
            "expected an address of PostgreSQL whose port is a number, with %40 for an @ in the password"
        )
    raise ValueError("expected a path, or an address that begins with postgresql://")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings(Model):
    """Health and metrics; `listen` null switches them off."""

    listen: Annotated[Listen, read_by(parse_listen)] | None = _USUALLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Model):
    """How long the archive keeps an article's body, and its title."""

    body: Duration = timedelta(days=90)
    title: Duration = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainFile(Model):
    """`wirewatch.yaml`; every key may be left out. Channels are checked one by one, by their type."""

    version: Literal[1] = 1
    timezone: Zone = _UTC
    contact: HeaderText | None = None
    archive: Annotated[str, passes(check_archive)] = "wirewatch.db"
    shipped: tuple[Layer, ...] = LAYERS
    ops: Name | None = None
    fetch: FetchSettings = field(default_factory=FetchSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    channels: tuple[dict[str, Any], ...] = ()
    retention: Retention = field(default_factory=Retention)
    http: HttpSettings = field(default_factory=HttpSettings)
    ping_url: WebAddress | None = field(default=None, repr=False)
    silent_after: Duration = timedelta(hours=6)
    daily: Cron | None = None
