"""How is a span of time said to a person?

How one is written in a config file is `archive/durations.py`.
"""

from datetime import timedelta

_UNITS = ((86400, "days"), (3600, "h"), (60, "min"), (1, "s"))


def length(span: timedelta) -> str:
    """A span in its largest unit that is not one alone: `90 s`, `75 min`, `30 h`, `3 days`."""
    seconds = int(span.total_seconds())
    for size, unit in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return "1 s" if seconds == 1 else "a moment"
