"""`wirewatch sources`: one word a source, sorted, for people and programs."""

import json
from datetime import timedelta

from tests.commands.desk import Desk


def states(desk: Desk, *arguments: str) -> list[tuple[str, str]]:
    lines = desk.run("sources", "--json", *arguments).out.splitlines()
    return [(line["name"], line["state"]) for line in map(json.loads, lines)]


def test_a_source_that_was_never_polled_says_so(desk: Desk) -> None:
    assert states(desk) == [
        ("laotian-times", "never polled"),
        ("laotian-times-business", "never polled"),
    ]


def test_the_worst_come_first(desk: Desk) -> None:
    desk.source("laotian-times")
    desk.source("laotian-times-business", failures=4, error="answers 404", error_since=desk.now)
    assert states(desk) == [("laotian-times-business", "failing"), ("laotian-times", "ok")]


def test_they_are_sorted_by_what_is_asked_for(desk: Desk) -> None:
    desk.source("laotian-times", last_new_at=desk.now - timedelta(hours=1))
    desk.source("laotian-times-business", last_new_at=desk.now - timedelta(hours=9))
    assert [name for name, _ in states(desk, "--sort", "new")] == ["laotian-times-business", "laotian-times"]


def test_one_failure_is_waiting_and_no_entries_is_empty(desk: Desk) -> None:
    desk.source("laotian-times", failures=1, error="answers 503")
    desk.source("laotian-times-business", failures=2, error="https://x answers, but with no entries")
    assert dict(states(desk)) == {"laotian-times": "waiting", "laotian-times-business": "empty"}


def test_silence_beyond_its_rhythm_is_stale(desk: Desk) -> None:
    desk.source("laotian-times", last_new_at=desk.now - timedelta(days=90))
    assert dict(states(desk))["laotian-times"] == "stale"


def test_the_table_has_a_line_a_source_with_its_error(desk: Desk) -> None:
    desk.source("laotian-times", failures=4, error="answers 404 (not found)")
    head, first, *_ = desk.run("sources").out.splitlines()
    assert head.split() == ["source", "state", "success", "new", "failures", "due", "error"]
    assert first.split()[:2] == ["laotian-times", "failing"]
    assert first.endswith("answers 404 (not found)")
