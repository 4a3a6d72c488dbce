"""A config that is kept says the same as one that is read, and is taken only where it is the same."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from alerts.query import parse
from alerts.query.lexicon import Lexicon
from alerts.query.parse import Query
from tests.command_line import ROOT
from tests.config_folder import TERMS, WATCHES, locations, whole, write
from wirewatch import config_cache, config_files
from wirewatch.config_cache import NAME, settings_apart, settings_at
from wirewatch.config_errors import ConfigErrors
from wirewatch.config_files import Locations, locate
from wirewatch.secrets import mask
from wirewatch.settings import Settings, load

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
EVERY_KEY = """\
    timezone: Asia/Vientiane
    contact: desk@example.org
    archive: news/wirewatch.db
    ops: ops
    fetch: {every: 90s, min_delay: 1.5s, allow_private: [10.0.0.0/8]}
    telegram: {api_url: 'http://127.0.0.1:8081', admins: [123456789], pacing: {chat_per_second: 0.5}}
    channels:
      - {name: desk, type: telegram, chat: -1001234567890, topic: 17, timezone: Asia/Seoul,
         only: 'NOT kind:aggregator', stories: off, quiet_hours: {from: '22:00', to: '06:30'},
         digest: '0 7 * * *', max_per_hour: 30, preview: large, on_uncertain: hold}
      - {name: paper, type: console, digest: 6h}
      - {name: ops, type: telegram, chat: '@someone'}
    retention: {body: 10d, title: 20d}
    http: {listen: '[::1]:0'}
    silent_after: 1h
"""
MORE_SOURCES = """\
    sources:
      - {name: kpl, title: 'ຂ່າວ', languages: [lo, zh-Hant], type: section, url: 'https://kpl.example/',
         cron: '*/20 6-22 * * *', timezone: Asia/Vientiane, full_text: always,
         selectors: {articles: 'h2 a', next: a.next}, user_agent: x, checked: 2026-11-24}
      - {name: gone, enabled: false}
      - {name: off, enabled: false, url: 'https://off.example/', title: The Off}
      - {name: off-too, outlet: off, url: 'https://off.example/2'}
"""
MORE_TERMS = """\
    sets:
      north-korea:
        title: North Korea
        terms:
          - name: DPRK
            spell: {en: [DPRK, North Korea], ko: [북한]}
            exact: [NK]
            not: [북한산]
            with: {any: ['@sport', sanctions], within: 12}
            fuzzy: true
            source: a book
      silent: {enabled: false}
"""
MORE_WATCHES = """\
    watches:
      - {name: north, query: '@north-korea OR @silent', urgency: breaking, channels: [desk]}
      - {name: laos, enabled: false}
"""
FOLDERS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nothing at all": ({}, {}),
    "an own one alone": (whole(), {}),
    "shipped alone": ({}, whole()),
    "every key": (
        whole(wirewatch=EVERY_KEY, sources__more=MORE_SOURCES, terms__more=MORE_TERMS, watches=MORE_WATCHES),
        whole(),
    ),
    "warnings": (whole() | {"source.yml": "", "sources/x.yml": "", "notes.yaml": ""}, {}),
}


@pytest.fixture
def kept_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, a config that is read is a mistake of the test."""

    def from_now_on() -> None:
        def read(*_: object) -> Settings:
            raise AssertionError("the config was read")

        monkeypatch.setattr(config_cache, "load", read)

    return from_now_on


def kept(where: Locations) -> Settings:
    return settings_at(where, {}, keep=True)


def same(one: Settings, other: Settings) -> None:
    for part in fields(Settings):
        if part.compare:
            assert getattr(one, part.name) == getattr(other, part.name), part.name
    assert (one.outlets, one.outlet_of) == (other.outlets, other.outlet_of)
    assert one.watchlist().watches == other.watchlist().watches
    assert one.watchlist().lexicon == other.watchlist().lexicon
    assert one.filters.keys() == other.filters.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_kept_is_what_was_read(folder: str, tmp_path: Path, kept_only: Callable[[], None]) -> None:
    where = locations(tmp_path, *FOLDERS[folder])
    kept(where)
    kept_only()
    same(settings_at(where, {}), load(where, {}))


def test_the_shipped_config_is_kept_whole(tmp_path: Path, kept_only: Callable[[], None]) -> None:
    shipped = locate(None, {}).shipped
    where = Locations(None, shipped, tmp_path)
    kept(where)
    kept_only()
    same(settings_at(where, {}), load(where, {}))


def test_what_must_be_read_is_read_by_another_process(tmp_path: Path, kept_only: Callable[[], None]) -> None:
    where = locations(tmp_path, whole())
    read = load(where, {})
    apart = (
        "from wirewatch.config_cache import settings_apart\nfrom wirewatch.config_files import Locations\n"
    )
    apart += "from pathlib import Path\nimport sys\n"
    apart += f"settings_apart(Locations(Path({str(where.config)!r}), Path({str(where.shipped)!r}),"
    apart += f" Path({str(where.state)!r})), {{}})\n"
    apart += "assert not {'ruamel.yaml', 'wirewatch.config_reading'} & sys.modules.keys()"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", apart], cwd=ROOT, check=True, timeout=60)
    kept_only()
    same(settings_at(where, {}), read)


def test_what_cannot_be_kept_is_read_all_the_same(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    (where.state / NAME).mkdir(parents=True)
    same(settings_apart(where, {}), load(where, {}))
    _edited(where, "watches.yaml", WATCHES.replace("'@laos'", "'@lao'"))
    with pytest.raises(ConfigErrors, match="found @lao"):
        settings_apart(where, {})


def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    before = os.umask(0)
    kept(where)
    os.umask(before)
    assert [file.stat().st_mode & 0o777 for file in (where.state, where.state / NAME)] == [0o700, 0o600]


def test_what_is_kept_is_read_only_where_it_is_asked_to_be_kept(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    settings_at(where, {})
    assert not where.state.exists()


def _edited(where: Locations, name: str, text: str) -> None:
    assert where.config is not None
    write(where.config, {name: text})


EDITS: dict[str, Callable[[Locations], object]] = {
    "an own file": lambda where: _edited(where, "watches.yaml", WATCHES.replace("name: laos", "name: lao")),
    "a shipped file": lambda where: write(where.shipped, {"terms/laos.yaml": TERMS.replace("medal", "goal")}),
    "a file more": lambda where: _edited(where, "terms/more.yaml", "sets: {x: {terms: []}}"),
    "a stray file": lambda where: _edited(where, "source.yaml", ""),
    "a file less": lambda where: (where.shipped / "sources" / "laos.yaml").unlink(),
    "a main file": lambda where: _edited(where, "wirewatch.yaml", "timezone: Asia/Seoul"),
    "a token": lambda where: _edited(where, "telegram.token", TOKEN),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_counts_at_once(edit: str, tmp_path: Path) -> None:
    where = locations(tmp_path, {}, whole())
    before = kept(where)
    EDITS[edit](where)
    after = settings_at(where, {})
    same(after, load(where, {}))
    assert after != before


def test_a_mistake_after_a_good_config_is_told_with_its_line(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    kept(where)
    _edited(where, "watches.yaml", WATCHES.replace("'@laos'", "'@lao'"))
    with pytest.raises(ConfigErrors) as failed:
        settings_at(where, {})
    assert str(failed.value).startswith(f"{where.config}/watches.yaml:4:5: watches.laos.query: found @lao")
    _edited(where, "watches.yaml", WATCHES)
    assert settings_at(where, {}).watches[0].query == "@laos"


def test_a_changed_program_reads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = locations(tmp_path / "config", whole())
    program = tmp_path / "program"
    for package in ("wirewatch", "crawler", "alerts", "archive"):
        write(program / package, {"one.py": "1"})
    monkeypatch.setattr(config_cache, "package_folder", lambda: program / "wirewatch")
    kept(where)
    written = (where.state / NAME).stat().st_mtime_ns
    kept(where)
    assert (where.state / NAME).stat().st_mtime_ns == written
    write(program / "alerts" / "query", {"grammar.lark": "2"})
    kept(where)
    assert (where.state / NAME).stat().st_mtime_ns != written


def test_a_changed_program_of_the_same_size_and_age_reads_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = locations(tmp_path / "config", whole())
    program = tmp_path / "program"
    for package in ("wirewatch", "crawler", "alerts", "archive"):
        write(program / package, {"one.py": "1"})
    monkeypatch.setattr(config_cache, "package_folder", lambda: program / "wirewatch")
    kept(where)
    # As images whose files bear the time of their commit, and copies that keep it, have it.
    file = program / "alerts" / "one.py"
    age = file.stat()
    file.write_text("2")
    os.utime(file, ns=(age.st_atime_ns, age.st_mtime_ns))
    assert settings_at(where, {}).kept_as is None


@pytest.mark.parametrize("share", [0.0, 0.001, 0.05, 0.5, 0.99])
def test_a_cache_that_was_cut_off_is_none(share: float, tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    kept(where)
    file = where.state / NAME
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    same(settings_at(where, {}), load(where, {}))


@pytest.mark.parametrize("step", range(7))
def test_a_cache_with_a_wrong_byte_is_none(step: int, tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    kept(where)
    file = where.state / NAME
    content = bytearray(file.read_bytes())
    content[step * (len(content) - 1) // 6] ^= 1
    file.write_bytes(content)
    same(settings_at(where, {}), load(where, {}))


@pytest.mark.parametrize(
    "content",
    [
        b"\n",
        b"{}\n{}",
        b"[]\n[]",
        b"[" * 100_000,
        b"\xff\xfe\n\x00",
        b'{"named_files": [1]}\n',
        b"null\nnull",
    ],
    ids=["empty", "objects", "lists", "deep", "bytes", "numbers", "nulls"],
)
def test_another_file_in_its_place_is_no_cache(content: bytes, tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    write(where.state, {})
    (where.state / NAME).write_bytes(content)
    same(kept(where), load(where, {}))
    assert json.loads((where.state / NAME).read_bytes().partition(b"\n")[0])["has_token"] is False


def test_a_body_that_names_other_things_runs_nothing(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    kept(where)
    file = where.state / NAME
    head = json.loads(file.read_bytes().partition(b"\n")[0])
    body = b'{"dict":{"archive":{"system":{"command":"true"}}}}'
    head["digest"] = config_cache._digest(body)
    file.write_bytes(json.dumps(head).encode() + b"\n" + body)
    same(settings_at(where, {}), load(where, {}))


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_what_others_could_have_written_is_not_trusted(mode: int, tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    kept(where)
    (where.state / NAME).chmod(mode)
    before = (where.state / NAME).stat().st_ino
    same(kept(where), load(where, {}))
    after = (where.state / NAME).stat()
    assert (after.st_ino != before, after.st_mode & 0o777) == (True, 0o600)


def test_a_folder_in_its_place_costs_only_time(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    (where.state / NAME).mkdir(parents=True)
    same(kept(where), load(where, {}))
    assert [file.name for file in where.state.iterdir()] == [NAME]


SECRETS = {
    "archive": "postgresql://news:pass-of-archive@db.example/news",
    "ping_url": "https://ping.example/dead-mans-uuid",
    "proxy": "http://user:pass-of-proxy@proxy.example:3128",
    "header": "Bearer pass-in-header",
    "apprise": "discord://apprise-id/apprise-token",
    "source": "https://feed.example/?key=pass-of-source",
}
SECRETIVE = {
    "wirewatch.yaml": f"""\
        archive_file: archive.txt
        ping_url: {SECRETS["ping_url"]}
        fetch: {{proxy: '{SECRETS["proxy"]}'}}
        channels:
          - {{name: desk, type: telegram, chat: 5}}
          - {{name: other, type: apprise, url_file: apprise.txt}}
    """,
    "archive.txt": SECRETS["archive"] + "\n",
    "apprise.txt": SECRETS["apprise"] + "\n",
    "telegram.token": TOKEN,
    "sources/own.yaml": f"""\
        sources:
          - {{name: kpl, url_file: ../source.txt, headers: {{Authorization: {SECRETS["header"]}}}}}
    """,
    "source.txt": SECRETS["source"],
}


def test_no_secret_is_in_the_file_and_none_is_lost(tmp_path: Path, kept_only: Callable[[], None]) -> None:
    where = locations(tmp_path, whole() | SECRETIVE)
    read = kept(where)
    content = (where.state / NAME).read_text(encoding="utf-8")
    for secret in (*SECRETS.values(), TOKEN, "pass-of-archive", "pass-of-proxy", "apprise-token"):
        assert secret not in content
    kept_only()
    again = settings_at(where, {})
    same(again, read)
    assert again.archive == SECRETS["archive"]
    assert again.token is not None
    assert again.token.reveal() == TOKEN
    assert mask(f"{SECRETS['apprise']} {SECRETS['source']} pass-of-archive") == "*** *** ***"


def test_another_secret_in_its_file_counts(tmp_path: Path) -> None:
    where = locations(tmp_path, whole() | SECRETIVE)
    kept(where)
    _edited(where, "source.txt", "https://feed.example/?key=another")
    assert next(s.url for s in settings_at(where, {}).sources if s.name == "kpl").endswith("another")


def test_a_secret_that_stands_escaped_in_the_config_is_not_kept(tmp_path: Path) -> None:
    main = 'ping_url: "https://ping.example/dead\\x2duuid"'
    where = locations(tmp_path, whole(wirewatch=main))
    assert kept(where).ping_url == "https://ping.example/dead-uuid"
    assert not where.state.exists()


def test_the_token_is_looked_for_at_every_start(tmp_path: Path) -> None:
    main = "channels: [{name: desk, type: telegram, chat: 5}]"
    where = locations(tmp_path, whole(wirewatch=main))
    assert [warning.key for warning in kept(where).warnings] == ["channels.desk.type"]
    named = {"WIREWATCH_TELEGRAM_TOKEN": TOKEN}
    again = settings_at(where, named)
    assert again.token is not None
    assert again.warnings == ()
    with pytest.raises(ConfigErrors, match="no bot token"):
        settings_at(where, {"WIREWATCH_TELEGRAM_TOKEN": "x"})


def test_the_home_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = locations(tmp_path, whole(wirewatch="archive: ~/news.db"))
    for home in ("/home/one", "/home/two"):
        monkeypatch.setenv("HOME", home)
        assert kept(where).archive == Path(home) / "news.db"


def test_the_packages_folders_are_among_what_counts() -> None:
    assert any("site-packages" in part for part in config_cache._surroundings())
    assert str(config_files.package_folder() / "settings.py") in " ".join(config_cache._program())


def test_the_queries_of_a_config_that_is_kept_are_not_read_again(
    tmp_path: Path, kept_only: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = locations(tmp_path, *FOLDERS["every key"])
    kept(where)
    expected = load(where, {})
    _ = expected.filters
    kept_only()

    def read(text: str) -> Query:
        raise AssertionError(f"{text} was read")

    monkeypatch.setattr(parse, "parse_query", read)
    found = settings_at(where, {})
    assert found.watchlist() == expected.watchlist()
    assert found.filters == expected.filters
    assert found.filters.keys() == {"desk"}


@pytest.mark.parametrize("compiled", [False, True])
def test_what_is_looked_for_is_not_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    where = locations(tmp_path, *FOLDERS["an own one alone"])
    kept(where)
    expected = load(where, {}).watchlist().lexicon

    def work_out(*_: object) -> Lexicon:
        raise AssertionError("the lexicon was compiled")

    monkeypatch.setattr(Lexicon, "compile", work_out)
    found = settings_at(where, {})
    lexicon = (found.compile() if compiled else found).watchlist().lexicon
    assert lexicon == expected
    assert lexicon.automaton.find("football in laos") == expected.automaton.find("football in laos")


def test_what_is_kept_is_known_again_until_it_changes(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    assert kept(where).kept_as is None
    known = settings_at(where, {}).kept_as
    assert known is not None
    assert settings_at(where, {}).kept_as == known
    _edited(where, "wirewatch.yaml", "timezone: Asia/Seoul")
    assert kept(where).kept_as is None
    assert settings_at(where, {}).kept_as not in (None, known)
