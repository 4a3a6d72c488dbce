"""Which links of a list page are taken for its articles?"""

from collections.abc import Callable
from html import escape

import lxml.html
import pytest

from crawler.spiders.items import make_entry
from crawler.spiders.links import guessed_links
from tests.crawler.layouts import TEXTS
from wirewatch.demo.outlets import PressOutlet, load_outlets
from wirewatch.demo.pages import section_page


def guess(body: str, base: str = "https://ours.example/news/") -> list[str]:
    tree = lxml.html.document_fromstring(f"<html><body>{body}</body></html>")
    return [link.url.removeprefix("https://ours.example") for link in guessed_links(tree, base)]


STORIES = [
    (title, f"Teaser of a story, long enough to be one, in some more words. {title}")
    for title, _ in TEXTS.values()
]
FURNITURE = (
    "<header class='site-header'><a href='/'>Ours</a><nav><a href='/laos'>All the news about Laos "
    "and its people</a>"
    "</nav></header>"
)
END = (
    "<section class='related-posts'><h3><a href='/related/1'>Laos wins 52 Asean tourism awards "
    "again</a></h3></section>"
    "<footer><a href='/about-us-and-our-long-history'>About us and our long history</a></footer>"
)


def as_list(url: str, title: str, teaser: str) -> str:
    return f"<li><a href='{url}'>{escape(title)}</a> <span>24/11/2026</span></li>"


def as_card(url: str, title: str, teaser: str) -> str:
    return (
        f"<div class='card'><a href='{url}'><img src='/i.jpg' alt=''></a><h3><a href='{url}'>"
        f"{escape(title)}</a></h3>"
        f"<p>{escape(teaser)}</p><a href='{url}'>Read more</a></div>"
    )


def as_linked_card(url: str, title: str, teaser: str) -> str:
    inside = f"<h2>{escape(title)}</h2><p>{escape(teaser)}</p><time>24/11/2026</time>"
    return f"<a class='c' href='{url}'>{inside}</a>"


def as_row(url: str, title: str, teaser: str) -> str:
    return f"<tr><td>24/11/2026 10:05</td><td><a href='{url}'>{escape(title)}</a></td></tr>"


@pytest.mark.parametrize("shape", [as_list, as_card, as_linked_card, as_row])
@pytest.mark.parametrize(
    "address",
    ["/news/{n}-a-slug-of-some-words", "/2026/11/24/{n}", "/detail.aspx?id=1000{n}", "/article/100{n}.html"],
)
def test_the_article_list_is_recognised(shape: Callable[[str, str, str], str], address: str) -> None:
    urls = [address.format(n=n) for n in range(len(STORIES))]
    items = "".join(shape(url, *story) for url, story in zip(urls, STORIES, strict=True))
    table = f"<table>{items}</table>" if shape is as_row else f"<div class='list'>{items}</div>"
    pager = "<div class='pagination'><a href='/news/?page=2'>Older news of this section</a></div>"
    assert guess(FURNITURE + table + pager + END) == urls


def test_title_teaser_and_date_are_those_of_the_link() -> None:
    items = "".join(as_card(f"/2026/11/24/{n}", *story) for n, story in enumerate(STORIES))
    tree = lxml.html.document_fromstring(f"<html><body>{items}</body></html>")
    found = guessed_links(tree, "https://ours.example/")
    assert [(link.title, link.summary) for link in found] == STORIES
    assert all("score" in link.why for link in found)


def test_links_to_other_sites_files_and_tags_are_left_out() -> None:
    others = [
        "https://elsewhere.example/2026/11/24/a-story-of-some-words",
        "/tag/laos-and-its-neighbours-in-asia",
        "/files/report-of-some-many-words.pdf",
        "mailto:desk@ours.example",
        "javascript:void(0)",
        "#top",
    ]
    anchors = "".join(f"<h3><a href='{url}'>A title that is long enough to be one</a></h3>" for url in others)
    stories = "".join(
        f"<h3><a href='/2026/11/24/story-{n}'>A story of the day, number {n}</a></h3>" for n in range(3)
    )
    assert guess(anchors + stories) == [f"/2026/11/24/story-{n}" for n in range(3)]


@pytest.mark.parametrize("outlet", load_outlets(), ids=lambda outlet: str(outlet.name))
def test_the_demos_section_pages_give_their_stories_and_nothing_else(outlet: PressOutlet) -> None:
    stories = [(item, f"https://ours.example/news/{item.slug}") for item in outlet.items]
    page = lxml.html.document_fromstring(section_page(outlet, stories).encode())
    found = guessed_links(page, f"https://ours.example/{outlet.name}/")
    assert [(link.url, link.title) for link in found] == [(url, item.title) for item, url in stories]


def test_fields_are_cut() -> None:
    entry = make_entry("https://ours.example/a", "ເມືອງ " * 5000, summary="x" * 100_000)
    assert len(entry.title.encode()) <= 4096
    assert len(entry.summary) == 65536
    assert entry.trust == "none"
