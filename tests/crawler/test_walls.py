"""Is what a site shows in place of an article known for what it is, in the languages of the region?

The wordings are those that sites and their guards print; the pages around them are ours. An article that
speaks of such things is still an article.
"""

import pytest

from crawler.pages.extract import extract

URL = "https://ours.example/news/77"
LEAD = "The ports north of the capital opened again on Tuesday after eleven days under water. " * 2
LONG = "Engineers spent the morning checking the cranes one by one, the port office said. " * 16
MENU = "<nav><a href='/'>Home</a> <a href='/politics'>Politics</a></nav>"


def verdict(body: str, title: str = "Our Paper", head: str = "") -> str:
    page = extract(f"<html><head><title>{title}</title>{head}</head><body>{MENU}{body}</body></html>", URL)
    assert (page.body == "") == (page.verdict != "article")
    return page.verdict


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Just a moment...", "Enable JavaScript and cookies to continue"),
        (
            "Making sure you're not a bot!",
            "Calculating... You are seeing this because the administrator has set up Anubis.",
        ),
        ("ours.example", "Please enable JS and disable any ad blocker"),
        ("", "Request unsuccessful. Incapsula incident ID: 877000000000000000-123"),
        (
            "Access Denied",
            "You don't have permission to access this page on this server. Reference #18.2d3c1602",
        ),
        ("Access to this page has been denied", "Press & Hold to confirm you are a human (and not a bot)."),
        ("Human Verification", "Let's confirm you are human. Complete the security check before continuing."),
        ("Sucuri WebSite Firewall - Access Denied", "If you are the site owner, please whitelist your IP."),
        ("Robot Check", "Sorry, we just need to make sure you're not a robot."),
        ("安全验证", "请完成下方验证后继续访问"),
        ("访问验证", "您的访问过于频繁，请拖动滑块完成验证"),
        ("보안 확인", "자동화된 접근이 감지되었습니다. 로봇이 아님을 확인해 주세요."),
        ("ours", "กรุณายืนยันว่าคุณไม่ใช่หุ่นยนต์"),
        ("ours", "Vui lòng xác minh bạn không phải là robot"),
    ],
)
def test_bot_walls(title: str, text: str) -> None:
    assert verdict(f"<h1>{title}</h1><p>{text}</p>", title) == "bot-wall"


@pytest.mark.parametrize(
    "text",
    [
        "Before you continue to Ours. We use cookies and data to deliver and maintain our services.",
        "We value your privacy. We and our partners store data on your device. Accept all.",
        "We and our partners use cookies to store and/or access information on a device. Manage cookies",
        "Ours is part of the Ours family of brands. On our sites we use cookies. Accept all",
        "Wir und unsere Partner verarbeiten personenbezogene Daten. Zustimmen und weiter",
        "Avec votre accord, nos partenaires et nous utilisons des cookies. Accepter et fermer",
        "เว็บไซต์นี้ใช้คุกกี้เพื่อพัฒนาประสบการณ์ของคุณ ยอมรับทั้งหมด",
        "Chúng tôi sử dụng cookie để cải thiện trải nghiệm của bạn. Chấp nhận tất cả",
        "본 사이트는 쿠키를 사용합니다. 계속하려면 모두 동의를 눌러 주세요. 모두 동의",
        "我们使用Cookie来改善您的体验。接受全部Cookie",
    ],
)
def test_consent_pages(text: str) -> None:
    assert verdict(f"<div><p>{text}</p></div>") == "consent"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Page not found - Our Paper", "Sorry, the page you are looking for could not be found."),
        ("Our Paper", "Oops! That page can’t be found. It looks like nothing was found at this location."),
        ("Our Paper", "This article has been removed or is no longer available."),
        ("Our Paper", "The content you requested no longer exists."),
        ("Our Paper", "Error 404. We can't find the page you requested."),
        ("한강일보", "요청하신 페이지를 찾을 수 없습니다."),
        ("한강일보", "삭제되었거나 존재하지 않는 기사입니다."),
        ("网站", "抱歉，您访问的页面不存在或已被删除"),
        ("网站", "該文章已被刪除"),
        ("サイト", "お探しのページは見つかりませんでした"),
        ("ข่าว", "ไม่พบหน้าที่คุณต้องการ"),
        ("ຂ່າວ", "ບໍ່ພົບໜ້າທີ່ທ່ານຕ້ອງການ"),
        ("ព័ត៌មាន", "រកមិនឃើញទំព័រដែលអ្នកស្នើសុំ"),
        ("သတင်း", "သင်ရှာဖွေနေသော စာမျက်နှာကို ရှာမတွေ့ပါ"),
        ("Tin tức", "Không tìm thấy trang bạn yêu cầu"),
        ("Berita", "Halaman yang Anda cari tidak ditemukan"),
        ("Actualités", "Désolé, cette page est introuvable"),
    ],
)
def test_soft_404s(title: str, text: str) -> None:
    assert verdict(f"<h1>{title}</h1><p>{text}</p>", title) == "not-found"


@pytest.mark.parametrize(
    "text",
    [
        "Subscribe to continue reading",
        "To continue reading, log in or create a free account.",
        "This article is for subscribers only.",
        "You've reached your limit of free articles this month. Subscribe for unlimited access.",
        "Already a subscriber? Log in",
        "Get unlimited access to all our stories. Subscribe now.",
        "Unlock this article by becoming a member",
        "この記事は会員限定です。登録すると続きをお読みいただけます。",
        "残り1,234文字 有料会員限定です",
        "이 기사는 유료 회원 전용입니다",
        "로그인 후 전체 기사를 볼 수 있습니다",
        "구독하고 계속 읽기",
        "本文为付费内容，订阅后继续阅读",
        "成為會員以閱讀全文",
        "Artikel ini khusus untuk pelanggan. Berlangganan untuk membaca selengkapnya.",
        "Đăng ký thành viên để đọc tiếp bài viết",
        "สมัครสมาชิกเพื่ออ่านต่อ",
        "Cet article est réservé aux abonnés",
    ],
)
def test_paywalls(text: str) -> None:
    assert verdict(f"<h1>River ports reopen</h1><p>{LEAD}</p><div class=box><p>{text}</p></div>") == "paywall"


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>',
        '<meta property="article:content_tier" content="locked">',
        '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":true,'
        '"hasPart":{"@type":"WebPageElement","isAccessibleForFree":false,"cssSelector":".paid"}}</script>',
    ],
)
def test_paywalls_that_the_page_states_for_machines(head: str) -> None:
    assert verdict(f"<h1>River ports reopen</h1><p>{LONG}</p>", "River ports reopen", head) == "paywall"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Court fines site over cookies",
            f"{LEAD} The paper must ask readers to accept all cookies, the judge said. {LEAD}",
        ),
        ("Why a page not found matters", f"{LEAD} {LONG}"),
        ("Publishers tighten paywalls", f"{LONG} Subscribe to continue reading, they say."),
        ("Bots are everywhere", f"{LEAD} Every second request asks whether you are a robot. {LONG}"),
        ("Ports reopen", LONG),
        (
            "导弹发动机试验",
            "该国进行发动机技术验证试验，港口当天早晨重新开放，第一批驳船在中午前离港，没有人受伤。" * 2,
        ),
        ("Divers find nothing", f"{LEAD} Nothing was found in the wreck, the navy said. {LEAD}"),
    ],
)
def test_articles_about_walls_are_articles(title: str, text: str) -> None:
    assert verdict(f"<h1>{title}</h1><p>{text}</p>", title) == "article"


def test_a_cookie_banner_beside_a_short_item_is_only_a_banner() -> None:
    assert (
        verdict(f"<h1>Ports reopen</h1><p>{LEAD}</p><div><p>This website uses cookies.</p></div>")
        == "article"
    )
