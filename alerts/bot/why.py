"""What is a reader told who asks why an alert came?

The watches that fired and the words that made them, in what a button's answer can hold.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from alerts.messages.pieces import clean, shortened

# answerCallbackQuery takes no more.
LONGEST = 200


def why(matches: Sequence[Mapping[str, Any]]) -> str:
    """`laos: Laos ×3, Vientiane`, one line a watch; `matches` are rows of the archive."""
    lines = [f"{match['watch']}: {_words(match['hits'])}" for match in matches]
    return shortened("\n".join(lines), LONGEST) if lines else "What made this alert is no longer kept."


def _words(hits: Sequence[Mapping[str, Any]]) -> str:
    spellings: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for hit in hits:
        if hit.get("companion") or hit.get("with"):
            continue
        # One term in several spellings is counted once, shown as it stood first.
        spellings.setdefault(str(hit["term"]), clean(str(hit["text"])))
        counted[str(hit["term"])] += 1
    if not counted:
        return "its fields fit"
    return ", ".join(
        spellings[term] + (f" ×{times}" if times > 1 else "") for term, times in counted.most_common()
    )
