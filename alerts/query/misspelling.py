"""Which misspellings of a long name are looked for?

Made when the terms are compiled, as further patterns, so that looking for them costs nothing. Only
for terms that ask for it (`fuzzy: true`), only one wrong letter, only in words of five letters or
more of spellings with eight or more in an alphabet, and never the first letter: Kim Jong Un and
Kim Jong Sun are one letter apart, and Laos, Lagos and laws too.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import product

FEWEST_LETTERS = 8
FEWEST_IN_WORD = 5
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


def misspellings(spellings: Mapping[int, list[str]], listed: Collection[str]) -> dict[str, int]:
    """Misspelt form to unit, for folded spellings by unit.

    A form that is listed somewhere, or that is one letter from spellings of two units, is left out.
    """
    found: dict[str, int] = {}
    doubtful: set[str] = set()
    for unit, spelled in spellings.items():
        for spelling in spelled:
            for variant in _variants(spelling):
                if found.setdefault(variant, unit) != unit:
                    doubtful.add(variant)
    return {
        variant: unit for variant, unit in found.items() if variant not in doubtful and variant not in listed
    }


def _variants(spelling: str) -> Iterator[str]:
    alphabet = next((a for a in (_LATIN, _CYRILLIC) if any(c in a for c in spelling)), "")
    if spelling.endswith("*") or sum(character.isalpha() for character in spelling) < FEWEST_LETTERS:
        return
    words = spelling.split(" ")
    for index, word in enumerate(words):
        if len(word) >= FEWEST_IN_WORD and all(character in alphabet for character in word):
            for variant in _one_wrong(word, alphabet):
                yield " ".join([*words[:index], variant, *words[index + 1 :]])


def _one_wrong(word: str, alphabet: str) -> Iterator[str]:
    """One letter left out, exchanged with the next, wrong, or too many; the first stays."""
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]
        if place + 1 < len(word):
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for place, letter in product(range(1, len(word) + 1), alphabet):
        yield word[:place] + letter + word[place:]
        if place < len(word):
            yield word[:place] + letter + word[place + 1 :]
