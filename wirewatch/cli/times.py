"""How does a command show a moment to a person, and to a program?"""

from datetime import datetime, timedelta, tzinfo

from archive.spans import length


def shown(moment: datetime | None, now: datetime, zone: tzinfo) -> str:
    """The clock in `zone` and how far it is from `now`: `14:02 (3 min ago)`; `never` for None."""
    if moment is None:
        return "never"
    here, today = moment.astimezone(zone), now.astimezone(zone)
    form = f"{here:%H:%M}" if here.date() == today.date() else f"{here.day} {here:%b %H:%M}"
    return f"{form} ({distance(moment, now)})"


def distance(moment: datetime | None, now: datetime) -> str:
    """How far `moment` is from `now`: `3 min ago`, `in 2 h`, `now`; `never` for None."""
    if moment is None:
        return "never"
    passed = now - moment
    if abs(passed) < timedelta(seconds=1):
        return "now"
    return f"{length(passed)} ago" if passed > timedelta() else f"in {length(-passed)}"


def machine(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    from wirewatch.article_lines import print_time

    return None if moment is None else print_time(moment)
