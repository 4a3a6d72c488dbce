"""How is `30s`, `10m`, `2h` or `7d` in a config file read?

One type, `Duration`, that every room's config model may use. Clock times and zones are
not here.
"""

import re
from datetime import timedelta
from typing import Annotated

from archive.rules import read_by

_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
# What a date can be moved by: with more, what is counted from now leaves the calendar.
_LONGEST = 365_000 * 86400
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(value: object) -> timedelta:
    """The timedelta that a config value means; ValueError says which forms are allowed."""
    if isinstance(value, timedelta):
        return value
    match = _FORM.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected a duration such as 30s, 10m, 2h or 7d")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST:
        raise ValueError("expected a duration of at most a thousand years (365000d)")
    return timedelta(seconds=seconds)


def print_duration(value: timedelta) -> str:
    """The shortest form that reads back as the same duration."""
    seconds = value.total_seconds()
    for unit in ("d", "h", "m", "s"):
        if seconds >= _SECONDS[unit] and seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:.0f}{unit}"
    return f"{round(seconds * 1000)}ms"


Duration = Annotated[timedelta, read_by(parse_duration)]
