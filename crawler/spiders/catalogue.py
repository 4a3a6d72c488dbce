"""Which source does `scrapy crawl section -a source=NAME` mean?

The entry of that name in `sources/*.yaml` of `WIREWATCH_CONFIG`, else of the folder `config/` of the
checkout. Only for work by hand: the daemon hands its spiders a Source that passed `wirewatch check`.
"""

import os
from pathlib import Path

from ruamel.yaml import YAML

from crawler.source import Source

CHECKOUT = Path(__file__).parents[2] / "config"


class UnknownSource(LookupError):
    """No entry of the name that was asked for. The text names the folder that was searched."""


def find_source(name: str) -> Source:
    """The source called `name`; UnknownSource where there is none, ValidationError where it is wrong."""
    folder = Path(os.environ.get("WIREWATCH_CONFIG") or CHECKOUT) / "sources"
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    for path in sorted(folder.glob("*.yaml")):
        for entry in (yaml.load(path) or {}).get("sources") or ():
            if entry.get("name") == name:
                return Source.model_validate(entry)
    raise UnknownSource(f"no source {name!r} in {folder}/*.yaml; `wirewatch sources` lists the names")
