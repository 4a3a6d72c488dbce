"""How many words lie between two places of a text?

What `NEAR/n` and `within: n` count. In scripts with spaces a word is a run of letters and digits;
a Korean eojeol is one word. Scripts without spaces are counted by length: two characters of Han or
kana, four of Thai or Lao, five of Khmer or Burmese make one word.
"""

import re
from bisect import bisect_left, bisect_right
from math import ceil

# A run of one way of writing. Marks stay with their letters because they are in the ranges.
_RUN = re.compile(
    r"(?P<han>[\u3005\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)"
    r"|(?P<thai>[\u0e00-\u0eff]+)"
    r"|(?P<khmer>[\u1000-\u109f\u1780-\u17ff]+)"
    r"|(?P<spaced>(?:[^\W\u3005\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]|[\u0300-\u036f])+)"
)
CHARACTERS_A_WORD = {"han": 2, "thai": 4, "khmer": 5}


def words_between(text: str, start: int, end: int, most: int | None = None) -> int:
    """The number of words in text[start:end]; 0 where end <= start.

    With `most` the count stops above it, so that a far pair costs no more than a near one.
    """
    words = 0
    for run in _RUN.finditer(text, start, max(start, end)):
        length = len(run[0])
        words += ceil(length / CHARACTERS_A_WORD.get(run.lastgroup or "", length))
        if most is not None and words > most:
            break
    return words


class WordCount:
    """Counts words between many places of one text; far pairs cost no more than near ones."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._widths: list[int] = []
        self._before: list[int] = []

    def between(self, start: int, end: int, most: int) -> int:
        """Words in [start, end); where there are more than `most`, any number above it."""
        if end - start <= _NEAR:
            return words_between(self._text, start, end, most)
        if not self._before:
            self._index()
        first = bisect_right(self._ends, start)
        last = bisect_left(self._starts, end) - 1
        if first >= last:
            return self._part(first, start, end) if first == last else 0
        whole = self._before[last] - self._before[first + 1]
        return self._part(first, start, end) + whole + self._part(last, start, end)

    def _part(self, run: int, start: int, end: int) -> int:
        """Words of one run as far as it lies in [start, end)."""
        begin, finish = max(start, self._starts[run]), min(end, self._ends[run])
        return ceil((finish - begin) / self._widths[run])

    def _index(self) -> None:
        total = 0
        for run in _RUN.finditer(self._text):
            self._starts.append(run.start())
            self._ends.append(run.end())
            self._before.append(total)
            width = CHARACTERS_A_WORD.get(run.lastgroup or "", len(run[0]))
            self._widths.append(width)
            total += ceil(len(run[0]) / width)
        self._before.append(total)


# Characters within which a pair is counted directly; news hardly ever needs the index.
_NEAR = 400
