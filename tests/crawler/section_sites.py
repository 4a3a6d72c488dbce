"""Forty news sites without a feed, no two alike, whose front pages change.

Each site pairs a way to list articles with a way to write their addresses, a script, and what stands
around the list: menus, tags, authors, adverts, archives, promoted pages, other sites, in markup that says
what it is or hides it, some of it broken. `front(site, n)` is its front page after `n` changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import product
from urllib.parse import quote

# Headlines are made of these: who, what, where; short and long ones, in eight scripts and languages.
_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "en": (
        (
            "Farmers",
            "Two ferries",
            "The province",
            "River traders",
            "Night markets",
            "A weaver",
            "Railway crews",
        ),
        (
            "reopen after the long flood",
            "wait for new rules on fees",
            "win",
            "count losses and look upstream for help",
            "plan a second bridge near the old crossing",
            "ask for calm",
            "return home",
        ),
        " ",
    ),
    "lo": (
        ("ຊາວນາ", "ທ່າເຮືອສອງແຫ່ງ", "ແຂວງ", "ພໍ່ຄ້າແມ່ຄ້າ", "ຕະຫຼາດກາງຄືນ", "ຊ່າງຕໍ່າຫູກ", "ພະນັກງານລົດໄຟ"),
        ("ເປີດຄືນຫຼັງນ້ຳຖ້ວມ", "ລໍຖ້າລະບຽບໃໝ່ກ່ຽວກັບຄ່າທຳນຽມ", "ນັບຄວາມເສຍຫາຍ", "ວາງແຜນສ້າງຂົວແຫ່ງທີສອງ", "ກັບບ້ານ"),
        "",
    ),
    "th": (
        ("ชาวนา", "เรือสองลำ", "จังหวัด", "พ่อค้าแม่ค้า", "ตลาดกลางคืน", "ช่างทอผ้า", "พนักงานรถไฟ"),
        ("เปิดอีกครั้งหลังน้ำท่วม", "รอกฎใหม่เรื่องค่าธรรมเนียม", "นับความเสียหาย", "วางแผนสร้างสะพานแห่งที่สอง", "กลับบ้าน"),
        "",
    ),
    "km": (
        ("កសិករ", "កប៉ាល់ពីរ", "ខេត្ត", "អ្នកលក់ដូរ", "ផ្សាររាត្រី", "អ្នកតម្បាញ", "បុគ្គលិករថភ្លើង"),
        ("បើកឡើងវិញក្រោយទឹកជំនន់", "រង់ចាំច្បាប់ថ្មីស្តីពីថ្លៃសេវា", "រាប់ការខាតបង់", "គ្រោងសាងសង់ស្ពានទីពីរ", "ត្រឡប់ទៅផ្ទះ"),
        "",
    ),
    "my": (
        ("လယ်သမားများ", "သင်္ဘောနှစ်စင်း", "ပြည်နယ်", "ကုန်သည်များ", "ညဈေး", "ရက်ကန်းသည်", "ရထားဝန်ထမ်းများ"),
        (
            "ရေကြီးပြီးနောက် ပြန်ဖွင့်",
            "အခကြေးငွေ စည်းမျဉ်းသစ် စောင့်ဆိုင်း",
            "ဆုံးရှုံးမှု စာရင်းကောက်",
            "ဒုတိယတံတား တည်ဆောက်ရန် စီစဉ်",
            "အိမ်ပြန်",
        ),
        " ",
    ),
    "ko": (
        ("농민들", "여객선 두 척", "지방정부", "강변 상인들", "야시장", "직조공", "철도 승무원"),
        (
            "긴 홍수 끝에 다시 문 열어",
            "새 요금 규정 기다려",
            "손실 집계",
            "옛 나루터 옆에 두 번째 다리 계획",
            "귀가",
        ),
        " ",
    ),
    "zh": (
        ("农民", "两艘渡轮", "省政府", "河边商贩", "夜市", "织工", "铁路工人"),
        ("洪水过后重新开放", "等待新的收费规定", "清点损失", "计划在旧渡口附近再建一座桥", "回家"),
        "",
    ),
    "vi": (
        (
            "Nông dân",
            "Hai chiếc phà",
            "Tỉnh",
            "Tiểu thương ven sông",
            "Chợ đêm",
            "Thợ dệt",
            "Nhân viên đường sắt",
        ),
        (
            "mở cửa trở lại sau lũ",
            "chờ quy định mới về phí",
            "kiểm đếm thiệt hại",
            "lên kế hoạch xây cây cầu thứ hai",
            "về nhà",
        ),
        " ",
    ),
}
_PLACES = (
    "Pakse",
    "Vinh",
    "Nan",
    "Kep",
    "Mae Sot",
    "Thakhek",
    "Hue",
    "Yala",
    "Battambang",
    "Xam Neua",
    "Wonsan",
    "Ubon",
)
_MORE = {
    "en": "Read more",
    "lo": "ອ່ານຕໍ່",
    "th": "อ่านต่อ",
    "km": "អានបន្ត",
    "my": "ဆက်ဖတ်ရန်",
    "ko": "더보기",
    "zh": "更多",
    "vi": "Xem thêm",
}
_SECTIONS = {
    "en": (
        "Politics",
        "Business and economy",
        "All the news about the river provinces",
        "Our long reads and essays",
    ),
    "lo": ("ການເມືອງ", "ເສດຖະກິດ", "ຂ່າວທັງໝົດກ່ຽວກັບແຂວງແຄມນ້ຳ", "ບົດຄວາມຍາວ"),
    "th": ("การเมือง", "เศรษฐกิจ", "ข่าวทั้งหมดเกี่ยวกับจังหวัดริมน้ำ", "บทความยาว"),
    "km": ("នយោបាយ", "សេដ្ឋកិច្ច", "ព័ត៌មានទាំងអស់អំពីខេត្តមាត់ទន្លេ", "អត្ថបទវែង"),
    "my": ("နိုင်ငံရေး", "စီးပွားရေး", "မြစ်ကမ်းပြည်နယ်များ၏ သတင်းအားလုံး", "ဆောင်းပါးရှည်များ"),
    "ko": ("정치", "경제", "강변 지방의 모든 소식 모아 보기", "기획 연재"),
    "zh": ("政治", "经济", "沿河各省新闻总汇专题频道", "深度报道"),
    "vi": ("Chính trị", "Kinh tế", "Tất cả tin tức về các tỉnh ven sông", "Bài dài"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """One article of a site, as its front page shows it."""

    url: str
    title: str
    teaser: str
    date: str


Listing = Callable[[list[Story], str], str]
Address = Callable[[int, str], str]
Frame = Callable[[str, "SectionSite"], str]


@dataclass(frozen=True, slots=True)
class SectionSite:
    """One of the forty: `name` tells its parts."""

    name: str
    number: int
    language: str
    listing: Listing
    address: Address
    frame: "Frame"


def stories(site: SectionSite, changes: int) -> list[Story]:
    """What the front page lists after so many changes, the newest first: some of it new each time."""
    size, fresh = 10 + site.number % 9, 3 + site.number % 5
    newest = 40 + fresh * changes
    return [_story(site, number) for number in range(newest, newest - size, -1)]


def _story(site: SectionSite, number: int) -> Story:
    who, what, space = _WORDS[site.language]
    seed = number * 7 + site.number * 3
    title = f"{who[seed % len(who)]}{space}{what[(seed // 3) % len(what)]}"
    # Half of them name a place, so that no two on a page are alike.
    title += f"{space or ' '}{_PLACES[seed % len(_PLACES)]}" if number % 2 else ""
    title = title if number % 5 else f"{title} ({number})"
    teaser = (
        f"{title}{space or ' '}" * 2 + f"{who[(seed + 2) % len(who)]}{space}{what[(seed + 1) % len(what)]}"
    )
    return Story(site.address(number, title), title, teaser, f"{1 + number % 27:02d}/11/2026")


# Ways to list.


def plain_list(found: list[Story], more: str) -> str:
    return (
        "<ul class=list>"
        + "".join(f"<li><a href='{s.url}'>{escape(s.title)}</a></li>" for s in found)
        + "</ul>"
    )


def dated_list(found: list[Story], more: str) -> str:
    rows = (f"<li><span class=d>{s.date}</span> <a href='{s.url}'>{escape(s.title)}</a></li>" for s in found)
    return f"<ul>{''.join(rows)}</ul>"


def date_in_title(found: list[Story], more: str) -> str:
    rows = (f"<p>» <a href='{s.url}'>{escape(s.title)} [{s.date}]</a></p>" for s in found)
    return f"<div id=x4>{''.join(rows)}</div>"


def cards(found: list[Story], more: str) -> str:
    return "".join(
        f"<div class='card'><a href='{s.url}'><img src='/i/{n}.jpg' alt=''></a><h3><a href='{s.url}'>"
        f"{escape(s.title)}</a></h3><p>{escape(s.teaser)}</p><a class=btn href='{s.url}'>{more}</a></div>"
        for n, s in enumerate(found)
    )


def linked_cards(found: list[Story], more: str) -> str:
    return "".join(
        f"<a class='tile' href='{s.url}'><div><h2>{escape(s.title)}</h2><p>{escape(s.teaser)}</p>"
        f"<time>{s.date}</time></div></a>"
        for s in found
    )


def table(found: list[Story], more: str) -> str:
    rows = (
        f"<tr><td>{n}</td><td><a href='{s.url}'>{escape(s.title)}</a></td><td>{s.date}</td></tr>"
        for n, s in enumerate(found)
    )
    return f"<table border=1><tr><th>No</th><th>Title</th><th>Date</th></tr>{''.join(rows)}</table>"


def lead_and_rest(found: list[Story], more: str) -> str:
    lead, *rest = found
    head = f"<h1><a href='{lead.url}'>{escape(lead.title)}</a></h1>"
    first = f"<div class=hero>{head}<p>{escape(lead.teaser)}</p></div>"
    return first + "".join(f"<h4><a href='{s.url}'>{escape(s.title)}</a></h4>" for s in rest)


def definition_list(found: list[Story], more: str) -> str:
    rows = (f"<dt><a href='{s.url}'>{escape(s.title)}</a></dt><dd>{escape(s.teaser)}</dd>" for s in found)
    return f"<dl>{''.join(rows)}</dl>"


def picture_titles(found: list[Story], more: str) -> str:
    return "".join(
        f"<div class=g><a href='{s.url}' title='{escape(s.title)}'>"
        f"<img src='/p/{n}.jpg' alt='{escape(s.title)}'></a>"
        f"<em>{s.date}</em></div>"
        for n, s in enumerate(found)
    )


def load_more(found: list[Story], more: str) -> str:
    return cards(found, more) + f"<div class=more><a href='?page=2'>{more}</a></div>"


# Ways to write an address.


def by_slug(number: int, title: str) -> str:
    return f"/news/river-report-number-{number}-of-the-year"


def by_date(number: int, title: str) -> str:
    return f"/2026/11/{1 + number % 27:02d}/story{number}/"


def by_number(number: int, title: str) -> str:
    return f"/article/{100000 + number}.html"


def by_query(number: int, title: str) -> str:
    return f"/detail.aspx?id={52000 + number}&cat=3"


def by_hash(number: int, title: str) -> str:
    return f"/en/item/{number * 7919:08x}{number * 104729:08x}.htm"


def by_title(number: int, title: str) -> str:
    return f"/{quote(title.replace(' ', '-'))}-{number}/"


def by_script(number: int, title: str) -> str:
    return f"index.php?option=content&view=article&id={number + 300}"


def by_short_number(number: int, title: str) -> str:
    return f"/n/{number}"


# What stands around the list.


def _menu(site: SectionSite) -> list[tuple[str, str]]:
    names = _SECTIONS[site.language]
    return [(f"/section/{n}", name) for n, name in enumerate(names)] + [
        ("/about", "About us and our long history"),
        ("/contact", "Contact"),
    ]


def _noise(site: SectionSite) -> str:
    """Links that are no articles, and read as if they were."""
    name = _SECTIONS[site.language][2]
    links = [
        ("/tag/river-ports-and-their-trade", name),
        ("/author/noy-chanthavong-of-the-river-desk", "Noy Chanthavong, our reporter on the upper river"),
        ("/files/annual-report-of-the-paper-2025.pdf", "Annual report of the paper for the year 2025 (PDF)"),
        (
            "https://elsewhere.example/2026/11/24/a-story-of-another-paper",
            "A story of another paper that we like",
        ),
        ("/subscribe/get-the-paper-to-your-door", "Get the printed paper to your door every morning"),
        ("/archive/2026/10", "Everything that we printed in October 2026"),
    ]
    return "".join(f"<li><a href='{url}'>{escape(text)}</a></li>" for url, text in links)


def semantic(listed: str, site: SectionSite) -> str:
    """A page that says what its parts are."""
    menu = "".join(f"<li><a href='{url}'>{escape(name)}</a></li>" for url, name in _menu(site))
    return (
        f"<header><a href='/'>The Site</a><nav><ul>{menu}</ul></nav></header><main>{listed}"
        f"<div class=pagination><a href='?page=2'>2</a> <a href='?page=3'>3</a></div></main>"
        f"<aside><ul>{_noise(site)}</ul></aside>"
        "<footer><a href='/privacy'>Privacy and cookies policy of this site</a></footer>"
    )


def class_names(listed: str, site: SectionSite) -> str:
    """A page of divs whose class names tell what they are."""
    menu = "".join(f"<a href='{url}'>{escape(name)}</a>" for url, name in _menu(site))
    return (
        f"<div class='top-menu'>{menu}</div><div class=content>{listed}</div>"
        f"<div class='sidebar'><ul>{_noise(site)}</ul></div>"
        "<div class='site-footer'><a href='/terms'>Terms of use of this site and its services</a></div>"
    )


def soup(listed: str, site: SectionSite) -> str:
    """A page of divs whose names say nothing."""
    menu = "".join(f"<div class=a7><a href='{url}'>{escape(name)}</a></div>" for url, name in _menu(site))
    return (
        f"<div class=c1>{menu}</div><div class=c2>{listed}</div><div class=c3><ul>{_noise(site)}</ul></div>"
        "<div class=c9><a href='/privacy-policy'>Privacy policy</a> <a href='/en'>English</a></div>"
    )


def old_tables(listed: str, site: SectionSite) -> str:
    """A page of 2003: a table for the frame."""
    menu = "<br>".join(f"<a href='{url}'><font size=2>{escape(name)}</font></a>" for url, name in _menu(site))
    return (
        f"<table width=100%><tr><td>{menu}</td><td>{listed}</td><td><ul>{_noise(site)}</ul></td></tr></table>"
    )


def broken(listed: str, site: SectionSite) -> str:
    """A page whose tags nobody closed, with stray ones, in capitals, in an old doctype."""
    menu = "".join(f"<LI><A HREF='{url}'>{escape(name)}" for url, name in _menu(site))
    loose = listed.replace("</li>", "").replace("</p>", "").replace("</td>", "").replace("</h3>", "</h4>")
    side = f"<DIV CLASS=sidebar><ul>{_noise(site)}</div>"
    return f"</div><NAV><UL>{menu}</NAV><center><div><b>{loose}</span></b>{side}"


_LISTINGS = (
    plain_list,
    cards,
    table,
    load_more,
    date_in_title,
    linked_cards,
    dated_list,
    lead_and_rest,
    definition_list,
    picture_titles,
)
_ADDRESSES = (by_slug, by_date, by_number, by_query, by_hash, by_title, by_script, by_short_number)
_FRAMES = (semantic, class_names, soup, old_tables, broken)


@cache
def sites() -> tuple[SectionSite, ...]:
    """The forty sites."""
    languages = list(_WORDS)
    return tuple(
        _site(
            number,
            languages[(number * 3 + number // 8) % len(languages)],
            _LISTINGS[number % len(_LISTINGS)],
            _ADDRESSES[(number + number // 10) % len(_ADDRESSES)],
            _FRAMES[(number // 2) % len(_FRAMES)],
        )
        for number in range(40)
    )


def all_pairings() -> list[SectionSite]:
    """Every way to list with every way to write addresses in every frame: four hundred sites."""
    languages = list(_WORDS)
    return [
        _site(number, languages[(number * 5 + number // 7) % len(languages)], *parts)
        for number, parts in enumerate(product(_LISTINGS, _ADDRESSES, _FRAMES))
    ]


def _site(number: int, language: str, listing: Listing, address: Address, frame: Frame) -> SectionSite:
    name = f"{number:02d}-{listing.__name__}-{address.__name__}-{frame.__name__}-{language}"
    return SectionSite(name, number, language, listing, address, frame)


def front(site: SectionSite, changes: int) -> str:
    """The front page of `site` after so many changes."""
    listed = site.listing(stories(site, changes), _MORE[site.language])
    return (
        f"<!DOCTYPE html><html lang={site.language}><head><meta charset=utf-8><title>The Site</title></head>"
        f"<body>{site.frame(listed, site)}</body></html>"
    )
