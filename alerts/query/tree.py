"""What is a query, once it is understood?

The frozen nodes of the tree. Two queries that mean the same words in the same structure are equal:
positions take no part in comparison. Text becomes a tree in `parse.py` and a tree text in
`printing.py`; what a tree says about an article is `evaluation.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

TextScope = Literal["title", "lead", "body"]
MetaField = Literal["source", "lang", "country", "kind", "tier"]
TEXT_SCOPES: tuple[TextScope, ...] = ("title", "lead", "body")
META_FIELDS: tuple[MetaField, ...] = ("source", "lang", "country", "kind", "tier")


@dataclass(frozen=True, slots=True)
class Atom:
    """What is looked for in the text; `text` is without the signs around it.

    `key` is its spelling with the signs: two atoms with one key find the same.
    """

    signs: ClassVar[str]
    text: str
    position: int = field(default=0, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.signs.format(self.text))


class Word(Atom):
    """One word as typed, without quotes: `laos`."""

    __slots__ = ()
    signs = "{}"


class Phrase(Atom):
    """Words in this order: `"supreme leader"`."""

    __slots__ = ()
    signs = '"{}"'


class Prefix(Atom):
    """Words that begin so: `missile*`."""

    __slots__ = ()
    signs = "{}*"


class Exact(Atom):
    """A word or phrase whose case counts: `=NK`."""

    __slots__ = ()
    signs = "={}"


class SetRef(Atom):
    """Any term of a term set: `@laos`."""

    __slots__ = ()
    signs = "@{}"


@dataclass(frozen=True, slots=True)
class And:
    """All of these; at least two, none of them an And."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these; at least two, none of them an Or."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Near:
    """Both, in one field, with at most `distance` words between them, in either order."""

    left: "Node"
    right: "Node"
    distance: int
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Count:
    """At least `least` hits of an atom, or of an Or of atoms."""

    what: "Node"
    least: int
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class InScope:
    """This, in the title, the lead or the body alone."""

    scope: TextScope
    part: "Node"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Meta:
    """A fact about the article other than its text: one of these values."""

    name: MetaField
    values: tuple[str, ...]
    position: int = field(default=0, compare=False)


Node = Atom | And | Or | Not | Near | Count | InScope | Meta


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: its tree, and the text it was read from for pointing at errors."""

    root: Node
    text: str = field(default="", compare=False)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Not(part=part) | InScope(part=part):
            return (part,)
        case Near(left=left, right=right):
            return (left, right)
        case Count(what=what):
            return (what,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in reading order."""
    yield node
    for child in children(node):
        yield from walk(child)


def atoms(node: Node) -> Iterator[Atom]:
    """Every word, phrase, prefix, exact form and set reference, in reading order."""
    return (below for below in walk(node) if isinstance(below, Atom))
