"""When was it published, if this is what the page says?

Times that pages and section lists print among other words, in the forms of fifteen languages, read to
the minute with a stated trust. The names are in `crawler/date_names.py`; which of a page's dates is the
right one is `crawler/pages/metadata.py`.
"""

import re
from datetime import UTC, datetime, tzinfo

from archive.article import Trust
from crawler.date_names import HALF, HALF_BEHIND, MONTH, MONTHS, ascii_digits, fold, hour_of_day
from crawler.feeds.dates import stated_zone

Stamp = tuple[datetime, Trust]

_NAME = MONTH.pattern
_YEAR = r"(?P<y>(?:19|20|25)\d\d)"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _YEAR + r"\)?\s?[-/.年년]\s?(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er)?[\s,.-]+(?:de\s+)?(?P<n>{_NAME})\.?[\s,-]+" + _YEAR,
        rf"(?P<n>{_NAME})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+" + _YEAR,
        # Day before month, as everywhere in the region but for the Philippines, who write names.
        r"(?<!\d)(?P<d>\d{1,2})\s?[-/.]\s?(?P<m>\d{1,2})\s?[-/.]\s?" + _YEAR + r"(?!\d)",
        r"(?<!\d)(?P<m>\d{1,2})/(?P<d>\d{1,2})/" + _YEAR + r"(?!\d)",
        r"ngày\s+(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+" + _YEAR,
    )
)
_TIME = re.compile(
    rf"(?:(?P<h1>{HALF})\s*)?(?<!\d)(?P<h>\d{{1,2}})\s?(?:[:h]|\.(?=\d\d\s*(?:น|WIB|$))|시|时|時|點|点)\s?"
    rf"(?P<min>\d{{2}}|\d(?=분|分))?(?:분|分)?(?::(?P<s>\d\d)(?:[.,]\d+)?)?(?:\s*(?P<h2>{HALF_BEHIND}))?",
    re.IGNORECASE,
)
# In running text a zone is told from a word by its capitals: "13:05 ART", but "13:05 Art in Hanoi".
_ZONE = re.compile(r"[\s,(\[]*(?:[+\-\u2212]|[A-Z]{1,5}(?![A-Za-z])|[A-Z][a-z]+/[A-Z])")


def read_time(text: str, zone: tzinfo | None = None) -> Stamp | None:
    """The moment that `text` names, in UTC, with its trust; None where it names none.

    `zone` is the source's own, taken where the text has none ("assumed"). Without either the
    hour is not known and the trust is "day", as for a bare date, which counts from its midnight.
    """
    text = ascii_digits(text.strip()[:200])
    for pattern in _DAYS:
        match = pattern.search(text)
        if match is not None:
            stamp = _build(match, text, zone)
            if stamp is not None:
                return stamp
    return None


def _build(match: re.Match[str], text: str, zone: tzinfo | None) -> Stamp | None:
    groups = match.groupdict()
    year = int(groups["y"])
    month = int(groups["m"]) if groups.get("m") else MONTHS[fold(groups["n"])]
    if year > 2400:  # the Buddhist era of Thai and Lao dates
        year -= 543
    rest = text[match.end() :]
    clock = _TIME.search(rest) or _TIME.search(text[: match.start()])
    try:
        day = datetime(year, month, int(groups["d"]))  # noqa: DTZ001
        if clock is None:
            return day.replace(tzinfo=zone or UTC).astimezone(UTC), "day"
        local = day.replace(hour=_hour(clock), minute=int(clock["min"] or 0), second=int(clock["s"] or 0))
        after = clock.string[clock.end() :]
        stated = stated_zone(fold(after), local, zone) if _ZONE.match(after) else None
        trust: Trust = "stated" if stated else "assumed" if zone else "day"
        return local.replace(tzinfo=stated or zone or UTC).astimezone(UTC), trust
    except (ValueError, OverflowError):
        return None


def _hour(clock: re.Match[str]) -> int:
    return hour_of_day(int(clock["h"]), fold(clock["h1"] or clock["h2"] or "") or None)
