"""How are queries kept that have been read, so that they need not be read again?

As JSON, each tree by the text that it was read from: to load lark and to make the grammar takes as long as
half of what else a round with news loads. A node is a mapping of its kind to what it is made of, of a closed
set of kinds: making a tree of it runs nothing but their constructors. Where it lies, and that it is what
was kept, is the business of `wirewatch/config_cache.py`.
"""

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from alerts.query.tree import (
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
    SetRef,
    Word,
)

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (And, Count, Exact, InScope, Meta, Near, Not, Or, Phrase, Prefix, SetRef, Word)
}


def packed(queries: Iterable[str]) -> str:
    """The queries as JSON. Raises QueryError where one cannot be read."""
    # Whoever has these packed needs no lark.
    from alerts.query.parse import parse_query

    trees = {text: _plain(parse_query(text).root) for text in queries}
    return json.dumps(trees, ensure_ascii=False, separators=(",", ":"))


def unpacked(kept: str) -> dict[str, Node]:
    """The trees of the queries that `packed` was given, by their texts."""
    return {text: _node(tree) for text, tree in json.loads(kept).items()}


def _plain(part: Any) -> Any:
    if isinstance(part, tuple):
        return [_plain(one) for one in part]
    if isinstance(part, str | int):
        return part
    return {type(part).__name__: [_plain(getattr(part, one.name)) for one in fields(part) if one.init]}


def _node(said: Any) -> Any:
    if isinstance(said, list):
        return tuple([_node(one) for one in said])
    if not isinstance(said, dict):
        return said
    ((kind, parts),) = said.items()
    return _KINDS[kind](*map(_node, parts))
