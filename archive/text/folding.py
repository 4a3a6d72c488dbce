"""How is text made comparable, and how does one get back to what was written?

`fold` brings case, typographic variants, full-width forms, invisible characters, white space and
composition to one form each. It folds towards composed, one-to-one forms, so that nearly every
article keeps its offsets; where a length changes, `Folded.span` leads back. Which characters make
a word is `archive/text/scripts.py`.

Accents are never stripped (Vietnamese Lào is not lao), and Traditional is not made Simplified.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from archive.text.folding_tables import BLANKS, INVISIBLE, TYPOGRAPHY, changes, settle

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
# Of the basic plane alone, as in `folding_tables.py`.
_USUAL = re.compile(f"[{re.escape(''.join(TYPOGRAPHY) + INVISIBLE[:-3])}ß]")
_INVISIBLE_RUN = re.compile(f"[{re.escape(INVISIBLE)}]+")
_INVISIBLE_RUN_OR_SZ = re.compile(f"[{re.escape(INVISIBLE)}]+|ß")
_SPACES = re.compile("  +")
_ASCII_BLANKS = {ord(blank): " " for blank in BLANKS if blank.isascii()}
# A run of marks longer than this is no writing. It stays as it is: to order n marks costs n².
_MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class _Edits:
    """Where one rewriting changed lengths: parallel arrays, in rising order.

    Folded [starts, ends) stands for the text [origin_starts, origin_ends) before it.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    origin_starts: tuple[int, ...]
    origin_ends: tuple[int, ...]

    def start(self, position: int) -> int:
        """Where the character at a folded position began."""
        index = bisect_right(self.starts, position) - 1
        if index < 0:
            return position
        if position < self.ends[index]:
            return self.origin_starts[index]
        return position - self.ends[index] + self.origin_ends[index]

    def end(self, position: int) -> int:
        """Where the character before a folded position ended; for positions above 0."""
        index = bisect_right(self.starts, position - 1) - 1
        if index < 0:
            return position
        if position - 1 < self.ends[index]:
            return self.origin_ends[index]
        return position - self.ends[index] + self.origin_ends[index]


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and the way back."""

    text: str
    _layers: tuple[_Edits, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) that the folded [start, end) stands for.

        A span that begins or ends inside an expansion (the i of a ligature ﬁ) widens to the whole
        original. An empty span stays empty.
        """
        if not self._layers:
            return start, end
        if start >= end:
            position = self._start(start)
            return position, position
        for edits in reversed(self._layers):
            start, end = edits.start(start), edits.end(end)
        return start, end

    def _start(self, position: int) -> int:
        for edits in reversed(self._layers):
            position = edits.start(position)
        return position


def fold(text: str) -> Folded:
    """Fold a text; never raises, whatever the string holds."""
    if text.isascii():
        folded = text.lower()
        if not folded.isprintable():
            folded = folded.translate(_ASCII_BLANKS)
        return _collapse(folded, ()) if "  " in folded else Folded(folded)
    folded, layers = _comparable(text, False)
    return _collapse(folded, layers) if "  " in folded else Folded(folded, layers)


def without_variants(text: str) -> str:
    """The fold without its case folding: how two spellings are compared where case counts."""
    return _SPACES.sub(" ", _comparable(text, True)[0])


def _comparable(text: str, keep_case: bool) -> tuple[str, tuple[_Edits, ...]]:
    """Everything but the runs of blanks."""
    text, layers = _replace_usual(text, keep_case)
    folded = text if keep_case else text.casefold()
    # Quick test: if this holds, nothing but case and the usual characters differs.
    if len(folded) != len(text) or not _is_settled(folded):
        folded, layers = _settle(text, layers, keep_case)
    return _order_sara_am(folded, layers)


def _replace_usual(text: str, keep_case: bool) -> tuple[str, tuple[_Edits, ...]]:
    """What nearly every text has: typographic variants brought to one form, and what cannot be seen taken
    out. The many others take a table that is slow to make."""
    invisible = "\U000e0100" in text or "\U000e0101" in text or "\U000e0102" in text
    for character in set(_USUAL.findall(text)):
        if character in TYPOGRAPHY:
            text = text.replace(character, TYPOGRAPHY[character])
        else:
            invisible = True
    if not invisible:
        return text, ()
    found = (_INVISIBLE_RUN if keep_case else _INVISIBLE_RUN_OR_SZ).finditer(text)
    return _rewrite(
        text, [(match.start(), match.end(), "ss" if match[0] == "ß" else "") for match in found], ()
    )


def _settle(text: str, layers: tuple[_Edits, ...], keep_case: bool) -> tuple[str, tuple[_Edits, ...]]:
    """Characters brought to their settled form where that is one character; the others, and clusters, where
    there are any."""
    known = changes(keep_case)
    growing = False
    for character in set(known.singles.findall(text)):
        settled = known.settled[character]
        if len(settled) == 1:
            text = text.replace(character, settled)
        else:
            growing = True
    folded = text if keep_case else text.casefold()
    if growing or len(folded) != len(text) or not _is_settled(folded):
        return _settle_clusters(text, layers, keep_case)
    return folded, layers


def _is_settled(text: str) -> bool:
    """Whether NFKC has nothing to change but what is kept composed: SARA AM and the Lao ligatures."""
    if "\u0e33" in text:
        text = text.replace("\u0e33", "\u0e32")
    if "\u0eb3" in text:
        text = text.replace("\u0eb3", "\u0eb2")
    if "\u0edc" in text or "\u0edd" in text:
        text = text.replace("\u0edc", "\u0e99").replace("\u0edd", "\u0ea1")
    return unicodedata.is_normalized("NFKC", text)


def _settle_clusters(
    text: str, layers: tuple[_Edits, ...], keep_case: bool
) -> tuple[str, tuple[_Edits, ...]]:
    """The slow path: every character or cluster whose length may change."""
    astral = [(found.start(), found.end(), _settle_astral(found[0])) for found in _ASTRAL.finditer(text)]
    text, layers = _rewrite(text, [piece for piece in astral if piece[2] != text[piece[0]]], layers)
    known = changes(keep_case)
    case = _as_it_is if keep_case else str.casefold
    folded = case(text)
    growing = any(len(known.settled[character]) > 1 for character in set(known.singles.findall(text)))
    if not growing and len(folded) == len(text) and unicodedata.is_normalized("NFC", folded):
        return folded, layers
    pieces = []
    for match in known.clusters.finditer(text):
        start, end = match.span()
        # Marks belong to the character before them.
        if start and text[start] in known.marks:
            start -= 1
        pieces.append((start, end, _settle_cluster(text[start:end], keep_case)))
    return _rewrite(text, pieces, layers, case)


def _as_it_is(text: str) -> str:
    return text


def _settle_astral(character: str) -> str:
    """Mathematical letters and the like; of what would not stay one character only the composition."""
    settled = unicodedata.normalize("NFKC", character)
    return settled if len(settled) == 1 else unicodedata.normalize("NFC", character)


@lru_cache(maxsize=8192)
def _settle_cluster(cluster: str, keep_case: bool) -> str:
    if len(cluster) > _MOST_MARKS:
        return settle(cluster[0], keep_case) + cluster[1:]
    return settle(cluster, keep_case)


def _order_sara_am(text: str, layers: tuple[_Edits, ...]) -> tuple[str, tuple[_Edits, ...]]:
    """Tone mark, then composed SARA AM, in whichever order and form they were typed."""
    for sara_am in (_THAI_AM, _LAO_AM):
        if sara_am.composed not in text and sara_am.nikhahit not in text:
            continue
        if sara_am.apart.search(text) or sara_am.late_tone.search(text):
            pieces = []
            for match in sara_am.run.finditer(text):
                run = match[0]
                tones = "".join(c for c in run if c in sara_am.tones)
                ordered = tones + sara_am.composed * sum(c in sara_am.ends for c in run)
                before = text[match.start() - 1] if match.start() else ""
                if ordered != run and not _stands_above(before, tones):
                    pieces.append((match.start(), match.end(), ordered))
            text, layers = _rewrite(text, pieces, layers)
    return text, layers


class _SaraAm:
    """The vowel AM of one script: nikhahit + AA, or composed, with tone marks about."""

    def __init__(self, composed: str, nikhahit: str, aa: str, tones: str) -> None:
        one = f"(?:{composed}|{nikhahit}[{tones}]*{aa})"
        self.composed, self.nikhahit, self.ends, self.tones = composed, nikhahit, composed + aa, tones
        # Both begin with a literal: `re` finds out quickly that nothing is to be done.
        self.apart = re.compile(f"{nikhahit}[{tones}]*{aa}")
        self.late_tone = re.compile(f"{composed}[{tones}]")
        self.run = re.compile(f"{one}(?:[{tones}]|{one})*")


_THAI_AM = _SaraAm("\u0e33", "\u0e4d", "\u0e32", "\u0e48\u0e49\u0e4a\u0e4b")
_LAO_AM = _SaraAm("\u0eb3", "\u0ecd", "\u0eb2", "\u0ec8\u0ec9\u0eca\u0ecb")


def _stands_above(before: str, tones: str) -> bool:
    """Whether a tone may not move behind this mark, because NFC would move it back."""
    return bool(before and tones) and unicodedata.combining(before) > unicodedata.combining(tones[0])


def _collapse(text: str, layers: tuple[_Edits, ...]) -> Folded:
    """Every run of spaces made one space."""
    runs = [(match.start() + 1, match.end(), "") for match in _SPACES.finditer(text)]
    return Folded(*_rewrite(text, runs, layers))


def _rewrite(
    text: str,
    pieces: Iterable[tuple[int, int, str]],
    layers: tuple[_Edits, ...],
    between: Callable[[str], str] = _as_it_is,
) -> tuple[str, tuple[_Edits, ...]]:
    """Put the pieces (start, end, new) into the text, and remember where lengths changed.

    `between` is applied to what lies between the pieces; it keeps lengths.
    """
    parts: list[str] = []
    edits: list[tuple[int, int, int, int]] = []
    position = length = 0
    for start, end, new in pieces:
        parts += (between(text[position:start]), new)
        length += start - position
        if len(new) != end - start:
            edits.append((length, length + len(new), start, end))
        length += len(new)
        position = end
    parts.append(between(text[position:]))
    if edits:
        starts, ends, origin_starts, origin_ends = zip(*edits, strict=True)
        layers = (*layers, _Edits(starts, ends, origin_starts, origin_ends))
    return "".join(parts), layers
