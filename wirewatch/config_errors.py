"""How is a mistake in the config told?

`ConfigError` is one mistake at one place, and its text is the line that `wirewatch check` prints:
`file:line:column: key: found X, expected Y, did you mean Z`. Finding mistakes is the work of the
files that read: `yaml_positions`, `model_errors`, `layers`, `config_checks`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from wirewatch.secrets import mask

SHOWN = 60
# What is text in quotes only.
_NO_TEXT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|true|false|null|~", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column count from 1, None where a file is meant as a whole."""

    file: Path | str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `place`; parts that do not apply are empty.

    `key` is the dotted path of the key, with names in place of list positions. `detail` is a
    picture below the line (a query with its caret), never needed to understand it. `is_missing`:
    a key that must be there is not.
    """

    place: Place
    key: str
    found: str
    expected: str = ""
    suggestion: str = ""
    detail: str = ""
    is_missing: bool = False

    @property
    def file(self) -> Path | str:
        return self.place.file

    @property
    def line(self) -> int | None:
        return self.place.line

    @property
    def column(self) -> int | None:
        return self.place.column

    @property
    def message(self) -> str:
        """The line without its place and key."""
        parts = (("found", self.found), ("expected", self.expected), ("did you mean", self.suggestion))
        return mask(", ".join(f"{word} {what}" for word, what in parts if what))

    def __str__(self) -> str:
        said = mask(": ".join(part for part in (str(self.place), self.key, self.message) if part))
        # A name may hold line breaks, and a mistake is a line.
        return " ".join(said.splitlines())


class ConfigError(Problem):
    """A mistake that keeps this config from being used."""


class ConfigWarning(Problem):
    """Something that works, but hardly as it was meant."""


P = TypeVar("P", bound=Problem)


def in_file_order(problems: Iterable[P]) -> list[P]:
    """The problems by file and line, so that a reader can mend from the top down."""
    return sorted(problems, key=lambda one: (str(one.file), one.line or 0, one.column or 0))


class ConfigErrors(Exception):
    """Every mistake of a config, in the order of its files; `warnings` are told beside them.

    `named_files` are the files with secrets that the config names, there or not.
    """

    def __init__(
        self,
        errors: Iterable[ConfigError],
        warnings: Iterable[ConfigWarning] = (),
        named_files: Iterable[Path] = (),
    ) -> None:
        self.errors = tuple(errors)
        self.warnings = tuple(warnings)
        self.named_files = frozenset(named_files)
        super().__init__("\n".join(map(str, self.errors)))


def shown(value: object) -> str:
    """A value as an error line shows it: quoted only where its ends would be unclear."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            text = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
            plain = (
                text
                and text.isprintable()
                and not set(text) & set(" ,'\"\n")
                and not _NO_TEXT.fullmatch(text)
            )
            return text if plain else "'" + text.replace("\n", " ").replace("'", "''") + "'"
        case _:
            return str(value)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, or ""."""
    # Slow to load, for what is never asked of a right config.
    import difflib

    by_form = {name.casefold().replace("_", "-"): name for name in known}
    form = word.casefold().replace("_", "-")
    close = difflib.get_close_matches(form, by_form, n=1, cutoff=0.6)
    return by_form[close[0]] if close else ""


def one_of(words: Iterable[str]) -> str:
    """`one of a, b, c` in a stable order, `a` where there is only one."""
    listed = list(words)
    return listed[0] if len(listed) == 1 else "one of " + ", ".join(listed)
