"""Warnings about queries that are valid but look unintended."""

import pytest

from alerts.query.lint import lint_query


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("laos and china", 'character 6: "and" is searched as a word, did you mean AND?'),
        ("laos Or china", "did you mean OR?"),
        ("not china", "did you mean NOT?"),
        ("a near/3 b", "did you mean NEAR/3?"),
        ("“a b”", "character 1: “ is read as an ASCII quote"),
        ("「北」", "is read as an ASCII quote"),
        ("朝鮮AND金", "character 3: AND is glued to a word"),
        ("북한OR", "OR is glued to a word"),
        ("ＡＮＤ", "did you mean the operator in ASCII?"),
        ("laos, china", 'character 5: "," is searched as part of'),
    ],
)
def test_warns(text: str, says: str) -> None:
    warnings = lint_query(text)
    assert len(warnings) == 1
    assert says in warnings[0]


@pytest.mark.parametrize(
    "text", ["@laos AND NOT (a OR b)", '"laos and china, vietnam"', "ANDROID ORANGE NOTE", "U.S. N.Korea"]
)
def test_is_silent_about_what_is_usual(text: str) -> None:
    assert lint_query(text) == []


def test_takes_what_does_not_parse() -> None:
    assert lint_query('a and ("b') != []
