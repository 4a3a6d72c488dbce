"""Folding: what becomes equal, what stays different, and the way back to what was written."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.text.folding import fold, without_variants

# Characters that fold in unlike ways, so that random texts bring them together.
_TRICKY = (
    "aAhHlLoO \n\t\u3000\xa0ßﬁİ½№㈜㍿…’“–－ＡＳｶﾞ\u0e33\u0e4d\u0e49\u0e32\u0e19\u0eb3\u0ecd\u0ec9\u0eb2\u0edc"
    "\u0300\u0301\u0302\u0323\u0331\u0345\u1112\u1161\u11ab한가ㅏㅋ\u200b\u200d\ufe0f\u0640\u034f\ufeff"
    "\u1025\u102e\u1037\u103a\ud800\udfff𝐍🙂北\uf963"
)
texts = st.text(alphabet=st.one_of(st.sampled_from(_TRICKY), st.characters()), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ASEAN", "asean"),
        ("ＡＳＥＡＮ", "asean"),
        ("P’yŏngyang P‘yŏngyang Pʼyŏngyang", "p'yŏngyang p'yŏngyang p'yŏngyang"),
        ("Kim Jong–un Kim Jong‑un", "kim jong-un kim jong-un"),
        ("北·美 北‧美 北ㆍ美 北・美", "北·美 北·美 北·美 北·美"),
        ("Nam\u200bBắc \ufeffLao", "nambắc lao"),
        ("North\n\n  Korea\t1", "north korea 1"),
        ("중앙\u3000통신，（북）", "중앙 통신,(북)"),
        (unicodedata.normalize("NFD", "Triều Tiên LÀO"), "triều tiên lào"),
        (unicodedata.normalize("NFD", "북한"), "북한"),
        ("ﬁre №5 ㈜", "fire no5 (주)"),
        ("ｱｾｱﾝ ｶﾞ", "アセアン ガ"),
        ("\uf963", "北"),
        ("นํ้า น้ํา น้ำ นำ้", "น้ำ น้ำ น้ำ น้ำ"),
        ("ນໍ້າ ນ້ໍາ ນ້ຳ", "ນ້ຳ ນ້ຳ ນ້ຳ"),
        ("ເໜືອ ຂໍ", "ເໜືອ ຂໍ"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("ㅋㅋㅏ", "ㅋㅋㅏ"),
        ("𝐍𝐨𝐫𝐭𝐡", "north"),
        ("ASEAN™", "asean™"),
        ("", ""),
    ],
)
def test_writes_alike_what_is_the_same_word(written: str, folded: str) -> None:
    assert fold(written).text == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("Lào", "Lao"), ("朝鮮", "朝鲜"), ("ё", "е"), ("jong-un", "jong un"), ("ຫຼ", "ຫລ"), ("Corée", "Coree")],
)
def test_keeps_apart_what_is_another_word(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


@pytest.mark.parametrize(
    "text",
    [
        "Kim Jong Un’s “visit” – no comment…",
        "북한의 미사일 발사에 대해",
        "ນາຍົກລັດຖະມົນຕີ ສປປ ລາວ ເກົາຫຼີເໜືອ ນ້ຳ",
        "นายกรัฐมนตรีลาวกล่าวว่าน้ำท่วม",
        "朝鲜中央通讯社（平壤）报道，老挝：",
        "ＡＳＥＡＮ首脳会議は１６日",
        "ကင်ဂျုံအန် လာအို",
        "Лаос и КНДР",
        "Triều Tiên và Lào",
    ],
)
def test_usual_text_keeps_its_offsets(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(text)
    assert all(folded.span(place, place + 1) == (place, place + 1) for place in range(len(text)))


@pytest.mark.parametrize(
    ("text", "folded_word", "written"),
    [
        ("x\u200b La\u200bos\u200b y", "laos", "La\u200bos"),
        ("the  North \n Korea case", "north korea", "North \n Korea"),
        ("oﬃce ﬁre", "fire", "ﬁre"),
        ("ｶﾞｽ ｱｾｱﾝ", "アセアン", "ｱｾｱﾝ"),
        ("x" + unicodedata.normalize("NFD", "북한") + "의", "북한", unicodedata.normalize("NFD", "북한")),
        ("𝐍𝐨𝐫𝐭𝐡 Korea", "north", "𝐍𝐨𝐫𝐭𝐡"),
        ("ความเป็นนํ้า", "น้ำ", "นํ้า"),
    ],
)
def test_leads_back_to_what_was_written(text: str, folded_word: str, written: str) -> None:
    folded = fold(text)
    start = folded.text.index(folded_word)
    assert text[slice(*folded.span(start, start + len(folded_word)))] == written


def test_a_span_inside_an_expansion_widens_to_the_whole_character() -> None:
    folded = fold("ﬁ")
    assert folded.span(1, 2) == (0, 1)


@given(texts)
@example("\ud83d")
@example("a\u200b\u0301")
@example("H\u0331")
@example("\u0e33\u0301\u0e49")
@example("x" + "\u0301\u0323" * 40)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(texts)
@example("\U0001d15e\U0001d1c0 \U0001d15e")
def test_case_and_composition_do_not_matter(text: str) -> None:
    visible = text.replace("\u0345", "")
    assert fold(unicodedata.normalize("NFC", visible)).text == fold(visible).text


@given(texts, st.data())
def test_every_span_lies_in_the_text_and_grows_with_the_span(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(text)
    if start < end:
        assert first < last
        whole_first, whole_last = folded.span(0, len(folded.text))
        assert whole_first <= first
        assert last <= whole_last


_WORDS = ["Laos", "북한", "ລາວ", "朝鮮", "Лаос", "ลาว", "Lào", "លាវ", "ASEAN"]
_GAPS = [" ", "\u3000", "\n\n", "ﬁ ", "½ ", "\u200b ", "e\u0301\u0323 ", "ｶﾞ ", "นํ้า ", "İß ", "🙂 ", "\ud800 "]


@given(st.lists(st.tuples(st.sampled_from(_GAPS), st.sampled_from(_WORDS)), min_size=1, max_size=8))
def test_a_word_is_found_where_it_was_written(pieces: list[tuple[str, str]]) -> None:
    text = "".join(gap + word for gap, word in pieces)
    folded = fold(text)
    for word in {word for _, word in pieces}:
        needle = fold(word).text
        start = folded.text.find(needle)
        assert text[slice(*folded.span(start, start + len(needle)))] == word


@pytest.mark.parametrize(
    "text",
    [
        "가" * 100_000,
        "a" + "\u0301\u0323" * 50_000,
        "\u200b" * 100_000,
        "\u0e33\u0e49" * 50_000,
        "ﬁ\u0301" * 50_000,
        "\ud800" * 100_000,
        " \u200b" * 50_000,
    ],
    ids=["hangul", "marks", "invisible", "sara am", "ligatures", "surrogates", "blanks"],
)
@pytest.mark.timeout(10)
def test_hostile_text_is_folded_in_bounded_time(text: str) -> None:
    assert len(fold(text).text) <= 2 * len(text)


def test_where_case_counts_only_variants_go() -> None:
    assert without_variants("ＮＫ’s  “x”") == 'NK\'s "x"'
    assert without_variants(unicodedata.normalize("NFD", "Lào")) == "Lào"
    assert without_variants("ﬁSH ß") == "fiSH ß"
