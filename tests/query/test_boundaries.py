"""Where a word begins and ends, script by script, and which longer words swallow it.

Every case of the research on false friends, with term sets of its own: the shipped ones are tested
elsewhere.
"""

from typing import Any

import pytest

from tests.query.build import article, fires, found, spelled

ASEAN = {"spell": {"en": ["ASEAN"], "zh": ["东盟"], "th": ["อาเซียน"], "ko": ["아세안"]}}
LAOS = spelled("en", "Laos", "Laotian", exact=["Lao PDR", "Lào"], no=["Lào Cai"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ASEAN정상회의 개막", ["ASEAN"]),
        ("东盟ASEAN峰会", ["东盟", "ASEAN"]),
        ("อาเซียนASEAN", ["อาเซียน", "ASEAN"]),
        ("ASEAN’s chair, non-ASEAN, ASEAN+3, ASEAN_2026", ["ASEAN"] * 4),
        ("ASEAN2026 and ASEAN45", ["ASEAN"] * 2),
        ("asean Asean ＡＳＥＡＮ", ["asean", "Asean", "ＡＳＥＡＮ"]),
        ("OCEAN SEAN CASEAN ASEANs ASEAN2nd 4ASEAN", []),
        ("Asian games", []),
    ],
)
def test_an_alphabetic_word_is_whole(text: str, words: list[str]) -> None:
    assert found(ASEAN, text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Laos, LAOS laos", ["Laos", "LAOS", "laos"]),
        ("Lao PDR and lao pdr", ["Lao PDR"]),
        ("La\u0331os La\u0300os", []),
        ("Laos\u0301", []),
        ("Lào và La\u0300o", ["Lào", "La\u0300o"]),
        ("thuốc lào, Lào Cai, gió Lào", ["Lào"]),
        ("lao động Lao", []),
        ("Lagos Laosian laws", []),
        ("C++Laos \U0001f642Laos\U0001f642", ["Laos", "Laos"]),
    ],
)
def test_case_and_marks_count_where_they_must(text: str, words: list[str]) -> None:
    assert found(LAOS, text) == words


CYRILLIC = spelled("ru", "Лаос", "Лаоса", "лаосск*", exact=["КНДР"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Лаос и столица Лаоса", ["Лаос", "Лаоса"]),
        ("в лаосской провинции", ["лаосск"]),
        ("хаос, Лагос, Лаосом", []),
        ("КНДР, КНР, кндр", ["КНДР"]),
    ],
)
def test_cyrillic_forms_are_those_listed(text: str, words: list[str]) -> None:
    assert found(CYRILLIC, text) == words


STEM = spelled("ko", "북한")
OPEN = spelled("ko", "북한*", no=["북한산", "북한강", "북한계"])


@pytest.mark.parametrize(
    "text",
    [
        "북한",
        "북한은",
        "북한이",
        "북한을",
        "북한의",
        "북한에",
        "북한에서는",
        "북한에서도",
        "북한만큼은",
        "북한까지는",
        "북한한테서",
        "북한뿐이다",
        "북한입니다",
        "북한이라는",
        "북한과의",
        "북한으로부터",
        "북한인데",
        "북한이었다",
        "북한군",
        "북한군이",
        "북한측은",
        "북한인",
        "“북한”",
        "(북한)",
        "對북한",
        "US북한",
        "北·북한",
    ],
)
def test_a_korean_stem_carries_particles(text: str) -> None:
    assert found(STEM, f"정부는 {text} 오늘") == ["북한"]


@pytest.mark.parametrize(
    "text",
    [
        "북한산",
        "북한강",
        "강북한의원",
        "성북한옥마을",
        "전북한우",
        "경북한방",
        "북한계선",
        "북한정권",
        "대북한",
    ],
)
def test_a_korean_stem_is_not_found_inside_another_word(text: str) -> None:
    assert found(STEM, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("북한정권 북한인권 북한미사일", ["북한"] * 3),
        ("대북한 정책, 주북한 대사, 재북한", ["북한"] * 3),
        ("북한산에 올랐다, 북한산국립공원, 북한강, 북한계선", []),
        ("강북한의원 성북한옥 전북한우", []),
        ("반대북한", []),
    ],
)
def test_an_open_korean_spelling_takes_any_ending_and_listed_prefixes(text: str, words: list[str]) -> None:
    assert found(OPEN, text) == words


@pytest.mark.parametrize(
    ("spelling", "text", "words"),
    [
        ("라오스", "주라오스 한국대사관, 라오스로, 라오스인", ["라오스"] * 3),
        ("라오스", "파라오스 라오스키", []),
        ("아세안", "한아세안 아세안은", ["아세안"] * 2),
        ("조선", "조선은 조선의", ["조선", "조선"]),
        ("조선", "조선업 조선소 조선일보 조선시대 조선왕조 고조선 TV조선 조선호텔 조선대학교", ["조선"]),
        ("핵", "핵을 핵과 北핵", ["핵"] * 3),
        ("핵", "핵심 핵인싸 비핵화 결핵", []),
        ("남북", "남북 관계, 남북의, 남북간", ["남북"] * 3),
        ("남북", "남북극 남북전쟁 동서남북", []),
        ("평양", "태평양 평양냉면", []),
        ("김정은", "김정은이 김정은에게서도", ["김정은"] * 2),
        ("북미", "북미는 북미행", ["북미"] * 2),
        ("학교", "대학교", []),
    ],
)
def test_korean_by_number_of_syllables(spelling: str, text: str, words: list[str]) -> None:
    assert found(spelled("ko", spelling), text) == words


HANJA = spelled("ko", "北", "對北", "南北", no=["北유럽", "北극", "北아일랜드"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("北, 탄도미사일 발사", ["北"]),
        ("北김정은 “핵무력”", ["北"]),
        ("北·美 정상회담", ["北"]),
        ("한미 對北 정책과 南北 관계", ["對北", "南北"]),
        ("\uf963 미사일", ["\uf963"]),
        ("北京 방문, 河北 지진, 東北 삼성", []),
        ("北유럽 여행, 北극 탐험", []),
        ("北、ミサイル発射", []),
        ("北京举行会议", []),
    ],
)
def test_a_han_character_is_shorthand_in_korean_headlines_alone(text: str, words: list[str]) -> None:
    assert found(HANJA, text) == words


HAN = {
    "朝鲜": ["朝鲜族", "朝鲜日报", "朝鲜王朝", "朝鲜蓟"],
    "北朝鮮": ["東北朝鮮族"],
    "东盟": ["山东盟", "广东盟"],
    "北韓": ["東北韓"],
}


@pytest.mark.parametrize(
    ("spelling", "text", "words"),
    [
        ("朝鲜", "在朝鲜的外交官", ["朝鲜"]),
        ("朝鲜", "朝鲜族自治州 朝鲜日报 朝鲜王朝 朝鲜蓟", []),
        ("朝鲜", "朝鲜族与朝鲜", ["朝鲜"]),
        ("北朝鮮", "東北朝鮮族", []),
        ("北朝鮮", "北朝鮮が", ["北朝鮮"]),
        ("东盟", "与东盟峰会", ["东盟"]),
        ("东盟", "山东盟友 广东盟", []),
        ("北韓", "東北韓式料理", []),
    ],
)
def test_han_is_found_anywhere_but_in_false_friends(spelling: str, text: str, words: list[str]) -> None:
    assert found(spelled("zh", spelling, no=HAN[spelling]), text) == words


@pytest.mark.parametrize(
    ("spelling", "text", "words"),
    [
        ("ラオス", "ラオスの首都", ["ラオス"]),
        ("ラオス", "日本・ラオス・タイ", ["ラオス"]),
        ("ラオス", "ﾗｵｽ政府", ["ﾗｵｽ"]),
        ("ラオス", "パラオスポーツ アメラオス ラオスー", []),
        ("アセアン", "アセアン諸国", ["アセアン"]),
        ("アセアン", "アセアンサミット", []),
        ("アセアン*", "アセアンサミット", ["アセアン"]),
    ],
)
def test_katakana_is_a_whole_word(spelling: str, text: str, words: list[str]) -> None:
    assert found(spelled("ja", spelling), text) == words


THAI = spelled("th", "ลาว", no=["คลาวด์", "หลาว", "ลีลาวดี", "ชีลาว"])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ประเทศลาวและไทย", 1),
        ("สปป.ลาว", 1),
        ("ปลาวาฬ", 0),
        ("เวลาว่าง", 0),
        ("ลาวา", 0),
        ("มาลาวี", 0),
        ("ศาลาว่าการ", 0),
        ("วิลาวัณย์", 0),
        ("คลาวด์", 0),
        ("หลาว", 0),
        ("ลีลาวดี", 0),
        ("ลาว้", 0),
    ],
)
def test_thai_follows_the_syllable_rule(text: str, count: int) -> None:
    assert found(THAI, text) == ["ลาว"] * count


LAO = spelled("lo", "ລາວ", "ເກົາຫຼີເໜືອ", no=["ຫລາວ", "ຄລາວ", "ສີສະລາວ", "ອາເຄລາວ"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ປະເທດລາວແລະ", ["ລາວ"]),
        ("ສປປ ລາວ", ["ລາວ"]),
        ("ດາລາວັນ", []),
        ("ມາລາວີ", []),
        ("ຢູໂກສະລາວີ", []),
        ("ຫລາວ ຄລາວ ສີສະລາວ", []),
        ("ລາວ້", []),
        ("ເລາວ", []),
        ("ເກົາຫຼີເໜືອຍິງ", ["ເກົາຫຼີເໜືອ"]),
    ],
)
def test_lao_follows_the_syllable_rule(text: str, words: list[str]) -> None:
    assert found(LAO, text) == words


@pytest.mark.parametrize(
    ("spelling", "text", "words"),
    [
        ("လာအို", "လာအိုနိုင်ငံ", ["လာအို"]),
        ("လာအို", "လာအိုး", []),
        ("လာအို", "လာအိုင်း", []),
        ("လာအို", "လာအို၊", ["လာအို"]),
        ("ឡាវ", "ប្រទេសឡាវ", ["ឡាវ"]),
        ("ឡាវ", "ឡា\u200bវ", ["ឡា\u200bវ"]),
        ("ឡាវ", "ឡាវី ស្ឡាវ", []),
    ],
)
def test_burmese_and_khmer_end_where_no_mark_follows(spelling: str, text: str, words: list[str]) -> None:
    assert found(spelled("my", spelling), text) == words


@pytest.mark.parametrize(
    ("term", "text", "words"),
    [
        (spelled("en", "Lao", no=["Lao Tzu", "Lao She", "Lao Gan Ma"]), "Lao Tzu, LAO SHE, Lao kip", ["Lao"]),
        (spelled("en", "Lao", no=["Lao She"]), "Lao Shenzhen", ["Lao"]),
        (spelled("en", "Lao", no=["Lao She*"]), "Lao Shenzhen", []),
        (spelled("ko", "북한", "북한산 석탄", no=["북한산"]), "북한산 석탄과 북한산", ["북한산 석탄"]),
        (spelled("zh", "朝鮮", "北朝鮮"), "北朝鮮", ["北朝鮮"]),
        (spelled("en", "North Korea"), "North\n  Korea", ["North\n  Korea"]),
    ],
)
def test_a_false_friend_swallows_what_lies_inside_it(
    term: dict[str, Any], text: str, words: list[str]
) -> None:
    assert found(term, text) == words


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("laos", "in Laos.", True),
        ("laos", "Laotian", False),
        ("lao*", "Laotian", True),
        ("lao*", "Milao", False),
        ("=NK", "NK fires", True),
        ("=NK", "nk cells", False),
        ('="Supreme Leader"', "the Supreme Leader said", True),
        ('="Supreme Leader"', "a supreme leader", False),
        ('"supreme leader"', "the SUPREME  LEADER said", True),
        ('"supreme leader"', "leader supreme", False),
        ("북한", "북한에서", True),
        ("북한", "북한산", False),
        ("북*", "북한산", True),
        ("朝鮮", "北朝鮮", True),
        ("ＡＳＥＡＮ", "asean", True),
        ("U.S.", "the U.S. said", True),
    ],
)
def test_words_of_a_query_follow_the_same_rules(query: str, text: str, expected: bool) -> None:
    assert fires(query, article(text)) is expected
