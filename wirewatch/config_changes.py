"""What does an edited config change, in words?

Pure: two settings give what operators are told. Taking the new one into force is
`wirewatch/reloading.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wirewatch.settings import Settings

# Names that are listed one by one.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Changes:
    """`words` is what changed, a phrase each; `new_watches` are names; `at_start` are keys that count
    only when the daemon is started again."""

    words: tuple[str, ...]
    new_watches: tuple[str, ...]
    at_start: tuple[str, ...]


def changes(before: Settings, after: Settings) -> Changes:
    """What is otherwise in `after` than it was in `before`."""
    words = [
        *_of_kind("source", before.sources, after.sources),
        *_of_kind("watch", before.watches, after.watches),
        *_of_kind("term set", before.sets, after.sets),
        *_of_kind("channel", before.channels, after.channels),
    ]
    if before.token != after.token:
        words.append("another bot token" if after.token else "no bot token any more")
    words += [f"{key} changed" for key in _OTHERS if getattr(before, key) != getattr(after, key)]
    known = {watch.name for watch in before.watches}
    new = [w.name for w in after.watches if w.name not in known and w.was not in known]
    fixed = {
        "archive": before.archive != after.archive,
        "http.listen": before.http != after.http,
        "telegram.pacing": before.telegram.pacing != after.telegram.pacing,
    }
    return Changes(tuple(words), tuple(new), tuple(key for key, differs in fixed.items() if differs))


_OTHERS = (
    "timezone",
    "contact",
    "fetch",
    "telegram",
    "ops",
    "retention",
    "ping_url",
    "silent_after",
    "daily",
)


def _of_kind(kind: str, before: Iterable[Any], after: Iterable[Any]) -> Iterable[str]:
    old, new = _by_name(before), _by_name(after)
    former = {getattr(entry, "was", None) for name, entry in new.items() if name not in old}
    parts = (
        ("added", [n for n, e in new.items() if n not in old and getattr(e, "was", None) not in old]),
        ("renamed", [n for n, e in new.items() if n not in old and getattr(e, "was", None) in old]),
        ("removed", [n for n in old if n not in new and n not in former]),
        ("changed", [n for n, entry in new.items() if n in old and old[n] != entry]),
    )
    for verb, names in parts:
        if names:
            shown = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
            plural = f"{kind}es" if kind.endswith("ch") else f"{kind}s"
            yield f"{len(names)} {kind if len(names) == 1 else plural} {verb} ({shown})"


def _by_name(entries: Iterable[Any]) -> Mapping[str, Any]:
    return {entry.name: entry for entry in entries}
