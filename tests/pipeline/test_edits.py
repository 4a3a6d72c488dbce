"""Random edits, right and wrong, while feeds publish: every article is judged by the config that stood when
it came, nothing is lost, nothing is sent twice, and the rules of the past are let go.

Small by default; `-m full` makes two hundred edits over a hundred feeds.
"""

import asyncio
import gc
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from archive import articles
from archive.archive import Archive
from archive.tables import article, delivery, match
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import feed_source, house, until, write_config
from tests.pipeline.test_housekeeping import amend
from wirewatch.daemon import Daemon
from wirewatch.demo.botapi import Chat
from wirewatch.reloading import PAST_MOST
from wirewatch.rooms import Rulebook

WORDS = ("alpha", "bravo", "charlie", "delta", "echo")


@dataclass
class Standing:
    """Which watches stood since when, and which words each looked for."""

    since: datetime
    watches: dict[str, frozenset[str]]


@dataclass
class Editor:
    """Somebody who edits the folder without rest, and remembers what stood when."""

    folder: Path
    feeds: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    chance: random.Random
    stood: list[Standing] = field(default_factory=list)
    # The words that each watch looks for, in the file as it is now.
    watches: dict[str, frozenset[str]] = field(default_factory=lambda: {"first": frozenset({"alpha"})})
    wrong: int = 0

    def note(self, daemon: Daemon, watches: dict[str, frozenset[str]]) -> None:
        self.stood.append(Standing(daemon.rooms.rules.since, dict(watches)))

    async def edit(self, daemon: Daemon) -> None:
        """One edit, and until the daemon has taken or refused it."""
        state = daemon.rooms.config
        kind = self.chance.choice(["watches"] * 4 + ["sources", "channels", "wrong", "wrong", "half"])
        getattr(self, f"edit_{kind}")()
        await until(lambda: daemon.rooms.config is not state)
        assert daemon.rooms.config is not None
        if kind in ("wrong", "half"):
            assert daemon.rooms.config.mistakes
            self.wrong += 1
            state = daemon.rooms.config
            self.write_watches()
            await until(lambda: daemon.rooms.config is not state)
        assert not daemon.rooms.config.mistakes
        self.note(daemon, self.watches)

    def edit_watches(self) -> None:
        names = [f"watch-{number}" for number in range(6)]
        before = self.watches
        while self.watches == before:
            self.watches = {
                name: frozenset(self.chance.sample(WORDS, self.chance.randint(1, 2)))
                for name in self.chance.sample(names, self.chance.randint(1, 4))
            }
        self.write_watches()

    def write_watches(self) -> None:
        listed = [{"name": name, "query": " OR ".join(sorted(words))} for name, words in self.watches.items()]
        self.write("watches.yaml", {"watches": listed})

    def edit_sources(self) -> None:
        # The last ones come and go; all change their rhythm.
        every = self.chance.choice(["90ms", "110ms", "130ms", "150ms", "170ms"])
        count = self.chance.randint(len(self.feeds) * 3 // 4, len(self.feeds))
        mark = f"edit {self.chance.random()}"
        chosen = [{**feed, "every": every, "checked": mark} for feed in self.feeds[:count]]
        self.write("sources/test.yaml", {"sources": chosen})

    def edit_channels(self) -> None:
        extra = {"name": "terminal", "type": "console"}
        some = self.chance.choice([[], [extra]])
        amend(self.folder, channels=[*self.channels, *some], contact=f"x{self.chance.random()}@x.example")

    def edit_wrong(self) -> None:
        mistakes = [f"watches: [{{name: a, query: '@none-{self.chance.random()}'}}]\n",
                    f"watches: [{{name: a, query: 'x {self.chance.random()} AND'}}]\n",
                    f"watch: [{{name: a, query: x{self.chance.random()}}}]\n"]  # fmt: skip
        self.by_some_editor(self.folder / "watches.yaml", self.chance.choice(mistakes))

    def edit_half(self) -> None:
        whole = f"watches: [{{name: a, query: 'alpha {self.chance.random()}'"
        self.by_some_editor(self.folder / "watches.yaml", whole)

    def write(self, name: str, content: dict[str, Any]) -> None:
        made = self.folder / ".made"
        YAML().dump(content, made)
        self.by_some_editor(self.folder / name, made.read_text())

    def by_some_editor(self, file: Path, text: str) -> None:
        match self.chance.choice(["in place", "rename", "backup", "unlink"]):
            case "in place":
                file.write_text(text)
            case "rename":
                new = file.with_name(f".{file.name}.new")
                new.write_text(text)
                new.replace(file)
            case "backup":
                file.rename(file.with_name(f"{file.name}~"))
                file.write_text(text)
            case "unlink":
                file.unlink()
                file.write_text(text)

    def watches_at(self, found: datetime) -> dict[str, frozenset[str]]:
        return next(one.watches for one in reversed(self.stood) if one.since <= found)


class Press:
    """Feeds that publish articles of random words; each keeps what it ever had on its page."""

    def __init__(self, site: PeerNewsroom, feeds: int, chance: random.Random) -> None:
        self.site, self.chance = site, chance
        self.published: list[str] = []
        self._held: list[asyncio.Event] = []
        self._items: list[list[Any]] = [["Quiet"] for _ in range(feeds)]
        for number in range(feeds):
            site.script(f"/{number}", rss(self._items[number]))

    def publish(self) -> None:
        number = self.chance.randrange(len(self._items))
        title = f"{self.chance.choice(WORDS)} {self.chance.choice(WORDS)} {len(self.published)} of {number}"
        self.published.append(title)
        self._items[number].insert(0, item(title, published=None))
        self.site.script(f"/{number}", rss(self._items[number]))

    def publish_held(self) -> str:
        """In the first feed an article of all words, whose page comes only when `release` says."""
        number, held = len(self.published), asyncio.Event()
        title = f"{' '.join(WORDS)} {number} of 0"
        # By another name: a page that is held keeps all of its host waiting.
        link = self.site.url(f"/page-{number}").replace("127.0.0.1", "localhost")
        self.site.script(f"/page-{number}", Reply(status=404, hold=held))
        self.published.append(title)
        self._held.append(held)
        self._items[0].insert(0, item(title, link=link, published=None))
        self.site.script("/0", rss(self._items[0]))
        return title

    def release(self) -> None:
        """What was held comes now."""
        while self._held:
            self._held.pop().set()

    async def go_on(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            self.publish()


@pytest.mark.parametrize(
    ("feeds", "edits"), [(6, 9), pytest.param(100, 200, marks=[pytest.mark.full, pytest.mark.timeout(1800)])]
)
async def test_every_article_is_judged_by_the_config_that_stood_when_it_came(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, feeds: int, edits: int
) -> None:
    # Each has its own: what is edited must not hang on how many articles have come meanwhile.
    chance = random.Random(edits + 1)
    press = Press(site, feeds, random.Random(feeds))
    # The pages of one feed are waited for in vain: every edit comes between an article of it and its alert.
    listed = [
        feed_source(f"feed-{number}", site.url(f"/{number}"), full_text="never" if number else "always")
        for number in range(feeds)
    ]
    desk = {"name": "desk", "type": "telegram", "chat": chat.id, "stories": "off"}
    first = [{"name": "first", "query": "alpha"}]
    folder = write_config(tmp_path / "config", listed, api, chat, watches=first, channels=[desk])
    editor = Editor(folder, listed, [desk], chance)
    async with house(folder) as daemon:
        editor.note(daemon, editor.watches)
        await until(lambda: len({seen.target for seen in site.requests}) == feeds)
        publishing = asyncio.create_task(press.go_on())
        for _ in range(edits):
            # It is found before the edit and told after it.
            title = press.publish_held()
            await until(lambda title=title: _is_known(daemon, title), 60)  # type: ignore[misc]
            await editor.edit(daemon)
            press.release()
            assert len(daemon.rooms.past) <= PAST_MOST
        publishing.cancel()
        # All sources are back, so that each article was met at last.
        state = daemon.rooms.config
        editor.write("sources/test.yaml", {"sources": [{**feed, "checked": "at the end"} for feed in listed]})
        await until(lambda: daemon.rooms.config is not state)
        archive = daemon.rooms.archive
        await until(lambda: archive.read_now(articles.count) > len(press.published), 60)
        await until(lambda: daemon.jobs.idle and not archive.read_now(_open), 60)
        gc.collect()
        # Those of this daemon: what a test before kept of its own is not meant.
        known = [one for one in gc.get_objects() if isinstance(one, Rulebook)]
        alive = sum(one.settings.locations.config == folder for one in known)
    _judged_rightly(archive, editor)
    _sent_once(archive, api, chat)
    assert editor.wrong > edits / 10
    assert alive <= PAST_MOST + 2


def _is_known(daemon: Daemon, title: str) -> bool:
    known = article.select().where(article.c.title == title)
    return daemon.rooms.archive.read_now(lambda conn: conn.execute(known).first()) is not None


def _open(conn: Any) -> int:
    open_ = delivery.c.state.in_(("pending", "sending", "waiting", "uncertain"))
    return len(conn.execute(delivery.select().where(open_)).all()) + len(
        conn.execute(article.select().where(article.c.told_at.is_(None))).all()
    )


def _judged_rightly(archive: Archive, editor: Editor) -> None:
    rows = archive.read_now(lambda conn: conn.execute(article.select()).all())
    fired: dict[int, set[str]] = {}
    for row in archive.read_now(lambda conn: conn.execute(match.select()).all()):
        fired.setdefault(row.article, set()).add(row.watch)
    wrong = []
    for row in rows:
        words = set(row.title.split())
        expected = {name for name, some in editor.watches_at(row.found_at).items() if words & some}
        if fired.get(row.id, set()) != expected:
            wrong.append((row.title, row.found_at, fired.get(row.id), expected))
    assert not wrong
    assert fired


def _sent_once(archive: Archive, api: BotApiPeer, chat: Chat) -> None:
    rows = archive.read_now(lambda conn: conn.execute(article.select()).all())
    fired = {row.article for row in archive.read_now(lambda conn: conn.execute(match.select()).all())}
    # What was met as a source came back after a long while has no date: it is counted, not told.
    owed = Counter(row.title for row in rows if row.id in fired and row.contact == "live")
    sent = Counter(act.text.split("\n")[0] for act in api.ledger.messages if act.chat_id == chat.id)
    assert sent == owed
    assert len(owed) > 10
