"""An article as a line of JSON, in and out."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import Article, Outlet
from wirewatch.article_lines import LineError, print_article, print_line, read_article

OUTLET = Outlet("kpl", "KPL", country="LA")


def line(**fields: object) -> bytes:
    return json.dumps({"id": "1", "title": "t", **fields}).encode()


def test_all_fields_are_read() -> None:
    article = read_article(
        line(
            url="https://x.example/1",
            summary="s",
            body="b",
            published="2026-11-24T15:00:00+07:00",
            language="lo",
            source="kpl-en",
        ),
        {"kpl-en": OUTLET},
    )
    assert article == Article(
        id="1",
        url="https://x.example/1",
        title="t",
        summary="s",
        body="b",
        published=datetime(2026, 11, 24, 8, tzinfo=UTC),
        trust="stated",
        language="lo",
        source="kpl-en",
        outlet=OUTLET,
    )


def test_an_id_and_one_text_are_enough_and_other_keys_are_passed_over() -> None:
    article = read_article(b'{"id": "1", "body": "b", "tags": [1], "title": null}', {})
    assert (article.title, article.summary, article.body, article.outlet) == ("", "", "b", None)


def test_a_body_that_is_not_there_has_not_been_read() -> None:
    assert read_article(line(), {}).body is None
    assert read_article(line(body=""), {}).body == ""


@pytest.mark.parametrize("published", ["2026-11-24", "yesterday", "2026-11-24T15:00:00", 1700000000000, ""])
def test_a_time_that_is_not_rfc_3339_counts_as_none(published: object) -> None:
    article = read_article(line(published=published), {})
    assert (article.published, article.trust) == (None, "none")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"nonsense", "no JSON: Expecting value (character 1)"),
        (b'{"id": "1", "title": "x"', "no JSON: Expecting ',' delimiter (character 25)"),
        (b"[1]", "no JSON object"),
        (b'{"title": "x"}', "no id: expected a text"),
        (b'{"id": 5, "title": "x"}', "no id: expected a text"),
        (b'{"id": "", "title": "x"}', "no id: expected a text"),
        (b'{"id": "1"}', "no text: expected one of title, summary, body"),
        (b'{"id": "1", "body": null}', "no text: expected one of title, summary, body"),
        (b'{"id": "1", "title": ["x"]}', "title is no text"),
        (b'{"id": "1", "title": "\xff"}', "no UTF-8 text (byte 23)"),
        (b"[" * 100_000, "no JSON that can be read"),
    ],
)
def test_a_line_that_is_no_article_is_refused_with_the_reason(text: bytes, reason: str) -> None:
    with pytest.raises(LineError) as caught:
        read_article(text, {})
    assert str(caught.value) == reason


def test_any_script_is_printed_readably_and_broken_text_still_as_json() -> None:
    assert print_line({"a": "ລາວ"}) == '{"a": "ລາວ"}'
    assert print_line({"a": "ລ\ud800"}) == '{"a": "\\u0ea5\\ud800"}'


@given(
    st.builds(
        Article,
        id=st.text(min_size=1),
        url=st.text(),
        title=st.text(),
        summary=st.text(),
        body=st.none() | st.text(),
        language=st.none() | st.just("lo"),
        published=st.none(),
        source=st.text(),
    )
)
def test_what_is_printed_reads_back(article: Article) -> None:
    printed = print_article(article)
    assert "\n" not in printed
    assert read_article(printed.encode(), {}) == article
