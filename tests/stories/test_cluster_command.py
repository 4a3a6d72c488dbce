"""`wirewatch cluster`: a line out for a line in, with its story and what is done with it."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.command_line import ROOT, Ended, run

LAUNCH = (
    "North Korea fired a ballistic missile toward the East Sea on Thursday morning, the Joint Chiefs of "
    "Staff said. It was launched from Sunan near Pyongyang at 7:10 a.m. and flew 600 kilometers before it "
    "fell into the sea outside Japan's exclusive economic zone. Officials in Seoul and Tokyo condemned the "
    "launch, and the National Security Council met."
)
STRIKE = (
    "Thousands of nurses in England walked out on Monday over pay, forcing hospitals to postpone operations. "
    "The Royal College of Nursing said that the offer of 3.5% was a cut in real terms."
)


def line(identity: str, title: str, body: str, at: str | None = "2026-11-05T00:30:00Z") -> dict[str, object]:
    return {"id": identity, "title": title, "body": body, "published": at}


def cluster(*articles: Mapping[str, object] | str) -> Ended:
    lines = (one if isinstance(one, str) else json.dumps(one) for one in articles)
    return run("cluster", stdin="".join(f"{one}\n" for one in lines))


def answers(ended: Ended) -> list[tuple[str, str, str]]:
    return [(a["id"], a["story"], a["action"]) for a in map(json.loads, ended.out.splitlines())]


def test_a_copy_is_withheld_and_another_event_is_new() -> None:
    ended = cluster(
        line("a", "North Korea fires missile", LAUNCH),
        line("b", "Nurses in England strike over pay", STRIKE),
        line("c", "Pyongyang tests missile: Seoul", f"SEOUL, Nov 5 (Yonhap) -- {LAUNCH}"),
    )
    assert ended.code == 0
    assert answers(ended) == [("a", "s1", "new"), ("b", "s2", "new"), ("c", "s1", "withhold")]


@pytest.mark.parametrize(
    ("title", "summary", "days", "withheld"),
    [
        (
            "North Korea opens rebuilt grain terminal",
            "State radio showed a ship at a quay that stood empty.",
            1,
            True,
        ),
        # What stands above every week's news is no copy of last week's, and some words are above any.
        (
            "North Korea opens rebuilt grain terminal",
            "State radio showed a ship at a quay that stood empty.",
            6,
            False,
        ),
        ("Photos of the day", "Our choice of pictures.", 1, False),
    ],
)
def test_a_teaser_that_is_the_same_word_for_word_is_a_copy_for_some_days(
    title: str, summary: str, days: int, withheld: bool
) -> None:
    teaser = {"title": title, "summary": summary}
    ended = cluster(
        {"id": "a", "published": "2026-11-05T00:30:00Z", **teaser},
        {"id": "b", "published": f"2026-11-{5 + days:02}T00:30:00Z", **teaser},
    )
    assert (answers(ended)[1][2] == "withhold") is withheld


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("North Korea fires missile", LAUNCH.replace("600", "650")),
        ("CORRECTED: North Korea fires missile", LAUNCH),
    ],
)
def test_the_same_text_with_another_number_and_a_correction_are_told_as_replies(
    title: str, body: str
) -> None:
    ended = cluster(line("a", "North Korea fires missile", LAUNCH), line("b", title, body))
    assert answers(ended) == [("a", "s1", "new"), ("b", "s1", "reply")]


def test_a_line_without_a_time_has_that_of_the_line_before() -> None:
    later = LAUNCH.replace("600", "900").replace("7:10", "5:40")
    ended = cluster(
        line("a", "North Korea fires missile", LAUNCH),
        line("b", "Nurses in England strike over pay", STRIKE, "2026-11-15T00:00:00Z"),
        line("c", "North Korea fires missile", later, None),
    )
    assert answers(ended)[2] == ("c", "s3", "new")


def test_a_bad_line_is_told_with_its_number_and_the_others_are_answered() -> None:
    ended = cluster(line("a", "North Korea fires missile", LAUNCH), "{", line("b", "", STRIKE))
    assert [identity for identity, _, _ in answers(ended)] == ["a", "b"]
    assert ended.err.startswith("line 2: ")
    assert ended.code == 1


def test_each_answer_comes_before_the_next_line_is_read() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "wirewatch", "cluster"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with program:
        assert program.stdin is not None
        assert program.stdout is not None
        for identity in ("a", "b"):
            program.stdin.write(json.dumps(line(identity, "Title", STRIKE)).encode() + b"\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["id"] == identity
        program.stdin.close()
        assert program.wait(60) == 0


@pytest.mark.parametrize(
    ("day", "flew", "answer"), [("5일", "600", ("b", "s1", "reply")), ("2일", "850", ("b", "s2", "new"))]
)
def test_a_report_in_another_script_joins_by_term_sets_numbers_and_day(
    day: str, flew: str, answer: tuple[str, str, str]
) -> None:
    korean = (
        f"합참은 {day} 오전 북한이 평양 순안에서 동해상으로 발사한 탄도미사일 1발을 포착했다고 밝혔다. "
        f"미사일은 {flew}km를 비행해 일본 배타적경제수역 밖에 떨어졌다."
    )
    ended = cluster(
        line("a", "North Korea fires missile", LAUNCH),
        line("b", "북한, 동해상으로 탄도미사일 발사", korean, "2026-11-05T03:00:00Z"),
    )
    assert answers(ended)[1] == answer


def test_a_changed_number_of_a_text_that_was_withheld_is_told() -> None:
    words = (
        "Seoul's Joint Chiefs of Staff said on Thursday that a ballistic missile from Sunan near Pyongyang "
        "flew 600 kilometers and fell into the East Sea outside Japan's zone. Officials in Tokyo and Seoul "
        "condemned North Korea, and the National Security Council met over the launch at 7:10 a.m."
    )
    ended = cluster(
        line("a", "North Korea fires missile", LAUNCH),
        line("b", "North Korea fires missile toward East Sea", words),
        line("c", "North Korea fires missile toward East Sea", words.replace("600", "650")),
    )
    assert [action for _, _, action in answers(ended)] == ["new", "withhold", "reply"]
