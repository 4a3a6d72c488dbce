"""When was it published, if a feed's date says so, and how far is that to be trusted?

Reads the forms in which feeds write dates, with the zone names that general parsers take for
UTC. A date that names no zone is in the source's own; one that cannot be true gives none at all,
so that it never suppresses an alert. Dates within the text of pages are `crawler/pages/dates.py`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from html import unescape
from zoneinfo import ZoneInfo

from archive.article import Trust
from crawler.date_names import HALF, HALF_BEHIND, MONTH, MONTHS, THAI, ZONES, fold, hour_of_day

Dated = tuple[datetime | None, Trust]

_UNDATED: Dated = (None, "none")
_LONGEST = 200
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
# Years of the Buddhist era are 543 ahead.
_BUDDHIST = 543

# The two forms that nearly all feeds use.
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[t ](\d\d):(\d\d)(?::(\d\d))?(?:[.,:]\d*)?\s*(.*)", re.DOTALL)
_MAIL = re.compile(
    r"(?:[a-z]{3},\s?)?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)? ?(.*)", re.DOTALL
)

_CLOCK = re.compile(
    rf"(?:(?P<before>{HALF})\s*)?(?<![\d.+])(?P<hour>\d{{1,2}})\s?(?::|h|시|時|时|点|點|giờ|ໂມງ|นาฬิกา)"
    r"(?:\s?(?P<minute>\d{1,2}))?(?:\s?(?:분|分|នាទី|ນາທີ|นาที|m(?!\w)))?"
    r"(?:(?:\s?:\s?|(?<=[분分ีີ])\s?)(?P<second>\d{1,2})(?:\s?(?:초|秒|ວິນາທີ|วินาที))?(?:[.,:]\d*)?)?(?!\d)"
    rf"(?:\s*(?P<after>{HALF_BEHIND}))?"
    r"|(?<![\d.:/-])(?P<only>1[0-2]|0?[1-9])\s?(?P<half>[ap]\.?m\.?)(?!\w)"
)
# "10.30 WIB", "10.30 น.", "pukul 10.30": one dot makes a time, two make a date, if there is no other.
_DOTTED = re.compile(r"(?<![\d.])(?P<hour>\d{1,2})\.(?P<minute>\d\d)(?P<second>)(?![\d.])")
_TWICE_DOTTED = re.compile(
    r"(?<![\d.])(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)\.(?P<second>[0-5]\d)(?![\d.])"
)
_ZONE = re.compile(
    r"[\s,(\[]*(?:(?P<base>gmt|utc|ut)\s*)?(?P<sign>[+\-\u2212])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?![\d/.-])"
    r"|[\s,(\[]*(?P<name>[a-z]+(?:/[a-z_]+)+|[a-z]{1,5}|мск)(?![\w/])"
)
_EPOCH = re.compile(r"(\d{10})(\d{3})?(?:\.\d+)?")
_COMPACT = re.compile(
    r"(?<!\d)((?:19|20|25)\d\d)([01]\d)([0-3]\d)(?:[t\s]?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?)?(?!\d)"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\)?\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
_SHORT_YEAR_FIRST = re.compile(r"(?<!\d)(\d\d)\s?([-.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d\d)(?!\d)")
_NUMBERED_MONTH = re.compile(r"(?:tháng|thg|th\.?)\s?(\d{1,2})(?!\d)|(\d{1,2})\s?[월月]")
# "thứ 3" is Tuesday, and no day of the month.
_WEEKDAY_NUMBER = re.compile(r"thứ\s?\d")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_MONTH_FIRST = ("America/", "US/", "Asia/Manila", "Pacific/Guam")
# Where "26.11.24" begins with the year.
_YEAR_BEFORE_ALL = ("Asia/Seoul", "Asia/Pyongyang", "Asia/Tokyo", "Asia/Shanghai", "Asia/Taipei")
# Short years of the Buddhist era begin at 2000 of ours.
_SHORT_BUDDHIST = 43
_HALF = re.compile(HALF)
# Years by reign; by the eras of Taiwan and North Korea, which both began in 1912; and short ones.
_REIGN = re.compile(r"(?P<era>令和|平成|昭和)?\s?(?<!\d)(?P<number>\d{1,3}|元)\s?(?P<year>[年년])")
_BEFORE_FIRST = {"令和": 2018, "平成": 1988, "昭和": 1925, "long": 1911, "short": 2000}


def read_date(written: str | None, zone: tzinfo | None, now: datetime) -> Dated:
    """The time in UTC and its trust. `zone` is the source's own; None counts as UTC.

    A date in the future by more than a day, or before 1990, is none: nobody can tell what it
    should have been. Never raises.
    """
    text = fold(" ".join(unescape((written or "")[:_LONGEST]).split()))
    if not text:
        return _UNDATED
    try:
        moment, trust = _usual(text, zone) or _any(text, zone, now) or _UNDATED
        if moment is None:
            return _UNDATED
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return _UNDATED
    believed = believable(moment, now)
    return (believed, trust) if believed is not None else _UNDATED


def believable(moment: datetime, now: datetime) -> datetime | None:
    """`moment` as far as it can be true: None for one before 1990 or more than a day ahead of `now`."""
    if not _OLDEST <= moment <= now + _AHEAD:
        return None
    # A clock that runs a little ahead must not make an article newer than its finding.
    return min(moment, now)


def _usual(text: str, zone: tzinfo | None) -> Dated | None:
    iso = _ISO.fullmatch(text)
    if iso:
        year, month, day, *clock, rest = iso.groups()
        if _HALF.match(rest):
            return None
        return _at((_full_year(year), int(month), int(day)), clock, rest, zone)
    mail = _MAIL.fullmatch(text)
    if mail and mail[2] in MONTHS:
        day, name, year, *clock, rest = mail.groups()
        if _HALF.match(rest):
            return None
        return _at((_full_year(year), MONTHS[name], int(day)), clock, rest, zone)
    return None


def _any(text: str, zone: tzinfo | None, now: datetime) -> Dated | None:
    """Any other form: the clock is taken out first, then the day is looked for in the rest."""
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        return datetime.fromtimestamp(int(epoch[1]), UTC), "stated"
    compact = _COMPACT.search(text)
    if compact:
        year, month, day, *clock = compact.groups()
        date = (_full_year(year), int(month), int(day))
        return _at(date, clock if clock[0] else None, text[compact.end() :], zone)
    found = _CLOCK.search(text) or _DOTTED.search(text)
    if found is None:
        # "14.30.00" is the time of a date that has another one.
        twice_dotted = _TWICE_DOTTED.search(text)
        timed = _timed(text, twice_dotted, zone, now) if twice_dotted else None
        day = None if timed else _day(text, zone, now)
        return timed or (day and _at(day, None, "", zone))
    return _timed(text, found, zone, now)


def _timed(text: str, found: re.Match[str], zone: tzinfo | None, now: datetime) -> Dated | None:
    """The moment of the clock time that was found in the text, on the day that stands in the rest of it."""
    after = text[found.end() :]
    named = _ZONE.match(after)
    signed = named is not None and named["sign"] is not None
    # "+0700" looks like a year.
    day = _day(f"{text[: found.start()]} {after[named.end() :] if named and signed else after}", zone, now)
    parts = found.groupdict()
    half = parts.get("before") or parts.get("after") or parts.get("half")
    hour = hour_of_day(int(parts["hour"] or parts["only"]), half)
    clock = [str(hour), parts["minute"], parts["second"]]
    return day and _at(day, clock, after, zone)


def _at(date: tuple[int, int, int], clock: list[str | None] | None, rest: str, zone: tzinfo | None) -> Dated:
    """The moment of a date and a clock time, after which `rest` may name a zone."""
    if clock is None:
        return datetime(*date, tzinfo=zone or UTC), "day"
    hour, minute, second = [int(part or 0) for part in clock]
    moment = datetime(*date, 0 if hour == 24 else hour, minute, min(second, 59))  # noqa: DTZ001
    if hour == 24:
        moment += timedelta(days=1)
    stated = stated_zone(rest, moment, zone)
    return moment.replace(tzinfo=stated or zone or UTC), "stated" if stated else "assumed"


def stated_zone(rest: str, moment: datetime, own: tzinfo | None) -> tzinfo | None:
    """The zone that stands right after a clock time; None where there is none, or an unknown one.

    `rest` is folded (`crawler/date_names.py`), `moment` naive, `own` the source's zone, whose short
    name is understood where it stands for several ("CST").
    """
    stated, name = _zone_in(rest[:_LONGEST])
    if name and own is not None and (moment.replace(tzinfo=own).tzname() or "").lower() == name:
        return own
    return stated


# Most dates of a feed end alike.
@lru_cache(maxsize=256)
def _zone_in(rest: str) -> tuple[tzinfo | None, str]:
    """The zone with which `rest` begins, and its name where it is no offset."""
    match = _ZONE.match(rest)
    if match is None:
        return None, ""
    if match["sign"]:
        return _offset(match["sign"], match["hours"], match["minutes"]), ""
    name = match["name"]
    if "/" in name:
        return _named_zone(name), name
    return (timezone(timedelta(hours=ZONES[name])) if name in ZONES else None), name


def _offset(sign: str, hours: str, minutes: str | None) -> tzinfo | None:
    ahead = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if ahead > timedelta(hours=14):
        return None
    return timezone(ahead if sign == "+" else -ahead)


def _named_zone(name: str) -> tzinfo | None:
    titled = "/".join("_".join(map(str.title, part.split("_"))) for part in name.split("/"))
    try:
        return ZoneInfo(titled.replace("Us/", "US/"))
    except (OSError, ValueError, KeyError):
        return None


def _day(text: str, zone: tzinfo | None, now: datetime) -> tuple[int, int, int] | None:
    """Year, month and day in `text`, which holds no clock time; None where there is no date."""
    text = _REIGN.sub(_common_year, text)
    match = _YEAR_FIRST.search(text)
    if match:
        return _full_year(match[1]), int(match[2]), int(match[3])
    match = _SHORT_YEAR_FIRST.search(text) if _key(zone) in _YEAR_BEFORE_ALL else None
    if match and _is_possible(found := (2000 + int(match[1]), int(match[3]), int(match[4])), now):
        return found
    match = _YEAR_LAST.search(text)
    if match:
        return next((way for way in _orders(match, text, zone) if _is_possible(way, now)), None)
    return _day_by_name(_WEEKDAY_NUMBER.sub("", text), zone, now)


def _common_year(reign: re.Match[str]) -> str:
    number = 1 if reign["number"] == "元" else int(reign["number"])
    era = reign["era"] or ("long" if number > 99 else "short")
    return f" {_BEFORE_FIRST[era] + number}{reign['year']}"


def _day_by_name(text: str, zone: tzinfo | None, now: datetime) -> tuple[int, int, int] | None:
    # The last name is the month: "mar. 6 févr." begins with a weekday.
    named = list(MONTH.finditer(text))
    match = named[-1] if named else _NUMBERED_MONTH.search(text)
    if match is None:
        return None
    month = MONTHS[match[0]] if named else int(match[1] or match[2])
    numbers = [found[0] for found in _NUMBER.finditer(_without(text, match))]
    years = [number for number in numbers if len(number) == 4]
    short = [number for number in numbers if len(number) < 3]
    if years and short:
        return _full_year(years[0]), month, int(short[0])
    if any(len(number) == 3 for number in numbers):
        # A year, but of which era?
        return None
    if len(short) > 1:
        # The day first, then the year, unless the first can be no day.
        day, year = (short[0], short[1]) if 1 <= int(short[0]) <= 31 else (short[1], short[0])
        return _full_year(year, thai=_is_thai(text, zone)), month, int(day)
    if short:
        day_number = int(short[0])
        this_year = _is_possible((now.year, month, day_number), now)
        return now.year if this_year else now.year - 1, month, day_number
    return None


def _orders(numbers: re.Match[str], text: str, zone: tzinfo | None) -> Iterator[tuple[int, int, int]]:
    """(year, month, day) as the three numbers may be meant, the likelier reading first."""
    year = _full_year(numbers[4], thai=_is_thai(text, zone))
    first, second = int(numbers[1]), int(numbers[3])
    ways = ((year, second, first), (year, first, second))
    return iter(reversed(ways) if _key(zone).startswith(_MONTH_FIRST) else ways)


def _key(zone: tzinfo | None) -> str:
    return getattr(zone, "key", "")


def _is_thai(text: str, zone: tzinfo | None) -> bool:
    return _key(zone) == "Asia/Bangkok" or THAI.search(text) is not None


def _is_possible(date: tuple[int, int, int], now: datetime) -> bool:
    try:
        return datetime(*date, tzinfo=UTC) <= now + _AHEAD
    except ValueError:
        return False


def _full_year(written: str, *, thai: bool = False) -> int:
    year = int(written)
    if len(written) <= 2:
        if thai and year >= _SHORT_BUDDHIST:
            return 2500 + year - _BUDDHIST
        return year + (2000 if year < 69 else 1900)
    return year - _BUDDHIST if year > 2400 else year


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"
