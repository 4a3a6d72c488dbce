"""A config that is read again says what it would say if it were read for the first time."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.config_folder import SOURCES, TERMS, WATCHES, locations, whole, write
from tests.test_config_cache import EDITS, same
from wirewatch import yaml_positions
from wirewatch.config_cache import settings_at
from wirewatch.config_errors import ConfigErrors
from wirewatch.config_files import Locations
from wirewatch.settings import load


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that have been parsed."""
    texts: list[str] = []
    real = yaml_positions.events

    def events(text: str) -> Iterable[Any]:
        texts.append(text)
        return real(text)

    monkeypatch.setattr(yaml_positions, "events", events)
    return texts


def edited(where: Locations, **files: str) -> Locations:
    assert where.config is not None
    write(where.config, {name.replace("__", "/") + ".yaml": text for name, text in files.items()})
    return where


@pytest.mark.parametrize("recalled", [False, True], ids=["read", "recalled"])
@pytest.mark.parametrize("edit", EDITS)
def test_after_every_edit_it_is_what_a_new_reading_gives(edit: str, recalled: bool, tmp_path: Path) -> None:
    where = locations(tmp_path, {}, whole())
    before = settings_at(where, {}, keep=recalled)
    if recalled:
        before = settings_at(where, {}).compile()
    EDITS[edit](where)
    same(load(where, {}, before), load(where, {}))


def test_only_the_file_that_was_edited_is_parsed(tmp_path: Path, parsed: list[str]) -> None:
    where = locations(tmp_path, whole())
    before = load(where, {})
    assert len(parsed) == 3
    parsed.clear()
    watches = WATCHES.replace("title: Laos", "title: Lao")
    again = load(edited(where, watches=watches), {}, before)
    assert parsed == [watches]
    parsed.clear()
    load(edited(where, watches=WATCHES), {}, again)
    assert parsed == [WATCHES]


def test_a_mistake_in_a_file_that_was_not_edited_stays_one(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    before = load(where, {})
    twice = SOURCES.replace("tier: 1", "tier: 1\n    tier: 2")
    with pytest.raises(ConfigErrors) as first:
        load(edited(where, sources__laos=twice), {}, before)
    with pytest.raises(ConfigErrors) as second:
        load(edited(where, watches=WATCHES.replace("'@sport'", "'@sprot'")), {}, before)
    told = [str(error) for error in second.value.errors]
    assert str(first.value) == told[0]
    assert told[0].startswith(f"{where.config}/sources/laos.yaml:8:5: sources.laotian-times.tier")
    assert told[1].startswith(f"{where.config}/watches.yaml:5:5: watches.laos.unless: found @sprot")


def test_a_spelling_that_cannot_be_looked_for_is_told_beside_another_mistake(tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    before = load(where, {})
    edited(where, terms__laos=TERMS.replace("medal", "'-'"), watches=WATCHES.replace("'@laos'", "'('"))
    with pytest.raises(ConfigErrors) as failed:
        load(where, {}, before)
    assert len(failed.value.errors) == 2


LAOS, SPORT = TERMS.index("  laos"), TERMS.index("  sport")
TURNED = TERMS[:LAOS] + TERMS[SPORT:] + TERMS[LAOS:SPORT]
ASKED = {
    "another urgency": (WATCHES + "    urgency: low\n", TERMS, True),
    "other sets": (WATCHES.replace("'@laos'", "'@laos AND NOT @sport'"), TERMS, True),
    "a word": (WATCHES.replace("'@laos'", "'@laos OR Lao'"), TERMS, False),
    "a spelling": (WATCHES, TERMS.replace("medal", "goal"), False),
    "another order": (WATCHES, TURNED, False),
}


@pytest.mark.parametrize("edit", ASKED)
def test_watches_that_look_for_the_same_take_what_was_compiled(edit: str, tmp_path: Path) -> None:
    where = locations(tmp_path, whole())
    before = load(where, {})
    watches, terms, is_kept = ASKED[edit]
    after = load(edited(where, watches=watches, terms__laos=terms), {}, before)
    assert before.compiled is not None
    assert after.compiled is not None
    assert (after.compiled.lexicon is before.compiled.lexicon) is is_kept
    same(after, load(where, {}))
