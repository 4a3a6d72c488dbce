"""What can a user write about a channel, and about the bot that fills it?

The config models of `channels:` and `telegram:` in `wirewatch.yaml`. Which story goes to which
channel is `alerts/routing.py`; how each type sends is `alerts/channels/`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Literal, TypeAlias

from alerts.watch import Urgency
from archive.clocks import Clock, Zone, check_cron, next_time
from archive.durations import parse_duration
from archive.names import Name
from archive.rules import Model, limited, named_keys, read_by
from archive.web_address import WebAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours(Model):
    """From `from` to `to` (over midnight where `to` is earlier) only urgent alerts are sent at once.

    With `breaking: pass` a breaking alert passes, with `hold` it waits as the others do.
    """

    __pydantic_config__ = named_keys(start="from", end="to")

    start: Clock
    end: Clock
    breaking: Literal["pass", "hold"] = "pass"

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("expected a time in to that differs from the one in from")

    def covers(self, moment: datetime, zone: tzinfo) -> bool:
        """Whether `moment` (aware) lies in the window on a clock in `zone`."""
        clock = moment.astimezone(zone).time().replace(tzinfo=None)
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def holds(self, moment: datetime, zone: tzinfo, urgency: Urgency | None) -> bool:
        """Whether something of this urgency (None: a digest) waits at `moment` for the window's end."""
        return self.covers(moment, zone) and not (urgency == "breaking" and self.breaking == "pass")

    def ends(self, moment: datetime, zone: tzinfo) -> datetime:
        """The first end of the window after `moment`, in UTC.

        Where spring leaves that time out, it is the moment after the gap; where autumn repeats it,
        the window lasts until its second time, since the clock shows the window's hours until then. Where
        spring leaves out all that is outside the window, it is the end of the next day.
        """
        day = moment.astimezone(zone).date()
        ends = [
            datetime.combine(day + timedelta(days=days), self.end, zone).replace(fold=fold).astimezone(UTC)
            for days in (0, 1, 2)
            for fold in (0, 1)
        ]
        ends.append(next_time(f"{self.end.minute} {self.end.hour} * * *", moment, zone))
        return min(end for end in ends if end > moment and not self.covers(end, zone))


def parse_digest(value: object) -> timedelta | str:
    """The interval or the cron line that `digest:` names; ValueError where it is neither."""
    if isinstance(value, str) and len(value.split()) > 1:
        return check_cron(value)
    try:
        every = parse_duration(value)
    except ValueError:
        raise ValueError("expected a cron line such as '0 7 * * *' or a duration such as 6h") from None
    if every < timedelta(minutes=1):
        raise ValueError("expected a duration of a minute or more")
    return every


# A duration is kept as timedelta, a cron line as text.
Digest = Annotated[timedelta | str, read_by(parse_digest)]
# Articles that a first contact turns up come in one digest, and so long is waited for more of them.
SETTLE = timedelta(seconds=60)


def parse_chat(value: object) -> int | str:
    """The chat number or public @name that `chat:` means; ValueError where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool) and value != 0:
        return value
    text = value if isinstance(value, str) else ""
    if text.removeprefix("-").isdecimal():
        return int(text)
    if len(text) < 5 or not text.startswith("@") or not text[1:].replace("_", "a").isalnum():
        raise ValueError("expected a chat number such as -1001234567890, or '@name' in quotes")
    return text


Chat = Annotated[int | str, read_by(parse_chat)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseChannel(Model):
    """What every channel has; `only` is a query that narrows what it gets.

    `timezone` falls back on that of `wirewatch.yaml`, `digest` None means that it has none,
    `max_per_hour` None means no limit. `quote`, `tags`, `flag` and `others` (further outlets of the
    story) are parts of a message that may be left out.
    """

    name: Name
    timezone: Zone | None = None
    only: str | None = None
    stories: bool = True
    realert_after: Annotated[int, limited(ge=2, le=1000)] = 6
    quiet_hours: QuietHours | None = None
    digest: Digest | None = None
    max_per_hour: Annotated[int, limited(ge=1)] | None = None
    quote: bool = True
    tags: bool = True
    flag: bool = True
    others: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramChannel(BaseChannel):
    """A chat, group, forum topic or channel that the bot writes to."""

    type: Literal["telegram"]
    chat: Chat
    topic: Annotated[int, limited(ge=1)] | None = None
    buttons: bool = True
    preview: Literal["small", "large", "off"] = "small"
    on_uncertain: Literal["resend", "hold"] = "resend"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleChannel(BaseChannel):
    """The terminal, or wherever standard output goes."""

    type: Literal["console"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseChannel(BaseChannel):
    """Any service that Apprise knows, by its address, which holds secrets."""

    type: Literal["apprise"]
    url: Annotated[str, limited(min_length=1)] = field(repr=False)


Channel: TypeAlias = TelegramChannel | ConsoleChannel | AppriseChannel
CHANNEL_TYPES: dict[str, type[TelegramChannel] | type[ConsoleChannel] | type[AppriseChannel]] = {
    "telegram": TelegramChannel,
    "console": ConsoleChannel,
    "apprise": AppriseChannel,
}


def default_channel() -> ConsoleChannel:
    """The one channel of a config that names none."""
    return ConsoleChannel(name="console", type="console")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing(Model):
    """How many messages may leave: a second to one chat, a minute to one group, a second in all."""

    chat_per_second: Annotated[float, limited(gt=0)] = 1
    group_per_minute: Annotated[float, limited(gt=0)] = 20
    bot_per_second: Annotated[float, limited(gt=0)] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings(Model):
    """The `telegram:` part of `wirewatch.yaml`; the token itself is not in it.

    `api_url` is an own Bot API server, None is Telegram's. `admins` are user numbers.
    """

    token_file: str = "telegram.token"  # noqa: S105, a path
    api_url: WebAddress | None = None
    admins: tuple[int, ...] = ()
    pacing: Pacing = Pacing()
