"""The archive searched in the watch language, and printed as lines that other commands read."""

import asyncio
import json

from sqlalchemy import update

from archive import facts, noted
from archive.tables import article
from tests.command_line import run
from tests.commands.desk import Desk
from wirewatch.indexing import index


def filled(desk: Desk) -> None:
    desk.article("Laos opens a bridge", "https://a.example/1", body="Long text of a bridge.")
    desk.article("Thailand closes a road", "https://a.example/2")
    desk.article("Laos wins a medal", "https://a.example/3")


def test_the_archive_is_searched_as_watches_judge(desk: Desk) -> None:
    filled(desk)
    found = desk.run("search", "@laos AND NOT @sport")
    assert found.code == 0
    assert "Laos opens a bridge (The Laotian Times)" in found.out
    assert "https://a.example/1" in found.out
    assert "medal" not in found.out
    assert desk.run("search", "body:text", "--json").out.count("\n") == 1


def test_the_newest_come_and_the_others_are_counted(desk: Desk) -> None:
    filled(desk)
    found = desk.run("search", "@laos", "--limit", "1")
    assert "medal" in found.out
    assert "bridge" not in found.out
    assert found.err == "The newest 1 of 2.\n"


def test_the_answers_are_the_same_before_and_after_the_index_has_learnt(desk: Desk) -> None:
    def answers() -> list[str]:
        searches = (("@laos",), ("laos AND NOT medal", "--json"), ("NOT laos",), ("body:bridge",), ("sea",))
        tests = (("laos",), ("laos", "--query", "road*"), ("laos", "--query", "NOT kind:wire"))
        said = [desk.run("search", *one) for one in searches] + [desk.run("backtest", *one) for one in tests]
        return [one.out + one.err for one in said]

    filled(desk)
    asyncio.run(index(desk.archive))
    desk.article("A road to Laos", "https://a.example/4")
    half = answers()
    asyncio.run(index(desk.archive))
    indexed = answers()
    # Rules of another version: everything is read.
    desk.write(lambda conn: facts.put(conn, noted.FACT, "0 of old"))
    assert answers() == half == indexed
    assert "A road to Laos" in half[0]


def test_what_the_index_leaves_out_is_not_read(desk: Desk) -> None:
    filled(desk)
    asyncio.run(index(desk.archive))
    # Behind the index's back: found only if the article is read.
    desk.write(lambda conn: conn.execute(update(article).values(title="Mongolia")))
    assert desk.run("search", "mongolia").code == 1
    assert desk.run("search", "NOT laos").code == 0


def test_nothing_found_and_a_wrong_query_are_told_apart(desk: Desk) -> None:
    filled(desk)
    assert desk.run("search", "Mongolia").code == 1
    assert desk.run("search", "@laos", "--since", "10m").code == 1
    wrong = desk.run("search", "@loas")
    assert wrong.code == 2
    assert "laos" in wrong.err


def test_what_is_exported_can_be_matched(desk: Desk) -> None:
    filled(desk)
    lines = desk.run("export").out
    first = json.loads(lines.splitlines()[0])
    assert (first["title"], first["body"]) == ("Laos opens a bridge", "Long text of a bridge.")
    assert first["found"].endswith("Z")
    assert first["story"] is None
    matched = [
        json.loads(line) for line in run("match", "--config", desk.config, stdin=lines).out.splitlines()
    ]
    assert [[watch["name"] for watch in line["watches"]] for line in matched] == [["laos"], [], []]
    assert desk.run("export", "--since", "10m").out == ""
