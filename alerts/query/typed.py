"""What did the user mean to type?

Punctuation that an East Asian keyboard or a word processor puts in place of the ASCII signs of the
watch language, brought back one to one, so that positions stay. What stands in quotes is left as it
is, for it is searched.
"""

OPENING = {"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "「": '"', "『": '"', "＂": '"'}
_CLOSING = frozenset('"“”‟«»」』＂')
_SIGNS = str.maketrans("（）：＝＊＠＞＜", "():=*@><")


def as_typed(text: str) -> str:
    """The query with ASCII brackets, quotes and signs; the same length."""
    parts: list[str] = []
    closing: frozenset[str] | None = None
    for character in text:
        if closing is not None:
            closes = character in closing
            parts.append('"' if closes else character)
            closing = None if closes else closing
        elif character == '"':
            parts.append(character)
            closing = frozenset('"')
        elif character in OPENING:
            parts.append('"')
            closing = _CLOSING
        else:
            parts.append(character.translate(_SIGNS))
    return "".join(parts)
