"""Are the marks that outlets set on corrections known, and nothing else taken for one?"""

import pytest

from alerts.corrections import correction
from alerts.stories.cleaning import is_correction

CORRECTED = [
    "CORRECTED-North Korea fires three missiles, not four - JCS",
    "CORRECTED-N.KOREA FIRES THREE MISSILES",
    "CORRECTED-(OFFICIAL)-Laos puts toll at 12, not 21",
    "CORRECTED (OFFICIAL)-Laos puts toll at 12, not 21",
    "UPDATE 2-CORRECTED-Laos opens bridge",
    "REFILE-CORRECTED-Laos opens bridge",
    "CORRECTION - Laos opens bridge",
    "Correction: North Korea-Missile story",
    "Correction to: Dengue in the lower Mekong",
    "Corrected: Laos opens bridge",
    "[Correction] Laos opens bridge",
    "(Corrected) Laos opens bridge",
    "Laos opens bridge (corrected)",
    "Laos opens bridge [CORRECTED]",
    "[정정] 라오스, 메콩강 다리 개통",
    "[정정보도] 라오스 다리 관련",
    "(정정) 라오스, 메콩강 다리 개통",
    "<정정> 라오스, 메콩강 다리 개통",
    "[고침] 국제(라오스, 메콩강 다리…)",
    "[속보] [정정] 라오스, 메콩강 다리 개통",
    "[바로잡습니다] 라오스 다리 공사비",
    "[정정 및 반론보도] 라오스 다리 공사비",
    "정정보도문",
    "정정보도: 라오스 다리 공사비",
    "【更正】老挝南康河大桥通车",
    "（更正）寮國南康河大橋通車",
    "更正：老挝南康河大桥通车",
    "勘误：老挝南康河大桥通车",
    "寮國南康河大橋通車（更正）",
    "【訂正】ラオス、メコン川に橋",
    "〔訂正〕ラオス、メコン川に橋",
    "訂正：ラオス、メコン川に橋",
    "お詫びと訂正：ラオスの橋",
    "(แก้ไข) ลาวเปิดสะพานข้ามแม่น้ำโขง",
    "แก้ไขข่าว: ลาวเปิดสะพานข้ามแม่น้ำโขง",
    "(ແກ້ໄຂ) ລາວເປີດຂົວຂ້າມແມ່ນ້ຳຂອງ",
    "Đính chính: Lào khánh thành cầu",
    "[Đính chính] Lào khánh thành cầu",
    "RECTIFICATIF: Le Laos inaugure un pont",
    "Rectificatif : le Laos inaugure un pont",
    "Le Laos inaugure un pont (rectificatif)",
    "RALAT: Laos buka jambatan",
    "Ralat: Laos buka jambatan",
    "[KOREKSI] Laos buka jembatan",
    "Pembetulan: Laos buka jambatan",
    "Corrección: Laos abre un puente",
    "Correção: Laos abre ponte",
    "KORREKTUR: Laos eröffnet Brücke",
    "Исправление: Лаос открыл мост",
]
WITHDRAWN = [
    "WITHDRAWN-Laos opens bridge",
    "WITHDRAWN: Laos opens bridge",
    "RETRACTED - Laos opens bridge",
    "Retraction: Laos opens bridge",
    "Story withdrawn: Laos opens bridge",
    "[Withdrawn] Laos opens bridge",
    "KILL: Laos-Bridge",
    "MANDATORY KILL: Laos-Bridge",
    "[기사 삭제] 라오스, 메콩강 다리 개통",
    "기사 삭제",
    "[전문취소] 국제(라오스, 메콩강 다리…)",
    "【撤稿】老挝南康河大桥通车",
    "【記事取り消し】ラオス、メコン川に橋",
    "[ถอนข่าว] ลาวเปิดสะพานข้ามแม่น้ำโขง",
    "[Gỡ bài] Lào khánh thành cầu",
]
# News about corrections, retractions and kills, words that look like a mark, and further versions.
NEITHER = [
    "",
    ":",
    "Market correction: what investors should know",
    "Stocks in correction territory",
    "CORRECTION AHEAD: STOCKS FALL",
    "CORRECTION - BITCOIN FALLS AGAIN",
    "Correctional officers strike in Laos",
    "Corrections department: prison numbers fall",
    "House of Corrections opens (in Vientiane)",
    "Newspaper prints correction after minister's complaint",
    "Minister demands correction (of the record)",
    "Ministry corrected: toll was 12",
    "Corrected age of Kim puzzles analysts",
    "UPDATE 3-North Korea fires missile, Japan says",
    "WRAPUP 1-Laos: bridge opens",
    "RPT-Laos opens bridge",
    "US withdrawal: what comes next",
    "Withdrawal: how the troops left",
    "Withdrawn: the nominee who wanted the post",
    "WITHDRAWAL - THE LAST DAYS OF THE WAR",
    "Troops withdrawn - minister",
    "Team Laos v Team Korea (withdrawn)",
    "Journal retracted paper on dengue: authors protest",
    "KILL-switch found in chips",
    "KILL BILL AT 20",
    "Kill: the film from Laos",
    "Kill order for boars (Laos)",
    "법원, 정정보도 청구 기각",
    "정정보도 요청: 국방부 반발",
    "태국 정정 불안: 군부 움직임",
    "[단독] 정정 불안에 관광객 급감",
    '정정용 감독 "라오스전 승리" (종합)',
    "국회, 정정 결의 (속보)",
    '외교부 "기사 삭제 요청 안 해"',
    "[기사 삭제 논란] 언론사 해명",
    "外交部：更正说法不属实",
    "更正教育：戒毒所的一天",
    "学术论文被撤稿：作者回应",
    "撤稿：论文造假调查",
    "訂正申告: 税務署",
    "放送局に訂正放送を命令（総務省）",
    "แก้ไขรัฐธรรมนูญ: สภาลงมติ",
    "แก้ไข: สภาลงมติ",
    "ร่างพระราชบัญญัติน้ำ (แก้ไข)",
    "Bộ Ngoại giao đính chính: tin đồn sai",
    "Budget rectificatif: le Sénat vote",
    "Loi de finances (rectificative)",
    "Koreksi: IHSG turun dua persen",
    "Koreksi pasar (IHSG) berlanjut",
    "Кабинет вносит исправление: бюджет",
]


@pytest.mark.parametrize("title", CORRECTED, ids=range(len(CORRECTED)))
def test_a_mark_of_a_correction_is_known(title: str) -> None:
    assert correction(title) == "corrected"


@pytest.mark.parametrize("title", WITHDRAWN, ids=range(len(WITHDRAWN)))
def test_a_mark_of_a_report_taken_back_is_known(title: str) -> None:
    assert correction(title) == "withdrawn"


@pytest.mark.parametrize("title", NEITHER, ids=range(len(NEITHER)))
def test_what_only_looks_like_a_mark_is_none(title: str) -> None:
    assert correction(title) is None


def test_what_bears_a_mark_is_never_withheld() -> None:
    assert [title for title in (*CORRECTED, *WITHDRAWN) if not is_correction(title)] == []
