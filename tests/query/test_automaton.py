"""Both automata find the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.query import automaton
from alerts.query.automaton import AhocorasickAutomaton, DaachorseAutomaton, Found, build_automaton

_ALPHABET = "ab한🙂ລ\ud800"


def _slowly(patterns: list[str], text: str) -> list[Found]:
    return sorted(
        (start, start + len(pattern), index)
        for index, pattern in enumerate(patterns)
        for start in range(len(text))
        if text.startswith(pattern, start)
    )


@given(
    st.lists(st.text(alphabet="ab한🙂ລ", min_size=1, max_size=3), unique=True, max_size=6),
    st.text(alphabet=_ALPHABET, max_size=20),
)
def test_every_occurrence_is_found_in_code_points(patterns: list[str], text: str) -> None:
    expected = _slowly(patterns, text)
    assert sorted(DaachorseAutomaton(patterns).find(text)) == expected
    assert sorted(AhocorasickAutomaton(patterns).find(text)) == expected


def test_the_fallback_is_taken_where_the_first_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(patterns: list[str]) -> DaachorseAutomaton:
        raise ImportError

    monkeypatch.setattr(automaton, "DaachorseAutomaton", missing)
    assert isinstance(build_automaton(["laos"]), AhocorasickAutomaton)
