"""A Wirewatch under a clock that only the test moves: articles go in, messages come out at a stand-in.

The real steps tell, digest and deliver over a real archive, run by hand when their wakes are due; no
site is polled. The stand-in's clock is the same, so its ledger says when each message was accepted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection

from alerts.channels.telegram import TelegramSender
from alerts.outbox.worker import Outbox
from archive import articles, deliveries, events, sources
from archive.archive import Archive
from archive.article import Outlet
from archive.articles import Contact, NewArticle
from archive.wake import finish, next_wake, waiting, wake
from crawler.pages.reading import PageResult
from tests.outbox.office import Clock
from tests.peers.botapi import BotApiPeer, telegram_bot
from tests.pipeline.house import settings_of, write_config
from wirewatch import digests, pages, pipeline
from wirewatch.rooms import Rooms, Rulebook
from wirewatch.settings import Settings

OUTLETS = (
    Outlet("post", "The Vientiane Post", "LA", ("en",)),
    Outlet("wire", "Wire One", "TH", ("en",)),
    Outlet("other", "The Other", "TH", ("en",)),
    Outlet("agency", "The Agency", "KR", ("en",), tier=1),
    Outlet("blog", "Mekong Blog", "LA", ("en",), tier=3),
)


class Newsdesk:
    """`publish` puts articles in, `run` lets time pass; `restart` is a new process on the same archive."""

    def __init__(
        self,
        folder: Path,
        archive: Archive,
        api: BotApiPeer,
        clock: Clock,
        channels: Sequence[Mapping[str, Any]],
        watches: Sequence[Mapping[str, Any]],
    ) -> None:
        write_config(folder, [], api, cast(Any, None), watches=watches, channels=channels)
        self.archive, self.api, self.clock = archive, api, clock
        self.settings: Settings = settings_of(folder)
        self.rules = Rulebook.compile(self.settings)
        self._numbers = count(1)
        self.archive.write_now(lambda conn: sources.keep_outlets(conn, OUTLETS))
        self.restart()

    def restart(self) -> None:
        """A new process: what was under way is recovered, paces are read back."""
        self.bot = telegram_bot(self.api)
        names = [channel.name for channel in self.settings.channels]
        self.outbox = Outbox(
            self.archive,
            self.rules.channels,
            {name: TelegramSender(self.bot, self.clock.monotonic) for name in names},
            self.clock,
            default_zone=self.settings.timezone,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            report=events.record,
        )
        nothing = cast(Any, None)
        self.rooms = Rooms(self.rules, self.archive, nothing, nothing, lambda: self.outbox, clock=self.clock)
        self.archive.write_now(lambda conn: deliveries.recover(conn, self.clock()))
        self.archive.write_now(self._wake_digests)

    def _wake_digests(self, conn: Connection) -> None:
        for channel, due in digests_due(conn).items():
            wake(conn, "digest", channel, due)

    def publish(
        self,
        title: str,
        *,
        outlet: str = "post",
        contact: Contact = "live",
        summary: str = "",
        body: str | None = None,
        language: str | None = "en",
    ) -> int:
        """One article that is found now; its row."""
        number, now = next(self._numbers), self.clock()
        url = f"https://{outlet}.example/{number}"
        article = NewArticle(
            source=outlet, outlet=outlet, url=url, canonical=url, guid="", title=title, summary=summary,
            body=body, published=now, trust="stated", language=language, found_at=now, contact=contact,
            page="none", tell_after=now, keys=(number,),
        )  # fmt: skip

        def step(conn: Connection) -> int:
            (id_,) = articles.store(conn, [article])
            wake(conn, "tell", "", now)
            return id_

        return self.archive.write_now(step)[0]

    def revise(self, article: int, title: str) -> None:
        """The article bears another title from now on."""
        now = self.clock()

        def step(conn: Connection) -> None:
            articles.revise(conn, article, {"title": title}, now, None)
            wake(conn, "tell", "", now)

        self.archive.write_now(step)

    def wall(self, article: int) -> None:
        """The page of the article turns out to be behind payment."""
        (stored,) = self.archive.read_now(lambda conn: articles.by_ids(conn, [article]))
        walled = PageResult(stored.article.url, None, "paywall", "site-says-no", "is behind payment")
        self.archive.write_now(lambda conn: pages.keep(conn, self.rooms, stored, walled))

    async def run(self, **time: float) -> None:
        """Run what is due and what comes due within that time, each at its time."""
        end = self.clock.passed + timedelta(**time).total_seconds()
        while True:
            due = [
                one for one in self.archive.read_now(partial(waiting, limit=100)) if one.after <= self.clock()
            ]
            for one in due:
                await self._job(one.job, one.key)
                self.archive.write_now(lambda conn, one=one: finish(conn, one))
            if due:
                continue
            later = self.archive.read_now(next_wake)
            wait = end - self.clock.passed if later is None else (later - self.clock()).total_seconds()
            if later is None or self.clock.passed + wait >= end:
                self.clock.forward(max(end - self.clock.passed, 0.0))
                return
            self.clock.forward(wait)

    async def _job(self, job: str, key: str) -> None:
        match job:
            case "tell":
                await pipeline.tell(self.rooms, key)
            case "digest":
                await digests.send_due_digest(self.rooms, key)
            case "deliver":
                await self.outbox.deliver(key)
            case _:
                raise AssertionError(job)

    def texts(self, chat: int) -> list[str]:
        """What was sent to a chat, in order."""
        return [act.text for act in self.api.ledger.of("sendMessage", chat_id=chat)]


def digests_due(conn: Connection) -> dict[str, datetime]:
    """As the daemon does at start."""
    from archive.digests import next_due

    return next_due(conn)
