"""What came of the demo, held against what was expected?

The stand-in's ledger says what was sent and when, the archive what each message is about, the
newsroom when it was published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from archive import articles, tables
from archive.archive import Archive
from wirewatch.demo.botapi import Accepted
from wirewatch.demo.newsroom import Expected, Newsroom


@dataclass(frozen=True, slots=True)
class Outcome:
    """The demo's figures. `messages` are the lines of `demo --json`; `missing` are the titles of
    expected alerts that did not come, `wrong` of messages that nobody expected, `twice` of those
    that came more than once."""

    messages: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    twice: tuple[str, ...]
    polls: int
    unchanged: int
    found: int
    matched: int
    edits: int

    @property
    def complete(self) -> bool:
        """Whether every expected alert came."""
        return not self.missing

    def summary(self) -> str:
        """The figures, for people."""
        times = sorted(message["latency_s"] for message in self.messages)
        lines = [
            f"polled     {self.polls} times, {self.unchanged} answered that nothing had changed",
            f"new        {self.found} articles",
            f"matched    {self.matched}",
            f"alerts     {len(self.messages)} messages, {self.edits} edited as coverage grew",
        ]
        if times:
            lines.append(
                f"from publication to message   median {median(times):.1f} s, slowest {times[-1]:.1f} s"
            )
        for word, titles in (("missing", self.missing), ("not expected", self.wrong), ("twice", self.twice)):
            lines.extend(f"{word}: {title}" for title in titles)
        if not (self.missing or self.wrong or self.twice):
            lines.append("every expected alert came, once, and nothing else")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the archive knows of one message."""

    url: str
    channel: str
    watches: tuple[str, ...]
    sources: tuple[str, ...]


def judge(archive: Path, newsroom: Newsroom, ledger: Sequence[Accepted]) -> Outcome:
    """Compare ledger, archive and schedule after the daemon has ended."""
    opened = Archive(archive)
    try:
        rows = opened.read_now(_rows)
        found, matched = opened.read_now(_counts)
    finally:
        opened.close()
    expected = {url: alert for alert in newsroom.expected() for url in (alert.url, *alert.copies)}
    sent = [act for act in ledger if act.method == "sendMessage" and act.message_id in rows]
    strange = [act.text for act in ledger if act.method == "sendMessage" and act.message_id not in rows]
    come = [expected.get(rows[act.message_id].url) for act in sent]
    titles = [alert.title for alert in come if alert is not None]
    visits = [visit for visit in newsroom.requests if visit.path in _source_paths(newsroom, visit.outlet)]
    return Outcome(
        messages=tuple(
            _line(act, rows[act.message_id], alert) for act, alert in zip(sent, come, strict=True) if alert
        ),
        missing=tuple(alert.title for alert in newsroom.expected() if alert.title not in titles),
        wrong=(*strange, *(act.text for act, alert in zip(sent, come, strict=True) if alert is None)),
        twice=tuple(sorted({title for title in titles if titles.count(title) > 1})),
        polls=len(visits),
        unchanged=sum(visit.status == 304 for visit in visits),
        found=found,
        matched=matched,
        edits=sum(act.method == "editMessageText" for act in ledger),
    )


def _line(act: Accepted, row: _Row, alert: Expected) -> dict[str, Any]:
    return {
        "channel": row.channel,
        "text": act.text,
        "watches": list(row.watches),
        "sources": list(row.sources),
        "latency_s": round((act.at - alert.published).total_seconds(), 3),
    }


def _source_paths(newsroom: Newsroom, outlet: str) -> tuple[str, ...]:
    return tuple(place.outlet.source_path for place in newsroom.places if place.outlet.name == outlet)


def _rows(conn: Connection) -> dict[int, _Row]:
    """What each sent message is about, by message id."""
    delivery = tables.delivery
    alerts = conn.execute(
        select(delivery.c.message_id, delivery.c.channel, delivery.c.article, delivery.c.story)
        .where(delivery.c.kind == "alert", delivery.c.message_id.is_not(None))
    ).all()  # fmt: skip
    found = {}
    for alert in alerts:
        members = articles.of_story(conn, alert.story)
        first = next(member for member in members if member.id == alert.article)
        watches = conn.execute(select(tables.match.c.watch).where(tables.match.c.article == alert.article))
        found[alert.message_id] = _Row(
            first.article.url,
            alert.channel,
            tuple(sorted(watches.scalars())),
            tuple(sorted({member.article.source for member in members})),
        )
    return found


def _counts(conn: Connection) -> tuple[int, int]:
    matched = select(func.count(tables.match.c.article.distinct()))
    return articles.count(conn), conn.execute(matched).scalar_one()
