"""Which numbers does a command take: of a story, a delivery or a person, or for how many it shows?

Whole ones from 1 to what a column of the archive holds. No database can even be asked for a larger one.
"""

from typing import Any

import click

LARGEST = 2**63 - 1


class Number(click.IntRange):
    """The type of an option or argument that is such a number."""

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = int(super().convert(value, param, ctx))
        if number > LARGEST:
            self.fail(f"{value} is larger than any number here.", param, ctx)
        return number


def is_number(word: str) -> bool:
    """Whether `word` is one."""
    try:
        Number().convert(word, None, None)
    except click.BadParameter:
        return False
    return True
