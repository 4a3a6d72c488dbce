"""Dates as feeds write them, in every wild form, and how far each is to be trusted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.feeds.dates import read_date

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
VIENTIANE, SEOUL, MANILA = (ZoneInfo(f"Asia/{city}") for city in ("Vientiane", "Seoul", "Manila"))

# What is written → the moment in UTC, of 2026 where no year is given; the source is in Vientiane.
STATED = {
    # RFC 822 and what is made of it
    "Wed, 25 Feb 2026 21:07:00 +0700": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 GMT": "02-25 21:07",
    "Wed, 25 Feb 2026 21:07:00 UT": "02-25 21:07",
    "Wed, 25 Feb 2026 21:07:00 Z": "02-25 21:07",
    "Wed, 25 Feb 2026 21:07 +0700": "02-25 14:07",
    "25 Feb 2026 21:07:00 +0700": "02-25 14:07",
    "Wed,25 Feb 2026 21:07:00 +0700": "02-25 14:07",
    "Wednesday, 25 Feb 2026 21:07:00 +0700": "02-25 14:07",
    "Wednesday, 25-Feb-26 21:07:00 GMT": "02-25 21:07",
    "Wed, 25 February 2026 21:07:00 +0700": "02-25 14:07",
    "wed, 25 feb 2026 21:07:00 gmt": "02-25 21:07",
    "WED, 25 FEB 2026 21:07:00 GMT": "02-25 21:07",
    "Wed, 5 Mar 2026 01:07:00 +0900": "03-04 16:07",
    "Wed, 25 Feb 26 21:07:00 +0700": "02-25 14:07",
    "25 Feb 26 21:07 +0700": "02-25 14:07",
    "Wed,  25  Feb 2026\n 21:07:00   +0700": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 -0500": "02-26 02:07",
    "Wed, 25 Feb 2026 21:07:00 -0000": "02-25 21:07",
    "Wed, 25 Feb 2026 21:07:00 +07:00": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 +7": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 +0530": "02-25 15:37",
    "Wed, 25 Feb 2026 21:07:00 +0700 (ICT)": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00.123 +0700": "02-25 14:07",
    "Wed, 25 Feb 2026 24:00:00 +0000": "02-26 00:00",
    "Wed, 25 Feb 2026 23:59:60 +0000": "02-25 23:59",
    # Zone names
    "Wed, 25 Feb 2026 21:07:00 KST": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 JST": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 ICT": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 WIB": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 WITA": "02-25 13:07",
    "Wed, 25 Feb 2026 21:07:00 WIT": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 MYT": "02-25 13:07",
    "Wed, 25 Feb 2026 21:07:00 PHT": "02-25 13:07",
    "Wed, 25 Feb 2026 21:07:00 SGT": "02-25 13:07",
    "Wed, 25 Feb 2026 21:07:00 HKT": "02-25 13:07",
    "Wed, 25 Feb 2026 21:07:00 MMT": "02-25 14:37",
    "Wed, 25 Feb 2026 21:07:00 BNT": "02-25 13:07",
    "Wed, 25 Feb 2026 21:07:00 TLT": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 EST": "02-26 02:07",
    "Wed, 25 Feb 2026 21:07:00 PDT": "02-26 04:07",
    "Wed, 25 Feb 2026 21:07:00 CEST": "02-25 19:07",
    "Wed, 25 Feb 2026 21:07:00 MSK": "02-25 18:07",
    "Wed, 25 Feb 2026 21:07:00 AEDT": "02-25 10:07",
    "Wed, 25 Feb 2026 21:07:00 GMT+9": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 GMT+09:00": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 UTC+7": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 GMT +0700": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 GMT-5": "02-26 02:07",
    "Wed, 25 Feb 2026 21:07:00 Asia/Seoul": "02-25 12:07",
    "Wed, 25 Feb 2026 21:07:00 Asia/Ho_Chi_Minh": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 US/Eastern": "02-26 02:07",
    "Wed Feb 25 2026 21:07:00 GMT+0700 (Indochina Time)": "02-25 14:07",
    "Wed Feb 25 21:07:00 KST 2026": "02-25 12:07",
    "Wed Feb 25 21:07:00 +0700 2026": "02-25 14:07",
    # ISO 8601
    "2026-02-25T21:07:00+07:00": "02-25 14:07",
    "2026-02-25T21:07:00Z": "02-25 21:07",
    "2026-02-25T21:07Z": "02-25 21:07",
    "2026-02-25T21:07:00.123Z": "02-25 21:07",
    "2026-02-25T21:07:00,123456789+07:00": "02-25 14:07",
    "2026-02-25T21:07:00+0700": "02-25 14:07",
    "2026-02-25T21:07:00+07": "02-25 14:07",
    "2026-02-25t21:07:00z": "02-25 21:07",
    "2026-02-25 21:07:00 +0700": "02-25 14:07",
    "2026-02-25 21:07:00 UTC": "02-25 21:07",
    "2026-02-25 21:07:00 KST": "02-25 12:07",
    "2026-02-25T24:00:00Z": "02-26 00:00",
    "20260225T210700Z": "02-25 21:07",
    "20260225T210700+0700": "02-25 14:07",
    "2026-2-25T9:07:00Z": "02-25 09:07",
    "2026/02/25 21:07:00 +0900": "02-25 12:07",
    "2569-02-25T21:07:00+07:00": "02-25 14:07",
    # Seconds since 1970
    "1772028420": "02-25 14:07",
    "1772028420000": "02-25 14:07",
    # Logs and mail
    "25/Feb/2026:21:07:00 +0700": "02-25 14:07",
    "Selasa, 25 Februari 2026 21:07 WIB": "02-25 14:07",
    "Selasa, 25 Feb 2026 21.07 WIB": "02-25 14:07",
    "25 Peb 2026 21:07 WITA": "02-25 13:07",
    # A clock of twelve before a zone, fractions in other forms
    "Wed, 25 Feb 2026 09:07:00 PM GMT": "02-25 21:07",
    "Wed, 25 Feb 2026 09:07:00 pm +0700": "02-25 14:07",
    "20260225T210700.000Z": "02-25 21:07",
    "2026-02-25T21:07:00:000Z": "02-25 21:07",
    "2026-02-25T21:07:00.Z": "02-25 21:07",
    "2026-02-25T21:07:00&#43;07:00": "02-25 14:07",
    "Ср, 25 фев 2026 21:07:00 МСК": "02-25 18:07",
    "周三, 25 二月 2026 21:07:00 +0800": "02-25 13:07",
    "Mi, 25 Mär 2026 21:07:00 +0100": "03-25 20:07",
    "25 Feb 2026 21.07.00 WIB": "02-25 14:07",
}  # fmt: skip
ASSUMED = {
    "Wed, 25 Feb 2026 21:07:00": "02-25 14:07",
    "2026-02-25T21:07:00": "02-25 14:07",
    "2026-02-25 21:07:00": "02-25 14:07",
    "2026-02-25 21:07": "02-25 14:07",
    "2026-02-25 21:07:00.0": "02-25 14:07",
    "20260225210700": "02-25 14:07",
    "202602252107": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 XYZ": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 CST": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 IST": "02-25 14:07",
    "Wed, 25 Feb 2026 21:07:00 +9900": "02-25 14:07",
    "Wednesday, February 25, 2026 - 21:07": "02-25 14:07",
    "Wed, 02/25/2026 - 21:07": "02-25 14:07",
    "February 25, 2026 9:07 PM": "02-25 14:07",
    "February 25, 2026, 9:07 p.m.": "02-25 14:07",
    "February 25, 2026 at 9:07 pm": "02-25 14:07",
    "Feb. 25, 2026 9 PM": "02-25 14:00",
    "25 February 2026 12:07 AM": "02-24 17:07",
    "25 February 2026 12:07 PM": "02-25 05:07",
    "Wed Feb 25 21:07:00 2026": "02-25 14:07",
    "25-Feb-2026 21:07": "02-25 14:07",
    "2026/02/25 21:07": "02-25 14:07",
    "2026/2/25 21:07:33": "02-25 14:07",
    "2026.02.25 21:07": "02-25 14:07",
    "2026. 2. 25. 21:07": "02-25 14:07",
    "25/02/2026 21:07": "02-25 14:07",
    "25.02.2026 21:07": "02-25 14:07",
    "25-02-2026 21:07:00": "02-25 14:07",
    "21:07 25/02/2026": "02-25 14:07",
    "21:07, 25 Feb 2026": "02-25 14:07",
    "25/02/26 21:07": "02-25 14:07",
    "25/2/2569 21:07": "02-25 14:07",
    "2026년 2월 25일 21:07": "02-25 14:07",
    "2026년 2월 25일 21시 07분": "02-25 14:07",
    "2026년 2월 25일 오후 9:07": "02-25 14:07",
    "2026년 2월 25일 오후 9시 7분": "02-25 14:07",
    "2026.02.25. 오전 9:07": "02-25 02:07",
    "2026-02-25 오전 12:07": "02-24 17:07",
    "2026年2月25日 21:07": "02-25 14:07",
    "2026年02月25日21时07分": "02-25 14:07",
    "2026年2月25日 下午9:07": "02-25 14:07",
    "2026年2月25日（水）21時07分": "02-25 14:07",
    "２０２６年２月２５日 ２１：０７": "02-25 14:07",
    "25 กุมภาพันธ์ 2569 21:07": "02-25 14:07",
    "25 กุมภาพันธ์ 2569 เวลา 21:07 น.": "02-25 14:07",
    "25 ก.พ. 2569 21.07 น.": "02-25 14:07",
    "25 ก.พ. 69 21:07 น.": "02-25 14:07",
    "วันพุธที่ ๒๕ กุมภาพันธ์ พ.ศ. ๒๕๖๙ ๒๑:๐๗": "02-25 14:07",
    "25 ก.พ. 2026 21:07": "02-25 14:07",
    "ວັນທີ 25 ກຸມພາ 2026 21:07": "02-25 14:07",
    "ວັນພຸດ, 25 ກຸມພາ 2026 - 21:07": "02-25 14:07",
    "໒໕ ກຸມພາ ໒໐໒໖ ໒໑:໐໗": "02-25 14:07",
    "ថ្ងៃទី២៥ ខែកុម្ភៈ ឆ្នាំ២០២៦ ម៉ោង ២១:០៧": "02-25 14:07",
    "25 កុម្ភៈ 2026 21:07": "02-25 14:07",
    "၂၅ ဖေဖော်ဝါရီ ၂၀၂၆ ၂၁:၀၇": "02-25 14:07",
    "Thứ Tư, 25/02/2026, 21:07": "02-25 14:07",
    "Thứ 4, 25/02/2026 - 21:07": "02-25 14:07",
    "25 tháng 2, 2026 21:07": "02-25 14:07",
    "Thứ 4, ngày 25 tháng 2 năm 2026 21:07": "02-25 14:07",
    "25 Tháng Hai 2026 21:07": "02-25 14:07",
    "Tháng Hai 25, 2026 21:07": "02-25 14:07",
    "25 Th2 2026 21:07": "02-25 14:07",
    "25/02/2026 9:07 CH": "02-25 14:07",
    "25/02/2026 21h07": "02-25 14:07",
    "Rabu, 25 Februari 2026 | 21:07": "02-25 14:07",
    "Rabu, 25 Februari 2026 pukul 21.07": "02-25 14:07",
    "5 Agustus 2026 21:07": "08-05 14:07",
    "5 Mei 2026 21:07": "05-05 14:07",
    "5 Ogos 2026 21:07": "08-05 14:07",
    "5 Mac 2026 21:07": "03-05 14:07",
    "5 Agosto 2026 21:07": "08-05 14:07",
    "mercredi 25 février 2026 à 21h07": "02-25 14:07",
    "mer. 25 févr. 2026 21:07": "02-25 14:07",
    "mar. 24 févr. 2026 21:07": "02-24 14:07",
    "1er août 2026 21:07": "08-01 14:07",
    "25 декабря 2025 г., 21:07": "2025-12-25 14:07",
    "Среда, 25 февраля 2026, 21:07": "02-25 14:07",
    "25 фев 2026 21:07": "02-25 14:07",
    "25 мая 2026 21:07": "05-25 14:07",
    "25 de fevereiro de 2026 21:07": "02-25 14:07",
    "25 de fevereiro de 2026 às 21h07": "02-25 14:07",
    "qua, 25 fev 2026 21:07": "02-25 14:07",
    "25 de febrero de 2026 21:07": "02-25 14:07",
    "5 de março de 2026 21:07": "03-05 14:07",
    "25. Februar 2026 21:07": "02-25 14:07",
    "Ika-5 ng Pebrero 2026 21:07": "02-05 14:07",
    "25 Feb 21:07": "02-25 14:07",
    "25 Dec 21:07": "2025-12-25 14:07",
    "٢٥ فبراير ٢٠٢٦ ٢١:٠٧": "02-25 14:07",
    # A clock of twelve, in the words of each language
    "2026-02-25 09:07 PM": "02-25 14:07",
    "2026-02-25 PM 9:07": "02-25 14:07",
    "2026-02-25 12:07 AM": "02-24 17:07",
    "25 Feb 2026 09:07pm": "02-25 14:07",
    "Feb 25 2026  9:07:00:000PM": "02-25 14:07",
    "25 de febrero de 2026, 9:07 p. m.": "02-25 14:07",
    "2026年2月25日下午9:07": "02-25 14:07",
    "2026年2月25日晚上9:07": "02-25 14:07",
    "2026年2月25日 中午12:07": "02-25 05:07",
    "2026年2月25日 中午11:07": "02-25 04:07",
    "2026年2月25日 凌晨12:07": "02-24 17:07",
    "2026년 2월 25일오후 9:07": "02-25 14:07",
    "2026년 2월 25일 밤 9시 7분": "02-25 14:07",
    "2026년 2월 25일 새벽 2시 7분": "02-24 19:07",
    "2026년 2월 25일 낮 12시 7분": "02-25 05:07",
    "25 ກຸມພາ 2026 2:07 ຕອນບ່າຍ": "02-25 07:07",
    "25 ກຸມພາ 2026 9:07 ຫຼັງທ່ຽງ": "02-25 14:07",
    "ថ្ងៃទី២៥ ខែកុម្ភៈ ឆ្នាំ២០២៦ ម៉ោង ២:០៧ រសៀល": "02-25 07:07",
    "ម៉ោង២:០៧នាទីរសៀល ថ្ងៃទី២៥ ខែកុម្ភៈ ឆ្នាំ២០២៦": "02-25 07:07",
    "25 កុម្ភៈ 2026 9:07 យប់": "02-25 14:07",
    "၂၅ ဖေဖော်ဝါရီ ၂၀၂၆ ညနေ ၂:၀၇": "02-25 07:07",
    "25 ก.พ. 2569 9:07 ค่ำ": "02-25 14:07",
    "25 Februari 2026 9:07 malam": "02-25 14:07",
    "25 Februari 2026, 2:07 petang": "02-25 07:07",
    "25 Feb 2026, 2:07 PTG": "02-25 07:07",
    "25/02/2026 12:07 SA": "02-24 17:07",
    "25 فبراير 2026، 9:07 م": "02-25 14:07",
    "25 فبراير 2026م 9:07": "02-25 02:07",
    "25 ກຸມພາ 2026, 21 ໂມງ 7 ນາທີ 09 ວິນາທີ": "02-25 14:07",
    "25 กุมภาพันธ์ 2569 21 นาฬิกา 07 นาที 09 วินาที": "02-25 14:07",
    # Names in other spellings, years in other forms
    "25 Feb 2026 21.07.00": "02-25 14:07",
    "05 ก.พ 2569 21:07": "02-05 14:07",
    "25 ก. พ. 2569 21:07": "02-25 14:07",
    "25 ก.พ. 26 21:07": "02-25 14:07",
    "5 Agt 2026 21:07": "08-05 14:07",
    "Hun 30, 2026, 9:07 PM": "06-30 14:07",
    "2026 ဇန် 5 21:07": "01-05 14:07",
    "5 maggio 2026 21:07": "05-05 14:07",
    "ថ្ងៃ\u200bទី២៥ ខែ\u200bកុម្ភៈ ឆ្នាំ\u200b២០២៦ ម៉ោង ២១:០៧": "02-25 14:07",
    "25\u200f/2\u200f/2026 21:07": "02-25 14:07",
    "25 Fevereiru 2026 21:07": "02-25 14:07",
    "26년 2월 25일 21:07": "02-25 14:07",
    "주체115(2026).2.25. 21:07": "02-25 14:07",
    "주체115년 2월 25일 21:07": "02-25 14:07",
    "民國115年2月25日 21:07": "02-25 14:07",
    "令和8年2月25日 21時07分": "02-25 14:07",
}  # fmt: skip
ONLY_A_DAY = {
    "2026-02-25": "02-24 17:00",
    "2026/02/25": "02-24 17:00",
    "20260225": "02-24 17:00",
    "25 Feb 2026": "02-24 17:00",
    "Sun,27 Sep": "09-26 17:00",
    "Sun,27 Sep 2026": "09-26 17:00",
    "February 25, 2026": "02-24 17:00",
    "25/02/2026": "02-24 17:00",
    "25/2/2569": "02-24 17:00",
    "5/3/2567": "2024-03-04 17:00",
    "5/3/2026": "03-04 17:00",
    "2024/03/05": "2024-03-04 17:00",
    "2024년 3월 5일": "2024-03-04 17:00",
    "2024. 3. 5": "2024-03-04 17:00",
    "2024年3月5日": "2024-03-04 17:00",
    "25 กุมภาพันธ์ 2569": "02-24 17:00",
    "25 ກຸມພາ 2026": "02-24 17:00",
    "25 tháng 2 năm 2026": "02-24 17:00",
    "25 de fevereiro de 2026": "02-24 17:00",
    "25 февраля 2026": "02-24 17:00",
    # A zone behind a day is no clock time
    "2026-02-25+07:00": "02-24 17:00",
}  # fmt: skip
NONE = [
    "", " ", "yesterday", "2 hours ago", "now", "2026", "Feb 2026", "21:07", "0000-00-00 00:00:00",
    "2026-13-45", "2026-02-30T10:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z", "0",
    "-1", "1", "99999999999", "Mon, 01 Jan 0001 00:00:00 +0000", "1899-12-30T00:00:00",
    "2027-02-25T21:07:00Z", "Sat, 01 Jan 2050 00:00:00 GMT",
    "9999-12-31T23:59:59Z", "2026-02-25T99:99:99Z", "31/31/2026", "32 Feb 2026", "null", "None", "1 2 3",
    "Wed, 25 Feb 126 21:07:00 GMT",
]  # fmt: skip


def expected(written: str) -> datetime:
    whole = written if written.startswith("20") else f"2026-{written}"
    return datetime.strptime(whole, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@pytest.mark.parametrize("written", STATED)
def test_a_date_with_its_zone_is_stated_whatever_the_sources_own_is(written: str) -> None:
    for zone in (None, VIENTIANE, SEOUL):
        moment, trust = read_date(written, zone, NOW)
        assert (moment and moment.replace(second=0, microsecond=0), trust) == (
            expected(STATED[written]),
            "stated",
        )


@pytest.mark.parametrize("written", ASSUMED)
def test_a_date_without_zone_is_in_the_sources_own(written: str) -> None:
    moment, trust = read_date(written, VIENTIANE, NOW)
    assert (moment and moment.replace(second=0), trust) == (expected(ASSUMED[written]), "assumed")
    two_hours_east, _ = read_date(written, SEOUL, NOW)
    assert moment is not None
    assert two_hours_east == moment - timedelta(hours=2)


@pytest.mark.parametrize("written", ONLY_A_DAY)
def test_a_date_without_time_is_a_day_of_the_sources_zone(written: str) -> None:
    assert read_date(written, VIENTIANE, NOW) == (expected(ONLY_A_DAY[written]), "day")


@pytest.mark.parametrize("written", NONE)
def test_what_is_no_date_or_cannot_be_true_is_none(written: str) -> None:
    assert read_date(written, VIENTIANE, NOW) == (None, "none")


def test_the_table_is_large_enough() -> None:
    assert len(STATED) + len(ASSUMED) + len(ONLY_A_DAY) + len(NONE) >= 200


def test_a_zone_name_that_several_countries_use_is_the_sources_own_if_it_has_it() -> None:
    written = "Wed, 25 Feb 2026 21:07:00 {}"
    for name, zone, moment in (
        ("CST", "Asia/Shanghai", "02-25 13:07"), ("CST", "America/Chicago", "02-26 03:07"),
        ("IST", "Asia/Kolkata", "02-25 15:37"), ("PST", "Asia/Manila", "02-25 13:07"),
        ("PST", "America/Los_Angeles", "02-26 05:07"),
    ):  # fmt: skip
        assert read_date(written.format(name), ZoneInfo(zone), NOW) == (expected(moment), "stated")


def test_numbers_are_day_and_month_but_where_month_and_day_are_usual() -> None:
    assert read_date("5/3/2026 10:00", VIENTIANE, NOW)[0] == expected("03-05 03:00")
    assert read_date("5/3/2026 10:00", MANILA, NOW)[0] == expected("05-03 02:00")


def test_a_short_year_comes_first_where_that_is_usual_and_is_buddhist_where_that_is() -> None:
    written = {"26.11.24 08:10": "2026-11-23 23:10", "26. 2. 5. 오후 9:07": "2026-02-05 12:07"}
    for form, moment in written.items():
        assert read_date(form, SEOUL, NOW) == (expected(moment), "assumed")
    assert read_date("26.11.24 08:10", VIENTIANE, NOW)[0] == expected("2024-11-26 01:10")
    bangkok = ZoneInfo("Asia/Bangkok")
    for form in ("5/3/67", "๕/๓/๖๗", "5/3/2567", "5/3/24", "5/3/2024"):
        assert read_date(form, bangkok, NOW) == (expected("2024-03-04 17:00"), "day")


def test_a_reading_that_lies_in_the_future_gives_way_to_the_other() -> None:
    assert read_date("11/12/2026", None, NOW)[0] is None or read_date("11/12/2026", None, NOW)[0] < NOW  # type: ignore[operator]
    assert read_date("10/12/2026", None, NOW) == (datetime(2026, 10, 12, tzinfo=UTC), "day")


def test_a_clock_that_runs_ahead_never_makes_an_article_newer_than_its_finding() -> None:
    assert read_date("Tue, 24 Nov 2026 09:00:00 GMT", None, NOW) == (NOW, "stated")
    assert read_date("Thu, 26 Nov 2026 09:00:00 GMT", None, NOW) == (None, "none")


def test_without_any_zone_the_hour_is_taken_for_utc() -> None:
    assert read_date("2026-02-25 21:07", None, NOW) == (expected("02-25 21:07"), "assumed")


def test_an_hour_that_daylight_saving_leaves_out_is_still_a_moment() -> None:
    moment, trust = read_date("2026-03-08 02:30", ZoneInfo("America/New_York"), NOW)
    assert (moment is not None, trust) == (True, "assumed")


ZONES = st.sampled_from([None, UTC, VIENTIANE, SEOUL, ZoneInfo("America/New_York")])
WORDS = st.sampled_from([
    "2026", "25", "02", "2569", "feb", "ก.พ.", "กุมภาพันธ์", "월", "년", "tháng", "21:07", "9:07", "pm", "오후",
    "gmt", "+7", "+0700", "kst", "asia/seoul", "asia/../etc", "/", "-", ".", ",", "t", "z", "h", "th", "٢",
    "²", "\u2212", "99", "0", "年", "元", "令和", "ညနေ", "14.30.00", "&#43;", "p. m.", "밤",
])  # fmt: skip


@given(
    st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=9).map(" ".join), st.lists(WORDS).map("".join)),
    ZONES,
)
def test_any_text_gives_a_believable_time_or_none(written: str, zone: Any) -> None:
    moment, trust = read_date(written, zone, NOW)
    assert (moment is None) == (trust == "none")
    assert moment is None or datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOW


@given(
    st.datetimes(datetime(1991, 1, 1), datetime(2026, 11, 1), timezones=ZONES.filter(bool)),  # type: ignore[arg-type]
    st.sampled_from(
        ["%Y-%m-%dT%H:%M:%S%z", "%a, %d %b %Y %H:%M:%S %z", "%d %B %Y, %I:%M:%S %p %z",
         "%Y/%m/%d %H:%M:%S%z"]
    ),
)  # fmt: skip
def test_what_is_written_properly_is_read_back(moment: datetime, form: str) -> None:
    exact = moment.replace(microsecond=0)
    assert read_date(exact.strftime(form), None, NOW) == (exact.astimezone(UTC), "stated")


def test_an_endless_date_is_read_at_once() -> None:
    assert read_date("1 " * 1_000_000, None, NOW) == (None, "none")
