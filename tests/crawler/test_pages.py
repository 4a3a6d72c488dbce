"""Does a page give its article, and nothing else that stands on it?"""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.dates import read_time
from crawler.pages.extract import extract
from crawler.source import Selectors
from tests.crawler.layouts import LAYOUTS, NOISE, TEXTS, classic
from tests.examples import examples
from wirewatch.demo import acceptance

SHARED = Path(os.environ.get("WIREWATCH_SHARED", "../shared")) / "data" / "pages"
URL = "https://ourpaper.example/news/1234"
TEN = "Ten words of running text that make one paragraph of it. "


def article(body: str, head: str = "", title: str = "A headline of the day") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"


# The article and nothing else


def test_the_acceptance_page_gives_exactly_its_paragraphs() -> None:
    page = extract(acceptance.PAGE, "https://strait-review.example/opinion/1")
    assert page.title == acceptance.TITLE
    assert page.body.split("\n\n") == list(acceptance.BODY_PARAGRAPHS)
    assert not [noise for noise in acceptance.NOISE if noise in page.title + page.body]
    assert page.published == datetime.fromisoformat(acceptance.PUBLISHED)
    assert (page.trust, page.language, page.authors) == ("stated", "en", ("Clara Tan",))
    assert page.verdict == "article"


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_in_every_script_gives_exactly_its_paragraphs(layout: str, language: str) -> None:
    title, paragraphs = TEXTS[language]
    page = extract(LAYOUTS[layout](title, paragraphs), URL)
    assert page.title == title
    assert page.body.split("\n\n") == list(paragraphs)
    assert not [noise for noise in NOISE if noise in page.body]


def test_inline_elements_do_not_part_words_and_blocks_do_not_glue_them() -> None:
    body = (
        f"<p>{TEN * 3}The <b>Lao</b>s-<i>China</i> railway<a href='/x'>s</a> run.</p>"
        f"<div>{TEN * 3}<div>Second</div><ul><li>third</li><li>fourth</li></ul>{TEN}</div>"
        f"<p>One<br>line<br><br>New paragraph {TEN}</p>"
    )
    text = extract(article(body), URL).body
    assert "The Laos-China railways run." in text
    paragraphs = text.split("\n\n")
    assert paragraphs[2:5] == ["Second", "third", "fourth"]
    assert "One line" in paragraphs


def test_a_class_that_sounds_like_furniture_does_not_hide_the_article() -> None:
    texts = "".join(f"<p>{n} {TEN * 2}</p>" for n in range(5))
    body = f'<div class="widget print-area with-sidebar">{texts}</div>'
    assert extract(article(body), URL).body.count(TEN.strip()) == 10


def test_the_sites_own_selectors_win() -> None:
    html = article(
        '<h2 class="real">The real headline</h2><span class="when">24/11/2026 13:05</span>'
        f'<div class="lead">{TEN * 9}</div><div class="full"><p>{TEN * 3}</p><p>Also short</p></div>'
    )
    wanted = Selectors(title="h2.real", body=".full p", published=".when")
    page = extract(html, URL, selectors=wanted, zone="Asia/Vientiane")
    assert page.title == "The real headline"
    assert page.published == datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    assert page.trust == "assumed"
    assert page.body.split("\n\n") == [(TEN * 3).strip(), "Also short"]


def test_a_body_selector_gives_what_it_matches_without_furniture() -> None:
    texts = [f"Paragraph {n}. {TEN * 2}".strip() for n in range(3)]
    inside = "".join(f"<p>{text}</p>" for text in texts)
    html = article(f"<p>{TEN * 20}</p><div id=t>{inside}<aside>Laos wins</aside><p>ADVERTISEMENT</p></div>")
    assert extract(html, URL, selectors=Selectors(body="#t")).body.split("\n\n") == texts


def test_a_selector_that_matches_nothing_leaves_the_general_extraction() -> None:
    html = article(f"<p>{TEN * 20}</p>")
    page = extract(html, URL, selectors=Selectors(title=".gone", body=".gone", published=".gone"))
    assert page.title == "A headline of the day"
    assert TEN.strip() in page.body


# Title, language, authors


@pytest.mark.parametrize(
    ("title", "head", "expected"),
    [
        ("Rice prices rise | The Strait Review", "", "Rice prices rise"),
        ("Rice prices rise - Our Paper", "", "Rice prices rise"),
        ("Our Paper: Rice prices rise", "", "Our Paper: Rice prices rise"),
        ("Our Paper » Rice prices rise", "", "Rice prices rise"),
        ("Rice - and what it costs", "", "Rice - and what it costs"),
        ("Rice – Radio Free X", '<meta property="og:site_name" content="Radio Free X">', "Rice"),
        ("쌀값이 오른다 | 한강일보", "", "쌀값이 오른다"),
        ("米价上涨_新华网", '<meta property="og:site_name" content="新华网">', "米价上涨"),
        ("ລາຄາເຂົ້າຂຶ້ນ | ຂປລ", "", "ລາຄາເຂົ້າຂຶ້ນ"),
    ],
)
def test_the_title_has_no_site_name(title: str, head: str, expected: str) -> None:
    html = f"<html><head><title>{title}</title>{head}</head><body><p>{TEN * 10}</p></body></html>"
    assert extract(html, URL).title == expected


def test_the_pages_own_heading_beats_a_title_cut_short() -> None:
    long = "A very long headline that search engines would not like to show in full at all"
    head = f'<meta property="og:title" content="{long[:60]}...">'
    html = f"<html><head><title>x</title>{head}</head><body><h1>{long}</h1><p>{TEN * 10}</p></body></html>"
    assert extract(html, URL).title == long


def test_a_language_that_the_template_states_and_the_script_denies_is_corrected() -> None:
    title, paragraphs = TEXTS["lo"]
    html = classic(title, paragraphs).replace("<html>", '<html lang="en">')
    assert extract(html, URL).language == "lo"
    assert (
        extract(article(f"<p>{TEN * 9}</p>").replace("<html>", "<html lang='pt_BR'>"), URL).language
        == "pt-BR"
    )
    assert extract(article(f"<p>{TEN * 9}</p>"), URL).language is None


def test_json_ld_gives_title_time_authors_and_language() -> None:
    page = extract(LAYOUTS["json_ld_only"](*TEXTS["en"]), URL)
    assert page.published == datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    assert (page.trust, page.authors, page.language) == ("stated", ("Noy Chanthavong",), "en-GB")


@pytest.mark.parametrize(
    "script",
    [
        "not json",
        "[" * 5000,
        "null",
        '{"@type": 7, "headline": {"x": []}, "author": 5}',
        '{"@type": "NewsArticle", "headline": null, "articleBody": 5, "author": [null, {"name": 4}]}',
        '<!--{"@type":"NewsArticle","headline":"X",}-->',
    ],
)
def test_broken_json_ld_does_no_harm(script: str) -> None:
    head = f'<script type="application/ld+json">{script}</script>'
    page = extract(article(f"<p>{TEN * 9}</p>", head), URL)
    assert page.title == "A headline of the day"
    assert page.verdict == "article"


# Encodings


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("ko", "euc-kr"),
        ("ko", "cp949"),
        ("zh", "gb2312"),
        ("zh", "gb18030"),
        ("th", "tis-620"),
        ("th", "windows-874"),
    ],
)
@pytest.mark.parametrize("said", ["meta", "header", "nowhere"])
def test_legacy_encodings_are_read(language: str, encoding: str, said: str) -> None:
    title, paragraphs = TEXTS[language]
    html = classic(title, paragraphs).replace('<meta charset="utf-8">', "")
    if said == "meta":
        html = html.replace(
            "<head>", f'<head><meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
        )
    raw = html.encode("cp874" if encoding in ("tis-620", "windows-874") else encoding)
    page = extract(
        raw, URL, content_type=f"text/html; charset={encoding}" if said == "header" else "text/html"
    )
    assert page.title == title
    assert page.body.split("\n\n") == list(paragraphs)


def test_utf8_that_is_labelled_as_something_else_is_still_utf8() -> None:
    title, paragraphs = TEXTS["lo"]
    html = classic(title, paragraphs).replace("utf-8", "iso-8859-1").encode()
    assert extract(html, URL, content_type="text/html; charset=windows-1252").title == title


# Times


@pytest.mark.parametrize(
    ("text", "expected", "trust"),
    [
        ("2026-11-24T13:05:00+07:00", "2026-11-24T06:05", "stated"),
        ("2026-11-24T06:05:00.000Z", "2026-11-24T06:05", "stated"),
        ("2026-11-24 13:05:33+0700", "2026-11-24T06:05:33", "stated"),
        ("2026-11-24 13:05", "2026-11-24T06:05", "assumed"),
        ("Tuesday, 24 November 2026 | 1:05 pm", "2026-11-24T06:05", "assumed"),
        ("November 24, 2026 01:05 PM ICT", "2026-11-24T06:05", "stated"),
        ("Nov 24, 2026 at 15:05 GMT+9", "2026-11-24T06:05", "stated"),
        ("24 Nov. 2026 15:05 KST", "2026-11-24T06:05", "stated"),
        ("입력 2026-11-24 13:05 수정 2026-11-25 15:00", "2026-11-24T06:05", "assumed"),
        ("2026.11.24. 오후 1:05", "2026-11-24T06:05", "assumed"),
        ("2026년 11월 24일 13시 05분", "2026-11-24T06:05", "assumed"),
        ("2026年11月24日 13:05", "2026-11-24T06:05", "assumed"),
        ("24/11/2569 13.05 น.", "2026-11-24T06:05", "assumed"),
        ("24 พฤศจิกายน 2569 13:05 น.", "2026-11-24T06:05", "assumed"),
        ("24 พ.ย. 2569", "2026-11-23T17:00", "day"),
        ("ວັນທີ 24/11/2026", "2026-11-23T17:00", "day"),
        ("24 ພະຈິກ 2026", "2026-11-23T17:00", "day"),
        ("24 វិច្ឆិកា 2026 13:05", "2026-11-24T06:05", "assumed"),
        ("Thứ ba, 24/11/2026, 13:05 (GMT+7)", "2026-11-24T06:05", "stated"),
        ("ngày 24 tháng 11 năm 2026", "2026-11-23T17:00", "day"),
        ("24 Desember 2026 13:05 WIB", "2026-12-24T06:05", "stated"),
        ("le 24 novembre 2026 à 13h05", "2026-11-24T06:05", "assumed"),
        ("24 ноября 2026, 13:05", "2026-11-24T06:05", "assumed"),
        ("11/24/2026 01:05 PM", "2026-11-24T06:05", "assumed"),
        ("12:15 AM, 24/11/2026", "2026-11-23T17:15", "assumed"),
        ("20261124", "2026-11-23T17:00", "day"),
        ("24 November 2026 13:05 Art in Hanoi", "2026-11-24T06:05", "assumed"),
        ("24 November 2026 13:05 Chinese officials said", "2026-11-24T06:05", "assumed"),
        ("24/11/2026 01:05 CH", "2026-11-24T06:05", "assumed"),
        ("24 နိုဝင်ဘာ 2026 13:05", "2026-11-24T06:05", "assumed"),
        ("២៤ វិច្ឆិកា ២០២៦ ១៣:០៥", "2026-11-24T06:05", "assumed"),
        ("24 Oktubre 2026", "2026-10-23T17:00", "day"),
        ("2026年11月24日下午1:05", "2026-11-24T06:05", "assumed"),
        ("2026년 11월 24일 밤 9:05", "2026-11-24T14:05", "assumed"),
        ("24 November 2026, 1:05 petang", "2026-11-24T06:05", "assumed"),
        ("주체115(2026).11.24.", "2026-11-23T17:00", "day"),
    ],
)
def test_times_are_read_in_the_forms_of_the_region(text: str, expected: str, trust: str) -> None:
    stamp = read_time(text, ZoneInfo("Asia/Vientiane"))
    assert stamp == (datetime.fromisoformat(expected).replace(tzinfo=UTC), trust)


@pytest.mark.parametrize(
    "begins", [b"%PDF-1.7\n", b"\n%PDF-1.4", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04"]
)
def test_a_file_that_is_no_page_has_no_text(begins: bytes) -> None:
    page = extract(
        begins + b"(The dam near Pakse was opened on Tuesday by the prime minister.) Tj\n" * 60, URL
    )
    assert (page.verdict, page.title, page.body) == ("empty", "", "")


@pytest.mark.parametrize("text", ["", "yesterday", "99/99/2026", "31/02/2026", "call 1300 2026", "v2026.1"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_time(text) is None


def test_a_zone_that_several_countries_share_is_understood_where_it_is_the_sources_own() -> None:
    own = read_time("2026-11-24 13:05 CST", ZoneInfo("Asia/Shanghai"))
    assert own == (datetime(2026, 11, 24, 5, 5, tzinfo=UTC), "stated")
    foreign = read_time("2026-11-24 13:05 CST", ZoneInfo("Asia/Vientiane"))
    assert foreign == (datetime(2026, 11, 24, 6, 5, tzinfo=UTC), "assumed")


def test_without_any_zone_only_the_day_is_trusted() -> None:
    assert read_time("2026-11-24 13:05") == (datetime(2026, 11, 24, 13, 5, tzinfo=UTC), "day")


@given(st.text(alphabet=st.sampled_from("0123456789/-.:TZ+ 년월일年月日AMPMnovกค."), max_size=40))
def test_reading_a_time_never_fails(text: str) -> None:
    stamp = read_time(text, ZoneInfo("Asia/Seoul"))
    assert stamp is None or stamp[0].tzinfo is UTC


def test_the_printed_time_below_the_headline_is_found() -> None:
    html = article(
        f"<div class=x1>입력 2026-11-24 15:05</div><p>{TEN * 9}</p><p>Since 2012-01-01 in print</p>"
    )
    page = extract(html, URL, zone="Asia/Seoul")
    assert (page.published, page.trust) == (datetime(2026, 11, 24, 6, 5, tzinfo=UTC), "assumed")


def test_a_more_exact_time_of_the_same_day_is_taken_and_an_update_is_not() -> None:
    head = '<meta name="pubdate" content="2026-11-24">'
    html = article(f"<div>Updated: 2026-11-24 20:00</div><time>2026-11-24 15:05</time><p>{TEN * 9}</p>", head)
    assert extract(html, URL, zone="Asia/Seoul").published == datetime(2026, 11, 24, 6, 5, tzinfo=UTC)


def test_the_day_in_the_address_is_the_last_resort() -> None:
    page = extract(article(f"<p>{TEN * 9}</p>"), "https://x.example/2026/11/24/rice", zone="Asia/Vientiane")
    assert (page.published, page.trust) == (datetime(2026, 11, 23, 17, tzinfo=UTC), "day")


# What is not an article


@pytest.mark.parametrize(
    ("verdict", "html"),
    [
        (
            "bot-wall",
            "<title>Just a moment...</title><h1>example.com</h1><p>Checking your browser.</p>",
        ),
        (
            "bot-wall",
            "<title>Making sure you&#39;re not a bot!</title><p>Loading...</p>" + f"<p>{TEN * 3}</p>",
        ),
        ("not-found", f"<title>404 Not Found</title><h1>Page not found</h1><p>{TEN}</p>"),
        (
            "not-found",
            "<title>한강일보</title><p>요청하신 페이지를 찾을 수 없습니다. 주소를 확인해 주십시오.</p>",
        ),
        ("paywall", article(f"<p>{TEN * 2}</p><div><p>Subscribe to continue reading</p></div>")),
        ("paywall", article(f"<p>{TEN * 2}</p><p>이 기사는 유료 회원 전용입니다</p>")),
        (
            "paywall",
            article(
                f"<p>{TEN * 40}</p>",
                '<script type="application/ld+json">'
                '{"@type":"NewsArticle","isAccessibleForFree":false}</script>',
            ),
        ),
        (
            "consent",
            "<title>Our Paper</title><p>Before you continue: we use cookies and other technology.</p>",
        ),
        ("empty", "<title>Our Paper</title><nav><a href=/>Laos</a></nav>"),
        ("empty", ""),
        ("empty", "just text"),
    ],
)
def test_what_is_no_article_is_marked_and_has_no_body(verdict: str, html: str) -> None:
    page = extract(html, URL)
    assert (page.verdict, page.body) == (verdict, "")


def test_a_short_item_under_a_menu_that_sells_subscriptions_is_an_article() -> None:
    menu = "<nav>Already a subscriber? Log in</nav><div>Subscribe to read our paper at home</div>"
    page = extract(f"<html><body>{menu}<h1>Rice</h1><p>{TEN * 3}</p></body></html>", URL)
    assert page.verdict == "article"


# Robustness


@examples(60)
@given(st.binary(max_size=2000))
def test_any_bytes_give_a_page(raw: bytes) -> None:
    assert extract(raw, URL).verdict in ("empty", "article", "paywall", "not-found", "bot-wall", "consent")


@examples(60)
@given(st.data())
def test_a_damaged_page_gives_a_page(data: st.DataObject) -> None:
    html = bytearray(acceptance.PAGE.encode())
    for _ in range(data.draw(st.integers(1, 20))):
        html[data.draw(st.integers(0, len(html) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(html)))
    assert extract(bytes(html[:cut]), URL).trust in ("stated", "assumed", "day", "none")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "text",
        "<b>" * 100_000 + "text",
        ("<div><p>" + TEN * 3) * 3000,
        '<script type="application/ld+json">' + '{"@graph":[' * 20_000,
        "<title>" + "| x " * 100_000,
        '<div class="' + "related-post " * 50_000 + '">x',
        "\x00" * 100_000,
        "<table><tr><td>" * 5000 + TEN * 9,
        "<p>" + "\n" * 500_000 + "x",
    ],
    ids=["divs", "bolds", "boxes", "json-ld", "title", "classes", "nul", "tables", "newlines"],
)
def test_hostile_structure_is_read_in_bounded_time(html: str) -> None:
    assert len(extract(html, URL).title) <= 4096


def captured() -> Iterator[Path]:
    if SHARED.is_dir():
        yield from (path for path in sorted(SHARED.rglob("*")) if path.name.endswith((".html", ".html.gz")))


@pytest.mark.skipif(not SHARED.is_dir(), reason="no captured pages; the layouts above cover the behaviour")
def test_captured_pages_are_read() -> None:
    verdicts = {path.name: extract(_raw(path), URL).verdict for path in captured()}
    assert len(verdicts) >= 15
    # The Nikkei page ends after its free first paragraph.
    assert {name for name, verdict in verdicts.items() if verdict != "article"} == {"japanese_article.html"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="no captured pages; the layouts above cover the behaviour")
def test_captured_pages_with_known_text_give_that_text() -> None:
    truth = json.loads((SHARED / "aeb" / "ground-truth.json").read_text())
    for path in captured():
        known = truth.get(path.name.partition(".")[0])
        if known is not None:
            found, wanted = (
                set(extract(_raw(path), known["url"]).body.split()),
                set(known["articleBody"].split()),
            )
            assert len(found & wanted) / len(found) > 0.97
            assert len(found & wanted) / len(wanted) > 0.95


def _raw(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
