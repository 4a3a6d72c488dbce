"""Is this page an article at all, or a wall, a form, an apology?

Told from its own words and marks, because servers send them with status 200. A wall is a no: it is
marked, never worked around.
"""

import re
from urllib.parse import urlsplit

from crawler.pages.page import Verdict

_BOT_WALL = re.compile(
    r"just a moment|making sure you.?re not a bot|attention required|checking your browser|"
    r"verify(ing)? (that )?you are (a )?human|are you a (robot|human)|ddos protection by|unusual traffic|"
    r"pardon our interruption|enable javascript and cookies|access (to this page has been )?denied|"
    r"request unsuccessful|complete the (security check|captcha)|proof.of.work|_cf_chl|px-captcha|"
    r"make sure you.?re not a (ro)?bot|enable js and disable any ad ?blocker|human verification|"
    r"安全验证|访问验证|完成(下方|下列|以下|安全|滑块|人机)[^。]{0,4}验证|拖动滑块|"
    r"로봇이 아님|자동화된 접근|自動アクセス|ロボットではない|"
    r"(ยืนยันว่า|ไม่ใช่).{0,12}(หุ่นยนต์|บอท)|xác minh.{0,30}robot|bukan robot",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|we (and our partners )?(use|value|store).{0,30}(cookies|privacy)|"
    r"manage (your )?(cookie|consent)|accept all( cookies)?|your privacy (choices|matters)|"
    r"(we|this (web)?site) uses? cookies|"
    r"zustimm\w+ und weiter|accepter (et (continuer|fermer)|tout)|utilis\w+ des cookies|"
    r"ใช้คุกกี้|ນຳໃຊ້ຄຸກກີ້|ใช้ cookie|sử dụng cookie|menggunakan cookie|"
    r"쿠키를? (사용|수집)|(使用|启用|利用) ?cookie|クッキーを使用",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"^\W*(404\b|error 404)|\b404\b.{0,20}(not found|error)|^not found\W*$|nothing (was )?found|"
    r"(page|article|story|content).{0,20}(has been|was|is) (removed|deleted|no longer available)|"
    r"(can.?t|cannot|could not|couldn.?t) find (the|that|this) (page|article|story)|error 404|"
    r"(文章|页面|新闻|頁面|新聞)[^。]{0,6}已[被經经]?(刪除|删除|下架)|ရှာမတွေ့|(page|article).{0,12}introuvable|"
    r"(page|article|file|url|content).{0,30}(not (be )?found|(doesn.?t|does not|no longer) exist)|"
    r"페이지를 찾을 수 없|존재하지 않는|页面不存在|找不到(页面|頁面|网页)|頁面不存在|お探しのページ|"
    r"見つかりません|ไม่พบ(หน้า|ข้อมูล)|ບໍ່ພົບ|រកមិនឃើញ|không tìm thấy|tidak ditemukan|"
    r"page introuvable|страница не найдена",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"(subscribe|sign up|register|log ?in|become a member).{0,40}(to )?(continue|keep|read|unlock|access)|"
    r"(article|content|story).{0,20}(for|available to|reserved for|exclusive to).{0,9}(subscribers|members)|"
    r"(subscribers|members)[- ]only|already a (subscriber|member)|to (continue|keep) reading|"
    r"(you have|you.?ve) reached your.{0,20}limit|get unlimited access|subscribe (now )?for (unlimited|full)|"
    r"unlock (this|the full) (article|story)|로그인 후.{0,12}(기사|볼 수|이용)|구독하고 계속|"
    r"(本文|文章)[^。]{0,4}(为|為|是)?付[费費]|(订阅|訂閱|登[录錄入]|成[为為][会會][员員])[^。]{0,6}"
    r"(继续|繼續|阅读|閱讀)|"
    r"khusus (untuk )?(pelanggan|anggota)|(đăng nhập|đăng ký).{0,24}đọc tiếp|"
    r"(สมัคร|เข้าสู่ระบบ).{0,20}(อ่านต่อ|อ่านทั้งหมด)|会員限定|有料会員|この記事は.{0,10}会員|"
    r"유료\s?(회원|구독)|구독자 전용|付费(阅读|会员)|訂閱(後|才)|réservé aux abonnés|"
    r"dành cho (thuê bao|hội viên)|khusus pelanggan|สำหรับสมาชิก",
    re.IGNORECASE,
)

# Below these weights (crawler/pages/body.py) a text is so short that the page's other words decide.
_SHORT = 900.0
_NOTHING = 80.0


# Where sites send a program in place of the article, by path or host.
_FRONT = re.compile(r"/?([a-z]{2}(-[a-z]{2})?)?/?((index|default|home|main)(\.\w+)?)?/?", re.IGNORECASE)
_LOGIN = re.compile(
    r"/(log-?in|sign-?in|sign-?up|register|subscribe|subscriptions?|paywall|membership)(/|\.|$)",
    re.IGNORECASE,
)
_GONE = re.compile(r"/(404|not-?found|page-?not-?found|error(404)?)(/|\.|$)", re.IGNORECASE)


def judge_redirect(asked: str, led_to: str) -> Verdict | None:
    """What it means that an article's address led elsewhere: gone, where it led to a front page or an
    error's; a wall, where to a login or a consent form. None where it may be the article."""
    here, there = urlsplit(asked), urlsplit(led_to)
    if (here.hostname, here.path) == (there.hostname, there.path):
        return None
    if (there.hostname or "").startswith(("consent.", "cmp.")) and there.hostname != here.hostname:
        return "consent"
    if _LOGIN.search(there.path) and not _LOGIN.search(here.path):
        return "paywall"
    is_front = _FRONT.fullmatch(there.path) is not None and not there.query
    if (is_front and not _FRONT.fullmatch(here.path)) or (
        _GONE.search(there.path) and not _GONE.search(here.path)
    ):
        return "not-found"
    return None


def judge(*, title: str, lines: list[str], body: list[str], weight: float, free: bool) -> Verdict:
    """The verdict on a page.

    `lines` is everything the page shows, `body` the paragraphs found in it with their `weight`, and
    `free` is False where the page's own JSON-LD says that it is to be paid for.
    """
    start = " ".join(lines)[:4000]
    if weight < _SHORT:
        if _BOT_WALL.search(title) or _BOT_WALL.search(start):
            return "bot-wall"
        if _NOT_FOUND.search(title) or (weight < 300 and _NOT_FOUND.search(start[:600])):
            return "not-found"
    if not free or (weight < _SHORT and _PAYWALL.search(_around(title, lines, body))):
        return "paywall"
    # Beside a short text a banner is a banner; a consent form is the text, or there is none.
    said = start if weight < _NOTHING else " ".join(body)
    if weight < 300 and _CONSENT.search(said) and not _CONSENT.search(title):
        return "consent"
    return "article" if weight >= _NOTHING else "empty"


def _around(title: str, lines: list[str], body: list[str]) -> str:
    """What stands between the headline and a little after the text: menus elsewhere sell, too."""
    first = lines.index(title) if title in lines else 0
    last = max((place for place, line in enumerate(lines) if line in body), default=len(lines))
    return "\n".join(lines[first : last + 8])
