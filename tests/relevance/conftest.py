"""The shipped watches, compiled once, and the last lines that tell how each part of the table fared."""

from collections import Counter

import pytest
from ruamel.yaml import YAML

from alerts.matching import Watchlist
from alerts.query.terms import TermSet
from alerts.watch import Watch
from archive.rules import checked
from tests.relevance.tables import CONFIG

PARTS = {
    "test_own_sentence": "own sentences",
    "test_real_title": "real titles",
    "test_headline": "headlines labelled before they were first run",
}


@pytest.fixture(scope="session")
def term_sets() -> dict[str, TermSet]:
    """All shipped term sets."""
    sets: dict[str, TermSet] = {}
    for path in sorted((CONFIG / "terms").glob("*.yaml")):
        for name, entry in YAML(typ="safe", pure=True).load(path)["sets"].items():
            assert name not in sets, f"{name} is defined twice"
            sets[name] = checked(TermSet, {"name": name, **entry})
    return sets


@pytest.fixture(scope="session")
def watches() -> list[Watch]:
    """The shipped watches."""
    entries = YAML(typ="safe", pure=True).load(CONFIG / "watches.yaml")["watches"]
    return [checked(Watch, entry) for entry in entries]


@pytest.fixture(scope="session")
def watchlist(watches: list[Watch], term_sets: dict[str, TermSet]) -> Watchlist:
    """The shipped watches against the shipped sets."""
    return Watchlist.compile(watches, term_sets)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report the parts of the table apart."""
    for test, part in PARTS.items():
        counts = Counter(
            outcome
            for outcome in ("passed", "failed", "skipped", "xfailed", "xpassed")
            for report in terminalreporter.stats.get(outcome, ())
            if f"::{test}[" in getattr(report, "nodeid", "")
        )
        if counts:
            told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
            terminalreporter.write_line(f"relevance, {part}: {told}")
