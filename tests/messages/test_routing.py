"""Does each article reach the right channel as loudly as was asked, and nothing in quiet hours?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channel import ConsoleChannel, QuietHours
from alerts.routing import (
    Alert,
    Decision,
    Edit,
    Nothing,
    Standing,
    ToDigest,
    Told,
    route,
    watches_for,
)
from alerts.watch import Match, Urgency, Watch
from archive.article import Article
from archive.clocks import next_time
from archive.rules import checked
from tests.examples import examples

NEW_YORK = ZoneInfo("America/New_York")
VIENTIANE = ZoneInfo("Asia/Vientiane")
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
ARTICLE = Article("a", "https://post.example/a", "Laos opens a railway")


def channel(**keys: Any) -> ConsoleChannel:
    return checked(ConsoleChannel, {"name": "desk", "type": "console", **keys})


FULL = Standing(last_hour=3)
QUIET = {"quiet_hours": {"from": "22:00", "to": "06:30"}}
STRICT = {"quiet_hours": {"from": "22:00", "to": "06:30", "breaking": "hold"}}


def decided(
    urgency: Urgency = "normal", now: datetime = NOON, standing: Standing | None = None, **keys: Any
) -> Decision:
    names = ("contact", "action", "outlets", "another_outlet", "first_good")
    told = {name: keys.pop(name) for name in names if name in keys}
    match = Match("laos", urgency, ())
    contact = told.pop("contact", "live")
    article = Told(ARTICLE, contact, [match], frozenset({"laos"}), **told)
    return route(
        article, [match], channel(**keys), standing or Standing(), only=None, zone=VIENTIANE, now=now
    )


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (decided(), Alert(silent=False)),
        (decided("breaking"), Alert(silent=False)),
        (decided("low"), Alert(silent=True)),
        (decided("low", digest="6h"), ToDigest("low", NOON + timedelta(hours=1))),
        (decided("low", digest="0 7 * * *"), ToDigest("low", datetime(2026, 11, 25, tzinfo=UTC))),
        (decided(digest="6h"), Alert(silent=False)),
        (decided(now=NIGHT, **QUIET), ToDigest("held", MORNING)),
        (decided("low", NIGHT, **QUIET), ToDigest("held", MORNING)),
        (decided("breaking", NIGHT, **QUIET), Alert(silent=False)),
        (decided("breaking", NIGHT, **STRICT), ToDigest("held", MORNING)),
        (decided(standing=FULL, max_per_hour=3), ToDigest("overflow", NOON + timedelta(hours=1))),
        (decided(standing=Standing(last_hour=2), max_per_hour=3), Alert(silent=False)),
        (decided("breaking", standing=FULL, max_per_hour=3), Alert(silent=False)),
        (decided(contact="catch-up"), ToDigest("catch-up", NOON + timedelta(minutes=1))),
        (decided("breaking", contact="catch-up"), Alert(silent=False)),
        (decided(now=NIGHT, contact="catch-up", **QUIET), ToDigest("catch-up", MORNING)),
        # A digest that would go in quiet hours goes at their end.
        (decided("low", digest="0 3 * * *", **QUIET), ToDigest("low", MORNING)),
        (decided(standing=Standing(article=True)), Edit()),
    ],
)  # fmt: skip
def test_an_article_goes_as_its_urgency_and_the_channel_say(decision: Decision, expected: Decision) -> None:
    assert decision == expected


WAITS = Standing(story_in_digest=True, watches=frozenset({"laos"}), urgency="normal")


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (decided(contact="old"), "met at first contact and too old"),
        (decided(standing=Standing(in_digest=True)), "this channel was told of it"),
        (decided(standing=WAITS, action="withhold"), "its story waits in a digest"),
        (decided("low", standing=WAITS, action="withhold"), "its story waits in a digest"),
    ],
)
def test_what_a_channel_does_not_hear_has_a_reason(decision: Decision, why: str) -> None:
    assert decision == Nothing(why)


HEARD = Standing(story=True, watches=frozenset({"laos"}), urgency="normal", outlets=1)
GROWN = replace(HEARD, outlets=6)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (decided(standing=HEARD, action="withhold"), Edit()),
        (decided(standing=HEARD, action="reply"), Alert(silent=True, reply=True)),
        (decided(standing=HEARD, action="new"), Alert(silent=False)),
        (decided(action="reply"), Alert(silent=False)),
        (decided(action="withhold"), Alert(silent=False)),
        # What is told anew: another watch, a higher urgency, a good outlet after weak ones, growth.
        (decided(standing=Standing(story=True, urgency="normal"), action="withhold"), Alert(False, True)),
        (decided("breaking", standing=HEARD, action="withhold"), Alert(False, True)),
        (decided("low", standing=HEARD, action="withhold"), Edit()),
        (decided(standing=HEARD, action="reply", first_good=True), Alert(False, True)),
        (decided(standing=HEARD, action="withhold", outlets=6, another_outlet=True), Alert(False, True)),
        (decided(standing=HEARD, action="withhold", outlets=6), Edit()),
        (decided(standing=HEARD, action="withhold", outlets=7, another_outlet=True), Alert(False, True)),
        (decided(standing=GROWN, action="withhold", outlets=7, another_outlet=True), Edit()),
        (decided(standing=replace(HEARD, story_in_digest=True), action="withhold", outlets=6,
                 another_outlet=True), Edit()),
        (decided(standing=HEARD, action="withhold", stories=False), Alert(False)),
        # Quiet hours hold a reply and what is told anew as they hold any other message.
        (decided(now=NIGHT, standing=HEARD, action="reply", **QUIET), ToDigest("held", MORNING)),
        (decided(now=NIGHT, standing=HEARD, action="withhold", first_good=True, **QUIET),
         ToDigest("held", MORNING)),
        (decided(now=NIGHT, standing=HEARD, action="withhold", **QUIET), Edit()),
        (decided(standing=WAITS, action="reply"), Alert(silent=False)),
        # What waits is no reason to withhold what is louder, or of another watch.
        (decided("breaking", standing=WAITS, action="withhold"), Alert(silent=False)),
        (decided(standing=replace(WAITS, watches=frozenset({"rice"})), action="withhold"), Alert(False)),
    ],
)  # fmt: skip
def test_an_article_of_a_story_that_was_told_edits_replies_or_is_told_anew(
    decision: Decision, expected: Decision
) -> None:
    assert decision == expected


def test_all_that_is_too_much_in_an_hour_makes_one_digest() -> None:
    moments = [NOON + timedelta(minutes=minutes) for minutes in (1, 20, 59)]
    due = {decided(now=now, standing=FULL, max_per_hour=3) for now in moments}
    assert due == {ToDigest("overflow", NOON + timedelta(hours=1))}


@pytest.mark.parametrize(
    ("every", "hours"),
    [("6h", (0, 6, 12, 18, 24)), ("7h", (0, 7, 14, 21, 28)), ("2d", (0, 48, 96)), ("7d", (0, 168, 336))],
)
def test_all_that_comes_between_two_digests_makes_one(every: str, hours: tuple[int, ...]) -> None:
    # As steady over midnight, over days and over weeks.
    first = decided("low", digest=every)
    assert isinstance(first, ToDigest)
    expected = {ToDigest("low", first.due + timedelta(hours=hour)) for hour in hours}
    moments = [NOON + timedelta(minutes=17 * n) for n in range(max(hours) * 60 // 17)]
    due = {decided("low", moment, digest=every) for moment in moments}
    within = {
        one for one in due if isinstance(one, ToDigest) and one.due <= first.due + timedelta(hours=max(hours))
    }
    assert within == expected


def test_a_weekly_digest_goes_on_mondays() -> None:
    assert decided("low", digest="7d") == ToDigest("low", datetime(2026, 11, 30, tzinfo=UTC))


def test_a_watch_without_channels_is_heard_by_all_but_ops() -> None:
    matches = [Match("laos", "normal", ()), Match("asean", "low", ())]
    watches = {
        "laos": Watch(name="laos", query="laos"),
        "asean": Watch(name="asean", query="asean", channels=("ops", "desk")),
    }
    heard = {
        name: [match.watch for match in watches_for(name, matches, watches, "ops")]
        for name in ("desk", "other", "ops")
    }
    assert heard == {"desk": ["laos", "asean"], "other": ["laos"], "ops": ["asean"]}


def test_a_watch_that_is_gone_is_named_only_where_no_other_is() -> None:
    laos, gone = Match("laos", "normal", ()), Match("only-for-the-boss", "breaking", ())
    watches = {"laos": Watch(name="laos", query="laos", channels=("desk",))}
    assert watches_for("desk", [gone, laos], watches, "ops") == [laos]
    # What it brought is still in the digest for which it waits.
    assert watches_for("boss", [gone, laos], watches, "ops") == [gone]
    assert watches_for("ops", [gone, laos], watches, "ops") == []


def window(start: str, end: str) -> QuietHours:
    return checked(QuietHours, {"from": start, "to": end})


@pytest.mark.parametrize(
    ("start", "end", "moment", "ends"),
    [
        # Spring leaves 02:30 out: quiet until the clock shows 03:00.
        ("22:00", "02:30", "2026-03-08T06:10+00:00", "2026-03-08T03:00-04:00"),
        # Autumn shows 01:10 twice: quiet at both, and the end is the second 01:30.
        ("22:00", "01:30", "2026-11-01T06:10+00:00", "2026-11-01T01:30-05:00"),
        ("22:00", "06:30", "2026-11-01T05:10+00:00", "2026-11-01T06:30-05:00"),
        ("12:00", "13:00", "2026-11-24T17:20+00:00", "2026-11-24T13:00-05:00"),
        # All that is not quiet is left out: the window lasts a day longer.
        ("03:00", "02:30", "2026-03-07T20:00+00:00", "2026-03-09T02:30-04:00"),
    ],
)
def test_quiet_hours_end_across_daylight_saving(start: str, end: str, moment: str, ends: str) -> None:
    quiet = window(start, end)
    now = datetime.fromisoformat(moment)
    assert quiet.covers(now, NEW_YORK)
    assert quiet.ends(now, NEW_YORK) == datetime.fromisoformat(ends)


clocks = st.times().map(lambda time: f"{time:%H:%M}")
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))
zones = st.sampled_from(
    ["UTC", "Asia/Vientiane", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]
).map(ZoneInfo)


@examples(200)
@given(clocks, clocks, moments, zones)
def test_quiet_hours_always_end_within_a_day_and_outside_themselves(
    start: str, end: str, moment: datetime, zone: ZoneInfo
) -> None:
    if start == end:
        return
    ends = window(start, end).ends(moment, zone)
    assert moment < ends <= moment + timedelta(hours=49)
    assert not window(start, end).covers(ends, zone)


@examples(100)
@given(st.sampled_from(["30 1 * * *", "*/20 * * * *", "0 7 * * 1-5", "30 2 * * *"]), moments, zones)
def test_the_next_time_of_a_cron_line_lies_ahead(cron: str, moment: datetime, zone: ZoneInfo) -> None:
    times = [moment]
    for _ in range(3):
        times.append(next_time(cron, times[-1], zone))
    assert all(before < after for before, after in pairwise(times))


def test_a_time_that_autumn_repeats_comes_once() -> None:
    # 01:10 for the second time; 01:30 has been.
    again = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert next_time("30 1 * * *", again, NEW_YORK) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
