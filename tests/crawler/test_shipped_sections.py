"""Do the shipped section entries read pages of the structure that their outlets are known to have?

Each entry is held against a list page and, where it has selectors for them, an article page: our own
words in that structure, with a menu and promoted links around. An entry that ships with selectors needs
its page here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from scrapy.http import HtmlResponse

from crawler.entry import Entry
from crawler.pages.extract import extract
from crawler.source import Source
from crawler.spiders.section import SectionSpider
from tests.test_shipped_sources import BY_NAME, SOURCES

TITLES = {
    "en": (
        "River ports reopen after the long flood",
        "Two ferries wait for new rules on fees",
        "Weavers show silk at the night market",
    ),
    "lo": ("ທ່າເຮືອແມ່ນ້ຳເປີດຄືນຫຼັງນ້ຳຖ້ວມ", "ເຮືອສອງລຳລໍຖ້າລະບຽບໃໝ່", "ຊ່າງຕໍ່າຫູກສະແດງຜ້າໄໝໃນຕະຫຼາດ"),
    "km": ("កំពង់ផែទន្លេបើកឡើងវិញក្រោយទឹកជំនន់", "កប៉ាល់ពីររង់ចាំច្បាប់ថ្មី", "អ្នកតម្បាញបង្ហាញសូត្រនៅផ្សាររាត្រី"),
    "my": ("မြစ်ဆိပ်ကမ်းများ ရေကြီးပြီးနောက် ပြန်ဖွင့်", "သင်္ဘောနှစ်စင်း စည်းမျဉ်းသစ် စောင့်ဆိုင်း", "ရက်ကန်းသည်များ ညဈေးတွင် ပိုးထည်ပြ"),
    "ko": (
        "강변 항구 두 곳 긴 홍수 끝에 다시 문 열어",
        "여객선 두 척 새 요금 규정 기다려",
        "직조공들 야시장에서 비단 선보여",
    ),
}
TEXT = "The ports north of the capital opened again on Tuesday, and the first barges left before noon. " * 3
MENU = "<nav><a href='/about'>About us and our long history</a><a href='/contact'>Contact us</a></nav>"
PROMOTED = "<footer><a href='/subscribe/print'>Get the printed paper to your door every morning</a></footer>"


@dataclass(frozen=True)
class Known:
    """What is known of an outlet's pages.

    `item` is one entry of the list with `{url}` and `{title}` to fill in, `urls` are addresses as the
    outlet writes them; `day` is the time of each entry as the list tells it, None where it tells none.
    `article` is the article page with `{title}` and `{text}`; `moment` is the time it tells.
    """

    item: str
    urls: tuple[str, str, str]
    language: str = "en"
    frame: str = "<div>{items}</div>"
    day: datetime | None = None
    article: str = ""
    moment: datetime | None = None


KPL_ARTICLE = (
    "<h2 class='t'>{title}</h2><div class='post-time'>24/11/2026 13:05</div>"
    "<div class='post-ct-entry'><p>{text}</p></div>"
    "<div class='post-related'><p>Another story of the day</p></div>"
)
NOON = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
DAY = datetime(2026, 11, 23, 17, tzinfo=UTC)
PAGES: Mapping[str, Known] = {
    "vientiane-times": Known(
        "<td><a href='{url}'>{title}</a></td>",
        (
            "/freefreenews/freecontent_038_Laos_y26.php",
            "/freefreenews/freecontent_039_River_y26.php",
            "/freeContent/FreeConten_Vientiane250.php",
        ),
        frame="<table><tr>{items}"
        "<td><a href='/onlinesub.php'>Subscribe to the online edition</a></td></tr></table>",
    ),
    "kpl-en": Known(
        "<li><a href='{url}'><img src='x.jpg'></a><h5><a href='{url}'>{title}</a></h5>"
        "<p class='uk-text-small uk-text-muted'>24/11/2026</p></li>",
        ("detail.aspx?id=90001", "detail.aspx?id=90002", "detail.aspx?lang=en&id=90003"),
        frame="<ul class='news-story'>{items}</ul>",
        day=DAY,
        article=KPL_ARTICLE,
        moment=NOON,
    ),
    "kpl-lo": Known(
        "<div class='box-list-news'><a href='{url}'>{title}</a></div>",
        ("detail.aspx?id=90001", "detail.aspx?id=90002", "detail.aspx?id=90003"),
        "lo",
        frame="{items}<a class='page-link next' href='News.aspx?cat=3&page=2'>&gt;</a>",
        article=KPL_ARTICLE,
        moment=NOON,
    ),
    "pasaxon": Known(
        "<article class='story'><h2><a href='{url}'>{title}</a></h2><p class='sapo'>…</p></article>",
        ("/a-slug-10001.html", "/b-slug-10002.html", "/c-slug-10003.html"),
        "lo",
        article="<h1 class='article__title'>{title}</h1>"
        "<div class='article__meta'><time>13:05 24/11/2026</time></div>"
        "<div class='article__sapo'>Sapo</div><div class='article__body'><p>{text}</p></div>",
        moment=NOON,
    ),
    "vientiane-mai": Known(
        "<h4><a href='{url}'>{title}</a></h4>",
        ("/khao/101.html", "/khao/102.html", "/khao/103.html"),
        "lo",
        article="<h1>{title}</h1><p>{text}</p>",
    ),
    "sedthakid": Known(
        "<h2>{title}</h2><p>…</p><a class='more-link' href='{url}' title='{title}'>ອ່ານຕໍ່</a>",
        ("/a/1", "/b/2", "/c/3"),
        "lo",
        frame="{items}<a class='nextpostslink' href='/page/2'>»</a>",
        article="<h1>{title}</h1><p>{text}</p>",
    ),
    "kongthap": Known(
        "<div class='col-xs-12'><a href='{url}'>{title}</a></div>",
        ("detail.php?id=1", "detail.php?id=2", "detail.php?id=3"),
        "lo",
        frame="<div id='listNewsLG'>{items}</div>",
        article="<div id='headpageLG'>"
        "<div><font><b>{title}</b></font><div><font>{text}</font></div></div></div>",
    ),
    "akp": Known(
        "<div class='post'><a href='{url}'>{title}</a></div>",
        ("/post/detail/1", "/post/detail/2", "/post/detail/3"),
    ),
    "sabay-news": Known(
        "<a href='{url}'><img src='x.jpg'><div class='title'>{title}</div></a>",
        ("/article/1000001", "/article/1000002", "/article/1000003"),
        "km",
    ),
    "mizzima-my": Known(
        "<article><a class='post-thumbnail' href='{url}' aria-label='{title}'><img src='x.jpg'></a>"
        "<h3><a href='{url}'>{title}</a></h3></article>",
        ("/2026/11/24/1", "/2026/11/24/2", "/2026/11/24/3"),
        "my",
        frame="<main class='site-main'>{items}</main>",
        article="<h1>{title}</h1><div class='entry-content'><p>{text}</p></div>",
    ),
    "dvb-my": Known(
        "<div><a href='{url}'><h3>{title}</h3></a></div>",
        ("/post/700001", "/post/700002", "/post/700003"),
        "my",
        article="<div class='text-2xl'>{title}</div><div class='full_content'><p>{text}</p></div>",
    ),
    "lao-mof": Known(
        "<li><a href='{url}'>{title}</a></li>", ("/news_detail/1", "/news_detail/2", "/news/3"), "lo"
    ),
    "lao-statistics-bureau": Known(
        "<h2 class='entry-title'><a href='{url}'>{title}</a></h2>", ("/?p=1001", "/?p=1002", "/?p=1003"), "lo"
    ),
    "cambodia-cdc": Known(
        "<div class='parent-page'><i class='fa-calendar'> 24-11-2026</i><a href='{url}'>{title}</a></div>",
        ("/recent-news/a/", "/recent-news/b/", "/recent-news/c/"),
        day=DAY,
        article="<h1>{title}</h1><p>{text}</p>",
    ),
    "cambodia-mfa": Known(
        "<div><a href='{url}'>{title}</a></div>",
        ("/Media/View/1", "/Media/View/2", "/media/view/3"),
        "km",
        article="<div class='viewpost-title'>{title}</div><div class='viewpost-date'>24/11/2026 13:05</div>"
        "<div class='viewpost-content'><p>{text}</p></div>",
        moment=NOON,
    ),
    "thai-mfa": Known(
        "<a href='{url}'><p>{title}</p></a>", ("/en/content/a", "/en/content/b", "/en/content/c")
    ),
    "mou-korea-pages": Known(
        "<tr><td>1</td><td><a href='{url}'>{title}</a></td><td>2026-11-24</td></tr>",
        (
            "?boardId=bbs_1&mode=view&cntId=54001",
            "?boardId=bbs_1&mode=view&cntId=54002",
            "?boardId=bbs_1&mode=view&cntId=54003",
        ),
        "ko",
        frame="<table>{items}</table>",
        day=datetime(2026, 11, 23, 15, tzinfo=UTC),
    ),
    "unsc-1718": Known(
        "<li><a href='{url}'>{title}</a> (24 November 2026)</li>",
        (
            "/securitycouncil/en/content/a-note-of-the-committee",
            "/securitycouncil/en/content/b-note-of-the-committee",
            "/securitycouncil/en/content/c-note-of-the-committee",
        ),
    ),
    "ofac-recent-actions": Known(
        "<div><a href='{url}'>{title}</a><span>November 24, 2026</span></div>",
        ("/recent-actions/20261124", "/recent-actions/20261123", "/recent-actions/20261120_33"),
        day=datetime(2026, 11, 24, 5, tzinfo=UTC),
    ),
    "kcna-watch-pages": Known(
        "<div class='article-desc'><a href='{url}'>{title}</a></div>"
        "<div class='articled-date'><span>November 24, 2026</span></div>",
        ("/newstream/1/", "/newstream/2/", "/newstream/3/"),
    ),
    "spn": Known(
        "<li><h4><a href='{url}'>{title}</a></h4><em>11-24 13:05</em></li>",
        (
            "/news/articleView.html?idxno=90001",
            "/news/articleView.html?idxno=90002",
            "/news/articleView.html?idxno=90003",
        ),
        "ko",
        article="<h3 class='heading'>{title}</h3>"
        "<article id='article-view-content-div'><p>{text}</p></article>",
    ),
}


def listed(source: Source, known: Known) -> list[Entry]:
    """What the section spider takes from a list page in the outlet's structure."""
    titles = TITLES[known.language]
    items = "".join(
        known.item.format(url=url, title=title) for url, title in zip(known.urls, titles, strict=True)
    )
    html = f"<html><body>{MENU}{known.frame.format(items=items)}{PROMOTED}</body></html>"
    response = HtmlResponse(source.url, body=html, encoding="utf-8")
    found = SectionSpider(source, pages=1).parse(response)
    return [entry for entry in found if isinstance(entry, Entry)]


@pytest.mark.parametrize("name", PAGES)
def test_a_list_page_gives_its_articles_and_nothing_else(name: str) -> None:
    source, known = BY_NAME[name], PAGES[name]
    entries = listed(source, known)
    response = HtmlResponse(source.url)
    assert [entry.link for entry in entries] == [response.urljoin(url) for url in known.urls]
    assert [entry.title for entry in entries] == list(TITLES[known.language])
    if known.day is not None:
        assert {entry.published for entry in entries} == {known.day}


@pytest.mark.parametrize("name", [name for name, known in PAGES.items() if known.article])
def test_an_article_page_gives_title_text_and_time(name: str) -> None:
    source, known = BY_NAME[name], PAGES[name]
    title = TITLES[known.language][0]
    head = f"<meta property='og:title' content='{title}'><title>{title}</title>"
    article = known.article.format(title=title, text=TEXT)
    html = f"<html><head>{head}</head><body>{MENU}{article}{PROMOTED}</body></html>"
    page = extract(
        html,
        HtmlResponse(source.url).urljoin(known.urls[0]),
        selectors=source.selectors,
        zone=str(source.timezone),
    )
    assert (page.title, page.body) == (title, TEXT.strip())
    if known.moment is not None:
        assert (page.published, page.trust) == (known.moment, "assumed")


def test_every_section_that_ships_enabled_or_with_selectors_is_held_against_its_page() -> None:
    sections = [s for s in SOURCES if s.type == "section" and (s.enabled or s.selectors.articles)]
    assert [s.name for s in sections if s.name not in PAGES] == []


def test_further_list_pages_are_those_that_the_outlet_links() -> None:
    source, known = BY_NAME["kpl-lo"], PAGES["kpl-lo"]
    item = known.item.format(url="detail.aspx?id=1", title="x" * 30)
    html = f"<html><body>{known.frame.format(items=item)}</body></html>"
    response = HtmlResponse(source.url, body=html, encoding="utf-8")
    assert SectionSpider(source).following(response) == ["https://kpl.gov.la/News.aspx?cat=3&page=2"]
