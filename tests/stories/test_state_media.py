"""State media report one occasion in a hundred articles of like wording: do these stay apart, and is any
of them withheld wrongly?

Nobody has labelled these. But an outlet that writes anew has something new to say, so that only its very
texts, listed twice or polished, may be withheld. Smaller, with texts of our own: `test_drift.py`.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

from alerts.stories.clusterer import Clusterer
from alerts.stories.features import features
from archive.article import Article, Outlet

KCNA = Outlet("kcna", "KCNA", "KP", ("en",), "state-media")
# A visit of some days, with each article listed twice, is so large; a holiday's greetings are none.
LARGEST = 15


def test_what_one_outlet_writes_anew_is_told_and_its_stories_stay_small(shared: Path) -> None:
    with gzip.open(shared / "data" / "articles" / "kcna-en-2024.json.gz") as file:
        told = sorted((one for one in json.load(file) if one["story_text"]), key=lambda one: one["date"])
    clusterer, stories, sizes, withheld = Clusterer(), count(1), Counter[int](), 0
    for number, one in enumerate(told):
        at = datetime.fromtimestamp(one["date"] / 1000, UTC)
        article = Article(
            one["link"], one["link"], one["headline"], "", one["story_text"], at, "stated", "en", "kcna", KCNA
        )
        placed = clusterer.place(number, features(article), at, lambda: next(stories))
        sizes[placed.story] += 1
        if placed.action == "withhold":
            withheld += 1
            assert placed.verdict.why == "copy", one["headline"]
            assert placed.likeness is not None
            assert placed.likeness.copied is not None
            original = told[placed.likeness.copied]
            assert shared_words(one, original) >= 0.5, (one["headline"], original["headline"])
    assert len(told) > 1_500
    assert withheld > 750
    assert max(sizes.values()) <= LARGEST
    assert sorted(sizes.values())[len(sizes) * 99 // 100] <= 10


def shared_words(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    """The part of the shorter text's pairs of words that the other has too."""
    mine, theirs = (set(pairwise(re.findall(r"\w+", each["story_text"].lower()))) for each in (one, other))
    return len(mine & theirs) / min(len(mine), len(theirs))
