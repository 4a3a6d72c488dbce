"""What is a reader told who asks why an alert came?

In short, for a button's answer: the watches that fired and the words that made them. In full, for the
message itself: each query as a tree, with what was true in it and by which words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from alerts.messages.pieces import clean, shortened
from alerts.query.explanation import Explanation, Reason

# answerCallbackQuery takes no more.
LONGEST = 200
_LONGEST_CLAUSE = 60
_SIGNS = {True: "✓", False: "✗", None: "?"}


def why(matches: Sequence[Mapping[str, Any]]) -> str:
    """`laos: Laos ×3, Vientiane`, one line a watch; `matches` are rows of the archive."""
    lines = [f"{match['watch']}: {_words(_spelt(match['hits']))}" for match in matches]
    return shortened("\n".join(lines), LONGEST) if lines else "What made this alert is no longer kept."


def tree(explanation: Explanation) -> list[str]:
    """The query of one watch, a line a clause, the deeper the more dots before it."""
    lines = [f"{explanation.watch}:", *_clauses(explanation.query, 0)]
    if explanation.unless is not None:
        lines += ["unless:", *_clauses(explanation.unless, 0)]
    return lines


def _clauses(reason: Reason, depth: int) -> Iterator[str]:
    hits = [(hit.term, hit.text) for hit in reason.hits if not hit.companion]
    found = f": {_words(hits)}" if hits else ""
    yield f"{'· ' * depth}{_SIGNS[reason.value]} {shortened(reason.text, _LONGEST_CLAUSE)}{found}"
    for part in reason.parts:
        yield from _clauses(part, depth + 1)


def _spelt(hits: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    counted = (hit for hit in hits if not (hit.get("companion") or hit.get("with")))
    return [(str(hit["term"]), str(hit["text"])) for hit in counted]


def _words(hits: Iterable[tuple[str, str]]) -> str:
    spellings: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for term, text in hits:
        # One term in several spellings is counted once, shown as it stood first.
        spellings.setdefault(term, clean(text))
        counted[term] += 1
    if not counted:
        return "its fields fit"
    return ", ".join(
        spellings[term] + (f" ×{times}" if times > 1 else "") for term, times in counted.most_common()
    )
