"""The reference pages name every key and every command."""

import re
from pathlib import Path

import pytest

from alerts.channel import CHANNEL_TYPES, Pacing, QuietHours, TelegramSettings
from alerts.query.terms import Company, Term, TermSet
from alerts.watch import Watch
from archive.rules import Model, keys_of
from crawler.source import FetchSettings, Selectors, Source
from wirewatch.cli import COMMANDS
from wirewatch.main_file import HttpSettings, MainFile, Retention

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
MODELS: list[type[Model]] = [MainFile, FetchSettings, TelegramSettings, Pacing, HttpSettings, Retention]
MODELS += [*CHANNEL_TYPES.values(), QuietHours, Source, Selectors, Watch, TermSet, Term, Company]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_of_the_config_is_in_the_reference(model: type[Model]) -> None:
    text = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`]+`|^#+ .*$", prose, re.MULTILINE))))
    assert set(keys_of(model)) - named == set()


def test_every_command_is_in_the_reference() -> None:
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^## (\w+)|`(\w+)", text, re.MULTILINE))
    assert set(COMMANDS) - {word for pair in named for word in pair} == set()
