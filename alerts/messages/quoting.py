"""Which sentence of an article is shown with an alert?

The one with the most different terms that fired, the earliest among equals; cut to 300 characters
at word or grapheme boundaries with the hits kept inside. Where only the headline matched there is
none: the headline says it already.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from alerts.watch import Hit, Match, TextField
from archive.article import Article

LONGEST = 300
# A sentence ends after these (Latin, CJK, Devanagari and kin, Arabic, Armenian, Ethiopic, Khmer,
# Burmese) or at the end of a line. Thai and Lao write none: there the line is the sentence.
_END = regex.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s++[^\p{Ll}\s]|\s*+$)   # not "approx. three"
      | [。！？]+[”’」』）]*
      | [।॥؟۔։።។៕၊။]+
      | [\r\n]+""",
    regex.VERBOSE,
)
# Endings of words that only look like the end of a sentence.
_ABBREVIATION = regex.compile(
    r"(?:\b\p{L}|\b(?:Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sgt|Gov|Sen|Rep|No|vs|Prof|Jr|Sr|Mt|Inc|Ltd|Co))\.$"
)
# The longest of them, and what stands before it.
_LAST_WORD = 6
_WORD = regex.compile(r"\s")
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of the article; `spans` are the hits in it, code points, in order, not overlapping."""

    text: str
    spans: tuple[tuple[int, int], ...]


def quote(article: Article, matches: Sequence[Match], longest: int = LONGEST) -> Quote | None:
    """The sentence of summary or body that shows best why `matches` fired; None without hits there."""
    hits = [hit for match in matches for hit in match.hits if not hit.companion]
    best: tuple[int, str, list[Hit], int] | None = None
    for name in ("summary", "body"):
        field: TextField = "summary" if name == "summary" else "body"
        text = getattr(article, field) or ""
        inside = sorted((hit for hit in hits if hit.field == field), key=lambda hit: hit.start)
        begin = 0
        for start, end in sentences(text) if inside else ():
            first, begin = begin, bisect_left(inside, end, begin, key=lambda hit: hit.start)
            here = [hit for hit in inside[first:begin] if start <= hit.start and hit.end <= end]
            terms = len({hit.term for hit in here})
            if terms and (best is None or terms > best[0]):
                best = (terms, text[start:end], here, start)
    if best is None:
        return None
    _, sentence, here, offset = best
    return _cut(sentence, _merged([(hit.start - offset, hit.end - offset) for hit in here]), longest)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of `text` starts and ends, surrounding space left out."""
    start = 0
    for end in _END.finditer(text):
        # Hostile texts are all abbreviations: only the last word is looked at.
        last = max(start, end.end() - _LAST_WORD)
        if not _ABBREVIATION.search(text, last, end.end()) or end.end() == len(text):
            yield from _stripped(text, start, end.end())
            start = end.end()
    yield from _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    if piece.strip():
        yield start + left, start + len(piece.rstrip())


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: list[tuple[int, int]], longest: int) -> Quote:
    """At most `longest` code points around as many spans as fit, counted from the first."""
    if len(text) <= longest:
        return Quote(text, tuple(spans))
    room = longest - 2
    first, last = spans[0]
    for _start, end in spans:
        if end - first <= room:
            last = max(last, end)
    last = min(last, first + room)
    # The room that is left goes to both sides, and what one side has no use for to the other.
    spare = room - (last - first)
    left = max(first - max(spare // 2, spare - (len(text) - last)), 0)
    right = min(left + room, len(text))
    left = _boundary(text, left, first, forward=True)
    right = _boundary(text, right, last, forward=False)
    head = "…" if left > 0 else ""
    tail = "…" if right < len(text) else ""
    kept = [(max(s, left), min(e, right)) for s, e in spans if s < right and e > left]
    shift = len(head) - left
    return Quote(head + text[left:right] + tail, tuple((s + shift, e + shift) for s, e in kept))


def _boundary(text: str, at: int, limit: int, *, forward: bool) -> int:
    """The nearest place to `at` on the way to `limit` where the text may be cut."""
    if at in (0, len(text)):
        return at
    if forward:
        space = _WORD.search(text, at, limit)
        if space is not None and space.end() - at < 40:
            return min(int(space.end()), limit)
    else:
        spaces = [int(match.start()) for match in _WORD.finditer(text, max(limit, at - 40), at)]
        if spaces:
            return spaces[-1]
    around = max(0, at - 64)
    edges = [int(match.start()) for match in _GRAPHEME.finditer(text, around, min(len(text), at + 64))]
    wanted = [edge for edge in edges if (at <= edge <= limit if forward else limit <= edge <= at)]
    return (wanted[0] if forward else wanted[-1]) if wanted else limit
