"""How are all spellings found in one pass over a text?

Aho-Corasick by daachorse, or by ahocorasick-rs where daachorse has no wheel (Linux on ARM), behind
the same two methods: build from patterns, find in a text. Boundaries and false friends are not the
automaton's business.
"""

from collections.abc import Sequence
from typing import Protocol

Found = tuple[int, int, int]
"""Start, end (code points of the text) and index of the pattern."""


class Automaton(Protocol):
    """Built once from patterns, none of them empty or twice; read by any number of threads."""

    def __init__(self, patterns: Sequence[str]) -> None: ...

    def find(self, text: str) -> list[Found]:
        """Every occurrence of every pattern, overlapping ones too, ordered by end."""
        ...


def encodable(text: str) -> str:
    """The text with lone surrogates, which no automaton takes, replaced one to one."""
    return text.encode("utf-8", "replace").decode("utf-8")


class DaachorseAutomaton:
    """The usual one: from 500 to 10,000 patterns it slows down by less than a factor of two."""

    def __init__(self, patterns: Sequence[str]) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        self._find = CharwiseDoubleArrayAhoCorasick(
            [encodable(pattern) for pattern in patterns]
        ).find_overlapping

    def find(self, text: str) -> list[Found]:
        try:
            found: list[Found] = self._find(text)
        except UnicodeEncodeError:
            found = self._find(encodable(text))
        return found


class AhocorasickAutomaton:
    """The fallback; its tuples come with the index first."""

    def __init__(self, patterns: Sequence[str]) -> None:
        from ahocorasick_rs import AhoCorasick

        self._find = AhoCorasick([encodable(pattern) for pattern in patterns]).find_matches_as_indexes

    def find(self, text: str) -> list[Found]:
        try:
            found = self._find(text, overlapping=True)
        except UnicodeEncodeError:
            found = self._find(encodable(text), overlapping=True)
        return [(start, end, index) for index, start, end in found]


def build_automaton(patterns: Sequence[str]) -> Automaton:
    """The automaton of this machine."""
    try:
        return DaachorseAutomaton(patterns)
    except ImportError:
        return AhocorasickAutomaton(patterns)
