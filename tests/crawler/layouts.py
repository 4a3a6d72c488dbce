"""Article pages of our own, in the layouts that scrapers meet and in the scripts of the region.

Each layout wraps the same paragraphs in another structure, with the same furniture around them. The
furniture names what a watch looks for, so that taking any of it would raise a false alert.
"""

from collections.abc import Callable, Sequence
from html import escape
from json import dumps

TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": (
        "River ports reopen after the long flood",
        (
            "The two river ports north of the capital opened again on Tuesday after eleven days under water, "
            "and the first barges with cement and rice left before noon.",
            "Engineers spent the morning checking the cranes one by one. Two of them will need new "
            "motors, the "
            "port office said, and until these arrive the heavier loads will have to wait upstream.",
            "Traders on the quay said that they had lost about a month of business. Some had sent "
            "their goods "
            "by road instead, which costs three times as much and takes two days longer.",
            "Nobody was hurt.",
            "The provincial government promised to raise the embankment by half a metre before the "
            "next rains, "
            "as it had promised after the flood of four years ago.",
        ),
    ),
    "lo": (
        "ທ່າເຮືອແມ່ນ້ຳເປີດຄືນຫຼັງນ້ຳຖ້ວມ",
        (
            "ທ່າເຮືອສອງແຫ່ງທາງທິດເໜືອຂອງນະຄອນຫຼວງໄດ້ເປີດຄືນໃນວັນອັງຄານ ຫຼັງຈາກຖືກນ້ຳຖ້ວມເປັນເວລາສິບເອັດມື້ "
            "ແລະເຮືອບັນທຸກເຂົ້າລຳທຳອິດໄດ້ອອກເດີນທາງກ່ອນທ່ຽງ.",
            "ວິສະວະກອນໄດ້ກວດກາເຄື່ອງຍົກທຸກໜ່ວຍໃນຕອນເຊົ້າ ແລະພົບວ່າສອງໜ່ວຍຕ້ອງປ່ຽນມໍເຕີໃໝ່ ຫ້ອງການທ່າເຮືອກ່າວ.",
            "ພໍ່ຄ້າແມ່ຄ້າກ່າວວ່າ ພວກເຂົາເສຍລາຍໄດ້ປະມານໜຶ່ງເດືອນ ເພາະການຂົນສົ່ງທາງບົກແພງກວ່າສາມເທົ່າ.",
        ),
    ),
    "th": (
        "ท่าเรือแม่น้ำเปิดอีกครั้งหลังน้ำท่วมยาวนาน",
        (
            "ท่าเรือสองแห่งทางเหนือของเมืองหลวงเปิดให้บริการอีกครั้งเมื่อวันอังคาร "
            "หลังจมอยู่ใต้น้ำสิบเอ็ดวัน "
            "และเรือบรรทุกข้าวลำแรกออกเดินทางก่อนเที่ยง",
            "วิศวกรใช้เวลาช่วงเช้าตรวจสอบเครนทีละตัว พบว่าสองตัวต้องเปลี่ยนมอเตอร์ใหม่ สำนักงานท่าเรือกล่าว",
            "พ่อค้าบนท่าเรือเล่าว่าพวกเขาสูญเสียรายได้ไปราวหนึ่งเดือน เพราะการขนส่งทางถนนแพงกว่าถึงสามเท่า",
        ),
    ),
    "km": (
        "កំពង់ផែទន្លេបើកដំណើរការឡើងវិញក្រោយទឹកជំនន់",
        (
            "កំពង់ផែទន្លេពីរនៅភាគខាងជើងរាជធានីបានបើកដំណើរការឡើងវិញកាលពីថ្ងៃអង្គារ "
            "បន្ទាប់ពីលិចទឹកអស់រយៈពេលដប់មួយថ្ងៃ ហើយនាវាដឹកអង្ករដំបូងបានចាកចេញមុនថ្ងៃត្រង់។",
            "វិស្វករបានចំណាយពេលព្រឹកពិនិត្យម៉ាស៊ីនស្ទូចម្តងមួយៗ ហើយរកឃើញថាពីរគ្រឿងត្រូវការម៉ូទ័រថ្មី។",
            "ពាណិជ្ជករនិយាយថាពួកគេបាត់បង់ចំណូលប្រហែលមួយខែ ព្រោះការដឹកជញ្ជូនតាមផ្លូវគោកថ្លៃជាងបីដង។",
        ),
    ),
    "my": (
        "ရေကြီးပြီးနောက် မြစ်ဆိပ်ကမ်းများ ပြန်ဖွင့်",
        (
            "မြို့တော်မြောက်ဘက်ရှိ မြစ်ဆိပ်ကမ်းနှစ်ခုကို ဆယ့်တစ်ရက်ကြာ ရေမြုပ်ပြီးနောက် အင်္ဂါနေ့တွင် "
            "ပြန်လည်ဖွင့်လှစ်ခဲ့ပြီး ပထမဆုံး ဆန်တင်သင်္ဘောများ မွန်းမတည့်မီ ထွက်ခွာခဲ့သည်။",
            "အင်ဂျင်နီယာများသည် ဝန်ချီစက်များကို တစ်လုံးချင်း စစ်ဆေးခဲ့ပြီး နှစ်လုံးတွင် မော်တာအသစ်လိုအပ်ကြောင်း တွေ့ရှိခဲ့သည်။",
            "ကုန်သည်များက တစ်လခန့် ဝင်ငွေဆုံးရှုံးခဲ့ရကြောင်း ပြောကြားခဲ့သည်။ ကားလမ်းဖြင့် သယ်ယူခြင်းသည် သုံးဆ ပိုကုန်ကျသည်။",
        ),
    ),
    "ko": (
        "긴 홍수 끝에 다시 문을 연 강변 항구",
        (
            "수도 북쪽의 강변 항구 두 곳이 열하루 동안 물에 잠겨 있다가 화요일에 다시 문을 열었고, "
            "시멘트와 쌀을 실은 첫 화물선이 정오 전에 떠났다.",
            "기술자들은 아침 내내 기중기를 하나씩 점검했다. 항만 사무소는 두 대에 새 전동기가 "
            "필요하다고 밝혔다.",
            "부두의 상인들은 한 달 치 장사를 잃었다고 말했다. 육로 운송은 세 배나 비싸고 이틀이 더 걸린다.",
            "다친 사람은 없었다.",
        ),
    ),
    "zh": (
        "长时间洪水过后内河港口重新开放",
        (
            "首都以北的两个内河港口在被水淹没十一天之后于星期二重新开放，第一批装载水泥和大米的驳船在中午前离港。",
            "工程师们整个上午都在逐一检查起重机。港务办公室表示，其中两台需要更换新的电动机，较重的货物只能在上游等候。",
            "码头上的商人说，他们大约损失了一个月的生意。有些人改走公路运输，费用是水运的三倍，还要多花两天时间。",
        ),
    ),
    "vi": (
        "Cảng sông mở cửa trở lại sau trận lũ dài ngày",
        (
            "Hai cảng sông ở phía bắc thủ đô đã mở cửa trở lại hôm thứ Ba sau mười một ngày chìm trong nước, "
            "và những chiếc sà lan chở gạo đầu tiên rời bến trước buổi trưa.",
            "Các kỹ sư dành cả buổi sáng để kiểm tra từng chiếc cần cẩu. Văn phòng cảng cho biết "
            "hai chiếc cần "
            "động cơ mới.",
            "Các thương nhân trên bến nói rằng họ mất khoảng một tháng buôn bán, vì đường bộ đắt gấp ba lần.",
        ),
    ),
}

NOISE = (
    "Laos wins 52 Asean tourism awards",
    "North Korea fires up its oldest steam engine",
    "ADVERTISEMENT",
    "Fly to Pyongyang this winter",
    "Share on Facebook",
    "All about ASEAN",
    "Get our Laos newsletter every Friday",
    "I never liked ASEAN, and I will say so under every article that I can find here.",
    "A crane at the port. Photo: our own",
    "All rights reserved",
)

_MENU = '<a href="/laos">Laos</a> <a href="/asean">All about ASEAN</a> <a href="/nk">North Korea</a>'
_RELATED = (
    '<ul><li><a href="/1">Laos wins 52 Asean tourism awards</a></li>'
    '<li><a href="/2">North Korea fires up its oldest steam engine</a></li></ul>'
)
_COMMENT = "I never liked ASEAN, and I will say so under every article that I can find here."


def _page(title: str, inside: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)} | Our Paper</title>{head}'
        f"</head><body>{inside}</body></html>"
    )


def _ps(paragraphs: Sequence[str]) -> str:
    return "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)


def classic(title: str, paragraphs: Sequence[str]) -> str:
    """A blog: header, article, sidebar, footer, each by its name."""
    return _page(
        title,
        f"<header><nav>{_MENU}</nav></header><main><article><h1>{escape(title)}</h1>"
        '<div class="share">Share on Facebook</div><figure><img src="c.jpg"><figcaption>A crane at the port. '
        f'Photo: our own</figcaption></figure><div class="entry-content">{_ps(paragraphs)}</div></article>'
        f"<aside><h3>Most read</h3>{_RELATED}</aside></main><footer>All rights reserved</footer>",
    )


def div_soup(title: str, paragraphs: Sequence[str]) -> str:
    """Nothing but divs with names that say nothing."""
    texts = "".join(f'<div class="x9">{escape(text)}</div>' for text in paragraphs)
    return _page(
        title,
        f'<div class="a1"><div class="b2">{_MENU}</div></div><div class="a2"><div class="q">'
        f"{escape(title)}</div>"
        f'<div class="z">ADVERTISEMENT</div><div class="w3">{texts}</div><div class="r7">'
        f"{_RELATED}</div></div>"
        '<div class="a3">All rights reserved</div>',
    )


def table(title: str, paragraphs: Sequence[str]) -> str:
    """A page of the year 2003: tables in tables, line breaks for paragraphs."""
    text = "<br><br>".join(escape(paragraph) for paragraph in paragraphs)
    return _page(
        title,
        f'<table width="100%"><tr><td colspan="3">{_MENU}</td></tr><tr><td width="150">{_RELATED}</td><td>'
        f'<font size="5"><b>{escape(title)}</b></font><br><table><tr><td>{text}</td></tr></table></td>'
        '<td><a href="/ad">Fly to Pyongyang this winter</a></td></tr><tr><td>All rights '
        "reserved</td></tr></table>",
    )


def json_ld_only(title: str, paragraphs: Sequence[str]) -> str:
    """A page that a script draws: the text is in its JSON-LD alone."""
    said = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Our Paper"},
            {
                "@type": ["NewsArticle"],
                "headline": title,
                "articleBody": "\n\n".join(paragraphs),
                "datePublished": "2026-11-24T13:05:00+07:00",
                "author": [{"@type": "Person", "name": "Noy Chanthavong"}],
                "inLanguage": "en-GB",
            },
        ],
    }
    head = f'<script type="application/ld+json">{dumps(said)}</script>'
    return _page(
        title, f'<div id="app"><nav>{_MENU}</nav></div><div class="f">All rights reserved</div>', head
    )


def in_parts(title: str, paragraphs: Sequence[str]) -> str:
    """A text cut by adverts and a "read also" between its paragraphs, spread over several boxes."""
    first, rest = paragraphs[:1], paragraphs[1:]
    return _page(
        title,
        f"<nav>{_MENU}</nav><div class='story'><h1>{escape(title)}</h1><div class='p1'>{_ps(first)}</div>"
        "<div class='ad-slot'>ADVERTISEMENT <a href='/a'>Fly to Pyongyang this winter</a></div>"
        "<p>Read also: <a href='/1'>Laos wins 52 Asean tourism awards</a></p>"
        f"<div class='p2'>{_ps(rest)}</div><p><a href='/2'>North Korea fires up its oldest steam "
        f"engine</a></p>"
        "</div><p>Copyright 2026 Our Paper. All rights reserved</p>",
    )


def with_comments(title: str, paragraphs: Sequence[str]) -> str:
    """An article with readers' comments below, which are running text, too, and a newsletter box."""
    comments = "".join(f"<div class='c'><b>Reader {n}</b><p>{_COMMENT}</p></div>" for n in range(4))
    return _page(
        title,
        f"<ul>{_MENU}</ul><div><h1>{escape(title)}</h1><div>{_ps(paragraphs)}</div>"
        "<div class='newsletter-signup'><p>Get our Laos newsletter every Friday</p></div>"
        f"<h3>4 comments</h3><div>{comments}</div></div>",
    )


def paginated(title: str, paragraphs: Sequence[str]) -> tuple[str, ...]:
    """An article on several pages of two paragraphs, the second at `?page=2` and so on."""
    parts = [paragraphs[at : at + 2] for at in range(0, len(paragraphs), 2)]
    pages = []
    for number, part in enumerate(parts, 1):
        links = "".join(
            f"<b>{n}</b> " if n == number else f"<a href='?page={n}'>{n}</a> "
            for n in range(1, len(parts) + 1)
        )
        following = f"<a href='?page={number + 1}'>Next page</a>" if number < len(parts) else ""
        pages.append(
            _page(
                title,
                f"<nav>{_MENU}</nav><h1>{escape(title)}</h1><div class=text>{_ps(part)}</div>"
                f"<div class=pages>{links}{following}</div><div class=related>{_RELATED}</div>"
                "<footer>All rights reserved</footer>",
            )
        )
    return tuple(pages)


LAYOUTS: dict[str, Callable[[str, Sequence[str]], str]] = {
    layout.__name__: layout for layout in (classic, div_soup, table, json_ld_only, in_parts, with_comments)
}
