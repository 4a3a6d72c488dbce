"""What can a user write in `wirewatch.yaml`?

The model of the whole file, put together from the models that the rooms own; here are only the
parts that belong to no room. Other files' models: `crawler/source.py`, `alerts/watch.py`,
`alerts/query/terms.py`. Reading and checking is `wirewatch/config_reading.py`.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from alerts.channel import TelegramSettings
from archive.clocks import Cron, Zone
from archive.durations import Duration
from archive.names import Name
from archive.rules import Model, limited, read_by
from crawler.source import FetchSettings

Layer = Literal["sources", "watches", "terms"]
LAYERS: tuple[Layer, ...] = ("sources", "watches", "terms")


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
    contact: str | None = None
    archive: str = "wirewatch.db"
    shipped: tuple[Layer, ...] = LAYERS
    ops: Name | None = None
    fetch: FetchSettings = field(default_factory=FetchSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    channels: tuple[dict[str, Any], ...] = ()
    retention: Retention = field(default_factory=Retention)
    http: HttpSettings = field(default_factory=HttpSettings)
    ping_url: Annotated[str, limited(pattern=r"^https?://[^/\s]+")] | None = field(default=None, repr=False)
    silent_after: Duration = timedelta(hours=6)
    daily: Cron | None = None
