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
    desk.source("laotian-times-business", failures=2, error="no entries", trouble="empty")
    assert dict(states(desk)) == {"laotian-times": "waiting", "laotian-times-business": "empty"}


def test_a_site_that_refuses_us_is_blocked(desk: Desk) -> None:
    desk.source("laotian-times", failures=2, error="the site refuses us (403)", trouble="blocked")
    assert dict(states(desk))["laotian-times"] == "blocked"


def test_silence_beyond_its_rhythm_is_stale(desk: Desk) -> None:
    desk.source("laotian-times", last_new_at=desk.now - timedelta(days=90))
    assert dict(states(desk))["laotian-times"] == "stale"


def test_what_is_to_be_done_about_a_source_that_answers_is_said(desk: Desk) -> None:
    old, new = "https://laotiantimes.example/feed/", "https://new.example/feed"
    desk.source("laotian-times", moved_from=old, moved_to=new, moved_answers=3)
    desk.source("laotian-times-business", last_new_at=desk.now - timedelta(days=90))
    rows = {line.split()[0]: line for line in desk.run("sources").out.splitlines()}
    assert rows["laotian-times"].endswith(f"has moved for good to {new}; write that address into its url")
    assert rows["laotian-times-business"].endswith("nothing new for long; see whether it moved")


def test_they_are_sorted_by_what_they_cost_and_tell_it(desk: Desk) -> None:
    desk.source("laotian-times", requests=7, bytes=1_000)
    desk.source("laotian-times-business", requests=2, bytes=5_000_000, interval_s=1800)
    assert states(desk, "--sort", "requests")[0][0] == "laotian-times"
    assert states(desk, "--sort", "bytes")[0][0] == "laotian-times-business"
    line = json.loads(desk.run("sources", "--json", "--sort", "bytes").out.splitlines()[0])
    assert (line["requests"], line["bytes"], line["every"], line["cron"]) == (2, 5_000_000, 1800, None)
    row = next(line for line in desk.run("sources").out.splitlines() if "-business" in line)
    assert "every 30 min" in row
    assert " 4.8" in row


def test_the_table_has_a_line_a_source_with_its_error(desk: Desk) -> None:
    desk.source("laotian-times", failures=4, error="answers 404 (not found)")
    head, first, *_ = desk.run("sources").out.splitlines()
    columns = ["source", "state", "success", "new", "rhythm", "failures", "due", "requests", "MiB", "error"]
    assert head.split() == columns
    assert first.split()[:2] == ["laotian-times", "failing"]
    assert first.endswith("answers 404 (not found)")
