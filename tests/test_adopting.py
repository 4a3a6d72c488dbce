"""What the archive learns of a config, and when it may be spared that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from alerts.channels.senders import chat_key
from archive import articles, deliveries, sources
from archive.archive import Archive
from archive.articles import NewArticle
from archive.deliveries import NewDelivery
from archive.tables import outlet
from crawler.entry import Entry
from crawler.identity import Sorted, all_keys, identify, sort_entries
from crawler.polling import TOLD_AFTER, is_first_contact
from tests.config_folder import SOURCES, locations, whole
from wirewatch.adopting import adopt, keep_outlets
from wirewatch.rooms import Rulebook
from wirewatch.settings import Settings, load

BOTH = ["laotian-times", "laotian-times-business"]
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


class House:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def start(self, settings: Settings, kept_as: str | None) -> None:
        rules = Rulebook.compile(replace(settings, kept_as=kept_as))
        self.archive.write_now(lambda conn: adopt(conn, rules, NOW))

    def misname(self) -> None:
        """Let no outlet bear the name of the config."""
        self.archive.write_now(lambda conn: conn.execute(update(outlet).values(title="?")))

    @property
    def titles(self) -> list[str]:
        return self.archive.read_now(lambda conn: list(conn.execute(select(outlet.c.title)).scalars()))

    @property
    def active(self) -> list[str]:
        return [state.source for state in self.archive.read_now(sources.all_states)]


@pytest.fixture
def house(sqlite_archive: Archive) -> House:
    return House(sqlite_archive)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(locations(tmp_path / "one", whole()), {})


NAME, OWN = "name: laotian-times\n", "outlet: laotian-times\n"
RENAMED = SOURCES.replace(NAME, "name: lt\n    was: laotian-times\n").replace(OWN, "outlet: lt\n")
# The outlet that was the second source is that of both now.
REGROUPED = SOURCES.replace(f"    {OWN}", "").replace(NAME, f"{NAME}    outlet: laotian-times-business\n")


@pytest.mark.parametrize("content", ["", "The dam near Pakse was opened by the prime minister. " * 20])
@pytest.mark.parametrize("link", ["https://laotiantimes.example/1", "https://laotiantimes.example/"])
@pytest.mark.parametrize(
    ("edited", "source", "outlet"),
    [(RENAMED, "lt", "lt"), (REGROUPED, "laotian-times", "laotian-times-business")],
    ids=["renamed", "regrouped"],
)
def test_articles_of_a_source_that_is_another_outlets_are_known_and_have_not_changed(
    house: House, settings: Settings, tmp_path: Path, edited: str, source: str, outlet: str, link: str,
    content: str,
) -> None:  # fmt: skip
    house.start(settings, None)
    entry = Entry(link, "A dam", "1", "It is open", content, NOW, "stated")
    identity = identify(entry, "laotian-times", NOW)
    new = NewArticle(
        identity.all(), "laotian-times", "laotian-times", entry.link, identity.canonical, entry.guid,
        entry.title, entry.summary, content or None, NOW, "stated", "en", NOW, "live", "none", NOW,
    )  # fmt: skip
    house.archive.write_now(lambda conn: articles.store(conn, [new]))
    house.start(load(locations(tmp_path / "edited", whole(sources__laos=edited)), {}), None)
    again = [(entry, identify(entry, outlet, NOW))]
    keys = all_keys([identity for _, identity in again])
    known = house.archive.read_now(lambda conn: articles.known_by(conn, keys))
    assert sort_entries(again, known, source, 10) == Sorted((), ())


@pytest.mark.parametrize(("leads_to", "is_met_anew"), [("rss", False), ("other", True)])
def test_a_source_whose_new_address_was_written_down_is_no_new_one(
    house: House, settings: Settings, tmp_path: Path, leads_to: str, is_met_anew: bool
) -> None:
    house.start(settings, None)
    old, new = (f"https://laotiantimes.example/{path}/" for path in ("feed", leads_to))
    later = NOW + timedelta(hours=1)

    def move(conn: Connection) -> None:
        state = sources.claim(conn, "laotian-times", NOW, timedelta(minutes=5))
        assert state is not None
        well = state._replace(first_success_at=NOW, last_polled_at=NOW, due_at=later, etag="1", interval_s=60)
        sources.write_back(conn, [well._replace(moved_from=old, moved_to=new, moved_answers=3)])

    house.archive.write_now(move)
    written = whole(sources__laos=SOURCES.replace(old, "https://laotiantimes.example/rss/"))
    house.start(load(locations(tmp_path / "written", written), {}), None)
    state = next(one for one in house.archive.read_now(sources.all_states) if one.source == "laotian-times")
    kept = (state.first_success_at, state.due_at, state.etag, state.interval_s)
    assert kept == ((None, NOW, None, None) if is_met_anew else (NOW, later, "1", 60))


def test_a_source_that_is_asked_elsewhere_begins_to_fail_anew(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    house.start(settings, None)

    def fail(conn: Connection) -> None:
        state = sources.claim(conn, "laotian-times", NOW, timedelta(minutes=5))
        assert state is not None
        sources.write_back(conn, [state._replace(failures=12, error="404", wish_s=9e9)])

    house.archive.write_now(fail)
    moved = whole(sources__laos=SOURCES.replace("laotiantimes.example/feed/", "laotiantimes.example/rss/"))
    house.start(load(locations(tmp_path / "moved", moved), {}), None)
    state = next(one for one in house.archive.read_now(sources.all_states) if one.source == "laotian-times")
    # It is still told that it answers again, and a first slip at the new address costs no day.
    assert (state.failures, state.error, state.wish_s, state.due_at) == (TOLD_AFTER, "404", None, NOW)


@pytest.mark.parametrize("rhythm", ["every: 10m", "cron: '*/10 * * * *'"])
def test_a_rhythm_that_is_made_quicker_is_no_gap(
    house: House, settings: Settings, tmp_path: Path, rhythm: str
) -> None:
    house.start(settings, None)
    polled, due = NOW - timedelta(hours=5), NOW + timedelta(hours=1)

    def poll(conn: Connection) -> None:
        state = sources.claim(conn, "laotian-times", NOW, timedelta(minutes=5))
        assert state is not None
        sources.write_back(conn, [state._replace(due_at=due, last_polled_at=polled, first_success_at=polled)])

    house.archive.write_now(poll)
    url = "url: https://laotiantimes.example/feed/"
    quicker = whole(sources__laos=SOURCES.replace(url, f"{url}\n    {rhythm}"))
    house.start(load(locations(tmp_path / "quicker", quicker), {}), None)
    state = next(one for one in house.archive.read_now(sources.all_states) if one.source == "laotian-times")
    assert state.due_at == NOW
    assert not is_first_contact(state, settings.fetch.gap, NOW)


def other(tmp_path: Path) -> Settings:
    """The settings with other words for the outlet, and without its second source."""
    said = SOURCES.replace("The Laotian Times", "Laotian").partition("  - name: laotian-times-b")[0]
    return load(locations(tmp_path / "other", whole(sources__laos=said)), {})


def test_what_was_adopted_last_is_not_adopted_again(house: House, settings: Settings) -> None:
    house.start(settings, "one")
    assert (house.titles, house.active) == (
        ["The Laotian Times"],
        ["laotian-times", "laotian-times-business"],
    )
    house.misname()
    house.start(settings, "one")
    assert house.titles == ["?"]


@pytest.mark.parametrize("kept_as", [None, "two"])
def test_a_config_that_was_read_or_is_another_is_adopted(
    house: House, settings: Settings, kept_as: str | None
) -> None:
    house.start(settings, "one")
    house.misname()
    house.start(settings, kept_as)
    assert house.titles == ["The Laotian Times"]


@pytest.mark.parametrize("kept_as", [None, "two"])
def test_a_config_is_adopted_again_after_another(
    house: House, settings: Settings, tmp_path: Path, kept_as: str | None
) -> None:
    house.start(settings, "one")
    house.start(other(tmp_path), kept_as)
    assert (house.titles, house.active) == (["Laotian"], ["laotian-times"])
    house.start(settings, "one")
    assert (house.titles, house.active) == (
        ["The Laotian Times"],
        ["laotian-times", "laotian-times-business"],
    )


def test_a_config_is_adopted_again_after_a_command_with_another(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    house.start(settings, "one")
    house.archive.write_now(lambda conn: keep_outlets(conn, other(tmp_path)))
    assert house.titles == ["Laotian"]
    house.start(settings, "one")
    assert house.titles == ["The Laotian Times"]


def test_what_waits_goes_to_the_chat_of_the_edited_config(house: House, settings: Settings) -> None:
    (channel,) = settings.channels
    new = NewDelivery(channel.name, "notice", {"type": "notice", "text": "Hello"}, False, "-1001")
    house.archive.write_now(lambda conn: deliveries.add(conn, [new], NOW))
    house.start(settings, "edited")
    (row,) = house.archive.read_now(lambda conn: deliveries.listed(conn, ["pending"]))
    assert row.chat == chat_key(channel)
