"""How does a command print rows under headings, in any script?"""

import unicodedata
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows as aligned columns, a heading above; the last column is as long as it likes."""
    everything = [[cell.replace("\n", " ") for cell in row] for row in (head, *rows)]
    widths = [max(map(width, column)) for column in zip(*everything, strict=True)]
    lines = []
    for row in everything:
        cells = [cell + " " * (most - width(cell)) for cell, most in zip(row[:-1], widths[:-1], strict=True)]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines) + "\n"


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
