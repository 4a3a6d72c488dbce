"""Does a headline say that it corrects an earlier report, or takes it back?

By the marks that outlets set, at the head of a headline or in brackets at its end: "CORRECTED-…",
"[정정] …", "… (corrected)". News about a correction bears no such mark; what is found here is shown to
readers, so what is doubtful is none. A further version ("UPDATE 2-…") corrects nothing. What is done with
a correction is `alerts/stories/judging.py`, and which message bears it `alerts/headline.py`.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

Correction = Literal["corrected", "withdrawn"]


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word.strip() for line in lines for word in line.split("|"))


# A mark before a colon, in brackets, or alone; a line a language.
_CORRECTED = _words(
    "correction | corrections | corrected | correction to | correction and clarification | corrigendum",
    "erratum",
    "rectificatif | correctif",
    "corrección | rectificación | fe de errores",
    "correção | retificação | errata",
    "korrektur | korrigiert | berichtigung",
    "исправление | исправлено | уточнение",
    "ralat | pembetulan",
    "đính chính | đính chính thông tin",
    "정정 | 정정보도 | 정정보도문 | 바로잡습니다 | 고침",
    "更正 | 更正启事 | 更正啟事 | 更正声明 | 更正聲明 | 勘误 | 勘誤",
    "訂正 | 訂正とお詫び | 訂正とおわび | お詫びと訂正 | おわびと訂正 | おわび・訂正",
    "แก้ไขข่าว | แก้ข่าว",
    "ແກ້ໄຂຂ່າວ | ແກ້ຂ່າວ",
    "ការកែតម្រូវ",
    "ပြင်ဆင်ချက်",
)
_WITHDRAWN = _words(
    "retraction | story withdrawn | story removed | story retracted",
    "article withdrawn | article removed | article retracted",
    "dépêche annulée",
    "penarikan berita | berita ditarik",
    "thu hồi bài | gỡ bài",
    "ถอนข่าว | ยกเลิกข่าว",
    "ຖອນຂ່າວ",
)
# Before a colon these head other news as well ("Koreksi: IHSG …", "撤稿：…").
_CORRECTED_IN_BRACKETS = _words(
    "koreksi",
    "바로잡음 | 바로잡기 | 정정 및 반론보도 | 정정·반론보도 | 정정반론보도",
    "កែតម្រូវ",
    "ပြင်ဆင်",
)
_WITHDRAWN_IN_BRACKETS = _words(
    "withdrawn | retracted | kill",
    "dicabut",
    "аннулировано",
    "기사삭제 | 기사 삭제 | 기사취소 | 기사 취소 | 전문취소 | 전문 취소",
    "撤稿 | 稿件撤销 | 稿件撤銷",
    "記事取り消し | 記事取消 | 記事削除 | 配信取り消し",
)
# At the end of a headline brackets hold other things as well: "(แก้ไข)" ends names of laws.
_AT_THE_HEAD = _words("แก้ไข", "ແກ້ໄຂ")
# In capitals, as agencies write them, a dash will do.
_CORRECTED_IN_CAPITALS = r"CORRECT(?:ED|ION|ING|S)(?:[-– ]?\([A-Z ]{2,20}\))?|RECTIFICATIF|KORREKTUR|RALAT"
_WITHDRAWN_IN_CAPITALS = "WITHDRAWN|WITHDRAWAL|RETRACTED|RETRACTION|АННУЛИРОВАНО|АННУЛИРОВАНИЕ"
_KILL = r"(?:MANDATORY |ADVISORY )?KILL\s*:"

_OPEN, _CLOSE = r"[\[(【（〔［<＜〈《]\s*", r"\s*\d?\s*[\])】）〕］>＞〉》]"
# What an agency or an outlet sets before its mark: "UPDATE 2-CORRECTED-…", "[속보] [정정] …".
_BEFORE = (
    r"(?:(?:UPDATE \d+|WRAPUP \d+|REFILE|RPT|ATTENTION)\s*[-–—:,]\s*"
    r"|[\[【（(<][^\[\]【】（）()<>]{1,12}[\]】）)>]\s*)?"
)
# Without one of these there is no mark, unless it is all there is.
_SIGNS = frozenset(":：-–—[(【（〔［<＜〈《")


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _head(words: Sequence[str], bracketed: Sequence[str], capitals: str) -> str:
    # A dash between blanks belongs to the sentence where all of it is in capitals.
    dash = r"(?:[-–—:]\s*\S|\s+[-–—:]\s+(?=.*[^\W\d_A-ZÀ-ÞА-ЯЁ]))"
    plain = f"(?i:{_OPEN}(?:{_any(bracketed)}){_CLOSE}|(?:{_any(words)})\\s*[:：])"
    return f"{_BEFORE}(?:{plain}|(?:{capitals}){dash})"


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What heads a report taken back, what a correction, and what ends one. Compiled at first use."""
    withdrawn = _head(_WITHDRAWN, (*_WITHDRAWN, *_WITHDRAWN_IN_BRACKETS), _WITHDRAWN_IN_CAPITALS)
    bracketed = (*_CORRECTED, *_CORRECTED_IN_BRACKETS)
    corrected = _head(_CORRECTED, (*bracketed, *_AT_THE_HEAD), _CORRECTED_IN_CAPITALS)
    tail = f"{_OPEN}(?:{_any(bracketed)}){_CLOSE}$"
    return (
        re.compile(f"{withdrawn}|{_BEFORE}{_KILL}"),
        re.compile(corrected),
        re.compile(tail, re.IGNORECASE),
    )


_ALONE = frozenset((*_CORRECTED, *_WITHDRAWN, *_WITHDRAWN_IN_BRACKETS))


def correction(title: str) -> Correction | None:
    """What a headline says of an earlier report; None where it says nothing of one."""
    title = title.strip()
    if _SIGNS.isdisjoint(title):
        word = title.casefold()
        if word not in _ALONE:
            return None
        return "corrected" if word in _CORRECTED else "withdrawn"
    withdrawn, corrected, ends = _marks()
    if withdrawn.match(title):
        return "withdrawn"
    return "corrected" if corrected.match(title) or ends.search(title) else None
