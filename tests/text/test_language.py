"""The language of a text: its script first, then what was stated, then the outlet's word."""

import pytest

from archive.text.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ນາຍົກລັດຖະມົນຕີ ສປປ ລາວ", "lo"),
        ("นายกรัฐมนตรีลาว ASEAN", "th"),
        ("នាយករដ្ឋមន្ត្រីឡាវ", "km"),
        ("လာအိုနိုင်ငံ", "my"),
        ("北, 탄도미사일 발사", "ko"),
        ("북한 ICBM 발사 US-ROK", "ko"),
        ("北朝鮮がミサイルを発射", "ja"),
        ("朝鲜中央通讯社报道", "zh"),
        ("Thủ tướng Lào thăm Việt Nam", "vi"),
    ],
)
def test_a_script_of_one_language_decides_alone(text: str, language: str) -> None:
    assert detect(text) == language


def test_a_script_of_one_language_outweighs_what_the_feed_states() -> None:
    assert detect("ນາຍົກລັດຖະມົນຕີ ສປປ ລາວ", stated="en") == "lo"


def test_the_stated_language_holds_where_the_script_has_many() -> None:
    assert detect("Laos bans exports", stated="fr") == "fr"


def test_the_only_possible_language_of_the_outlet_holds_next() -> None:
    assert detect("Laos bans exports", outlet_languages=("en", "lo")) == "en"
    assert detect("Laos bans exports", outlet_languages=("en", "fr")) is None


def test_han_alone_is_chinese_unless_somebody_says_japanese() -> None:
    assert detect("金正恩総書記訪中", outlet_languages=("ja",)) == "ja"
    assert detect("金正恩訪中", stated="zh-Hant") == "zh-Hant"


@pytest.mark.parametrize("text", ["", "123 …", "Laos bans exports", "\ud800"])
def test_without_a_clue_there_is_no_language(text: str) -> None:
    assert detect(text) is None
