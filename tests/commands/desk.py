"""A small Wirewatch on disk for the tests of commands: config, a real archive, what lies in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from alerts.messages.content import AlertContent
from archive import articles, deliveries, sources
from archive.archive import Archive
from archive.article import Outlet
from archive.articles import NewArticle
from archive.deliveries import NewDelivery
from archive.schema import prepare
from archive.sources import SourceState
from archive.tables import delivery
from crawler.entry import Entry
from crawler.identity import identify
from tests.command_line import Ended, run
from tests.config_folder import whole, write


@dataclass
class Desk:
    """`run(...)` runs a command on it; the rest puts something into the archive."""

    config: Path
    archive: Archive
    now: datetime

    def run(self, command: str, *arguments: str | Path, stdin: str = "") -> Ended:
        return run(command, "--config", self.config, *arguments, stdin=stdin)

    def write(self, step: Any) -> Any:
        return self.archive.write_now(step)[0]

    def source(self, name: str, **state: Any) -> None:
        """A source that is known, polled a minute ago and well unless `state` says otherwise."""
        minute = self.now - timedelta(minutes=1)
        well = SourceState(
            name, self.now + timedelta(minutes=5), first_success_at=minute, last_polled_at=minute,
            last_success_at=minute, last_new_at=minute, polls=3,
        )  # fmt: skip

        def step(conn: Connection) -> None:
            claimed = sources.claim(conn, name, self.now, timedelta(0))
            assert claimed is not None
            sources.write_back(conn, [well._replace(fence=claimed.fence, **state)])

        self.write(step)

    def article(self, title: str, link: str, **more: Any) -> int:
        """An article of `laotian-times` that was found an hour ago and told."""
        found = self.now - timedelta(hours=1)
        identity = identify(Entry(link, title), "laotian-times", found)
        values: dict[str, Any] = {
            "source": "laotian-times", "outlet": "laotian-times", "url": link,
            "canonical": identity.canonical, "guid": "", "title": title, "summary": "", "body": None,
            "published": found, "trust": "stated", "language": "en", "found_at": found,
            "contact": "live", "page": "none", "tell_after": found, "keys": identity.all(), **more,
        }  # fmt: skip

        def step(conn: Connection) -> int:
            sources.keep_outlets(conn, [Outlet("laotian-times", "The Laotian Times", "LA", ("en",))])
            (id_,) = articles.store(conn, [NewArticle(**values)])
            articles.mark_told(conn, [id_], found)
            return id_

        return int(self.write(step))

    def delivery(self, article: int, title: str = "Laos opens a bridge", **values: Any) -> int:
        """An alert of channel `console`, changed as `values` say."""
        said = AlertContent(title, "https://a.example/1", None, None, None, "none", self.now).to_json()
        new = NewDelivery("console", "alert", said, False, "console:console", article=article)

        def step(conn: Connection) -> int:
            (id_,) = deliveries.add(conn, [new], self.now)
            if values:
                conn.execute(delivery.update().where(delivery.c.id == id_).values(values))
            return id_

        return int(self.write(step))


def open_desk(tmp_path: Path, main: Sequence[str] = (), address: str | None = None, **files: str) -> Desk:
    """A desk with the small config of `tests/config_folder.py`, lines of `main` in wirewatch.yaml; its
    archive is at `address`, or a file."""
    address = address or str(tmp_path / "wirewatch.db")
    lines = ["shipped: []", f"archive: {address}", "timezone: Asia/Vientiane", *main]
    config = write(tmp_path / "config", whole(wirewatch="\n".join(lines) + "\n", **files))
    archive = Archive(address)
    prepare(archive)
    return Desk(config, archive, datetime.now(UTC))
