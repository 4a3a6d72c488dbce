"""What stands at the head and the end of wire copy that is not the report?

Datelines, bylines, agency marks and credits differ from outlet to outlet while the text is the same.
"""

import re

from alerts.corrections import correction

_MOST_HEAD = 120

_AGENCY = (
    r"Reuters|AP|AFP|dpa|EFE|ANSA|UPI|Xinhua|Yonhap|KCNA|Kyodo|TASS|RIA|Bernama|Antara|VNA|KPL|Europa Press|"
    r"Associated Press|Agence France-Presse|연합뉴스|뉴시스|뉴스1|聯合新聞網|中央社|新华社|共同社"
)
_HEADS = (
    # [Updated], 【…】, [서울=뉴시스]
    re.compile(r"\s*(?:\[[^\]]{1,50}\]|【[^】]{1,50}】)\s*"),
    # (서울=연합뉴스) 홍길동 기자 =
    re.compile(r"\s*\([^()]{0,30}=[^()]{1,30}\)\s*(?:[^=\n]{0,40}(?:기자|특파원|記者|记者)[^=\n]{0,15}=)?\s*"),
    re.compile(r"\s*[가-힣 ·]{2,20}(?:기자|특파원)\s*=\s*"),
    # 新华社首尔11月27日电（记者…）
    re.compile(r"\s*(?:据)?[\u4e00-\u9fff]{2,8}[\u4e00-\u9fff]{2,10}\d{1,2}月\d{1,2}日[电電讯訊](?:\s*[（(][^）)]{1,40}[）)])?\s*"),
    re.compile(r"\s*[（(](?:记者|記者|中央社)[^）)]{1,40}[）)]\s*"),
    # By Jane Doe and John Roe, Staff writer
    re.compile(
        r"\s*(?:By|BY|Von|Por|Par|Di|Oleh)\s+(?:[A-ZÀ-Þ][\w.'’-]+)(?:,?\s+(?:and|und|y|et|de|van|dan|[A-ZÀ-Þ][\w.'’-]+))"
        r"{0,7}\s*(?:[|\n/]|,\s*(?:[A-Z][\w ]{2,30})\n|(?=[A-Z]{4,}))\s*"
    ),
    # SEOUL, Nov 27 (Reuters) - ; PYONGYANG (AP) — ; Genf, 3. Mai (dpa) –
    re.compile(
        r"\s*[A-ZÀ-ÞА-Я][\w.'’ /-]{1,40}(?:,[^()\n–—]{0,40})?\s*"
        rf"\((?:[^()]{{0,30}}?)(?:{_AGENCY})(?:[^()]{{0,20}})\)"
        r"\s*(?:--|[-–—:.,])?\s*"
    ),
    # (Reuters) -
    re.compile(rf"\s*\((?:{_AGENCY})\)\s*(?:--|[-–—:])?\s*"),
    # VIENTIANE, Nov. 27 — ; Madrid, 3 may (EFE).- ; МОСКВА, 27 ноября. /ТАСС/.
    re.compile(r"\s*[A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я .'’/-]{2,40}(?:,\s*[^,\n–—]{1,25})?\s*(?:--|[–—]|\s-)\s+"),
    re.compile(r"\s*[А-ЯЁ-]{3,30},\s*\d{1,2}\s+[а-я]+\.?\s*(?:/[А-ЯЁ ]+/\.?|[-–—])?\s*"),
)  # fmt: skip

_CREDITS = re.compile(
    r"\s*(?:"
    r"\((?:Reporting|Writing|Additional reporting|Editing|With inputs?|Con información|Avec)\b[^)]{0,200}\)"
    r"|(?:Reporting|Additional reporting|Editing) by [^\n]{3,120}"
    r"|[\w.+-]{2,30}@[\w-]+\.[\w.]{2,20}"
    r"|(?:©|\(c\)|Copyright|저작권자|责任编辑|責任編輯)[^\n]{0,120}"
    r"|(?:The post [^\n]{3,150} appeared first on [^\n]{2,60})"
    r"|(?:Continue reading|Read more|Weiterlesen|Leer más|Lire la suite)[^\n]{0,40})",
)
# What every credit has one of. Most texts have none, which is found in a tenth of the time.
_CREDITED = re.compile(
    r"@|©|\(c\)|Copyright|저작권자|责任编辑|責任編輯|Reporting|reporting|Writing|Editing|With input"
    r"|Con información|Avec|The post |Continue reading|Read more|Weiterlesen|Leer más|Lire la suite"
)
_CORRECTED = re.compile(
    r"\b(?:corrected|correction|corrects|retract(?:ed|ion)|withdrawn|korrektur|korrigiert|berichtigung|corrección|corrige"
    r"|rectificatif|rectificación|correctif|correção|уточн[её]н\w*|исправлен\w*|опровержение)\b"
    r"|정정|바로잡습니다|更正|勘误|訂正|đính chính",
    re.IGNORECASE,
)


def report(text: str) -> str:
    """The text without what outlets put before and behind it."""
    for _ in range(3):
        head = text[: _MOST_HEAD * 2]
        shorter = next(
            (head[m.end() :] for p in _HEADS if (m := p.match(head)) and m.end() <= _MOST_HEAD), None
        )
        if shorter is None:
            break
        text = shorter + text[_MOST_HEAD * 2 :]
    return _CREDITS.sub(" ", text) if _CREDITED.search(text) else text


def is_correction(title: str) -> bool:
    """Whether a headline may say that an earlier report was wrong: what only may is not withheld either."""
    return _CORRECTED.search(title) is not None or correction(title) is not None
