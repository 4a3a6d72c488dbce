"""When was it published, if this is what the page says?

Times that pages and section lists print, in the forms of fifteen languages, read to the minute
with a stated trust. Which of a page's dates is the right one is `crawler/pages/metadata.py`.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from archive.article import Trust

Stamp = tuple[datetime, Trust]

# Hours east of UTC. CST is China's here: no American outlet is on the list of those who print it.
_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "BST": 1, "CET": 1, "CEST": 2, "MSK": 3, "IST": 5.5, "MMT": 6.5,
    "ICT": 7, "WIB": 7, "CST": 8, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "PST8": 8, "WITA": 8, "AWST": 8,
    "KST": 9, "JST": 9, "WIT": 9, "AEST": 10, "AEDT": 11, "EST": -5, "EDT": -4, "PDT": -7,
}  # fmt: skip

_MONTHS: dict[str, int] = {}
for _names in (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "januari februari mac april mei jun julai ogos september oktober november disember",
    "январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.",
    "ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ",
    "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ",
):
    _MONTHS.update({name: number for number, name in enumerate(_names.split(), 1)})
_MONTHS |= {"sept": 9, "juil": 7, "févr": 2, "agu": 8, "okt": 10, "des": 12, "ກໍລະກົດ": 7}
_NAME = "|".join(sorted((re.escape(name) for name in _MONTHS), key=len, reverse=True))

_YEAR = r"(?P<y>(?:19|20|25)\d\d)"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _YEAR + r"\s?[-/.年년]\s?(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er)?[\s,.-]+(?:de\s+)?(?P<n>{_NAME})[\w.]*[\s,-]+" + _YEAR,
        rf"(?P<n>{_NAME})[a-zéû.]*\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+" + _YEAR,
        # Day before month, as everywhere in the region but for the Philippines, who write names.
        r"(?<!\d)(?P<d>\d{1,2})\s?[-/.]\s?(?P<m>\d{1,2})\s?[-/.]\s?" + _YEAR + r"(?!\d)",
        r"(?<!\d)(?P<m>\d{1,2})/(?P<d>\d{1,2})/" + _YEAR + r"(?!\d)",
        r"ngày\s+(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+năm\s+" + _YEAR,
    )
)
_AM = r"오전|上午|am|a\.m\.|เช้า"
_PM = r"오후|下午|晚上|pm|p\.m\."
_TIME = re.compile(
    rf"(?:(?P<h1>{_AM}|{_PM})\s*)?(?<!\d)(?P<h>\d{{1,2}})\s?(?:[:h]|\.(?=\d\d\s*(?:น|WIB|$))|시|时|時|點|点)\s?"
    rf"(?P<min>\d{{2}}|\d(?=분|分))?(?:분|分)?(?::(?P<s>\d\d)(?:[.,]\d+)?)?\s*(?P<h2>{_AM}|{_PM})?",
    re.IGNORECASE,
)
# Straight after the clock time, and not the start of another date.
_OFFSET = re.compile(
    r"[\s,(]*(?:(?:UTC|GMT)\s*)?(?:(?P<sign>[+-])(?P<h>\d{1,2})(?::?(?P<m>\d\d))?(?![\d/.-])"
    r"|(?P<name>[A-Z]{1,4})\b)"
)


def read_time(text: str, zone: tzinfo | None = None) -> Stamp | None:
    """The moment that `text` names, in UTC, with its trust; None where it names none.

    `zone` is the source's own, taken where the text has none ("assumed"). Without either the
    hour is not known and the trust is "day", as for a bare date, which counts from its midnight.
    """
    text = text.strip()[:200]
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
    month = int(groups["m"]) if groups.get("m") else _MONTHS[groups["n"].lower()]
    if year > 2400:  # the Buddhist era of Thai and Lao dates
        year -= 543
    rest = text[match.end() :]
    clock = _TIME.search(rest) or _TIME.search(text[: match.start()])
    try:
        day = datetime(year, month, int(groups["d"]), tzinfo=zone or UTC)
        if clock is None:
            return day.astimezone(UTC), "day"
        local = day.replace(hour=_hour(clock), minute=int(clock["min"] or 0), second=int(clock["s"] or 0))
        offset = _offset(clock.string[clock.end() :])
    except (ValueError, OverflowError):
        return None
    if offset is not None:
        return local.replace(tzinfo=offset).astimezone(UTC), "stated"
    return local.astimezone(UTC), "assumed" if zone is not None else "day"


def _hour(clock: re.Match[str]) -> int:
    hour, half = int(clock["h"]), (clock["h1"] or clock["h2"] or "").lower()
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if re.fullmatch(_PM, half) else 0)


def _offset(rest: str) -> timezone | None:
    """The zone that follows a clock time, if one does: `+09:00`, `(GMT+7)`, `KST`, `Z`."""
    match = _OFFSET.match(rest)
    if match is None:
        return None
    if match["sign"]:
        minutes = int(match["h"]) * 60 + int(match["m"] or 0)
        return timezone(timedelta(minutes=-minutes if match["sign"] == "-" else minutes))
    hours = _ZONES.get(match["name"])
    return timezone(timedelta(hours=hours)) if hours is not None else None
