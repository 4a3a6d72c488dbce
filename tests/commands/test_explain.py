"""`explain`, `terms`, `backtest`, `route`, `preview`: why, why not, and how it would look."""

import json
from datetime import timedelta
from pathlib import Path

from tests.command_line import run
from tests.commands.desk import Desk, open_desk
from tests.config_folder import whole, write


def line(**article: str) -> str:
    return json.dumps({"id": "1", **article})


def test_an_article_of_the_archive_is_explained_by_its_address(desk: Desk) -> None:
    id_ = desk.article("A bridge in Laos", "https://a.example/bridge")
    desk.delivery(id_, state="sent")
    ended = desk.run("explain", "https://a.example/bridge?utm_source=x")
    assert ended.code == 0
    assert "title: A bridge in [Laos]" in ended.out
    assert "watch laos fires" in ended.out
    assert "delivery 1: sent to console" in ended.out


def test_an_address_that_is_not_known_is_told(desk: Desk) -> None:
    ended = desk.run("explain", "https://a.example/none")
    assert ended.code == 1
    assert "the archive knows no article at https://a.example/none" in ended.err


def test_of_a_watch_that_does_not_fire_the_clause_that_failed_is_told(desk: Desk) -> None:
    ended = desk.run("explain", "-", stdin=line(title="A football medal for Laos"))
    assert "watch laos does not fire" in ended.out
    assert "because unless: @sport is true" in ended.out


def test_with_watch_the_whole_tree_is_shown(desk: Desk) -> None:
    ended = desk.run("explain", "-", "--watch", "laos", stdin=line(title="Rain in Thailand"))
    assert "  false   @laos" in ended.out
    assert "unless:" in ended.out


def test_an_unknown_watch_is_a_usage_error(desk: Desk) -> None:
    ended = desk.run("explain", "-", "--watch", "loas")
    assert ended.code == 2
    assert "there are laos" in ended.err


def test_terms_says_which_terms_occur(desk: Desk) -> None:
    head, row = desk.run("terms", "A bridge in Laos").out.splitlines()
    assert head.split() == ["at", "text", "term", "set"]
    assert row.split() == ["12", "Laos", "Laos", "@laos"]


def test_terms_shows_the_words_that_gave_company(tmp_path: Path) -> None:
    term = "{name: kip, spell: {en: [kip]}, with: {any: [dollar], within: 5}}"
    folder = write(tmp_path, whole(terms__money=f"sets: {{money: {{terms: [{term}]}}}}"))
    rows = run("terms", "--config", folder, "The kip falls against the dollar").out.splitlines()[1:]
    assert [row.split() for row in rows] == [
        ["4", "kip", "kip", "@money"],
        ["26", "dollar", "dollar", "company"],
    ]


def test_terms_lists_sets_and_what_has_no_source(desk: Desk) -> None:
    assert "@sport" in desk.run("terms").out
    assert "@laos: Laos\n" in desk.run("terms", "--unsourced").out


def test_backtest_counts_by_day_source_and_term(desk: Desk) -> None:
    desk.article("A bridge in Laos", "https://a.example/1")
    desk.article("Rain in Thailand", "https://a.example/2")
    desk.article("Laos of long ago", "https://a.example/3", published=desk.now - timedelta(days=50))
    ended = desk.run("backtest", "laos", "--since", "30d")
    assert ended.out.startswith("laos: 1 of 2 articles, 0.0 a day\n")
    assert "by source:\n       1  laotian-times\n" in ended.out
    assert "by term:\n       1  Laos\n" in ended.out


def test_backtest_with_a_query_shows_what_is_gained_and_lost(desk: Desk) -> None:
    desk.article("A bridge in Laos", "https://a.example/1")
    desk.article("Rain in Thailand", "https://a.example/2")
    ended = desk.run("backtest", "laos", "--query", "thailand")
    assert "gained: 1\n  Rain in Thailand (laotian-times)\n" in ended.out
    assert "lost: 1\n  A bridge in Laos (laotian-times)\n" in ended.out


def test_backtest_refuses_a_query_that_cannot_be_read(desk: Desk) -> None:
    ended = desk.run("backtest", "laos", "--query", "(thailand")
    assert ended.code == 2
    assert "--query" in ended.err


def test_route_says_who_would_hear_and_why(tmp_path: Path) -> None:
    main = (
        "ops: ops",
        "channels:",
        "  - {name: desk, type: console}",
        "  - {name: quiet, type: console, only: 'NOT country:LA'}",
        "  - {name: ops, type: console}",
    )
    desk = open_desk(tmp_path, main)
    article = line(title="A bridge in Laos", source="laotian-times")
    ended = desk.run("route", stdin=article)
    assert ended.out.splitlines() == [
        "A bridge in Laos",
        "  fires: laos (normal)",
        "  desk: a message for laos",
        "  quiet: nothing: the channel's only: is not met for laos",
        "  ops: nothing: no watch of this channel fired",
    ]
    channels = json.loads(desk.run("route", "--json", stdin=article).out)["channels"]
    assert [one["action"] for one in channels] == ["alert", "nothing", "nothing"]
    desk.archive.close()


def test_route_reads_an_object_over_many_lines(desk: Desk) -> None:
    ended = desk.run("route", stdin=json.dumps({"id": "1", "title": "Laos"}, indent=2))
    assert "console: a message for laos" in ended.out


def test_preview_shows_every_kind_of_message_in_the_channels_zone(desk: Desk) -> None:
    ended = desk.run("preview")
    assert ended.code == 0
    for what in ("an alert", "a breaking alert", "a digest", "a notice to operators"):
        assert f"\n{what}\n" in f"\n{ended.out}"
    assert "+07" in ended.out


def test_preview_gives_the_html_that_is_sent(desk: Desk) -> None:
    ended = desk.run("preview", "--html")
    assert '<b><a href="https://post.example/laos-bridge">' in ended.out
