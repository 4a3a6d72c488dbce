"""What is wrong with a query, where, and what was probably meant?

One error type for everything a user can write wrongly in the watch language, and the picture with
the caret. Warnings about queries that are valid but look unintended are `alerts/query/lint.py`.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.query.terms import Term


class QueryError(ValueError):
    """A query that cannot be understood.

    `message` says what was found and expected, `position` is a code-point offset into the query,
    `suggestion` is what was probably meant. `str()` is one line.
    """

    def __init__(self, message: str, position: int = 0, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.suggestion = suggestion

    def __str__(self) -> str:
        hint = f", did you mean {self.suggestion}?" if self.suggestion else ""
        return " ".join(f"{self.message} at character {self.position + 1}{hint}".split())

    def caret(self, text: str) -> str:
        """The line of the query at fault, and below it a caret under the offending character."""
        position = min(self.position, len(text))
        start = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        line = text[start:] if end < 0 else text[start:end]
        return f"{line}\n{''.join(map(_blank_for, text[start:position]))}^"


class WatchError(QueryError):
    """An error in one watch: `watch` is its name, `key` is `query` or `unless`."""

    def __init__(self, watch: str, key: str, error: QueryError) -> None:
        super().__init__(error.message, error.position, error.suggestion)
        self.watch = watch
        self.key = key

    def __str__(self) -> str:
        return f"watch {self.watch}: {self.key}: {super().__str__()}"


class TermSetError(QueryError):
    """An error in one term of a term set: `set`, `term` and `key` say where. `of` is the term itself, since
    another may have its name."""

    def __init__(
        self, set_name: str, term: "Term", key: str, message: str, suggestion: str | None = None
    ) -> None:
        super().__init__(message, 0, suggestion)
        self.set = set_name
        self.term = term.name
        self.of = term
        self.key = key

    def __str__(self) -> str:
        hint = f", did you mean {self.suggestion}?" if self.suggestion else ""
        return " ".join(f"term set {self.set}: {self.term}: {self.key}: {self.message}{hint}".split())


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, None if none is near."""
    close = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def _blank_for(character: str) -> str:
    """White space as wide as the character, so that the caret stands under its place."""
    if character == "\t":
        return "\t"
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return ""
    return "\u3000" if unicodedata.east_asian_width(character) in "WF" else " "
