"""What is valid in a query, but probably not what was meant?

Warnings for people who write queries. Errors are `parse.py`.
"""

import re
from collections.abc import Iterator

from alerts.query.typed import OPENING, as_typed

_OPERATORS = ("and", "or", "not")
_WORD = re.compile(r'[^\s()"]+')
_QUOTED = re.compile(r'"[^"]*"')
_LOWER_NEAR = re.compile(r"o?near/\d+", re.IGNORECASE)
_EAST_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_GLUED = re.compile(f"(?:(?<=[{_EAST_ASIAN}])|^)(AND|OR|NOT)(?=[{_EAST_ASIAN}]|$)")
_FULL_WIDTH_OPERATOR = re.compile("ＡＮＤ|ＯＲ|ＮＯＴ")


def lint_query(text: str) -> list[str]:
    """Warnings, one line each, with the place; empty where the query looks as it was meant.

    Takes any text, also one that does not parse.
    """
    typed = as_typed(text)
    warnings = list(_quotes(text, typed))
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), typed)
    for match in _WORD.finditer(bare):
        warnings += _word(match[0], match.start())
    return warnings


def _quotes(text: str, typed: str) -> Iterator[str]:
    for position, (character, sign) in enumerate(zip(text, typed, strict=True)):
        if character != sign and sign == '"' and character in OPENING:
            yield f"{_at(position)}: {character} is read as an ASCII quote"
            return


def _word(word: str, position: int) -> Iterator[str]:
    if word.lower() in _OPERATORS and word not in {"AND", "OR", "NOT"}:
        yield f'{_at(position)}: "{word}" is searched as a word, did you mean {word.upper()}?'
    elif _LOWER_NEAR.fullmatch(word) and not word.startswith("NEAR/"):
        yield f'{_at(position)}: "{word}" is searched as a word, did you mean NEAR/{word.split("/")[1]}?'
    elif match := _FULL_WIDTH_OPERATOR.fullmatch(word):
        yield f'{_at(position)}: "{word}" is searched as a word, did you mean the operator in ASCII?'
    elif (match := _GLUED.search(word)) and word not in {"AND", "OR", "NOT"}:
        yield f"{_at(position + match.start())}: {match[1]} is glued to a word, put blanks around it"
    elif word[-1] in ",;.、。，；" and len(word) > 1 and word[:-1].isalpha():
        yield f'{_at(position + len(word) - 1)}: "{word[-1]}" is searched as part of "{word}"'


def _at(position: int) -> str:
    return f"character {position + 1}"
