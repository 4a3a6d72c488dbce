"""How is what a config file says kept until it is read again?

Its nodes, each with its place, are objects: 7 MB for the shipped files and a thousand sources, which a
daemon would hold for an edit that may come. `pack` makes of them bytes, a thirtieth of that, and
`unpacked` is still ten times faster than parsing.
"""

import io
import pickle
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wirewatch.config_errors import Place
from wirewatch.yaml_positions import Mapping, ParsedFile, Scalar, Sequence

# A quick one: they are mostly the same few words.
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A parsed file as bytes; `digest` is that of its content, None where there is none."""

    digest: bytes | None
    content: bytes

    def unpacked(self) -> ParsedFile:
        """What was packed."""
        # These bytes were made below and never left the process.
        parsed: ParsedFile = pickle.loads(zlib.decompress(self.content))  # noqa: S301
        return parsed


def pack(parsed: ParsedFile) -> PackedFile:
    """The same in little room. A node that stands in several places (an alias) is packed once."""
    pickled = io.BytesIO()
    pickler = pickle.Pickler(pickled, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _MADE_OF
    pickler.dump(parsed)
    return PackedFile(parsed.digest, zlib.compress(pickled.getvalue(), _LEVEL))


# Nodes by what they are made of: the way that frozen dataclasses bring takes four times as long.
_MADE_OF: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    Place: lambda node: (Place, (node.file, node.line, node.column)),
    Scalar: lambda node: (Scalar, (node.place, node.value, node.secret, node.failed)),
    Sequence: lambda node: (Sequence, (node.place, node.items)),
    Mapping: lambda node: (Mapping, (node.place, node.items, node.keys)),
}
