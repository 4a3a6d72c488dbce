"""The language of a text: its script first, then what was stated, then the outlet's word, then a model."""

import subprocess
import sys

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
    assert detect("Hanoi", outlet_languages=("en", "fr")) is None


def test_han_alone_is_chinese_unless_somebody_says_japanese() -> None:
    assert detect("金正恩総書記訪中", outlet_languages=("ja",)) == "ja"
    assert detect("金正恩訪中", stated="zh-Hant") == "zh-Hant"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Laos will Kohlekraftwerk am Mekong bauen", "de"),
        ("Hilagang Korea, nagpakawala na naman ng missile", "fil"),
        ("Manila floods shut schools for third day", "en"),
        ("Лавров вылетел в Пхеньян", "ru"),
        ("La Corée du Nord tire\nun missile de croisière", "fr"),
    ],
)
def test_where_neither_script_nor_outlet_tells_the_model_is_asked(text: str, language: str) -> None:
    assert detect(text) == language


ENGLISH = (
    "The dam opened after the villagers had said that they would leave, and the minister came with the "
    "governor when the first water rose."
)


def test_english_needs_no_model_and_is_no_choice_where_the_outlet_does_not_write_it() -> None:
    assert detect(ENGLISH) == "en"
    assert detect(ENGLISH, outlet_languages=("en-PH", "fil")) == "en-PH"
    assert detect(ENGLISH, outlet_languages=("fil", "es")) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Finale von „Dancing with the Stars“: Die Sendung nach dem Muster von „The Voice“ und „The "
            "Masked Singer“ endet am Freitag mit der achtzehnten Folge, wie der Sender in Berlin mitteilte.",
            "de",
        ),
        (
            "Le film « The Man Who Came with the Rain » sort vendredi en salles, a annoncé la "
            "société de production, qui prépare déjà une suite pour l'année prochaine à Paris et à Lyon.",
            "fr",
        ),
    ],
)
def test_a_text_that_quotes_english_is_in_its_own_language(text: str, language: str) -> None:
    assert detect(text) == language


def test_the_model_chooses_only_among_the_outlets_languages_and_spells_them_so() -> None:
    text = "Manila floods shut schools for third day"
    assert detect(text, outlet_languages=("en-PH", "fil")) == "en-PH"
    assert detect(text, outlet_languages=("fil", "es")) is None


@pytest.mark.parametrize("text", ["Laos bans exports \ud800 of unprocessed minerals", "\ud800" * 50])
def test_the_model_takes_any_text(text: str) -> None:
    assert detect(text) in {"en", None}


def test_the_model_is_loaded_only_for_a_text_that_needs_it() -> None:
    program = (
        "import sys\nfrom archive.text.language import detect\n"
        "detect('ປະເທດລາວ'); detect('Laos bans all exports', 'en')\n"
        "detect('Laos bans all exports', None, ('en',))\n"
        f"detect({ENGLISH!r})\n"
        "before = 'fasttext' in sys.modules\n"
        "detect('Laos bans all exports of minerals')\n"
        "print(before, 'fasttext' in sys.modules, 'requests' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["False", "True", "False"]


@pytest.mark.parametrize("text", ["", "123 …", "Laos bans exports", "\ud800"])
def test_without_a_clue_there_is_no_language(text: str) -> None:
    assert detect(text) is None
