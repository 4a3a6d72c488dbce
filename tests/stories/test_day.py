"""A day's articles through stories, routing and outbox: is what was sent what the labels say?

The clock is the test's, the chat a stand-in whose ledger says when each message and each edit was
accepted. In the middle of the day the program starts anew.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts.messages import html
from alerts.messages.content import from_json
from alerts.outbox.preparing import look
from archive import deliveries, sources, stories
from archive.archive import Archive
from archive.deliveries import EDIT_EVERY, Delivery
from archive.stories import Placed
from tests.messages.newsdesk import Newsdesk
from tests.outbox.office import Clock
from tests.peers.botapi import BotApiPeer
from tests.stories.day import BEGIN, Published, day

WATCH = {"name": "everything", "query": "country:INT"}
# What Telegram takes of one group.
A_MINUTE = 20


@dataclass(frozen=True, slots=True)
class Lived:
    """The day as it was published, by row, and what came of it."""

    desk: Newsdesk
    chat: int
    published: dict[int, Published]
    placed: dict[int, Placed]
    alerts: list[Delivery]

    @property
    def opened(self) -> dict[int, str]:
        """The event of each story: that of the article that opened it."""
        return {
            one.story: self.published[id_].one.event
            for id_, one in self.placed.items()
            if one.action == "new"
        }

    @property
    def withheld(self) -> list[int]:
        """The articles that have no message of their own."""
        told = {row.article for row in self.alerts}
        return [id_ for id_ in self.published if id_ not in told]


@pytest.mark.parametrize(
    ("articles", "outlets"),
    [
        (120, 20),
        pytest.param(30_000, 300, marks=[pytest.mark.full, pytest.mark.timeout(7200)]),
    ],
)
async def test_a_day_is_told_as_its_labels_say(
    tmp_path: Path, sqlite_archive: Archive, articles: int, outlets: int
) -> None:
    stream, clock = day(articles, outlets), Clock(BEGIN)
    async with BotApiPeer(
        wall=lambda: clock().timestamp(), monotonic=clock.monotonic, sleep=clock.sleep
    ) as api:
        chat = api.supergroup("The desk").id
        channel = {"name": "desk", "type": "telegram", "chat": chat, "timezone": "UTC"}
        desk = Newsdesk(tmp_path / "config", sqlite_archive, api, clock, [channel], [WATCH])
        lived = await live(desk, chat, stream)
        report(lived)
        judge_what_was_withheld(lived)
        judge_what_was_told(lived)
        judge_messages(lived)
        judge_rates(lived)


async def live(desk: Newsdesk, chat: int, stream: Sequence[Published]) -> Lived:
    outlets = list({p.outlet.name: p.outlet for p in stream}.values())
    desk.archive.write_now(lambda conn: sources.keep_outlets(conn, outlets))
    published: dict[int, Published] = {}
    for number, one in enumerate(stream):
        await desk.run(seconds=max(0.0, (one.one.at - desk.clock()).total_seconds()))
        if number == len(stream) // 2:
            desk.restart()
        article = one.one.article
        id_ = desk.publish(
            article.title, outlet=one.outlet.name, body=article.body, language=article.language
        )
        published[id_] = one
    # What is queued behind the pace has come by then.
    await desk.run(hours=24)
    rows = desk.archive.read_now(lambda conn: deliveries.listed(conn, ["sent"], 10**6))
    placed = desk.archive.read_now(lambda conn: placed_all(conn, list(published)))
    alerts = sorted((row for row in rows if row.kind == "alert"), key=lambda row: row.id)
    return Lived(desk, chat, published, placed, alerts)


def placed_all(conn: Connection, ids: Sequence[int]) -> dict[int, Placed]:
    found: dict[int, Placed] = {}
    for start in range(0, len(ids), 500):
        found |= {one.article: one for one in stories.placed(conn, ids[start : start + 500])}
    return found


def report(lived: Lived) -> None:
    ledger = lived.desk.api.ledger
    late = [row.sent_at - row.created_at for row in lived.alerts if row.sent_at is not None]
    print(
        f"{len(lived.published):,} articles on {len({p.told for p in lived.published.values()}):,} events: "
        f"{sum(row.reply_to is None for row in lived.alerts):,} messages, "
        f"{sum(row.reply_to is not None for row in lived.alerts):,} replies, "
        f"{len(ledger.of('editMessageText')):,} edits for {len(lived.withheld):,} withheld; "
        f"the latest message was {max(late)} behind its article"
    )


def judge_what_was_withheld(lived: Lived) -> None:
    """It tells the event of its story, is no update of what came before, and its outlet is named."""
    named: defaultdict[int, set[str]] = defaultdict(set)
    for row in lived.alerts:
        assert row.story is not None
        named[row.story] |= {row.content["outlet"], *row.content["others"]}
    first = {one.report: id_ for id_, one in reversed(lived.published.items())}
    wrong = []
    for id_ in lived.withheld:
        one, placed = lived.published[id_], lived.placed[id_]
        assert placed.action == "withhold"
        # One whose original never came is a report like any other.
        assert one.one.kind != "update" or first.get(one.original, id_) >= id_
        assert one.outlet.title in named[placed.story]
        if lived.opened[placed.story] != one.one.event:
            wrong.append(one.one.article.title)
    print(f"withheld into another event: {len(wrong)}")
    assert len(lived.withheld) >= len(lived.published) / 5
    assert len(wrong) <= 0.01 * len(lived.withheld)


def judge_what_was_told(lived: Lived) -> None:
    """One event, one alert; a text that was told is told again for a reason only."""
    events = {one.told for one in lived.published.values()}
    new = [id_ for id_, one in lived.placed.items() if one.action == "new"]
    joined = [one for id_, one in lived.placed.items() if one.action != "new"]
    astray = [one for one in joined if lived.opened[one.story] != lived.published[one.article].one.event]
    seen: set[str] = set()
    again = copies = 0
    for id_, one in lived.published.items():
        copies += one.report in seen
        again += one.report in seen and lived.placed[id_].action != "withhold"
        seen.add(one.report)
    print(
        f"stories opened for {len(events):,} events: {len(new):,}; articles in a story of another event: "
        f"{len(astray):,} of {len(joined):,}; texts told again: {again:,} of {copies:,}"
    )
    assert len(new) <= 1.1 * len(events)
    assert len(astray) <= 0.02 * len(joined)
    assert again <= 0.05 * copies


def judge_messages(lived: Lived) -> None:
    """Every alert was sent once, and stands as the archive says."""
    ledger = lived.desk.api.ledger
    assert len(ledger.messages) == len(lived.alerts)
    channel = lived.desk.rules.channels["desk"]
    options = look(channel, lived.desk.settings.timezone)
    by_id = {row.id: row for row in lived.alerts}
    for row in lived.alerts:
        assert row.message_id is not None
        message = lived.desk.api.message(lived.chat, row.message_id)
        assert message.content.text.strip() == html.render(from_json(row.content), options).visible.strip()
        answered = None if row.reply_to is None else by_id[row.reply_to].message_id
        assert (message.reply_to.id if message.reply_to is not None else None) == answered


def judge_rates(lived: Lived) -> None:
    """No more a minute than a group takes, and no message edited again within half a minute."""
    ledger = lived.desk.api.ledger
    # A restart reads the pace back to the millisecond.
    assert ledger.of("sendMessage", "editMessageText").max_rate(60 - 0.001)[lived.chat] <= A_MINUTE
    edits = defaultdict(list)
    for act in ledger.of("editMessageText"):
        edits[act.message_id].append(act.at)
    assert edits
    for times in edits.values():
        for first, second in pairwise(times):
            assert second - first >= EDIT_EVERY - timedelta(milliseconds=1)
