"""`wirewatch check`: the words of every kind of mistake, all of them at once."""

import json
from pathlib import Path

import pytest

from tests.command_line import Ended, run
from tests.config_folder import SOURCES, TERMS, WATCHES, whole, write
from wirewatch.cli.expected_errors import BAD_CONFIG

ALONE = "shipped: []\n"


def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], *options: str) -> Ended:
    """Check a folder `config` with nothing below it, from the folder above."""
    main = files.get("wirewatch.yaml", "")
    write(tmp_path / "config", files | {"wirewatch.yaml": main if "shipped:" in main else ALONE + main})
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIREWATCH_TELEGRAM_TOKEN", raising=False)
    return run("check", "--config", "config", *options)


def lines(ended: Ended) -> list[str]:
    """The mistakes alone: without warnings, pictures and summary."""
    found = ended.out.splitlines()[:-1]
    return [line for line in found if not line.startswith(("warning:", " "))]


@pytest.mark.parametrize(
    ("main", "line"),
    [
        ("version: 2\n", "2:1: version: found 2, expected 1, the only version that this Wirewatch knows"),
        ("version: '1'\n", "2:1: version: found '1', expected 1, the only version that this Wirewatch knows"),
        # It is nobody else's zone, and those of Etc count the hours the other way round.
        ("timezone: ICT\n", "2:1: timezone: found ICT, expected an IANA time zone such as Asia/Vientiane"),
        (
            "timezone: GMT+7\n",
            "2:1: timezone: found GMT+7, expected an IANA time zone such as Asia/Vientiane",
        ),
        (
            "timezone: utc\n",
            "2:1: timezone: found utc, expected an IANA time zone such as Asia/Vientiane, did you mean UTC",
        ),
        (
            "versoin: 1\n",
            "2:1: versoin: found versoin, expected a key of wirewatch.yaml, did you mean version",
        ),
        (
            "timezone: Vientiane\n",
            "2:1: timezone: found Vientiane, expected an IANA time zone such as Asia/Vientiane, "
            "did you mean Asia/Vientiane",
        ),
        (
            "fetch: {every: 15 minutes}\n",
            "2:9: fetch.every: found '15 minutes', expected a duration such as 30s, 10m, 2h or 7d",
        ),
        (
            "fetch: {min-every: 2m}\n",
            "2:9: fetch.min-every: found min-every, expected a key of fetch, did you mean min_every",
        ),
        # No value is shown: it might be the token.
        (
            "telegram.token: rosebud\n",
            "2:1: telegram.token: found telegram.token, expected a key of wirewatch.yaml, "
            "did you mean telegram",
        ),
        (
            "fetch: {min.delay: 1s}\n",
            "2:9: fetch.min.delay: found min.delay, expected a key of fetch, did you mean min_delay",
        ),
        ("'': 1\n", "2:1: found '', expected a key of wirewatch.yaml"),
        ("fetch: 5\n", "2:1: fetch: found 5, expected a mapping"),
        (
            "fetch: {min_every: 0s}\n",
            "2:9: fetch.min_every: found 0s, expected a duration above 0, from one poll to the next",
        ),
        ("silent_after: 6\n", "2:1: silent_after: found 6, expected a duration such as 30s, 10m, 2h or 7d"),
        (
            "http: {listen: 9177}\n",
            "2:8: http.listen: found 9177, expected an address and port such as 127.0.0.1:9177",
        ),
        (
            "telegram: {token: x}\n",
            "2:12: telegram.token: found token, expected a key of telegram, did you mean token_file",
        ),
        (
            "telegram: {admins: 5}\n",
            "2:12: telegram.admins: found 5, expected a list, did you mean [5]",
        ),
        (
            "telegram: {pacing: {bot_per_second: 0}}\n",
            "2:21: telegram.pacing.bot_per_second: found 0, expected a number over 0",
        ),
        (
            "telegram: {api_url: local}\n",
            "2:12: telegram.api_url: found local, expected an absolute http:// or https:// address",
        ),
        ("ops: desk\n", "2:1: ops: found desk, expected a channel of wirewatch.yaml (console)"),
        (
            "channels: [{name: a, type: telegramm}]\n",
            "2:22: channels.a.type: found telegramm, expected one of telegram, console, apprise, "
            "did you mean telegram",
        ),
        (
            "channels: [{name: a}]\n",
            "2:12: channels.a.type: found no type, expected one of telegram, console, apprise",
        ),
        ("channels: [{name: a, type: telegram}]\n", "2:12: channels.a: found no chat, expected the key chat"),
        (
            "channels: [{name: a, type: console, chat: 5}]\n",
            "2:37: channels.a.chat: found chat, expected a key of a channel of type console",
        ),
        (
            "channels: [{name: a, type: telegram, chat: desk}]\n",
            "2:38: channels.a.chat: found desk, expected a chat number such as -1001234567890, "
            "or '@name' in quotes",
        ),
        (
            "channels: [{name: a, type: console}, {name: a, type: console}]\n",
            "2:39: channels.a: found a a second time (first on line 2), expected every name once",
        ),
        (
            "channels: [{name: a, type: console, stories: maybe}]\n",
            "2:37: channels.a.stories: found maybe, expected on or off",
        ),
        (
            "channels: [{name: a, type: console, digest: 0 7 * *}]\n",
            "2:37: channels.a.digest: found '0 7 * *', expected a cron line of five fields: it has 4",
        ),
        (
            "channels: [{name: a, type: console, quiet_hours: {from: 22:30, end: 6:00, to: 6:00}}]\n",
            "2:64: channels.a.quiet_hours.end: found end, expected a key of quiet_hours",
        ),
        (
            "channels: [{name: a, type: console, quiet_hours: {from: 24:30, to: 6:00}}]\n",
            "2:51: channels.a.quiet_hours.from: found 24:30, expected a time of day such as '22:30'",
        ),
        (
            "channels: [{name: a, type: console, quiet_hours: {from: 6:00, to: 06:00}}]\n",
            "2:37: channels.a.quiet_hours: found from and to, "
            "expected a time in to that differs from the one in from",
        ),
        (
            "channels: [{name: a, type: console, only: '@loas'}]\n",
            "2:37: channels.a.only: found @loas, expected the name of a term set, did you mean @laos",
        ),
        (
            "shipped: [source]\n",
            "1:11: shipped: found source, expected one of sources, watches, terms, did you mean sources",
        ),
        (
            "archive_file: nix\n",
            "2:1: archive_file: found config/nix, which does not exist, expected the path of a file",
        ),
        (
            "archive: a\narchive_file: b\n",
            "3:1: archive_file: found both archive and archive_file, expected archive or archive_file",
        ),
        (
            "fetch: {proxy_file: 'http://u:hidden@h'}\n",
            "2:9: fetch.proxy_file: found an address (not shown), expected the path of a file that holds it",
        ),
        # What would be read as seconds, and send a digest each second.
        (
            "daily: '0 0 8 * * *'\n",
            "2:1: daily: found '0 0 8 * * *', expected a cron line of five fields: it has 6",
        ),
        (
            "retention: {title: 999999d}\n",
            "2:13: retention.title: found 999999d, expected a duration of at most a thousand years (365000d)",
        ),
        (
            "contact: >\n      desk@example.org\n",
            "2:1: contact: found 'desk@example.org ', expected text on one line "
            "(a block of YAML ends without a break after >- or |-)",
        ),
        (
            "fetch: {allow_private: [10.1.0.0/16, '127.0.0.1:8080']}\n",
            "2:38: fetch.allow_private: found 127.0.0.1:8080, "
            "expected a host name, an address or a network such as 10.1.0.0/16",
        ),
        (
            "ping_url: 'https://rosebud:x/'\n",
            "2:1: ping_url: found a value (not shown), expected an absolute http:// or https:// address",
        ),
        (
            "archive: mysql://me:rosebud@h/news\n",
            "2:1: archive: found a value (not shown), "
            "expected a path, or an address that begins with postgresql://",
        ),
        (
            "archive: 'postgresql://me:rosebud@h:port/news'\n",
            "2:1: archive: found a value (not shown), "
            "expected an address of PostgreSQL whose port is a number, with %40 for an @ in the password",
        ),
        (
            "archive: 'postgresql://me:rose@bud@h/news'\n",
            "2:1: archive: found a value (not shown), "
            "expected an address of PostgreSQL whose port is a number, with %40 for an @ in the password",
        ),
        (
            "archive: ~nobody-here/wirewatch.db\n",
            "2:1: archive: found a value (not shown), expected a path; nobody here has this ~home",
        ),
        (
            "ping_url_file: ~nobody-here/ping\n",
            "2:1: ping_url_file: found config/~nobody-here/ping, which does not exist, "
            "expected the path of a file",
        ),
        (
            "fetch: {proxy: 'socks5://rosebud@h'}\n",
            "2:9: fetch.proxy: found a value (not shown), "
            "expected both a user and a password for a SOCKS proxy, each in ASCII, or neither",
        ),
    ],
)
def test_mistakes_in_the_main_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, line: str
) -> None:
    ended = check(tmp_path, monkeypatch, whole() | {"wirewatch.yaml": main})
    assert lines(ended) == [f"config/wirewatch.yaml:{line}"]
    assert ended.code == BAD_CONFIG


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("{name: x}", "2:5: sources.x: found no url, expected the key url"),
        (
            "{url: 'https://x.example/'}",
            "2:5: sources.name: found an entry without a name, expected a name as text",
        ),
        ("{name: 38, url: 'https://x.example/'}", "2:6: sources.name: found 38, expected a name as text"),
        (
            "{name: The Times, url: 'https://x.example/'}",
            "2:6: sources.The Times.name: found 'The Times', "
            "expected a name of small letters, digits and hyphens, did you mean the-times",
        ),
        (
            "{name: x, url: ftp://x}",
            "2:15: sources.x.url: found ftp://x, expected an absolute http:// or https:// address",
        ),
        (
            "{name: x, url: 'https://x.example/', country: la}",
            "2:42: sources.x.country: found la, expected an ISO 3166 country code such as LA, or INT or UN, "
            "did you mean LA",
        ),
        (
            "{name: x, url: 'https://x.example/', proxy: 'socks4://me:rosebud@h'}",
            "2:42: sources.x.proxy: found a value (not shown), "
            "expected an http://, https://, socks5:// or socks5h:// address",
        ),
        (
            "{name: x, url: 'https://x.example/', user_agent: \"Mozilla\\n\"}",
            "2:42: sources.x.user_agent: found 'Mozilla ', expected text on one line "
            "(a block of YAML ends without a break after >- or |-)",
        ),
        (
            "{name: x, url: 'https://x.example/', headers: {'X Key': rosebud}}",
            "2:52: sources.x.headers.X Key: found a value (not shown), "
            "expected the name of a header, such as X-Api-Key",
        ),
        (
            "{name: x, url: 'https://x.example/', headers: {X-Key: \"rosebud\\n\"}}",
            "2:52: sources.x.headers.X-Key: found a value (not shown), expected text on one line "
            "(a block of YAML ends without a break after >- or |-)",
        ),
        (
            '{name: x, url: "https://x.example/\\nhttps://y.example/"}',
            "2:15: sources.x.url: found 'https://x.example/ https://y.example/', "
            "expected an absolute http:// or https:// address",
        ),
        (
            "{name: x, url: 'https://x:99999/'}",
            "2:15: sources.x.url: found https://x:99999/, expected an absolute http:// or https:// address",
        ),
        (
            "{name: x, url: 'http://[]@'}",
            "2:15: sources.x.url: found http://***@, expected an absolute http:// or https:// address",
        ),
        (
            "{name: x, url: 'https://x.example/', languages: en}",
            "2:42: sources.x.languages: found en, expected a list, did you mean [en]",
        ),
        (
            "{name: x, url: 'https://x.example/', kind: independant}",
            "2:42: sources.x.kind: found independant, expected one of state-media, public-broadcaster, "
            "independent, wire, think-tank, government, ngo, aggregator, did you mean independent",
        ),
        (
            "{name: x, url: 'https://x.example/', tier: 4}",
            "2:42: sources.x.tier: found 4, expected one of 1, 2, 3",
        ),
        (
            "{name: x, url: 'https://x.example/', type: secton}",
            "2:42: sources.x.type: found secton, expected one of feed, google-news, kcna, rodong, section, "
            "sitemap, did you mean section",
        ),
        (
            "{name: x, url: 'https://x.example/', every: 5m, cron: '* * * * *'}",
            "2:5: sources.x: found every and cron, expected every or cron, not both",
        ),
        (
            "{name: x, url: 'https://x.example/', selectors: {titel: h1}}",
            "2:54: sources.x.selectors.titel: found titel, expected a key of selectors, did you mean title",
        ),
        (
            "{name: x, url: 'https://x.example/', outlet: laotian-tines}",
            "2:42: sources.x.outlet: found laotian-tines, expected the name of an outlet, "
            "did you mean laotian-times",
        ),
        (
            "{name: x, url: 'https://x.example/', outlet: laotian-times-business}",
            "2:42: sources.x.outlet: found laotian-times-business, which is itself a further source of "
            "laotian-times, expected the name of an outlet, did you mean laotian-times",
        ),
        (
            "{name: laotian-times, url: 'https://x.example/'}",
            "2:6: sources.laotian-times: found laotian-times a second time "
            "(first at config/sources/laos.yaml:2:5), expected every name once in a folder",
        ),
        ("laotian-times", "2:5: sources: found laotian-times, expected an entry (- name: …)"),
    ],
)
def test_mistakes_in_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, line: str) -> None:
    ended = check(tmp_path, monkeypatch, whole(sources__new=f"sources:\n  - {entry}\n"))
    assert lines(ended) == [f"config/sources/new.yaml:{line}"]


@pytest.mark.parametrize(
    ("watch", "found"),
    [
        ("query: '@loas'", ["query: found @loas, expected the name of a term set, did you mean @laos"]),
        (
            "query: laos AND AND x",
            [
                "query: found AND at character 10, expected a query that can be read "
                "(AND has nothing to join on its left)"
            ],
        ),
        (
            "query: (laos OR x",
            [
                "query: found the end of the query, expected a query that can be read "
                "(the bracket opened at character 1 is not closed), did you mean )"
            ],
        ),
        (
            "query: ''",
            ["query: found an empty query, expected a query that can be read (the query is empty)"],
        ),
        ("query: 5", ["query: found 5, expected text, did you mean '5'"]),
        (
            "urgency: hgh",
            [
                "found no query, expected the key query",
                "urgency: found hgh, expected one of breaking, normal, low",
            ],
        ),
        (
            "query: x\n    channels: [deks]\n    unless: '@sports'",
            [
                "channels: found deks, expected a channel of wirewatch.yaml (desk), did you mean desk",
                "unless: found @sports, expected the name of a term set, did you mean @sport",
            ],
        ),
        (
            "querry: x",
            [
                "found no query, expected the key query",
                "querry: found querry, expected a key of a watch, did you mean query",
            ],
        ),
    ],
)
def test_mistakes_in_a_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: str, found: list[str]
) -> None:
    files = whole(wirewatch="channels: [{name: desk, type: console}]\n")
    files["watches.yaml"] = f"watches:\n  - name: mine\n    {watch}\n"
    told = [
        line.split(": watches.mine", 1)[1].lstrip(".: ")
        for line in lines(check(tmp_path, monkeypatch, files))
    ]
    assert told == found


@pytest.mark.parametrize(
    ("term", "line"),
    [
        (
            "spel: {en: [Lao]}",
            "5:9: sets.mine.terms.Lao.spel: found spel, expected a key of Lao, did you mean spell",
        ),
        (
            "spell: {en: Lao}",
            "5:17: sets.mine.terms.Lao.spell.en: found Lao, expected a list, did you mean [Lao]",
        ),
        (
            "spell: {en: [1975]}",
            "5:22: sets.mine.terms.Lao.spell.en: found 1975, expected text, did you mean '1975'",
        ),
        (
            "with: {any: ['@sprot'], within: 5}",
            "5:9: sets.mine.terms.Lao.with: found @sprot, expected the name of a term set, "
            "did you mean @sport",
        ),
        (
            "with: {any: [a], within: 0}",
            "5:26: sets.mine.terms.Lao.with.within: found 0, expected a number from 1",
        ),
        (
            "exact: ['...']",
            '5:9: sets.mine.terms.Lao.exact: found "..." has no letter or digit to look for, '
            "expected a spelling that can be looked for",
        ),
    ],
)
def test_mistakes_in_a_term(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str, line: str) -> None:
    text = f"sets:\n  mine:\n    terms:\n      - name: Lao\n        {term}\n"
    ended = check(tmp_path, monkeypatch, whole(terms__mine=text))
    assert lines(ended) == [f"config/terms/mine.yaml:{line}"]


def test_all_mistakes_of_all_files_come_at_once_in_the_order_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "wirewatch.yaml": "shipped: []\ntimezone: Mars\nops: nobody\n",
        "watches.yaml": "watches:\n  - {name: a, query: '@nix'}\n  - {name: b, query: ')'}\n",
        "sources/a.yaml": "sources:\n  - {name: a, url: x}\n  - {name: b, url: y}\n",
        "sources/b.yaml": "sources:\n\t- name: c\n",
        "terms/a.yaml": "sets:\n  a: {terms: [{name: x, exact: ['!', '?']}, {name: y, exact: ['?']}]}\n",
    }
    ended = check(tmp_path, monkeypatch, files)
    places = [line.split(" ")[0] for line in lines(ended)]
    assert places == [
        "config/sources/a.yaml:2:15:",
        "config/sources/a.yaml:3:15:",
        "config/sources/b.yaml:2:1:",
        "config/terms/a.yaml:2:25:",
        "config/terms/a.yaml:2:55:",
        "config/watches.yaml:2:15:",
        "config/watches.yaml:3:15:",
        "config/wirewatch.yaml:2:1:",
        "config/wirewatch.yaml:3:1:",
    ]
    assert ended.out.splitlines()[-1] == "9 mistakes, 0 warnings"
    assert ended.code == BAD_CONFIG


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- a\n", "1:1: found a list, expected a mapping (key: value) as the whole file"),
        ("laos\n", "1:1: found laos, expected a mapping (key: value) as the whole file"),
    ],
)
@pytest.mark.parametrize("file", ["wirewatch.yaml", "watches.yaml", "sources/a.yaml", "terms/a.yaml"])
def test_a_file_that_is_no_mapping_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, found: str
) -> None:
    write(tmp_path / "config", {file: text})
    monkeypatch.setattr("wirewatch.config_files.shipped", lambda: tmp_path / "nothing")
    monkeypatch.chdir(tmp_path)
    assert lines(run("check", "--config", "config")) == [f"config/{file}:{found}"]


def test_a_broken_file_makes_no_names_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "\t- broken\n"
    files = {
        "wirewatch.yaml": "shipped: []\nops: [\n",
        "watches.yaml": "watches:\n  - {name: a, query: '@laos', channels: [desk]}\n",
        "sources/a.yaml": "sources:\n  - {name: a, url: 'https://a.example/', outlet: b}\n",
        "sources/b.yaml": broken,
        "terms/laos.yaml": broken,
    }
    write(tmp_path / "config", files)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wirewatch.config_files.shipped", lambda: tmp_path / "nothing")
    places = [line.split(":")[0] for line in lines(run("check", "--config", "config"))]
    assert places == ["config/sources/b.yaml", "config/terms/laos.yaml", "config/wirewatch.yaml"]


def test_below_a_bad_query_stands_a_picture_of_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watches = "watches:\n  - {name: a, query: 'laos AND ) x'}\n"
    ended = check(tmp_path, monkeypatch, whole() | {"watches.yaml": watches})
    assert ended.out.splitlines()[1:3] == ["    laos AND ) x", "             ^"]


def test_an_own_entry_with_a_mistyped_name_is_led_to_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "shipped", whole())
    monkeypatch.setattr("wirewatch.config_files.shipped", lambda: tmp_path / "shipped")
    own = {"wirewatch.yaml": "shipped: [sources, terms]\n"}
    own["sources/mine.yaml"] = "sources:\n  - {name: laotian-time, every: 5m}\n"
    assert lines(check(tmp_path, monkeypatch, own)) == [
        "config/sources/mine.yaml:2:5: sources.laotian-time: found no url, expected the key url, "
        "did you mean name: laotian-times"
    ]


def test_a_right_config_ends_with_a_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = check(tmp_path, monkeypatch, whole())
    assert ended == Ended(0, "ok: 2 sources, 1 watch, 2 term sets, 1 channel, 0 warnings\n", "")


def test_warnings_are_marked_and_leave_the_exit_code_at_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = whole() | {"watches.yaml": "watches:\n  - {name: a, query: '@laos or @sport'}\n"}
    ended = check(tmp_path, monkeypatch, files)
    assert ended.out == (
        'warning: config/watches.yaml:2:15: watches.a.query: found "or" is searched as a word '
        "(character 7), did you mean OR\n"
        "ok: 2 sources, 1 watch, 2 term sets, 1 channel, 1 warning\n"
    )
    assert ended.code == 0


def test_json_has_a_line_for_each_mistake_and_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = whole(wirewatch="versoin: 1\n") | {"watch.yaml": WATCHES}
    ended = check(tmp_path, monkeypatch, files, "--json")
    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert first == {
        "level": "error",
        "file": "config/wirewatch.yaml",
        "line": 2,
        "column": 1,
        "key": "versoin",
        "message": "found versoin, expected a key of wirewatch.yaml, did you mean version",
    }
    assert (second["level"], second["file"], second["line"]) == ("warning", "config/watch.yaml", None)


def test_a_folder_that_is_not_there_is_a_bad_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("check", "--config", "nowhere")
    assert (
        ended.out.splitlines()[0] == "nowhere: --config: found nothing, expected a folder with config files"
    )
    assert ended.code == BAD_CONFIG


def test_no_secret_stands_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFake_-x"
    files = whole(
        wirewatch=f"""\
            shipped: []
            telegram: {{token_file: {token}, tokn: {token}}}
            fetch: {{proxy: [hunter2secret], every: 'http://u:hunter2secret@h/'}}
            archive: {{a: hunter2secret}}
            ping_url: hunter2secret
            channels:
              - {{name: a, type: apprise, url: [hunter2secret]}}
              - {{name: b, type: apprise, url_file: bad}}
            """,
        sources__x="sources:\n  - {name: x, url_file: ../secret, headers: {Auth: [hunter2secret]}}\n",
    )
    files |= {"bad": "", "secret": "hunter2secret\n"}
    ended = check(tmp_path, monkeypatch, files)
    assert len(lines(ended)) == 9
    assert token not in ended.out
    assert "hunter2secret" not in ended.out


def test_a_token_that_is_none_is_told_but_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = check(tmp_path, monkeypatch, whole() | {"telegram.token": "my secret words"})
    assert lines(ended) == [
        "config/telegram.token: found a text that is no bot token (not shown), "
        "expected the token as BotFather gives it: digits, a colon, letters"
    ]


def test_the_builder_of_these_tests_makes_a_right_config() -> None:
    assert {SOURCES, TERMS, WATCHES} <= set(whole().values())


def test_a_mistake_in_one_of_two_terms_of_a_name_is_told_once_and_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "sets:\n  mine:\n    terms:\n"
        "      - {name: Lao, spell: {en: [Lao]}}\n"
        "      - {name: Lao, spell: {en: ['...']}}\n"
        "      - {name: Lao, exact: ['!']}\n"
    )
    ended = check(tmp_path, monkeypatch, whole(terms__mine=text))
    assert [line.split(": found")[0] for line in lines(ended)] == [
        "config/terms/mine.yaml:5:29: sets.mine.terms.Lao.spell.en",
        "config/terms/mine.yaml:6:21: sets.mine.terms.Lao.exact",
    ]
