"""A config folder for a test: files by their names, and the locations that go with it."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from wirewatch.config_files import Locations

TERMS = """\
sets:
  laos:
    terms:
      - name: Laos
        exact: [Laos]
        spell: {lo: [ລາວ]}
  sport:
    terms:
      - name: sport
        spell: {en: [football, medal]}
"""
SOURCES = """\
sources:
  - name: laotian-times
    title: The Laotian Times
    country: LA
    languages: [en]
    kind: independent
    tier: 1
    url: https://laotiantimes.example/feed/
  - name: laotian-times-business
    outlet: laotian-times
    url: https://laotiantimes.example/business/feed/
"""
WATCHES = """\
watches:
  - name: laos
    title: Laos
    query: '@laos'
    unless: '@sport'
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files below `folder`, made if need be; gives the folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def whole(**more: str) -> dict[str, str]:
    """A small config that is right, with `more` files by name, dots written as `__`."""
    files = {"sources/laos.yaml": SOURCES, "terms/laos.yaml": TERMS, "watches.yaml": WATCHES}
    return files | {name.replace("__", "/") + ".yaml": text for name, text in more.items()}


def locations(tmp_path: Path, user: Mapping[str, str], shipped: Mapping[str, str] | None = None) -> Locations:
    """A user's folder over a shipped one, both of their own."""
    return Locations(
        write(tmp_path / "config", user), write(tmp_path / "shipped", shipped or {}), tmp_path / "state"
    )
