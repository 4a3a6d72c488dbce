"""How is a query written in its normal form?

The opposite of `parse.py`: one spelling for every tree, with no bracket that is not needed. Reading
it again yields an equal tree.
"""

import re

from alerts.query.tree import And, Atom, Count, Exact, InScope, Meta, Near, Node, Not, Or, Query

# How tightly each kind binds; a child that binds looser than its place asks for goes into brackets.
_OR, _AND, _NOT, _NEAR, _SCOPED, _SINGLE = range(6)
_BARE = re.compile(r'[^\s()"@=<>:*^“”„«»「」『』（）：＝＊＠]+')


def print_query(query: Query | Node) -> str:
    """The query, or a part of one, in normal form."""
    return _print(query.root if isinstance(query, Query) else query, _OR)


def _print(node: Node, place: int) -> str:
    text, level = _text(node)
    return text if level >= place else f"({text})"


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Or(parts=parts):
            return " OR ".join(_print(part, _AND) for part in parts), _OR
        case And(parts=parts):
            return " AND ".join(_print(part, _NOT) for part in parts), _AND
        case Not(part=part):
            return f"NOT {_print(part, _NOT)}", _NOT
        case Near(left=left, right=right, distance=distance):
            return f"{_print(left, _NEAR)} NEAR/{distance} {_print(right, _SCOPED)}", _NEAR
        case InScope(scope=scope, part=part):
            return f"{scope}:{_print(part, _SCOPED)}", _SCOPED
        case Meta(name=name, values=values):
            return _meta(name, values), _SCOPED
        case Count(what=what, least=least):
            return f"count({_print(what, _OR)}) >= {least}", _SINGLE
        case Atom():
            return _atom(node), _SINGLE


def _meta(name: str, values: tuple[str, ...]) -> str:
    return f"{name}:{values[0]}" if len(values) == 1 else f"{name}:({' OR '.join(values)})"


def _atom(node: Atom) -> str:
    if isinstance(node, Exact) and not _BARE.fullmatch(node.text):
        return f'="{node.text}"'
    return node.key
