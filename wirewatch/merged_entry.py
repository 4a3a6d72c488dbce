"""How is a merged entry shown, so that one sees which file said what?

Finds one entry of the merged config and prints it as YAML with the file and line of every key.
Merging is `wirewatch/layers.py`.
"""

import re
from collections.abc import Iterator

from wirewatch.config_errors import nearest, one_of
from wirewatch.layers import Layers
from wirewatch.main_file import Layer
from wirewatch.secrets import MASK, SECRET_KEYS, mask
from wirewatch.yaml_positions import Mapping, Node, Scalar, Sequence, resolved

KINDS: dict[str, Layer] = {"watch": "watches", "source": "sources", "terms": "terms"}
# Texts that need no quotes anywhere.
_PLAIN = re.compile(r"[^\W_][^\x00-\x20#:,?\[\]{}&*!|>'\"%@`\x7f-\xa0\u2028\u2029\ufeff]*(?: [^\W_][\w.-]*)*")


def find_entry(layers: Layers, wanted: str) -> Mapping:
    """The merged entry that `watch:NAME`, `source:NAME` or `terms:NAME` means.

    Raises LookupError with a text for people.
    """
    kind, _, name = wanted.partition(":")
    if kind not in KINDS or not name:
        forms = one_of(f"{kind}:NAME" for kind in KINDS)
        raise LookupError(f"found {wanted}, expected {forms}")
    entries = layers.entries[KINDS[kind]]
    if name not in entries:
        close = nearest(name, entries)
        hint = f", did you mean {kind}:{close}" if close else ""
        raise LookupError(f"found {wanted}, expected a {kind} of the config{hint}")
    return entries[name]


def render(entry: Mapping) -> str:
    """The entry as YAML without secrets; behind every key a comment with the file and line that say it."""
    items = {key: _hidden(item) if key in SECRET_KEYS else item for key, item in entry.items.items()}
    return mask("".join(f"{line}\n" for line in _block(Mapping(entry.place, items, entry.keys), "")))


def _hidden(node: Node) -> Node:
    """What may hold a secret, without its texts; an address in which nobody is named holds none."""
    match node:
        case Scalar(value=str() as text) if "://" not in text or "@" in text:
            return Scalar(node.place, MASK)
        case Mapping():
            return Mapping(node.place, {key: _hidden(item) for key, item in node.items.items()}, node.keys)
        case Sequence():
            return Sequence(node.place, tuple(map(_hidden, node.items)))
    return node


def _block(node: Mapping, indent: str) -> Iterator[str]:
    for key, item in node.items.items():
        place = node.keys[key]
        head, comment = f"{indent}{_text(key)}:", f"  # {place.file}:{place.line}"
        match item:
            case Mapping() if item.items:
                yield f"{head}{comment}"
                yield from _block(item, f"{indent}  ")
            case Sequence() if any(isinstance(part, Mapping) for part in item.items):
                yield f"{head}{comment}"
                yield from _list(item, indent)
            case _:
                yield f"{head} {_flow(item)}{comment}"


def _list(node: Sequence, indent: str) -> Iterator[str]:
    for item in node.items:
        if isinstance(item, Mapping) and item.items:
            first, *rest = _block(item, f"{indent}    ")
            yield f"{indent}  - {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}  - {_flow(item)}"


def _flow(node: Node) -> str:
    match node:
        case Scalar(value=str() as text):
            return _text(text)
        case Scalar(value=None):
            return "null"
        case Scalar(value=bool() as switch):
            return "true" if switch else "false"
        case Scalar(value=float() as number):
            # YAML writes these two with a dot.
            return {"inf": ".inf", "-inf": "-.inf"}.get(repr(number), repr(number))
        case Scalar(value=int() as number):
            return str(number)
        case Sequence():
            return f"[{', '.join(map(_flow, node.items))}]"
        case Mapping():
            pairs = (f"{_text(key)}: {_flow(item)}" for key, item in node.items.items())
            return f"{{{', '.join(pairs)}}}"
    raise TypeError(f"no node: {node!r}")


def _text(text: str) -> str:
    """The text as a YAML scalar on one line that reads back as the same text."""
    if _PLAIN.fullmatch(text) and resolved(text) == text:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    """The character as it stands in double quotes."""
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
