"""The quick parser gives the same events as ruamel.yaml's own."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from wirewatch.quick_yaml import events

CONFIG = Path(__file__).parents[1] / "config"

_words = [
    "a",
    "key",
    "[a, b c]",
    "[a]",
    "[- a, b]",
    "x: [a, b]\n",
    "two words",
    "ລາວ",
    "22:30",
    "https://a.example:80/b?c=d&e=f#g",
    'AT&T\'s "x"',
    " #",
    "#: ",
    "x: y\n",
    "- z\n",
]
_breaks = ["\n  ", "\n    ", "\n\n", "\r\n", "---\n", "...\n", "\ufeff", "\u2028", "\x85", "\xa0", "  "]
_signs = ["- ", ": ", ", ", " # c", "|\n", ">\n", "&x ", "*x", "!t ", "? ", *"-:,[]{}#'\"%@\t \n"]
_pieces = st.sampled_from([*_words, *_breaks, *_signs])


def told(parser: Any, text: str) -> list[tuple[Any, ...]] | None:
    """The events as values; None for broken text, of which one parser may find another fault first."""
    found: list[tuple[Any, ...]] = []
    try:
        for event in parser(text):
            start, end = event.start_mark, event.end_mark
            details = [
                getattr(event, name, None) for name in ("value", "style", "anchor", "implicit", "flow_style")
            ]
            found.append((type(event).__name__, *details, start.line, start.column, end.line, end.column))
    except YAMLError:
        return None
    return found


def plainly(text: str) -> Any:
    return YAML(typ="safe", pure=True).parse(text)


@given(st.lists(_pieces, max_size=25).map("".join))
def test_events_are_those_of_the_plain_parser_and_what_it_refuses_is_refused(text: str) -> None:
    assert told(events, text) == told(plainly, text)


@pytest.mark.parametrize("file", sorted(CONFIG.rglob("*.yaml")), ids=lambda file: file.name)
def test_the_shipped_files_read_the_same(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert told(events, text) == told(plainly, text)
