"""In which legacy encoding are bytes that name none most likely written?

In the one in which most of what is no ASCII is plain prose of its script.
"""

import re
from collections.abc import Callable

# Plain prose of each script, in the encodings that its old sites use.
_HANGUL = re.compile("[가-힣]")
_HAN = re.compile("[一-龥]")
_JAPANESE = re.compile("[ぁ-ヿ一-龥、。「」]")
_KANA = re.compile("[ぁ-ヿ]")
_THAI = re.compile("[ก-๛]")
# Marks without a letter to stand on, vowels without a letter to follow, letters out of use.
_THAI_ASTRAY = re.compile("(?<![ก-ฮัิ-ู])[ัิ-ฺ็-๎]|[เ-ไ](?![ก-ฮ])|[ฃฅฦ๏๚๛]")
_CYRILLIC = re.compile("[а-яё]")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_SURE = 0.7


def likeliest(sample: bytes) -> str | None:
    """The encoding; None where none makes enough sense."""
    scores = [(score(sample), encoding) for encoding, score in _GUESSES]
    # The first of two equals wins.
    best, encoding = max(scores, key=lambda found: found[0])
    return encoding if best > _SURE else None


def _japanese(encoding: str) -> Callable[[bytes], float]:
    def score(sample: bytes) -> float:
        text = sample.decode(encoding, "replace")
        return _share(_JAPANESE, text) if _share(_KANA, text) > 0.1 else 0.0

    return score


def _common(script: re.Pattern[str], encoding: str, first: int, last: int) -> Callable[[bytes], float]:
    """The sets of Korea and China have their common characters within these leading bytes."""

    def score(sample: bytes) -> float:
        foreign = _FOREIGN.findall(sample.decode(encoding, "replace"))
        leads = [char.encode(encoding, "ignore")[:1] for char in foreign if script.match(char)]
        return sum(first <= ord(lead or b"\0") <= last for lead in leads) / len(foreign) if foreign else 0.0

    return score


def _thai(sample: bytes) -> float:
    # Any bytes look Thai; only in Thai do the marks stand where they may.
    text = sample.decode("cp874", "replace")
    letters = len(_THAI.findall(text))
    return _share(_THAI, text) - 8 * len(_THAI_ASTRAY.findall(text)) / letters if letters else 0.0


def _russian(encoding: str) -> Callable[[bytes], float]:
    # Capitals and small letters have changed places between the two encodings.
    return lambda sample: _share(_CYRILLIC, sample.decode(encoding, "replace"))


_GUESSES: tuple[tuple[str, Callable[[bytes], float]], ...] = (
    ("cp949", _common(_HANGUL, "cp949", 0xB0, 0xC8)),
    ("euc_jp", _japanese("euc_jp")),
    ("cp932", _japanese("cp932")),
    ("gb18030", _common(_HAN, "gb18030", 0xB0, 0xD7)),
    ("big5hkscs", _common(_HAN, "big5hkscs", 0xA4, 0xC6)),
    ("cp874", _thai),
    ("cp1251", _russian("cp1251")),
    ("koi8_r", _russian("koi8_r")),
)


def _share(wanted: re.Pattern[str], text: str) -> float:
    foreign = len(_FOREIGN.findall(text))
    return len(wanted.findall(text)) / foreign if foreign else 0.0
