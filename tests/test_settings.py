"""What the settings hold: layers, defaults, secrets' files, outlets, warnings."""

import os
import tempfile
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.channel import AppriseChannel, ConsoleChannel, TelegramChannel
from archive.article import Article
from tests.config_folder import SOURCES, TERMS, WATCHES, locations, whole
from wirewatch.bot_token import find_token
from wirewatch.config_errors import ConfigErrors, Place
from wirewatch.config_files import Locations, locate
from wirewatch.secrets import mask
from wirewatch.settings import Settings, load


def loaded(tmp_path: Path, user: dict[str, str], shipped: dict[str, str] | None = None) -> Settings:
    return load(locations(tmp_path, user, shipped), {})


def warnings(settings: Settings, tmp_path: Path) -> list[str]:
    return [str(warning).replace(f"{tmp_path}/", "") for warning in settings.warnings]


def test_without_a_main_file_everything_has_its_default(tmp_path: Path) -> None:
    settings = loaded(tmp_path, whole())
    assert settings.timezone == ZoneInfo("UTC")
    assert settings.archive == tmp_path / "state" / "wirewatch.db"
    assert settings.channels == (ConsoleChannel(name="console", type="console"),)
    assert settings.fetch.every == timedelta(minutes=15)
    assert settings.retention.body == timedelta(days=90)
    assert str(settings.http.listen) == "127.0.0.1:9177"
    assert (settings.ops, settings.token, settings.contact, settings.ping_url) == (None, None, None, None)
    assert settings.silent_after == timedelta(hours=6)


def test_every_key_of_the_main_file_is_read(tmp_path: Path) -> None:
    main = """\
        version: 1
        timezone: Asia/Vientiane
        contact: desk@example.org
        archive: news/wirewatch.db
        shipped: [sources, watches, terms]
        ops: ops
        fetch: {every: 15m, min_every: 2m, max_every: 6h, min_delay: 1s, catch_up: 24h, gap: 1h, proxy: null,
                allow_private: [10.0.0.0/8]}
        telegram:
          token_file: telegram.token
          api_url: http://127.0.0.1:8081
          admins: [123456789]
          pacing: {chat_per_second: 1, group_per_minute: 20, bot_per_second: 30}
        channels:
          - name: desk
            type: telegram
            chat: -1001234567890
            topic: 17
            timezone: Asia/Seoul
            only: 'NOT kind:aggregator'
            stories: on
            realert_after: 6
            quiet_hours: {from: '22:00', to: '06:30', breaking: pass}
            digest: '0 7 * * *'
            max_per_hour: 30
            buttons: off
            preview: off
            on_uncertain: hold
          - {name: phone, type: apprise, url: 'json://localhost/x', digest: 6h}
          - {name: ops, type: telegram, chat: '@operators'}
        retention: {body: 30d, title: 365d}
        http: {listen: '[::1]:0'}
        ping_url: https://ping.example/abc
        silent_after: 2h
        """
    settings = loaded(tmp_path, whole(wirewatch=main))
    desk, phone, ops = settings.channels
    assert isinstance(desk, TelegramChannel)
    assert (desk.chat, desk.topic, desk.buttons, desk.preview) == (-1001234567890, 17, False, "off")
    assert desk.quiet_hours is not None
    assert (desk.quiet_hours.start, desk.quiet_hours.end) == (time(22), time(6, 30))
    assert isinstance(phone, AppriseChannel)
    assert phone.digest == timedelta(hours=6)
    assert isinstance(ops, TelegramChannel)
    assert ops.chat == "@operators"
    assert settings.archive == tmp_path / "state" / "news" / "wirewatch.db"
    assert settings.telegram.api_url == "http://127.0.0.1:8081"
    assert str(settings.http.listen) == "[::1]:0"
    assert settings.fetch.allow_private == ("10.0.0.0/8",)


def test_yaml_words_such_as_no_and_22_30_stay_text(tmp_path: Path) -> None:
    main = """\
        channels: [{name: c, type: console, quiet_hours: {from: 22:30, to: 6:05}}]
        """
    source = "sources: [{name: nrk, country: NO, url: https://nrk.example/}]\n"
    settings = loaded(tmp_path, whole(wirewatch=main, sources__norway=source))
    hours = settings.channels[0].quiet_hours
    assert hours is not None
    assert (hours.start, hours.end) == (time(22, 30), time(6, 5))
    assert settings.outlet_of["nrk"].country == "NO"


def test_the_same_name_in_the_own_folder_wins_key_by_key(tmp_path: Path) -> None:
    own = {
        "sources/mine.yaml": "sources:\n  - {name: laotian-times, every: 5m, languages: [lo]}\n",
        "watches.yaml": "watches:\n  - {name: laos, urgency: breaking}\n  - {name: mekong, query: Mekong}\n",
        "terms/mine.yaml": "sets:\n  laos: {title: Mine}\n",
    }
    settings = loaded(tmp_path, own, whole())
    source = next(source for source in settings.sources if source.name == "laotian-times")
    assert (source.every, source.languages) == (timedelta(minutes=5), ("lo",))
    assert source.url == "https://laotiantimes.example/feed/"
    assert [(watch.name, watch.urgency) for watch in settings.watches] == [
        ("laos", "breaking"),
        ("mekong", "normal"),
    ]
    assert next((terms.name, terms.title, len(terms.terms)) for terms in settings.sets) == ("laos", "Mine", 1)


def test_a_list_replaces_the_shipped_one_whole(tmp_path: Path) -> None:
    own = {"terms/mine.yaml": "sets:\n  laos:\n    terms:\n      - {name: Lao, spell: {en: [Lao]}}\n"}
    settings = loaded(tmp_path, own, whole())
    assert [term.name for term in settings.sets[0].terms] == ["Lao"]


def test_enabled_false_silences_a_shipped_entry(tmp_path: Path) -> None:
    own = {
        "sources/mine.yaml": "sources: [{name: laotian-times, enabled: false}]\n",
        "watches.yaml": "watches: [{name: asean, query: ASEAN}, {name: laos, enabled: off}]\n",
        "terms/mine.yaml": "sets: {sport: {enabled: false}}\n",
    }
    settings = loaded(tmp_path, own, whole())
    assert [source.name for source in settings.sources] == ["laotian-times-business"]
    assert [watch.name for watch in settings.watches] == ["asean"]
    assert [(terms.name, len(terms.terms)) for terms in settings.sets] == [("laos", 1), ("sport", 0)]
    assert settings.outlet_of["laotian-times-business"].title == "The Laotian Times"


def test_a_watch_still_reads_when_a_set_it_names_is_switched_off(tmp_path: Path) -> None:
    settings = loaded(tmp_path, {"terms/mine.yaml": "sets: {sport: {enabled: false}}\n"}, whole())
    found = settings.watchlist().match(Article("1", "", "Laos football"))
    assert [match.watch for match in found] == ["laos"]


@pytest.mark.parametrize("off", ["no", "false", "Off", "'FALSE'"])
def test_a_disabled_entry_need_not_be_complete(off: str, tmp_path: Path) -> None:
    own = whole(sources__old=f"sources: [{{name: gone-from-the-catalogue, enabled: {off}}}]\n")
    assert len(loaded(tmp_path, own).sources) == 2


def test_shipped_says_which_layers_are_taken(tmp_path: Path) -> None:
    own = {"wirewatch.yaml": "shipped: [sources]\n"}
    settings = loaded(tmp_path, own, whole())
    assert (len(settings.sources), settings.watches, settings.sets) == (2, (), ())


def test_the_shipped_main_file_is_not_a_layer(tmp_path: Path) -> None:
    shipped = whole(wirewatch="timezone: Asia/Seoul\n")
    assert loaded(tmp_path, {"watches.yaml": ""}, shipped).timezone == ZoneInfo("UTC")
    alone = Locations(None, tmp_path / "shipped", tmp_path / "state")
    assert load(alone, {}).timezone == ZoneInfo("Asia/Seoul")


def test_two_names_for_one_folder_are_read_once(tmp_path: Path) -> None:
    found = locations(tmp_path, whole())
    link = tmp_path / "link"
    assert found.config is not None
    link.symlink_to(found.config)
    settings = load(Locations(found.config, link, found.state), {})
    assert len(settings.sources) == 2


def test_a_further_source_belongs_to_its_outlet(tmp_path: Path) -> None:
    settings = loaded(tmp_path, whole())
    assert [outlet.name for outlet in settings.outlets] == ["laotian-times"]
    assert settings.outlet_of["laotian-times-business"] is settings.outlet_of["laotian-times"]


def test_a_postgresql_address_is_taken_as_it_is_and_not_shown(tmp_path: Path) -> None:
    main = "archive: postgresql://u:sesame-open@db.example/news\n"
    settings = loaded(tmp_path, whole(wirewatch=main))
    assert settings.archive == "postgresql://u:sesame-open@db.example/news"
    assert "sesame-open" not in repr(settings)


def test_the_password_of_an_archive_may_hold_what_an_address_may_not(tmp_path: Path) -> None:
    main = "archive: 'postgresql://u:sesame[open/now@db.example/news'\n"
    settings = loaded(tmp_path, whole(wirewatch=main))
    assert settings.archive == "postgresql://u:sesame[open/now@db.example/news"
    assert mask("the password sesame[open/now is wrong") == "the password *** is wrong"


def test_file_keys_are_read_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    user = whole(
        wirewatch="""\
            archive_file: secret/archive
            fetch: {proxy_file: secret/proxy}
            channels: [{name: phone, type: apprise, url_file: secret/apprise}]
            """,
        sources__more="sources: [{name: x, url: https://x.example/, proxy_file: ../secret/proxy}]\n",
    )
    user |= {
        "secret/archive": "postgresql://u:p4ssw0rd@db/news\n",
        "secret/proxy": "http://127.0.0.1:3128\n",
        "secret/apprise": "json://u:pw@localhost/\n",
    }
    settings = loaded(tmp_path, user)
    phone = settings.channels[0]
    assert isinstance(phone, AppriseChannel)
    assert phone.url == "json://u:pw@localhost/"
    assert settings.archive == "postgresql://u:p4ssw0rd@db/news"
    assert settings.fetch.proxy == "http://127.0.0.1:3128"
    assert settings.sources[-1].proxy == "http://127.0.0.1:3128"
    assert "pw@" not in repr(settings)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"https://one.example/\nhttps://two.example/\n", "of more than one line"),
        (b"https://x.example/\0\n", "not text"),
        ("https://x.example/".encode("utf-16"), "not text"),
        (b"x" * 20_000, "long"),
    ],
)
def test_a_file_with_a_secret_has_one_line(content: bytes, found: str, tmp_path: Path) -> None:
    where = locations(tmp_path, whole(sources__more="sources: [{name: x, url_file: address}]\n"))
    file = tmp_path / "config" / "sources" / "address"
    file.write_bytes(content)
    with pytest.raises(ConfigErrors) as caught:
        load(where, {})
    (mistake,) = map(str, caught.value.errors)
    assert mistake == (
        f"{file.parent}/more.yaml:1:21: sources.x.url_file: found {file}, which is {found}, "
        "expected a file with one line"
    )


def test_a_file_with_a_secret_may_begin_with_the_mark_of_windows(tmp_path: Path) -> None:
    where = locations(tmp_path, whole(sources__more="sources: [{name: x, url_file: address}]\n"))
    (tmp_path / "config" / "sources" / "address").write_bytes(b"\xef\xbb\xbfhttps://hidden.example/feed\r\n")
    (tmp_path / "config" / "telegram.token").write_bytes(b"\xef\xbb\xbf3:file\r\n")
    settings = load(where, {})
    assert settings.sources[-1].url == "https://hidden.example/feed"
    assert settings.token is not None
    assert settings.token.reveal() == "3:file"


def test_an_own_file_key_takes_the_place_of_the_shipped_plain_one(tmp_path: Path) -> None:
    shipped = whole(
        sources__more="sources: [{name: x, url: https://x.example/, proxy: 'http://10.0.0.1:1'}]\n"
    )
    own = {"sources/x.yaml": "sources: [{name: x, proxy_file: p}]\n", "sources/p": "http://10.0.0.2:2"}
    settings = loaded(tmp_path, own, shipped)
    assert next(source for source in settings.sources if source.name == "x").proxy == "http://10.0.0.2:2"


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"environment", "credential", "file"}, "1:environment"),
        ({"credential", "file"}, "2:credential"),
        ({"file"}, "3:file"),
        (set(), None),
    ],
)
def test_the_token_comes_from_the_first_place_that_has_one(
    tmp_path: Path, places: set[str], expected: str | None
) -> None:
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    (tmp_path / "credentials").mkdir()
    user = whole()
    if "environment" in places:
        environ["WIREWATCH_TELEGRAM_TOKEN"] = "1:environment"
    if "credential" in places:
        (tmp_path / "credentials" / "telegram.token").write_text("2:credential\n")
    if "file" in places:
        user["telegram.token"] = "3:file\n"
    token = load(locations(tmp_path, user), environ).token
    assert (token.reveal() if token else None) == expected


def test_a_credential_in_a_folder_that_may_not_be_entered_is_told_and_not_passed_over(tmp_path: Path) -> None:
    closed = Path(tempfile.mkdtemp(prefix="wirewatch-closed-"))
    closed.chmod(0)
    # Root may enter every folder.
    os.seteuid(65534 if os.geteuid() == 0 else os.geteuid())
    try:
        token, errors = find_token({"CREDENTIALS_DIRECTORY": str(closed)}, tmp_path / "none", Place(""), "")
    finally:
        os.seteuid(os.getuid())
        closed.rmdir()
    assert token is None
    assert [error.found for error in errors] == [
        f"{closed}/telegram.token, which cannot be read (Permission denied)"
    ]


def test_what_reaches_nobody_is_warned_of(tmp_path: Path) -> None:
    user = {
        "wirewatch.yaml": """\
            ops: ops
            channels:
              - {name: desk, type: console}
              - {name: idle, type: console}
              - {name: ops, type: console}
            """,
        "watches.yaml": "watches:\n  - {name: laos, query: '@laos', channels: [desk]}\n",
        "terms/laos.yaml": TERMS,
        "sources/laos.yml": SOURCES,
        "watch.yaml": WATCHES,
    }
    assert warnings(loaded(tmp_path, user), tmp_path) == [
        "config/sources/laos.yml: found a file that is not read, expected a name ending in .yaml, "
        "did you mean laos.yaml",
        "config/terms/laos.yaml:7:3: sets.sport: found a term set that no query names, "
        "expected @sport in a query",
        "config/watch.yaml: found a file that is not read, expected one of watches.yaml, wirewatch.yaml, "
        "did you mean watches.yaml",
        "config/wirewatch.yaml:4:6: channels.idle: found a channel that no watch feeds, "
        "expected a watch that names it",
    ]


def test_a_watch_that_only_ops_could_hear_is_warned_of(tmp_path: Path) -> None:
    main = "ops: ops\nchannels: [{name: ops, type: console}]\n"
    assert warnings(loaded(tmp_path, whole(wirewatch=main)), tmp_path) == [
        "config/watches.yaml:2:5: watches.laos: found a watch that no channel hears, "
        "expected a channel besides ops in wirewatch.yaml"
    ]


def test_a_telegram_channel_without_a_token_is_warned_of(tmp_path: Path) -> None:
    main = "channels:\n  - {name: desk, type: telegram, chat: 5}\n"
    assert warnings(loaded(tmp_path, whole(wirewatch=main)), tmp_path) == [
        "config/wirewatch.yaml:2:18: channels.desk.type: found no bot token: it will print to the console, "
        "expected telegram.token"
    ]


def test_a_query_that_looks_unintended_is_warned_of(tmp_path: Path) -> None:
    watches = "watches:\n  - {name: a, query: 'laos or source:laotian-tmes'}\n"
    assert warnings(loaded(tmp_path, whole() | {"watches.yaml": watches}), tmp_path)[-2:] == [
        'config/watches.yaml:2:15: watches.a.query: found "or" is searched as a word (character 6), '
        "did you mean OR",
        "config/watches.yaml:2:15: watches.a.query: found source:laotian-tmes, which is no source here, "
        "expected the name of a source or outlet, did you mean laotian-times",
    ]


def test_files_in_folders_that_are_not_read_are_warned_of(tmp_path: Path) -> None:
    user = whole() | {
        "watches/mine.yaml": WATCHES,
        "source/mine.yaml": SOURCES,
        "sources/asia/mine.yml": SOURCES,
        "terms/notes/read-me.txt": "",
        # Of something else.
        "deploy/compose.yaml": "",
        ".git/x.yaml": "",
    }
    assert warnings(loaded(tmp_path, user), tmp_path) == [
        "config/source: found a folder that is not read, expected one of sources, terms, watches.yaml, "
        "did you mean sources",
        "config/sources/asia: found a folder that is not read, expected its files in sources",
        "config/watches: found a folder that is not read, expected one of sources, terms, watches.yaml, "
        "did you mean watches.yaml",
    ]


def test_an_empty_folder_is_warned_of(tmp_path: Path) -> None:
    assert warnings(loaded(tmp_path, {}, whole()), tmp_path) == [
        "config: found no config file in this folder, "
        "expected wirewatch.yaml, watches.yaml, sources/*.yaml or terms/*.yaml"
    ]


def test_the_shipped_config_is_right_and_warns_of_nothing() -> None:
    settings = load(Locations(None, locate(None, {}).shipped, Path("/nonexistent")), {})
    assert [str(warning) for warning in settings.warnings] == []
    assert {"laos", "asean", "north-korea"} <= {watch.name for watch in settings.watches}
    assert len(settings.sources) > 100


def test_the_settings_hold_no_half_read_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors):
        loaded(tmp_path, whole(wirewatch="timezone: Mars/Olympus\n"))
