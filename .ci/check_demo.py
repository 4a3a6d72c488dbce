"""Does the output of `wirewatch demo --json` hold what was promised?

Reads the JSON lines and fails with the reason if a field is missing, a language is not heard of,
or the opinion piece does not name its three watches.
"""

import json
import sys
from pathlib import Path

FIELDS = {"channel": str, "text": str, "watches": list, "sources": list, "latency_s": float}
SCRIPTS = {
    "Latin": ("a", "z"), "Lao": ("\u0e80", "\u0eff"), "Thai": ("\u0e00", "\u0e7f"),
    "Khmer": ("\u1780", "\u17ff"), "Hangul": ("\uac00", "\ud7a3"), "Han": ("\u4e00", "\u9fff"),
}  # fmt: skip


def main(path: Path) -> None:
    messages = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(messages) >= 12, f"only {len(messages)} messages"
    for message in messages:
        for field, kind in FIELDS.items():
            assert isinstance(message[field], kind), (field, message)
        assert message["sources"] == sorted(message["sources"]), message
        assert 0 <= message["latency_s"] < 60, message
    text = "".join(message["text"] for message in messages)
    for script, (first, last) in SCRIPTS.items():
        assert any(first <= letter <= last for letter in text), f"no message in {script} script"
    opinion = [m for m in messages if set(m["watches"]) == {"laos", "asean", "north-korea"}]
    assert len(opinion) == 1, f"{len(opinion)} messages name all three watches"
    copies = [m for m in messages if len(m["sources"]) > 1]
    assert copies, "no message was grown by a copy"
    headlines = [message["text"].partition("\n")[0] for message in messages]
    assert len(set(headlines)) == len(headlines), "a copy was told as if it were news"
    print(f"{len(messages)} messages, slowest {max(m['latency_s'] for m in messages):.1f} s")


main(Path(sys.argv[1]))
