"""Which month, zone or half of the day is that word?

The names that publishers of some twenty languages write into dates, folded (NFKC, lower case).
How a date is put together from them: `crawler/feeds/dates.py` for feeds, `crawler/pages/dates.py` for
text within pages.
"""

import re
import unicodedata


def fold(text: str) -> str:
    """`text` as the names here are written: compatibility forms resolved, digits ASCII, lower case."""
    return text.lower() if text.isascii() else ascii_digits(text).casefold()


def ascii_digits(text: str) -> str:
    """`text` with compatibility forms resolved, ASCII digits and all that can be seen, its capitals kept."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_DIGITS)


# Thai, Lao, Khmer, Burmese, Arabic, Persian and Devanagari digits; and what cannot be seen, which stands
# between the parts of words in Khmer and Lao, and of dates in Arabic.
_DIGITS: dict[int, str | None] = {
    **{
        first + n: str(n)
        for first in (0x0E50, 0x0ED0, 0x17E0, 0x1040, 0x0660, 0x06F0, 0x0966)
        for n in range(10)
    },
    **dict.fromkeys((0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF), None),
}

_MONTHS_IN_ORDER = (
    # English, French, Spanish, Portuguese, German, Dutch
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    # Indonesian, Malay, Filipino
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "jan peb mar apr mei jun jul agu sep okt nop des",
    "januari februari mac april mei jun julai ogos september oktober november disember",
    "jan feb mac apr mei jun jul ogo sep okt nov dis",
    "ene peb mar abr may hun hul ago set okt nob dis",
    # Tetum
    "janeiru fevereiru marsu abríl maiu juñu jullu agostu setembru outubru novembru dezembru",
    "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    # Italian
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    # Russian: of the month, the month, short
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    # Vietnamese in words; as a number it is read beside "tháng"
    "tháng_một tháng_hai tháng_ba tháng_tư tháng_năm tháng_sáu tháng_bảy tháng_tám tháng_chín tháng_mười"
    " tháng_mười_một tháng_mười_hai",
    # Thai, Lao, Khmer, Burmese
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.",
    "ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ",
    "ມ.ກ. ກ.ພ. ມ.ນ. ມ.ສ. ພ.ພ. ມິ.ຖ. ກ.ລ. ສ.ຫ. ກ.ຍ. ຕ.ລ. ພ.ຈ. ທ.ວ.",
    "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ",
    "ဇန်နဝါရီ ဖေဖော်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် ဩဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ",
    "ဇန် ဖေ မတ် ဧ မေ ဇွန် ဇူ ဩ စက် အောက် နို ဒီ",
    # Chinese; as a number it is read beside "月"
    "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    # Arabic for Al Jazeera and its like
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
)
_OTHER_SPELLINGS = {
    "sept": 9, "fevr": 2, "fevrier": 2, "aout": 8, "decembre": 12, "marco": 3, "pebruari": 2, "nopember": 11,
    "ags": 8, "agt": 8, "agus": 8, "agust": 8, "okto": 10, "mär": 3, "maart": 3, "augustus": 8,
    "сент": 9, "нояб": 11, "февр": 2, "ເມສາ": 4, "ກຸມພາ": 2, "ກໍລະກົດ": 7, "ພຶດສະພາ": 5,
    "ພຶດຊະພາ": 5, "ມິຖຸນາ": 6, "ມີຖຸນາ": 6, "កុម្ភះ": 2, "កុម្ភ": 2, "มค": 1, "กพ": 2, "มีค": 3, "เมย": 4, "พค": 5,
    "มิย": 6, "กค": 7, "สค": 8, "กย": 9, "ตค": 10, "พย": 11, "ธค": 12, "ສິງຫາ": 8, "သြဂုတ်": 8, "မတ်လ": 3,
}  # fmt: skip

# Folded name → 1 to 12.
MONTHS: dict[str, int] = {fold(name): number for name, number in _OTHER_SPELLINGS.items()}
for _names in _MONTHS_IN_ORDER:
    for _number, _name in enumerate(_names.split(), 1):
        MONTHS.setdefault(fold(_name.replace("_", " ")), _number)
        if _name.endswith("."):
            # "มี.ค 2567", "มี. ค. 2567"
            MONTHS.setdefault(fold(_name[:-1]), _number)
            MONTHS.setdefault(fold(_name[:-1].replace(".", ". ") + "."), _number)


def _alternatives(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def _stands_anywhere(name: str) -> bool:
    """Where words are parted, a name is a whole word; in Thai and its neighbours it stands anywhere."""
    return "\u0e00" <= name[0] <= "\u17ff" or "\u3005" <= name[0] <= "\ud7ff"


def _any_of(names: list[str]) -> str:
    """A pattern for any of these names; a whole word must not go on, but a number may touch it."""
    parted = _alternatives([name for name in names if not _stands_anywhere(name)])
    unparted = _alternatives([name for name in names if _stands_anywhere(name)])
    return rf"(?:(?<![^\W\d_])(?:{parted})(?![^\W\d_])|{unparted})"


_PARTED = [name for name in MONTHS if not _stands_anywhere(name)]
_UNPARTED = [name for name in MONTHS if _stands_anywhere(name)]
MONTH = re.compile(rf"(?<!\w)(?:{_alternatives(_PARTED)})(?!\w)|{_alternatives(_UNPARTED)}")
THAI = re.compile("[\u0e01-\u0e5b]")

# Hours east of UTC, for names that mean one zone wherever they are written. What two countries
# share (CST, IST, PST of Manila, AST) is understood only where it is the source's own.
ZONES: dict[str, float] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2,
    "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "eat": 3, "cat": 2, "sast": 2, "wat": 1, "gst": 4,
    "pkt": 5, "npt": 5.75, "bdt": 6, "btt": 6, "mmt": 6.5, "ict": 7, "wib": 7, "krat": 7, "wita": 8, "wit": 9,
    "myt": 8, "sgt": 8, "pht": 8, "phst": 8, "hkt": 8, "bnt": 8, "awst": 8, "ulat": 8, "kst": 9,
    "jst": 9, "tlt": 9, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "chst": 10, "vlat": 10,
    "nzst": 12, "nzdt": 13, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "мск": 3, "akst": -9, "hst": -10, "brt": -3, "art": -3,
}  # fmt: skip


# Which part of the day stands beside a clock time: before it in Korean, Chinese and Burmese, after it
# elsewhere. Noon reaches back to ten, and an evening begins at five and ends in the small hours.
def _names_of(words: str) -> frozenset[str]:
    return frozenset(fold(word.replace("_", " ")) for word in words.split())


_MORNING = _names_of(
    "am a.m a.m. a._m. 오전 아침 새벽 上午 午前 早上 早晨 清晨 凌晨 朝 sa sáng เช้า ก่อนเที่ยง ព្រឹក ព្រលឹម ເຊົ້າ"
    " ຕອນເຊົ້າ ກ່ອນທ່ຽງ နံနက် မနက် pagi pg ص"
)
_NOON = _names_of("낮 中午 正午 trưa เที่ยง ថ្ងៃត្រង់ ທ່ຽງ မွန်းတည့် siang tengah_hari")
_EVENING = _names_of(
    "저녁 밤 晚上 晚间 晚間 傍晚 夜间 夜間 深夜 夜 tối đêm เย็น ค่ำ ល្ងាច យប់ ແລງ ຕອນແລງ ຄ່ຳ ຕອນຄ່ຳ ກາງຄືນ ည malam"
)
_AFTERNOON = _names_of(
    "pm p.m p.m. p._m. 오후 下午 午後 ch chiều บ่าย หลังเที่ยง រសៀល ບ່າຍ ຕອນບ່າຍ ສວາຍ ຫຼັງທ່ຽງ ညနေ petang ptg sore م"
)
# "2026م 10:30" names the era.
_BEHIND = ("ص", "م")
HALF = _any_of([*(_MORNING | _NOON | _EVENING | _AFTERNOON) - {*_BEHIND}])
HALF_BEHIND = rf"(?:{HALF}|(?:{_alternatives([*_BEHIND])})(?![^\W\d_]))"


def hour_of_day(hour: int, half: str | None) -> int:
    """The hour of twenty-four that `hour` is beside a folded name of a part of the day, or beside none."""
    if half is None or hour > 12:
        return hour
    if half in _MORNING:
        return hour % 12
    if half in _NOON:
        return hour if hour >= 10 else hour + 12
    if half in _EVENING and hour % 12 < 5:
        return hour % 12
    return hour % 12 + 12
