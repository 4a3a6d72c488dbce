"""Counting the words between two places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.words import WordCount, words_between


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" ", 0),
        (", said the ", 2),
        (" d.p.r.k. ", 4),
        (" 정부는 오늘 ", 2),
        ("中央通讯社报道", 4),
        ("はミサイル", 3),
        ("ที่ประเทศ", 3),
        ("ແຫ່ງຊາດ", 2),
        ("နိုင်ငံ", 2),
        (" asean의 峰会 ", 2),
    ],
)
def test_words_are_runs_or_a_share_of_the_characters(text: str, words: int) -> None:
    assert words_between(text, 0, len(text)) == words


def test_the_count_may_stop_early() -> None:
    assert words_between("a " * 1000, 0, 2000, most=3) == 4


@given(
    st.lists(st.sampled_from(["word ", "북한의 ", "朝鲜", "ลาว", ", "]), min_size=300, max_size=600),
    st.data(),
)
def test_far_places_are_counted_like_near_ones(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert WordCount(text).between(start, end, 10_000) == words_between(text, start, end)
