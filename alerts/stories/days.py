"""On which days did it happen, as a text says: "Tuesday", "3일", "ngày 3/11", "17 March"?

A day is told relative to the day of publication, so that two reports of one event say the same however
they put it, and the same words a week later say another. What follows from it is
`alerts/stories/likeness.py`.
"""

import re
from datetime import UTC, date, datetime

# The beginning of a text says when it happened; what follows tells what was before.
_HEAD = 320
_WEEKDAYS = (
    "monday montag lunes lundi segunda-feira lunedì maandag понедельник senin isnin thứ_hai",
    "tuesday dienstag martes mardi terça-feira martedì dinsdag вторник selasa thứ_ba",
    "wednesday mittwoch miércoles mercredi quarta-feira mercoledì woensdag среда среду rabu thứ_tư",
    "thursday donnerstag jueves jeudi quinta-feira giovedì donderdag четверг khamis thứ_năm",
    "friday freitag viernes vendredi sexta-feira venerdì vrijdag пятница пятницу jumat jumaat thứ_sáu",
    "saturday samstag sábado samedi sabato zaterdag суббота субботу sabtu thứ_bảy",
    "sunday sonntag domingo dimanche domenica zondag воскресенье minggu chủ_nhật",
)
_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "januari februari maart mei augustus maret agustus desember "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
)
_NUMBER_OF = {
    name.replace("_", " "): number for number, names in enumerate(_WEEKDAYS) for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS.split(), key=len, reverse=True))
# "Thứ hai" is Monday, and "the second".
_WEEKDAY = re.compile(rf"(?<!lần )\b(?:{'|'.join(sorted(_NUMBER_OF, key=len, reverse=True))})\b")
# 3日, 3일; ngày 3/11, วันที่ 3, ວັນທີ 3; 3. November, 3 de noviembre, 3rd November; November 3.
_DATES = (
    re.compile(r"(?<![\d.,])(\d{1,2})\s?(?:日|일(?!간|째|부터))"),
    re.compile(r"(?:ngày|วันที่|ວັນທີ)\s?(\d{1,2})(?!\d)"),
    re.compile(r"\b(?:sáng|trưa|chiều|tối|đêm|hôm)\s(\d{1,2})(?=/\d)"),
    re.compile(rf"(?<![\d.,])(\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?\s(?:de\s)?(?:{_MONTH})\b"),
    re.compile(rf"\b(?:{_MONTH})\.?\s(\d{{1,2}})(?![\d:])"),
)
# A weekday is the nearest one that is not long to come; where the publisher is, it may be tomorrow already.
_TO_COME = 1
# So far back and ahead a day of the month is looked for.
_DAYS = range(-20, 8)
_LAST = date.max.toordinal()


def days(text: str, published: datetime | None) -> frozenset[int]:
    """The days that the beginning of a text names, counted from the year 1."""
    if published is None:
        return frozenset()
    head = text[:_HEAD].casefold()
    today = published.astimezone(UTC).toordinal()
    latest = today + _TO_COME
    # The first day of the year 1 was a Monday.
    found = {latest - (latest - 1 - _NUMBER_OF[match[0]]) % 7 for match in _WEEKDAY.finditer(head)}
    around = [day for day in (today + by for by in _DAYS) if 1 <= day <= _LAST]
    for number in {int(match[1]) for form in _DATES for match in form.finditer(head)}:
        found.update([day for day in around if date.fromordinal(day).day == number][:1])
    return frozenset(day for day in found if day > 0)
