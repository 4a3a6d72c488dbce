"""Captured feeds that were damaged: what can still be read of them is what feedparser reads.

feedparser gets the text as we decode it, since which encoding damaged bytes are in is a guess of each
side; whether the guess is good is `tests/feeds/test_corpus.py`. Where we differ on purpose is listed
there too. Whether damage can hang us is `tests/feeds/test_damage.py`.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.feeds.decode import in_utf8
from crawler.feeds.json_feed import looks_like_json
from crawler.feeds.parse import MOST_ENTRIES
from tests.examples import examples
from tests.feeds.test_corpus import BETTER, NOW, URL, captured, expected, ours

# feedparser takes minutes for some of what is larger, once it is damaged.
COMPARED_SIZE = 80_000
# A date may be damaged to where each reads what it can, so only whole ones are compared, in WITH_DATE.
PARTS = ("title", "link", "guid")
WITH_DATE = (*PARTS, "published")


def differences(body: bytes, name: str, parts: Sequence[str] = PARTS) -> list[tuple[str, object, object]]:
    """(part, ours, theirs) for each entry and part in which we differ from feedparser."""
    data = in_utf8(body)
    if looks_like_json(data):
        return []
    try:
        theirs = [expected(item) for item in _reference(data).entries]
    except Exception:  # noqa: BLE001 - it raises whatever comes up, and then there is nothing to agree with
        return []
    theirs = [item for item in theirs if item["title"] or item["link"]][:MOST_ENTRIES]
    mine = ours(body).entries
    if len(mine) != len(theirs):
        return [("count", len(mine), len(theirs))]
    return [
        (part, getattr(entry, part), item[part])
        for entry, item in zip(mine, theirs, strict=True)
        for part in parts
        if getattr(entry, part) != item[part]
        and (name, part) not in BETTER
        and not _is_better(part, item[part])
    ]


def _reference(data: bytes) -> Any:
    headers = {"content-location": URL, "content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(
        BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _is_better(part: str, theirs: object) -> bool:
    """Whether feedparser is wrong: it reads no date where we do, or one in the future, which we take
    for damaged."""
    return part == "published" and (theirs is None or (isinstance(theirs, datetime) and theirs > NOW))


def small(folder: Path) -> list[Path]:
    return [file for file in captured(folder) if file.stat().st_size < COMPARED_SIZE]


@st.composite
def wounded(draw: st.DrawFn, whole: bytes) -> bytes:
    """`whole` cut, with bytes flipped, or in another encoding than it says; some of that."""
    body = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(body) - 1, 0)))
        match draw(st.sampled_from(["cut", "flip", "flip", "recode"])):
            case "cut":
                del body[place:]
            case "flip" if body:
                body[place] = draw(st.integers(0, 255))
            case "recode":
                encoding = draw(st.sampled_from(["utf-16", "cp949", "gb18030", "cp874"]))
                body = bytearray(body.decode("utf-8", "replace").encode(encoding, "replace"))
    return bytes(body)


@examples(40)
@given(data=st.data())
def test_what_is_left_of_a_damaged_feed_is_what_feedparser_reads(shared: Path, data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(small(shared)))
    assert differences(data.draw(wounded(file.read_bytes())), file.name) == []


def wounds(body: bytes, seed: str) -> Iterator[bytes]:
    """`body` cut, with bytes flipped, and in another encoding than it says."""
    chance = random.Random(seed)
    yield body[: chance.randrange(len(body) + 1)]
    flipped = bytearray(body)
    for _ in range(3):
        flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    yield bytes(flipped)
    yield body.decode("utf-8", "replace").encode(
        chance.choice(["utf-16", "cp949", "gb18030", "cp874"]), "replace"
    )


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_every_captured_feed_agrees_with_feedparser_in_each_state_of_damage(shared: Path) -> None:
    differing = {}
    for file in small(shared):
        for number, body in enumerate(wounds(file.read_bytes() or b" ", file.name)):
            found = differences(body, file.name, WITH_DATE)
            if found:
                differing[file.name, number] = found[:2]
    assert differing == {}, "\n".join(map(str, differing.items()))
