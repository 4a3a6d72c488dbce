"""Reading the watch language: structure, errors with their place, bounds."""

import pytest
from inline_snapshot import snapshot

from alerts.query.parse import DEEPEST, MOST_CHARACTERS, QueryError, parse_query
from alerts.query.printing import print_query


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("a b", "a AND b"),
        ("a OR b c", "a OR b AND c"),
        ("(a OR b) c", "(a OR b) AND c"),
        ("NOT a b", "NOT a AND b"),
        ("NOT (a b)", "NOT (a AND b)"),
        ("NOT a OR b", "NOT a OR b"),
        ("NOT a NEAR/5 b", "NOT a NEAR/5 b"),
        ("((a AND (b AND c)))", "a AND b AND c"),
        ("a OR (b OR c)", "a OR b OR c"),
        ("title:a b", "title:a AND b"),
        ("title:(a OR b)", "title:(a OR b)"),
        ("a NEAR/3 b NEAR/5 c", "a NEAR/3 b NEAR/5 c"),
        ("a NEAR/3 (b NEAR/5 c)", "a NEAR/3 (b NEAR/5 c)"),
        ("count( @laos OR (x OR y) )>=3", "count(@laos OR x OR y) >= 3"),
        ("count (a) ≥ 2", "count(a) >= 2"),
        ("kind:(wire OR ngo) tier:1", "kind:(wire OR ngo) AND tier:1"),
        ("country:la lang:zh-Hans", "country:LA AND lang:zh-hans"),
        ('=NK ="The North"', '=NK AND ="The North"'),
        ('=AND "AND" ANDROID NOTE', '=AND AND "AND" AND ANDROID AND NOTE'),
        ("G20 2024 U.S. AT&T COVID-19", "G20 AND 2024 AND U.S. AND AT&T AND COVID-19"),
        ('"a""b"', '"a" AND "b"'),
        ('  "a \t b"\n c ', '"a b" AND c'),
        ("北* 북* missile*", "北* AND 북* AND missile*"),
        ("“a b” （x OR ＠laos） title：y", '"a b" AND (x OR @laos) AND title:y'),
        ('"（a）"', '"（a）"'),
        ("count OR and OR or", "count OR and OR or"),
    ],
)
def test_reads_what_was_typed(typed: str, normal: str) -> None:
    assert print_query(parse_query(typed)) == normal


def _error(text: str) -> tuple[str, int]:
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert "\n" not in str(caught.value)
    return str(caught.value), caught.value.position


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("a AND", 5, "missing at the end"),
        ("a NOT", 5, "missing at the end"),
        ("title:", 6, "missing at the end"),
        ("AND", 0, "on its left"),
        ("a AND OR b", 6, "on its left"),
        ("a (OR b)", 3, "on its left"),
        ("NEAR/3 b", 0, "on its left"),
        ("a NEAR/3 NOT b", 9, "NOT cannot stand here"),
        ("(a OR b", 7, "opened at character 1 is not closed"),
        ("a ((b) c", 8, "opened at character 3"),
        ("a)", 1, "never opened"),
        ("()", 1, "missing before this bracket"),
        ('a "b', 2, "never closed"),
        ('""', 0, "no letter or digit"),
        ("titel:a", 0, "did you mean title:?"),
        ("x titel:a", 2, "did you mean title:?"),
        ("http://x", 0, "needs quotes"),
        ("12:30", 2, "needs quotes"),
        ("x*y", 1, "star"),
        ("*x", 0, "star"),
        ("ab*", 0, "too short"),
        ("ล*", 0, "too short"),
        ("a^2", 1, "weights"),
        ("a=b", 1, "needs quotes"),
        ("=", 0, "case counts"),
        ("@", 0, "name of a term set"),
        ("me@laos", 2, "name of a term set"),
        ("a > 3", 2, "only behind count"),
        ("count(a)", 8, "needs a comparison"),
        ("count(a) > 3", 9, 'by ">=" only'),
        ("count(a) = 3", 9, 'by ">=" only'),
        ("count(a) =3", 9, 'by ">=" only'),
        ("count(a) == 3", 9, 'by ">=" only'),
        ("count(a) >= 0", 12, "1 to 999"),
        ("count(a AND b) >= 2", 0, "OR of them"),
        ("count(a NEAR/2 b) >= 2", 0, "OR of them"),
        ("a NEAR b", 2, "did you mean NEAR/5?"),
        ("a NEAR/0 b", 2, "1 to 999"),
        ("a ONEAR/3 b", 2, "did you mean NEAR/5?"),
        ("a NEAR/3 (b AND c)", 2, "NEAR joins words"),
        ("title:a NEAR/5 b", 8, "did you mean title:(a NEAR/5 b)?"),
        ("a NEAR/3 lang:en", 2, "NEAR joins words"),
        ("title:(a lang:en)", 9, "do not nest"),
        ("source:kind:wire", 7, "do not nest"),
        ("kind:wires", 5, "did you mean wire?"),
        ("tier:4", 5, "1, 2 or 3"),
        ("country:Laos", 8, "two letters"),
        ("lang:english", 5, "no language code"),
        ("kind:(NOT wire)", 0, "OR of words"),
        ('lang:"en"', 0, "one word"),
        ("-a", 0, "did you mean NOT a?"),
        ("+a", 0, "did you mean a?"),
        ("a || b", 2, "did you mean OR?"),
        ("a & b", 2, "did you mean AND?"),
        ("a / b", 2, "no letter or digit"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, position: int, says: str) -> None:
    message, found = _error(text)
    assert says in message
    assert found == position


def test_shows_a_caret_under_the_offending_character() -> None:
    with pytest.raises(QueryError) as caught:
        parse_query("@laos AND\n(북한 AND titel:x)")
    assert caught.value.caret("@laos AND\n(북한 AND titel:x)") == snapshot(
        """\
(북한 AND titel:x)
 　　     ^"""
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "NOT " * 4000 + "a",
        "title:" * 2000 + "a",
        " NEAR/3 ".join("abcdefghij"),
        "count(" * 2000 + "a",
        "a " * 8000,
        " OR ".join(["a"] * 3000),
        " OR ".join(f"w{i}" for i in range(10_000)),
        "a" * (MOST_CHARACTERS + 1),
        "(" * 16_000,
        '"' * 16_001,
        "\ud800",
    ],
    ids=[
        "brackets",
        "nots",
        "fields",
        "nears",
        "counts",
        "ands",
        "ors",
        "alternatives",
        "length",
        "open",
        "quotes",
        "surrogate",
    ],
)
@pytest.mark.timeout(10)
def test_a_hostile_query_is_refused_in_bounded_time(text: str) -> None:
    message, _ = _error(text)
    assert len(message) < 400


def test_too_many_alternatives_are_told_where_they_belong() -> None:
    message, _ = _error(" OR ".join(["a"] * 3000))
    assert message == "a query has at most 2000 terms; put them into a term set at character 10001"


def test_depth_up_to_the_bound_is_read() -> None:
    assert print_query(parse_query("(" * DEEPEST + "a" + ")" * DEEPEST)) == "a"
