"""Can a person see what is muted, mute it, and end it; and does it keep back what it says?"""

import json
from datetime import timedelta

import pytest

from archive import mutes
from archive.mutes import NewMute
from tests.commands.desk import Desk


def test_nothing_is_muted_at_first(desk: Desk) -> None:
    assert desk.run("mute").out == "nothing is muted\n"


def test_a_mute_says_what_where_until_when_by_whom_and_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "anna")
    ended = desk.run("mute", "watch:laos", "--for", "7d", "--why", "elections")
    assert ended.out.startswith("watch:laos is muted until ")
    assert ended.code == 0
    (line,) = map(json.loads, desk.run("mute", "--json").out.splitlines())
    assert {name: line[name] for name in ("kind", "key", "channels", "by", "why", "kept_back", "active")} == {
        "kind": "watch",
        "key": "laos",
        "channels": ["console"],
        "by": "anna",
        "why": "elections",
        "kept_back": 0,
        "active": True,
    }
    head, row = desk.run("mute").out.splitlines()
    assert head.split() == ["what", "channel", "until", "by", "since", "kept", "back", "why"]
    assert row.startswith("watch:laos  console")
    assert row.endswith("0          elections")


def test_a_second_mute_of_the_same_takes_the_place_of_the_first(desk: Desk) -> None:
    desk.run("mute", "source:laotian-times", "--for", "1h")
    desk.run("mute", "source:laotian-times", "--for", "1d")
    assert len(desk.run("mute", "--json").out.splitlines()) == 1
    assert len(desk.run("mute", "--json", "--all").out.splitlines()) == 2


def test_a_mute_can_be_ended_and_is_remembered(desk: Desk) -> None:
    desk.run("mute", "watch:laos", "--for", "1h")
    assert desk.run("mute", "watch:laos", "--end").out == "watch:laos is heard again\n"
    assert desk.run("mute").out == "nothing is muted\n"
    assert "ended" in desk.run("mute", "--all").out
    again = desk.run("mute", "watch:laos", "--end")
    assert (again.code, again.err) == (1, "watch:laos is not muted there\n")


def test_a_mute_ends_by_itself(desk: Desk) -> None:
    past = desk.now - timedelta(hours=2)
    old = NewMute("watch", "laos", "console:console", past + timedelta(hours=1), "anna")
    desk.write(lambda conn: mutes.add(conn, [old], past))
    assert desk.run("mute").out == "nothing is muted\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["watch:loas", "--for", "1h"], 1, "no watch is called loas, did you mean laos"),
        (["source:nobody", "--for", "1h"], 1, "no source is called nobody"),
        (["story:99", "--for", "1h"], 1, "the archive knows no story 99"),
        (["watch:laos", "--for", "soon"], 2, "expected a duration such as 30s, 10m, 2h or 7d"),
        (["laos", "--for", "1h"], 2, "expected watch:NAME, source:NAME or story:NUMBER"),
        (["watch:laos"], 2, "give WHAT with --for TIME or with --end, or nothing to list"),
        (["--for", "1h"], 2, "give WHAT with --for TIME or with --end, or nothing to list"),
        (["watch:laos", "--for", "1h", "--channel", "x"], 2, "no channel is called x"),
    ],
)
def test_what_cannot_be_muted_is_told(desk: Desk, arguments: list[str], code: int, says: str) -> None:
    ended = desk.run("mute", *arguments)
    assert ended.code == code
    assert says in ended.err
