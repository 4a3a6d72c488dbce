"""What can a user write about a watch, and what is known when it fires?

The config model of one entry of `config/watches.yaml`, and the values that matching yields. The
query language is `alerts/query/`; evaluating it is `alerts/matching.py`.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from archive.names import Name
from archive.rules import Model

Urgency = Literal["breaking", "normal", "low"]
URGENCIES: tuple[Urgency, ...] = ("low", "normal", "breaking")
TextField = Literal["title", "summary", "body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Model):
    """What a reader wants to hear of: it fires when `query` AND NOT (`unless`) is true."""

    name: Name
    title: str | None = None
    query: str
    unless: str | None = None
    urgency: Urgency = "normal"
    channels: tuple[Name, ...] = ()
    enabled: bool = True
    was: Name | None = None


class Hit(NamedTuple):
    """One place in an article's text that counted.

    `start` and `end` are code-point offsets into the field as given, so that
    `getattr(article, field)[start:end] == text`. `term` is the term's name (or the literal word),
    `set` the term set it came from, None outside sets. `companion` marks a hit that only lends
    another one the company it needs (`with:` in a term file). A tuple, because one is made for
    every hit of every match, and a frozen dataclass takes three times as long to make.
    """

    field: TextField
    start: int
    end: int
    text: str
    term: str
    set: str | None = None
    companion: bool = False


class Match(NamedTuple):
    """A watch that fired on an article, with the evidence, in reading order."""

    watch: str
    urgency: Urgency
    hits: tuple[Hit, ...]
