"""What do the feeds of the rounds say?

Reports in English, Lao and Korean, each about people, places and numbers of its own, so that stories
are as small as in life: two texts share everyday words and hardly a name. Made from a seed, and so the
same in every run; and cheap, because many thousands are needed.
"""

from random import Random

# Characters of a summary, at least.
SUMMARY = 560

# Of each language: the syllables of its names, then words by what they are in a sentence.
_WORDS = {
    "en": {
        "syllables": """ba be da de fa ga ha ka ke ko la lo ma me mi mo na ne no pa ra re ri ro sa se ta te
            to va vi wa ya za""",
        "who": """minister governor spokesman engineer teacher farmer union court company council bank
            hospital airline committee police agency school group investor doctor""",
        "what": """road bridge dam market factory harvest budget law tax loan railway airport port reactor
            festival election survey fund strike flood drought fire contract museum tender pipeline crossing
            mine forest estate ferry stadium clinic warehouse""",
        "how": """new second delayed costly joint modern rural northern coastal urgent public private small
            large disputed long-awaited popular planned""",
        "did": """opened closed approved rejected delayed widened repaired praised criticised financed
            inspected suspended signed extended reviewed abandoned finished tested promised sold""",
        "when": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday yesterday today",
    },
    "lo": {
        "syllables": "ກາ ບຸນ ຄຳ ດາ ຈັນ ໄຊ ທອງ ນາ ພອນ ມະ ວົງ ສີ ແສງ ຫຼ້າ ອິນ ໂພ ເພັດ ສຸກ ມາ ແກ້ວ",
        "who": "ລັດຖະມົນຕີ ເຈົ້າແຂວງ ໂຄສົກ ວິສະວະກອນ ຄູສອນ ຊາວນາ ສານ ບໍລິສັດ ທະນາຄານ ໂຮງໝໍ ຕຳຫຼວດ ໂຮງຮຽນ",
        "what": """ເສັ້ນທາງ ຂົວ ເຂື່ອນ ຕະຫຼາດ ໂຮງງານ ງົບປະມານ ກົດໝາຍ ພາສີ ທາງລົດໄຟ ສະໜາມບິນ ທ່າເຮືອ ໄຟຟ້າ
            ບຸນປະເພນີ ໄພນ້ຳຖ້ວມ ສັນຍາ ຫໍພິພິທະພັນ ປ່າໄມ້ ບໍ່ແຮ່""",
        "how": "ໃໝ່ ທີສອງ ຂະໜາດໃຫຍ່ ຂະໜາດນ້ອຍ ທັນສະໄໝ ຮີບດ່ວນ ສາທາລະນະ ຮ່ວມກັນ",
        "did": "ເປີດ ປິດ ອະນຸມັດ ປະຕິເສດ ເລື່ອນ ຂະຫຍາຍ ສ້ອມແປງ ຍ້ອງຍໍ ກວດກາ ເຊັນ ທົດລອງ ສ້າງ ຂາຍ",
        "when": "ວັນຈັນ ວັນອັງຄານ ວັນພຸດ ວັນພະຫັດ ວັນສຸກ ວັນເສົາ ວັນອາທິດ ມື້ນີ້",
    },
    "ko": {
        "syllables": "강 고 권 기 나 도 라 마 민 배 서 소 송 안 오 유 윤 이 장 정 조 주 진 차 채 하 한 우",
        "who": "장관 도지사 대변인 기술자 교사 농민 법원 회사 은행 병원 경찰 학교 위원회 노조",
        "what": """도로 다리 댐 시장 공장 예산 법안 세금 철도 공항 항구 발전소 축제 선거 기금 파업 홍수 계약
            박물관 숲 광산 주택""",
        "how": "새 두번째 대규모 소규모 현대적인 긴급한 공공 공동 북부 해안",
        "did": """열었다 닫았다 승인했다 거부했다 미뤘다 넓혔다 고쳤다 칭찬했다 비판했다 점검했다 서명했다
            시험했다 지었다 팔았다""",
        "when": "월요일 화요일 수요일 목요일 금요일 토요일 일요일 오늘 어제",
    },
}
_LISTS = {language: {kind: words.split() for kind, words in of.items()} for language, of in _WORDS.items()}
_SYLLABLES_OF_A_NAME = {"en": 4, "lo": 3, "ko": 3}
_TITLE = {
    "en": "{who} of {name} {did} {how} {what} in {place} for {number} million",
    "lo": "{who}{name}{did}{what}{how}ຢູ່ເມືອງ{place}ມູນຄ່າ {number} ລ້ານ",
    "ko": "{name} {who}, {place}에서 {how} {what}에 {number}억원을 들여 {did}",
}
_SENTENCES = {
    "en": (
        "The {who} of {name} {did} the {how} {what} in {place} on {when}, at a cost of {number} million.",
        "{name}, a {who} in {place}, said that {number} families had waited for the {how} {what}.",
        "A {who} {did} a {what} near {place} after {number} days, {name} said on {when}.",
        "More than {number} people came to {place} when the {who} {did} the {what}, among them {name}.",
    ),
    "lo": (
        "{who}{name}ກ່າວໃນ{when}ວ່າ{what}{how}ທີ່ເມືອງ{place}ໄດ້{did}ດ້ວຍມູນຄ່າ {number} ລ້ານ.",
        "ໃນ{when}{who}ໄດ້{did}{what}{how}ໃກ້ບ້ານ{place}ຫຼັງຈາກ {number} ມື້ທ່ານ{name}ກ່າວ.",
        "ປະຊາຊົນ {number} ຄົນມາທີ່{place}ເມື່ອ{who}{name}{did}{what}.",
    ),
    "ko": (
        "{name} {who}은 {when} {place}에서 {number}억원 규모의 {how} {what}을 {did}.",
        "{place} 주민 {number}명은 {how} {what}을 기다려 왔다고 {name} {who}이 {when} 밝혔다.",
        "{who}은 {number}일 만에 {place} 근처의 {what}을 {did}고 {name} 씨가 말했다.",
    ),
}


def report(language: str, seed: int) -> tuple[str, str]:
    """Title and summary of a report, always the same for a seed."""
    random = Random(seed)
    names = [_name(random, language) for _ in range(6)]
    title = _filled(random, language, _TITLE[language], names)
    sentences: list[str] = []
    while sum(map(len, sentences)) < SUMMARY:
        form = _one_of(random, _SENTENCES[language])
        sentences.append(_filled(random, language, form, names))
    return title[:1].upper() + title[1:], " ".join(sentences)


def _filled(random: Random, language: str, form: str, names: list[str]) -> str:
    chosen = {kind: _one_of(random, words) for kind, words in _LISTS[language].items()}
    people, places = names[:3], names[3:]
    number = int(random.random() * 9_000) + 11
    return form.format(name=_one_of(random, people), place=_one_of(random, places), number=number, **chosen)


def _name(random: Random, language: str) -> str:
    syllables = _LISTS[language]["syllables"]
    return "".join(_one_of(random, syllables) for _ in range(_SYLLABLES_OF_A_NAME[language])).capitalize()


def _one_of(random: Random, some: list[str] | tuple[str, ...]) -> str:
    # Several times faster than `choice`, and the same in every version of Python.
    return some[int(random.random() * len(some))]
