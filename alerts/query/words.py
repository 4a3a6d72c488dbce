"""Is this word of a query one that can be searched?

The checks on single words, phrases and prefixes, with what was probably meant.
"""

import re

from alerts.query.errors import QueryError
from archive.text.scripts import Kind, kind_of

_NEAR_LIKE = re.compile(r"(?:O?NEAR|AROUND)(?:/.*)?")
_OTHER_LANGUAGES = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT", "-": "NOT"}
_SHORTEST_PREFIX = {Kind.HAN: 1, Kind.HANGUL: 1, Kind.LETTER: 3, Kind.DIGIT: 3}


def check_word(word: str, position: int) -> str:
    """The word itself; QueryError where it is an operator of another language or no word at all."""
    if word in _OTHER_LANGUAGES:
        raise QueryError(f'"{word}" is no operator here', position, _OTHER_LANGUAGES[word])
    if _NEAR_LIKE.fullmatch(word):
        raise QueryError(
            f'"{word}" is no operator: NEAR/n says how many words may lie between', position, "NEAR/5"
        )
    if word[0] in "-!+" and len(word) > 1 and has_substance(word):
        meant = f"NOT {word[1:]}" if word[0] in "-!" else word[1:]
        raise QueryError(
            f'"{word[0]}" before a word is no operator; to search it use quotes', position, meant
        )
    return plain_text(word, position)


def plain_text(text: str, position: int) -> str:
    """The text with single blanks; QueryError where nothing in it can be searched."""
    text = " ".join(text.split())
    if not has_substance(text):
        raise QueryError("there is no letter or digit to search for", position)
    return text


def check_prefix(prefix: str, position: int) -> str:
    """The prefix; QueryError where it would catch half the dictionary."""
    prefix = plain_text(prefix, position)
    shortest = _SHORTEST_PREFIX.get(kind_of(prefix[0]), 2)
    if len(prefix) < shortest:
        raise QueryError(f'"{prefix}*" is too short: {shortest} characters before the star', position)
    return prefix


def has_substance(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(kind_of(character) not in {Kind.OTHER, Kind.MARK} for character in text)
