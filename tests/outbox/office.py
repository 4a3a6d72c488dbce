"""An outbox at work in a test: archive, stand-in, senders, and a clock that only `sleep` moves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from alerts.channel import Channel, Pacing, TelegramChannel
from alerts.channels.interface import Sender
from alerts.channels.senders import chat_key
from alerts.channels.telegram import TelegramSender
from alerts.messages.content import AlertContent, NoticeContent
from alerts.outbox.outcomes import Report
from alerts.outbox.transitions import Times
from alerts.outbox.worker import Outbox
from archive import deliveries, events
from archive.archive import Archive
from archive.deliveries import Delivery, Kind, NewDelivery
from archive.insert import insert
from archive.rules import checked
from archive.tables import article, outlet
from archive.wake import finish, next_wake, waiting
from tests.peers.botapi import BotApiPeer, telegram_bot

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Clock:
    """Wall and monotonic time. Waiting moves both at once; `jump` moves the wall alone."""

    def __init__(self, start: datetime = START) -> None:
        self.wall = start
        self.passed = 1000.0

    def __call__(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.forward(seconds)
        await asyncio.sleep(0)

    def forward(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds

    def jump(self, **by: float) -> None:
        self.wall += timedelta(**by)


def alert(number: int, **changes: Any) -> dict[str, Any]:
    """The content of an alert whose headline tells its number."""
    values: dict[str, Any] = {
        "title": f"Alert {number}",
        "url": f"https://example.org/{number}",
        "outlet": "The Vientiane Post",
        "country": "LA",
        "published": START,
        "trust": "stated",
        "found_at": START,
        "watches": ("laos",),
    }
    return AlertContent(**{**values, **changes}).to_json()


@dataclass
class Office:
    """Puts deliveries in, runs the jobs they wake, and tells what came of them."""

    archive: Archive
    api: BotApiPeer
    channels: dict[str, Channel] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    times: Times = field(default_factory=Times)
    pacing: Pacing = field(default_factory=Pacing)
    read_timeout: float = 5.0
    _articles: int = 0

    def __post_init__(self) -> None:
        self.open()

    def open(self, report: Report = events.record) -> None:
        """A new outbox on the same archive, as after a restart."""
        self.bot = telegram_bot(self.api, read_timeout=self.read_timeout)
        for name in self.channels:
            self.senders[name] = TelegramSender(self.bot, self.clock.monotonic)
        self.outbox = Outbox(
            self.archive,
            self.channels,
            self.senders,
            self.clock,
            pacing=self.pacing,
            times=self.times,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            report=report,
        )

    def restart(self) -> None:
        """The program starts again: what was under way is recovered."""
        self.open()
        self.write(lambda conn: deliveries.recover(conn, self.clock(), self.times.settle))

    def channel(self, name: str, chat: int | str, **settings: Any) -> TelegramChannel:
        made = checked(TelegramChannel, {"name": name, "type": "telegram", "chat": chat, **settings})
        self.channels[name] = made
        self.senders[name] = TelegramSender(self.bot, self.clock.monotonic)
        return made

    def write(self, step: Any) -> Any:
        return self.archive.write_now(step)[0]

    def article(self) -> int:
        """A row for an alert to refer to."""
        self._articles += 1
        number = self._articles

        def step(conn: Connection) -> int:
            conn.execute(
                insert(conn, outlet).on_conflict_do_nothing(),
                {"name": "post", "title": "The Vientiane Post", "languages": []},
            )
            row = {
                "source": "post",
                "outlet": "post",
                "url": f"https://example.org/{number}",
                "canonical": f"https://example.org/{number}",
                "title": f"Alert {number}",
                "trust": "none",
                "found_at": START,
                "contact": "live",
                "tell_after": START,
            }
            id_: int = conn.execute(insert(conn, article).returning(article.c.id), row).scalar_one()
            return id_

        return int(self.write(step))

    def add(self, channel: str, content: Mapping[str, Any], kind: Kind = "alert", **more: Any) -> int | None:
        """One delivery; its id."""
        new = NewDelivery(channel, kind, dict(content), False, chat_key(self.channels[channel]), **more)
        ids: list[int] = self.write(lambda conn: deliveries.add(conn, [new], self.clock()))
        return ids[0] if ids else None

    def alert(self, channel: str, number: int, **more: Any) -> int:
        id_ = self.add(channel, alert(number), **more)
        assert id_ is not None
        return id_

    def notice(self, channel: str, text: str) -> int:
        id_ = self.add(channel, NoticeContent(text).to_json(), "notice")
        assert id_ is not None
        return id_

    async def run(self, seconds: float = 0.0) -> None:
        """Run what is due, and what comes due within `seconds` from now."""
        end = self.clock.passed + seconds
        while True:
            due = [
                one for one in self.archive.read_now(partial(waiting, limit=100)) if one.after <= self.clock()
            ]
            for wake in due:
                await self.outbox.deliver(wake.key)
                self.write(lambda conn, wake=wake: finish(conn, wake))
            if due:
                continue
            later = self.archive.read_now(next_wake)
            wait = end - self.clock.passed if later is None else (later - self.clock()).total_seconds()
            if later is None or self.clock.passed + wait > end:
                self.clock.forward(max(end - self.clock.passed, 0.0))
                return
            self.clock.forward(wait)

    def delivery(self, id_: int) -> Delivery:
        found = self.archive.read_now(lambda conn: deliveries.get(conn, id_))
        assert found is not None
        return found

    def states(self) -> dict[str, int]:
        counts = self.archive.read_now(lambda conn: list(deliveries.counts(conn).items()))
        return {str(state): number for state, number in counts}

    def tallies(self) -> dict[str, int]:
        return dict(self.archive.read_now(deliveries.tallies))

    def told(self) -> list[str]:
        """What operators were told, oldest first."""
        return [event.text for event in reversed(self.archive.read_now(events.latest))]

    def headlines(self, chat: int | None = None) -> list[str]:
        """The first lines of all messages that were accepted, in order."""
        sent = (
            self.api.ledger.of("sendMessage")
            if chat is None
            else self.api.ledger.of("sendMessage", chat_id=chat)
        )
        return [line.text.splitlines()[0] for line in sent]
