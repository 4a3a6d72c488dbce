"""How does text become a query?

`grammar.lark` says which words stand where; here the tree that lark yields is checked for meaning
(fields, values, what may stand beside NEAR) and every error gets its place and a suggestion. A
query is bounded in length, depth and number of terms, so that none can stall a round. Unknown term
sets are found in `alerts/matching.py`, where the sets are known.
"""

import re
from functools import cache
from pathlib import Path
from typing import NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from alerts.query.errors import QueryError, nearest
from alerts.query.facts import read_fact
from alerts.query.tree import (
    META_FIELDS,
    TEXT_SCOPES,
    And,
    Count,
    Exact,
    InScope,
    Meta,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    SetRef,
    Word,
    atoms,
    children,
)
from alerts.query.typed import as_typed
from alerts.query.words import check_prefix, check_word, plain_text

MOST_CHARACTERS = 16_384
MOST_TERMS = 2_000
DEEPEST = 64
DEEPEST_NEAR = 4
MOST_WORDS_APART = 999
MOST_COUNTED = 999

__all__ = ["Query", "QueryError", "parse_query"]


def parse_query(text: str) -> Query:
    """Read a query of the watch language; QueryError says what is wrong, where, and what was meant."""
    if len(text) > MOST_CHARACTERS:
        raise QueryError(
            f"a query has at most {MOST_CHARACTERS} characters, this has {len(text)}", MOST_CHARACTERS
        )
    if not text.strip():
        raise QueryError("the query is empty")
    typed = as_typed(text)
    try:
        tree = _grammar().parse(typed)
    except UnexpectedInput as error:
        _refuse(typed, error)
    _check_depth(tree)
    root = _Reader(typed).node(tree.children[0])
    many = [atom for _, atom in zip(range(MOST_TERMS + 1), atoms(root), strict=False)]
    if len(many) > MOST_TERMS:
        raise QueryError(
            f"a query has at most {MOST_TERMS} terms; put them into a term set", many[-1].position
        )
    return Query(root, text)


@cache
def _grammar() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=False)


_Tree = Tree[Token]
_DEEPENING = frozenset({"not", "near", "scoped", "count", "group"})


def _check_depth(tree: _Tree) -> None:
    """Without recursion, because this is what makes recursion safe."""
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        depth += node.data in _DEEPENING
        if depth > DEEPEST:
            raise QueryError(f"nested deeper than {DEEPEST} levels", _start(node))
        stack += [(child, depth) for child in node.children if isinstance(child, Tree)]


def _start(tree: _Tree) -> int:
    """Where the first token below a branch stands; every branch has one."""
    child: _Tree | Token = tree
    while isinstance(child, Tree):
        child = child.children[0]
    return child.start_pos or 0


class _Reader:
    """Turns lark's tree into nodes; `inside` is the field around a node, if there is one."""

    def __init__(self, text: str) -> None:
        self._text = text

    def node(self, tree: "_Tree | Token", inside: str | None = None) -> Node:
        tree = _branch(tree)
        match tree.data:
            case "or":
                return self._joined(tree, inside, Or)
            case "and":
                return self._joined(tree, inside, And)
            case "not":
                return Not(self.node(tree.children[-1], inside))
            case "group":
                return self.node(tree.children[0], inside)
            case "near":
                return self._near(tree, inside)
            case "scoped":
                return self._scoped(tree, inside)
            case "count":
                return self._count(tree, inside)
            case _:
                return self._atom(tree)

    def _joined(self, tree: _Tree, inside: str | None, kind: type[And] | type[Or]) -> Node:
        parts: list[Node] = []
        for child in tree.children:
            if isinstance(child, Token):
                continue
            part = self.node(child, inside)
            parts += part.parts if isinstance(part, kind) else (part,)
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def _near(self, tree: _Tree, inside: str | None) -> Node:
        left, right = tree.children[0], tree.children[2]
        sign = _token(tree.children[1])
        position = sign.start_pos or 0
        distance = int(sign.removeprefix("NEAR/")[:6])
        if not 1 <= distance <= MOST_WORDS_APART:
            raise QueryError(f"NEAR/n takes 1 to {MOST_WORDS_APART} words", position, "NEAR/5")
        near = Near(self.node(left, inside), self.node(right, inside), distance, position)
        for operand in (near.left, near.right):
            self._check_near(operand, position)
        if _near_depth(near) > DEEPEST_NEAR:
            raise QueryError(f"more than {DEEPEST_NEAR} NEAR within each other", position)
        return near

    def _check_near(self, operand: Node, position: int) -> None:
        match operand:
            case InScope(scope=scope):
                message = f"NEAR joins words, not fields: put both into {scope}:( )"
                raise QueryError(message, position, f"{scope}:(a NEAR/5 b)")
            case Or(parts=parts):
                for part in parts:
                    self._check_near(part, position)
            case And() | Not() | Count() | Meta():
                raise QueryError(
                    "NEAR joins words, phrases, sets, and an OR of them; AND, NOT, count and "
                    "facts have no place in the text",
                    position,
                )

    def _scoped(self, tree: _Tree, inside: str | None) -> Node:
        sign, part = _token(tree.children[0]), tree.children[1]
        name, position = sign[:-1], sign.start_pos or 0
        known = {field: field for field in (*TEXT_SCOPES, *META_FIELDS)}
        if name not in known:
            near = nearest(name, known)
            message = f'unknown field "{sign}" (text with a colon needs quotes)'
            raise QueryError(message, position, f"{near}:" if near else None)
        if inside is not None:
            raise QueryError(f"{sign} stands inside {inside}: and fields do not nest", position)
        for scope in TEXT_SCOPES:
            if scope == name:
                return InScope(scope, self.node(part, scope), position)
        return self._meta(name, self.node(part, name), position)

    def _meta(self, name: str, part: Node, position: int) -> Meta:
        values: dict[str, None] = {}
        for value in part.parts if isinstance(part, Or) else (part,):
            if not isinstance(value, Word):
                raise QueryError(
                    f"{name}: takes one word, or an OR of words in brackets", position, f"{name}:(a OR b)"
                )
            values[read_fact(name, value.text, value.position)] = None
        field = next(field for field in META_FIELDS if field == name)
        return Meta(field, tuple(values), position)

    def _count(self, tree: _Tree, inside: str | None) -> Count:
        word, comparison, number = (_token(tree.children[place]) for place in (0, 2, 3))
        if comparison not in {">=", "≥"}:
            raise QueryError(_ONLY_AT_LEAST, comparison.start_pos or 0, ">=")
        least = int(number[:6])
        if not 1 <= least <= MOST_COUNTED:
            raise QueryError(f"count is compared with 1 to {MOST_COUNTED}", number.start_pos or 0)
        counted = self.node(tree.children[1], inside)
        for part in counted.parts if isinstance(counted, Or) else (counted,):
            if children(part) or isinstance(part, Meta):
                message = "count takes a set, a word, a phrase, or an OR of them"
                raise QueryError(message, word.start_pos or 0, "count(@set) >= 3")
        return Count(counted, least, word.start_pos or 0)

    def _atom(self, tree: _Tree) -> Node:
        token = _token(tree.children[0])
        text, position = str(token), token.start_pos or 0
        match tree.data:
            case "set":
                return SetRef(text[1:], position)
            case "exact":
                return Exact(plain_text(text[1:].strip('"'), position), position)
            case "phrase":
                return Phrase(plain_text(text[1:-1], position), position)
            case "prefix":
                return Prefix(check_prefix(text[:-1], position), position)
            case _:
                return Word(check_word(text, position), position)


def _token(child: "_Tree | Token") -> Token:
    if not isinstance(child, Token):
        raise TypeError(f"the grammar has a token here, not {child}")
    return child


def _branch(child: "_Tree | Token") -> _Tree:
    if isinstance(child, Token):
        raise TypeError(f"the grammar has a branch here, not {child!r}")
    return child


def _near_depth(node: Node) -> int:
    below = max(map(_near_depth, children(node)), default=0)
    return below + isinstance(node, Near)


def _refuse(text: str, error: UnexpectedInput) -> NoReturn:
    """Say in the user's terms what lark could not read."""
    if not isinstance(error, UnexpectedToken):
        raise _unreadable(text, error.pos_in_stream or 0) from None
    token = error.token
    if token.type == "$END":
        raise _incomplete(text, error.expected) from None
    position = token.start_pos or 0
    if "COMPARISON" in error.expected:
        raise QueryError(_ONLY_AT_LEAST, position, ">=") from None
    raise QueryError(_MISPLACED.get(token.type, f'"{token}" cannot stand here'), position) from None


_ONLY_AT_LEAST = 'count is followed by ">=" only, and a number'
_BEHIND_COUNT = re.compile(r"count\s*\([^()]*\)\s*$")
_MISPLACED = {
    "AND": "AND has nothing to join on its left",
    "OR": "OR has nothing to join on its left",
    "NOT": "NOT cannot stand here: put brackets around it",
    "NEAR": "NEAR has no word on its left",
    "RPAR": "a word is missing before this bracket, or the bracket was never opened",
    "COMPARISON": "a comparison stands only behind count( )",
}


def _incomplete(text: str, expected: set[str]) -> QueryError:
    if "COMPARISON" in expected:
        return QueryError("count( ) needs a comparison", len(text), "count(@set) >= 3")
    opened = _last_open(text)
    if "RPAR" in expected and opened is not None:
        return QueryError(f"the bracket opened at character {opened + 1} is not closed", len(text), ")")
    return QueryError("a word is missing at the end", len(text))


def _last_open(text: str) -> int | None:
    """Where the innermost bracket that is still open stands, quotes skipped."""
    opened: list[int] = []
    quoted = False
    for position, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "(" and not quoted:
            opened.append(position)
        elif character == ")" and not quoted and opened:
            opened.pop()
    return opened[-1] if opened else None


_UNREADABLE = {
    '"': "this quote is never closed",
    "*": "a star stands only at the end of a word; other text with a star needs quotes",
    "@": "@ stands before the name of a term set; other text with @ needs quotes",
    "=": 'a single "=" stands before a word whose case counts; other text with = needs quotes',
    ":": "a colon stands only behind a field; other text with a colon needs quotes",
    "<": "a comparison stands only behind count( )",
    ">": "a comparison stands only behind count( )",
    "^": "weights are not part of the watch language",
}


def _unreadable(text: str, position: int) -> QueryError:
    """The character that the lexer stumbled over, which may lie inside the word it began."""
    if text[position] == "=" and _BEHIND_COUNT.search(text, 0, position):
        return QueryError(_ONLY_AT_LEAST, position, ">=")
    for offset, character in enumerate(text[position:]):
        if character.isspace() or character in "()":
            break
        if character in _UNREADABLE and not (
            offset == 0 and character in "@=" and text[position + 1 : position + 2].strip()
        ):
            return QueryError(_UNREADABLE[character], position + offset)
    return QueryError(f'"{text[position]}" cannot stand here', position)
