"""How are a zone, a cron line and a clock time in a config file read?

Types that every room's config model may use, and `next_time`, the one reading of cron:
standard day numbers (0 and 7 are Sunday), day-of-month OR weekday, daylight saving as Debian's
cron does it, all by cronsim. Intervals are in `archive/durations.py`.
"""

from datetime import UTC, datetime, time, tzinfo
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from archive.rules import passes, read_by

# Beside the zones lie copies of them that count leap seconds, and this machine's own.
_NO_ZONES = ("right/", "posix/", "posixrules", "localtime", "Factory")


@cache
def zone_names() -> frozenset[str]:
    """Every IANA zone there is: for a suggestion only, since it reads some hundred files."""
    return frozenset(available_timezones())


def parse_zone(value: object) -> ZoneInfo:
    """The IANA zone a config value names; ValueError where there is none."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        if not isinstance(value, str) or value.startswith(_NO_ZONES):
            raise ValueError
        # A path that leads out of the zones' folder is refused by ZoneInfo itself.
        return ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("expected an IANA time zone such as Asia/Vientiane") from None


def check_cron(value: str) -> str:
    """`value`, if cronsim reads it as five fields; ValueError names the field that is wrong."""
    # With six cronsim takes the first for seconds.
    if (number := len(value.split())) != 5:
        raise ValueError(f"expected a cron line of five fields: it has {number}")
    try:
        CronSim(value, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(f"expected a cron line of five fields: {error}") from error
    return value


def parse_clock(value: object) -> time:
    """The time of day that `22:30` means."""
    if isinstance(value, time):
        return value
    try:
        return datetime.strptime(str(value), "%H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        raise ValueError("expected a time of day such as '22:30'") from None


def next_time(cron: str, after: datetime, zone: tzinfo) -> datetime:
    """The first moment after `after` (aware) at which `cron` fires in `zone`, in UTC."""
    times = (time.astimezone(UTC) for time in CronSim(cron, after.astimezone(zone)))
    # In the hour that autumn repeats cronsim names a time that the first round has passed already.
    return next(time for time in times if time > after)


Zone = Annotated[ZoneInfo, read_by(parse_zone)]
Cron = Annotated[str, passes(check_cron)]
Clock = Annotated[time, read_by(parse_clock)]
