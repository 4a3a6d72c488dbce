"""Which phrases should fire which of the shipped watches?

Reads the three tables: `own_sentences.tsv`, written for this project; `real_titles.tsv`, which names
entries of the shared data by file and number, whose text is read in place; and `news_sentences.tsv`,
headlines and leads as news has them, each held against all three watches, labelled before they were first
run. In a text of our own ` ¶ ` separates the title from the body. What is asked of the
tables is in `test_relevance.py`.
"""

import csv
import gzip
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import feedparser

from archive.article import Article

HERE = Path(__file__).parent
CONFIG = HERE.parent.parent / "config"
KCNA = "articles/kcna-en-2024.json.gz"
# The eighteen languages of the shipped term sets; Chinese in both scripts is one code.
LANGUAGES = frozenset(
    (
        "en",
        "lo",
        "th",
        "km",
        "my",
        "vi",
        "id",
        "ms",
        "fil",
        "ko",
        "zh",
        "ja",
        "fr",
        "ru",
        "pt",
        "de",
        "es",
        "tet",
    )
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a table: does `watch` fire? `file`, `entry` and `part` where the text is elsewhere."""

    language: str
    watch: str
    fires: bool
    why: str
    text: str = ""
    file: str = ""
    entry: int = 0
    part: str = "title"

    def article(self, data: Path | None = None) -> Article:
        """The phrase as an article; `data` is the shared data's folder, for real titles."""
        if not self.file:
            title, _, body = self.text.partition(" ¶ ")
            return Article("phrase", "", title, body=body, language=self.language)
        assert data is not None
        title, summary, body = entry_texts(data / self.file)[self.entry]
        if self.part == "title":
            summary = body = ""
        return Article("phrase", "", title, summary, body, language=self.language)


@dataclass(frozen=True, slots=True)
class Headline:
    """One line of the third table: which of the three watches fire, and no other?"""

    text: str
    language: str
    watches: frozenset[str]
    why: str

    def article(self) -> Article:
        """The headline as an article."""
        title, _, body = self.text.partition(" ¶ ")
        return Article("headline", "", title, body=body, language=self.language)


def headlines() -> list[Headline]:
    """The third table."""
    return [
        Headline(row["text"], row["language"], frozenset(row["watches"].split()) - {"-"}, row["why"])
        for row in _rows(HERE / "news_sentences.tsv")
    ]


def own_sentences() -> list[Phrase]:
    """The half written for this project."""
    return [
        Phrase(row["language"], row["watch"], _yes(row), row["why"], text=row["text"])
        for row in _rows(HERE / "own_sentences.tsv")
    ]


def real_titles() -> list[Phrase]:
    """The half that names entries of the shared data."""
    return [
        Phrase(
            row["language"],
            row["watch"],
            _yes(row),
            row["why"],
            file=row["file"],
            entry=int(row["entry"]),
            part=row["part"],
        )
        for row in _rows(HERE / "real_titles.tsv")
    ]


@cache
def entry_texts(path: Path) -> list[tuple[str, str, str]]:
    """Title, summary and body of every entry of a captured feed, the KCNA articles or the list of events."""
    if path.suffix == ".gz":
        with gzip.open(path) as file:
            articles: list[dict[str, Any]] = json.load(file)
        return [(a["headline"], "", a["story_text"]) for a in articles]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [(row["event"], "", row["description"]) for row in csv.DictReader(file)]
    entries = feedparser.parse(str(path)).entries
    return [(e.get("title", ""), e.get("summary", ""), _content(e)) for e in entries]


def _content(entry: Any) -> str:
    return "\n".join(part.get("value", "") for part in entry.get("content", ()))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _yes(row: dict[str, str]) -> bool:
    return {"yes": True, "no": False}[row["fires"]]
