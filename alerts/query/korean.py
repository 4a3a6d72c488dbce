"""Where does a Korean word end, when particles are glued to it?

A stem may carry a bound noun of one syllable (북한군, 라오스인), one to three particles (북한에서는)
and the copula (북한이다); after them no Hangul may stand. What else can follow a stem belongs to
another word (조선업, 북한강). Which spellings are stems is `boundaries.py`.
"""

import re

_PARTICLES = (
    "은 는 이 가 을 를 의 에 에서 에게 에게서 께 께서 한테 한테서 로 으로 로서 으로서 "
    "로써 으로써 로부터 으로부터 부터 까지 도 만 뿐 과 와 하고 랑 이랑 처럼 같이 만큼 "
    "보다 마다 조차 마저 밖에 대로 커녕 서 선 엔 들 측 나 이나 든 이든 든지 이든지 라도 "
    "이라도 야 이야 요 이요 라 이라 란 이란 라는 이라는 라고 이라고 라며 이라며 라면 "
    "이라면 이라서 라서 에도 에는 에선 와의 과의 로의 으로의"
)

# Bound nouns that make no other thing of a country, a body or a person.
_BOUND_NOUNS = "군 인 어 측 행 발 식 판 형 령 민 간 내 등 씨 님 제 급 전 용"

_COPULA = (
    "이다 다 이며 며 이고 고 이자 자 이었다 였다 이었던 였던 이지만 지만 이므로 므로 "
    "이니까 니까 이니 입니다 인데 임을 임에도 이라던 인지 일까 이지 이란다 이라지만 이냐 냐"
)


def _any(endings: str) -> str:
    return "|".join(sorted(endings.split(), key=len, reverse=True))


_ENDING = re.compile(
    f"(?:{_any(_BOUND_NOUNS)})?(?:{_any(_PARTICLES)}){{0,3}}(?:{_any(_COPULA)})?(?![\uac00-\ud7a3])"
)
_ENDING_OF_ONE_SYLLABLE = re.compile(f"(?:{_any(_PARTICLES)}){{0,3}}(?:{_any(_COPULA)})?(?![\uac00-\ud7a3])")

# Syllables before a name that leave it the same name: to, towards, in, with, visiting, pro-, anti- …
PREFIXES = frozenset("대남주방친반재탈한비범")


def ends_stem(text: str, end: int) -> bool:
    """Whether a stem of two syllables or more may end here in folded text."""
    return _ENDING.match(text, end) is not None


def ends_syllable(text: str, end: int) -> bool:
    """Whether a stem of one syllable may end here: 핵을, but not 핵인."""
    return _ENDING_OF_ONE_SYLLABLE.match(text, end) is not None
