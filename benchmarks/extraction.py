"""How well are article texts found, beside plain trafilatura on the same pages?

    python -m benchmarks.extraction [FOLDER]

Prints precision, recall and F1 of the body, script by script, for both, in two tables that must not be
mixed: captured pages whose text is known, and pages built around texts of our own. FOLDER holds
captured pages (default ../shared/data/pages, or $WIREWATCH_SHARED/data/pages). Pages without known
text are only counted: how many were read, and at what cost.
"""

import argparse
import gzip
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from crawler.pages.errand import prepare
from crawler.pages.extract import extract
from tests.crawler.layouts import LAYOUTS, TEXTS
from wirewatch.demo import acceptance

# A word of a script with spaces, else every two neighbouring characters.
_WORD = re.compile(r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_RUN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_SCRIPTS = {
    "Lao": "[\u0e80-\u0eff]",
    "Thai": "[\u0e00-\u0e7f]",
    "Khmer": "[\u1780-\u17ff]",
    "Burmese": "[\u1000-\u109f]",
    "Hangul": "[\uac00-\ud7af]",
    "Han": "[\u3040-\u30ff\u3400-\u9fff]",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A page and the text that stands on it; None where nobody wrote it down."""

    name: str
    url: str
    html: bytes
    text: str | None


def grams(text: str) -> Counter[str]:
    """What two texts are compared by: words, and pairs of characters where there are no spaces."""
    found = Counter(word.casefold() for word in _WORD.findall(text))
    for run in _RUN.findall(text):
        found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def script_of(text: str) -> str:
    """The script that most of a text's letters are of."""
    counts = {name: len(re.findall(pattern, text)) for name, pattern in _SCRIPTS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] * 3 > sum(character.isalpha() for character in text) else "Latin"


def by_wirewatch(page: Known) -> str:
    return extract(page.html, page.url).body


def by_trafilatura(page: Known) -> str:
    import trafilatura

    return trafilatura.extract(page.html, url=page.url, include_comments=False) or ""


def captured(folder: Path) -> Iterator[Known]:
    """The captured pages, with their text where a `ground-truth.json` beside them has it."""
    for path in sorted(folder.rglob("*.html*")):
        known = path.parent / "ground-truth.json"
        truth = json.loads(known.read_text()) if known.exists() else {}
        entry = truth.get(path.name.partition(".")[0], {})
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield Known(path.name, entry.get("url", "https://news.example/"), raw, entry.get("articleBody"))


def built() -> Iterator[Known]:
    """Our own texts in every layout, and the acceptance page."""
    text = "\n\n".join(acceptance.BODY_PARAGRAPHS)
    yield Known("acceptance", "https://review.example/1", acceptance.PAGE.encode(), text)
    for language, (title, paragraphs) in TEXTS.items():
        for name, layout in LAYOUTS.items():
            html = layout(title, paragraphs).encode()
            yield Known(f"{name}-{language}", "https://news.example/1", html, "\n\n".join(paragraphs))


def measure(
    pages: Iterable[Known], read: Callable[[Known], str]
) -> dict[str, tuple[int, float, float, float]]:
    """Script → pages, and the means of precision, recall and F1 over them."""
    sums: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for page in pages:
        if page.text is not None:
            found, wanted = grams(read(page)), grams(page.text)
            shared = (found & wanted).total()
            precision = shared / found.total() if found else 0.0
            recall = shared / wanted.total()
            both = 2 * precision * recall / (precision + recall) if shared else 0.0
            sums[script_of(page.text)].append((precision, recall, both))
    return {
        script: (len(rows), *(sum(column) / len(rows) for column in zip(*rows, strict=True)))
        for script, rows in sums.items()
    }


def report(title: str, pages: list[Known]) -> None:
    ours, floor = measure(pages, by_wirewatch), measure(pages, by_trafilatura)
    print(f"\n{title}\n{'script':10}{'pages':>6}   {'wirewatch P / R / F1':24}{'trafilatura P / R / F1':24}")
    for script in sorted(ours):
        mine, theirs = ours[script][1:], floor[script][1:]
        row = "   ".join(
            " / ".join(f"{value:.3f}" for value in values).ljust(21) for values in (mine, theirs)
        )
        print(f"{script:10}{ours[script][0]:>6}   {row}")


def cost(pages: list[Known]) -> None:
    for name, read in (("wirewatch", by_wirewatch), ("trafilatura", by_trafilatura)):
        times, texts = [], 0
        for page in pages:
            started = process_time()
            texts += bool(read(page))
            times.append((process_time() - started) * 1000)
        times.sort()
        median, worst = times[len(times) // 2], times[-1]
        print(f"{name:12}{texts} of {len(pages)} gave a text; CPU ms: median {median:.0f}, worst {worst:.0f}")


def main() -> None:
    shared = Path(os.environ.get("WIREWATCH_SHARED", "../shared")) / "data" / "pages"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=shared)
    pages = list(captured(parser.parse_args().folder))
    prepare()
    if not pages:
        print("no captured pages in the folder; built pages alone")
    report("Captured pages with known text", pages)
    report("Pages built around our own texts", list(built()))
    print("\nAll captured pages")
    if pages:
        cost(pages)


if __name__ == "__main__":
    main()
