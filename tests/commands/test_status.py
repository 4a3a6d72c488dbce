"""`wirewatch status`: the first line is the answer, the exit code follows it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.bot.polling import CONFLICT
from alerts.outbox.outcomes import UNREACHABLE, WORDS
from archive import chats, digests
from archive.lock import DaemonLock
from tests.command_line import run, run_alone
from tests.commands.desk import Desk, open_desk
from tests.config_folder import whole, write
from wirewatch import status
from wirewatch.vigil import Vigil, keep

NAMES = ("laotian-times", "laotian-times-business")


@pytest.fixture
def well(desk: Desk) -> Iterator[Desk]:
    """A desk on which everything is as it should be, a daemon's lock held."""
    for name in NAMES:
        desk.source(name)
    desk.delivery(desk.article("Laos", "https://a.example/1"), state="sent", sent_at=desk.now)
    lock = DaemonLock(desk.archive)
    lock.acquire()
    yield desk
    lock.release()


def answer(desk: Desk) -> tuple[int, str]:
    ended = desk.run("status")
    return ended.code, ended.out.splitlines()[0]


def test_a_working_daemon_is_told_in_one_line_and_by_the_exit_code(well: Desk) -> None:
    assert answer(well) == (0, "Working: 2 of 2 sources answer, 1 messages sent")


def test_without_a_daemon_nothing_works(desk: Desk) -> None:
    for name in NAMES:
        desk.source(name)
    ended = desk.run("status")
    assert ended.code == 1
    assert ended.out.startswith("Not working: no daemon is running\n")
    assert "→ start `wirewatch run`" in ended.out


def test_the_daemon_is_named(well: Desk) -> None:
    daemon = json.loads(well.run("status", "--json").out)["daemon"]
    assert f"process {daemon['process']} on {daemon['host']}" in well.run("status").out


def test_a_failing_source_is_named_with_its_error_and_does_not_stop_the_rest(well: Desk) -> None:
    well.source(
        NAMES[0], failures=3, error="answers 404 (not found)", error_since=well.now - timedelta(hours=3)
    )
    ended = well.run("status")
    assert ended.code == 0
    assert ended.out.startswith("Working, with 1 thing to look at: 1 of 2 sources answer")
    assert "source laotian-times: answers 404 (not found), since" in ended.out
    assert "(3 h ago); asked again " in ended.out
    assert "(in 4 min)\n" in ended.out or "(in 5 min)\n" in ended.out
    (problem,) = json.loads(well.run("status", "--json").out)["problems"]
    assert problem["again"] > problem["since"]


def test_when_no_source_answers_it_does_not_work(well: Desk) -> None:
    for name in NAMES:
        well.source(name, failures=2, error="no connection", error_since=well.now)
    assert answer(well) == (1, "Not working: no source answers")


def test_a_daemon_that_polls_nothing_does_not_work(well: Desk) -> None:
    long_ago = well.now - timedelta(minutes=30)
    for name in NAMES:
        well.source(name, due_at=long_ago, last_polled_at=long_ago, last_success_at=long_ago)
    assert answer(well) == (1, "Not working: the daemon polls nothing, though 2 sources are due")


@pytest.mark.parametrize("hangs", [False, True])
def test_what_was_due_while_the_machine_slept_is_held_against_a_daemon_that_hangs(
    well: Desk, hangs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fell_asleep = well.now - timedelta(hours=9)
    for name in NAMES:
        well.source(name, due_at=fell_asleep, last_polled_at=fell_asleep, last_success_at=fell_asleep)
    vigil = Vigil(fell_asleep - timedelta(hours=1), fell_asleep)
    well.write(lambda conn: keep(conn, vigil))

    def a_moment(_seconds: float) -> None:
        if not hangs:
            well.write(lambda conn: keep(conn, vigil.look(datetime.now(UTC))))

    monkeypatch.setattr(status, "WAKING", 0.1)
    monkeypatch.setattr(status, "sleep", a_moment)
    code, line = answer(well)
    assert (code, line.partition(":")[0]) == ((1, "Not working") if hangs else (0, "Working"))


def test_nothing_gathered_for_longer_than_silent_after_is_told(well: Desk) -> None:
    for name in NAMES:
        well.source(name, last_success_at=well.now - timedelta(hours=7))
    assert answer(well) == (1, "Not working: nothing was gathered for long")


def test_an_outbox_that_is_stuck_does_not_work(well: Desk) -> None:
    ago = well.now - timedelta(hours=1)
    well.write(lambda conn: conn.exec_driver_sql("update delivery set sent_at = null"))
    well.delivery(well.article("Laos", "https://a.example/2"), created_at=ago, changed_at=ago)
    code, line = answer(well)
    assert code == 1
    assert line == "Not working: channel console: 1 deliveries are due and not sent"


def test_a_long_queue_that_moves_is_no_problem(well: Desk) -> None:
    ago = well.now - timedelta(hours=1)
    well.delivery(well.article("Laos", "https://a.example/2"), created_at=ago, changed_at=ago)
    assert answer(well)[0] == 0


def test_a_channel_in_trouble_does_not_work(well: Desk) -> None:
    well.write(lambda conn: chats.complain(conn, "channel console", "the bot was put out", well.now))
    assert answer(well) == (1, "Not working: channel console: the bot was put out")


@pytest.mark.parametrize(("text", "words"), [
    (f"{WORDS['kicked']} (Forbidden)", "add the bot to the chat again, then `wirewatch retry --all`"),
    (UNREACHABLE, "see to the network of this machine, or to `telegram.api_url`; it goes on by itself"),
    ("Telegram refuses the bot's token", "when it is mended, what waits is sent by itself"),
])  # fmt: skip
def test_what_is_wrong_with_the_bot_or_a_chat_comes_with_what_to_do(
    well: Desk, text: str, words: str
) -> None:
    well.write(lambda conn: chats.complain(conn, "bot", text, well.now))
    assert f"\n  → {words}\n" in well.run("status").out


def test_a_second_program_with_the_token_keeps_no_message_back(well: Desk) -> None:
    well.write(lambda conn: chats.complain(conn, chats.UPDATES, CONFLICT, well.now))
    code, line = answer(well)
    assert code == 0
    assert line.startswith("Working, with 1 thing to look at")
    assert "End it, or give one of the two another bot" in well.run("status").out


def test_what_was_wrong_with_a_channel_that_is_gone_is_no_trouble_any_more(well: Desk) -> None:
    well.write(lambda conn: chats.complain(conn, "channel former", "the bot was put out", well.now))
    assert answer(well)[0] == 0


def test_dead_and_held_deliveries_are_told_with_what_to_do(well: Desk) -> None:
    well.delivery(well.article("Laos", "https://a.example/2"), state="dead", reason="chat not found")
    well.delivery(well.article("Laos", "https://a.example/3"), state="uncertain", unknown=1)
    ended = well.run("status")
    assert ended.code == 0
    assert "1 deliveries could not be sent: chat not found" in ended.out
    assert "whether 1 messages arrived is not known" in ended.out
    assert "arrival was not known: unknown 1, found 0, resent 0, twins 0, misfires 0" in ended.out


def test_pages_that_hang_are_told(well: Desk) -> None:
    well.write(
        lambda conn: conn.exec_driver_sql(
            "update source_state set pages_hung = 3, page_hung_at = ? where source = ?",
            (int(well.now.timestamp() * 1000), NAMES[0]),
        )
    )
    assert "its last 3 article pages hung while being read" in well.run("status").out


def test_what_comes_next_is_told(well: Desk) -> None:
    coming = json.loads(well.run("status", "--json").out)["next"]
    assert coming[0]["what"] == "poll of laotian-times"


def test_a_digest_of_a_channel_that_is_gone_is_not_announced(well: Desk) -> None:
    waiting = well.article("Laos", "https://a.example/2")
    items = [digests.Item(name, waiting, "low", well.now) for name in ("console", "gone")]
    well.write(lambda conn: digests.add(conn, items, well.now))
    coming = json.loads(well.run("status", "--json").out)["next"]
    assert [one["what"] for one in coming if "digest" in one["what"]] == ["digest for console"]


def test_the_daily_line_comes_at_its_next_time_in_the_zone_of_operators(tmp_path: Path) -> None:
    ops = "channels: [{name: console, type: console}, {name: ops, type: console, timezone: Europe/Berlin}]"
    desk = open_desk(tmp_path, [ops, "ops: ops", "daily: '0 8 * * *'"])
    (coming,) = json.loads(desk.run("status", "--json").out)["next"]
    assert coming["what"] == "daily line"
    at = datetime.fromisoformat(coming["at"])
    assert timedelta() < at - desk.now <= timedelta(days=1, hours=1)
    assert at.astimezone(ZoneInfo("Europe/Berlin")).hour == 8
    assert "\n  daily line: " in desk.run("status").out


def test_without_an_archive_it_says_what_to_do(tmp_path: Path) -> None:
    main = f"shipped: []\narchive: {tmp_path / 'none' / 'wirewatch.db'}\n"
    config = write(tmp_path / "config", whole(wirewatch=main))
    ended = run("status", "--config", config)
    missing = f"there is no archive yet ({tmp_path / 'none' / 'wirewatch.db'})"
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith(f"Not working: {missing}\n\n! {missing}\n  → start `wirewatch run`\n")
    assert json.loads(run("status", "--json", "--config", config).out)["working"] is False
    assert not (tmp_path / "none").exists()


def test_it_works_as_a_user_runs_it(well: Desk) -> None:
    ended = run_alone("status", "--config", well.config)
    assert (ended.code, ended.out.splitlines()[0][:7]) == (0, "Working")
