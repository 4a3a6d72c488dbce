"""What can a user write in `wirewatch.yaml`?

The model of the whole file, put together from the models that the rooms own; here are only the
parts that belong to no room. Other files' models: `crawler/source.py`, `alerts/watch.py`,
`alerts/query/terms.py`. Reading and checking is `wirewatch/config_reading.py`.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from alerts.channel import TelegramSettings
from archive.clocks import Cron, Zone
from archive.durations import Duration
from archive.names import Name
from crawler.source import FetchSettings

Layer = Literal["sources", "watches", "terms"]
LAYERS: tuple[Layer, ...] = ("sources", "watches", "terms")


class Listen(NamedTuple):
    """Where a server listens; port 0 lets the system choose one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_listen(value: object) -> Listen:
    """The address that `127.0.0.1:9177` or `[::1]:9177` means."""
    if isinstance(value, Listen):
        return value
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("expected an address and port such as 127.0.0.1:9177")
    return Listen(host, int(port))


class HttpSettings(BaseModel):
    """Health and metrics; `listen` null switches them off."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    listen: Annotated[Listen, BeforeValidator(parse_listen)] | None = Listen("127.0.0.1", 9177)


class Retention(BaseModel):
    """How long the archive keeps an article's body, and its title."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    body: Duration = timedelta(days=90)
    title: Duration = timedelta(days=730)


class MainFile(BaseModel):
    """`wirewatch.yaml`; every key may be left out. Channels are checked one by one, by their type."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    version: Literal[1] = 1
    timezone: Zone = ZoneInfo("UTC")
    contact: str | None = None
    archive: str = "wirewatch.db"
    shipped: tuple[Layer, ...] = LAYERS
    ops: Name | None = None
    # Not FetchSettings(): that would compile the model's checks at every start.
    fetch: FetchSettings = FetchSettings.model_construct()
    telegram: TelegramSettings = TelegramSettings.model_construct()
    channels: tuple[dict[str, Any], ...] = ()
    retention: Retention = Retention.model_construct()
    http: HttpSettings = HttpSettings.model_construct()
    ping_url: Annotated[str | None, Field(pattern=r"^https?://[^/\s]+", repr=False)] = None
    silent_after: Duration = timedelta(hours=6)
    daily: Cron | None = None
