"""Who publishes what in the embedded newsroom?

The models of `articles/*.yaml`: fictional outlets and their articles, all texts our own. When they
appear is `schedule.py`, how they look `feeds.py` and `pages.py`; the outlets of real sources are
`archive.article.Outlet`.
"""

from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from ruamel.yaml import YAML

from archive.article import Kind
from wirewatch.demo import acceptance

# broken-markup, changing-guids, conditional, gzip: what the word says. slow: the head of the
# answer comes at once, its body seconds later.
Behaviour = Literal["broken-markup", "changing-guids", "conditional", "gzip", "slow"]

# zone-name: "KST" instead of an offset. future: in the year 2099. missing: no date at all.
Dated = Literal["stated", "zone-name", "future", "missing"]


class NewsItem(BaseModel):
    """One article of an outlet.

    Either `at`, seconds after the schedule began, or `age`, hours before the newsroom opened, says
    when it is published. `watches` are those it must alert; none: it must not. `copy_of` (outlet/slug) takes
    title, summary and text from another outlet's article.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str
    title: str = ""
    summary: str = ""
    body: tuple[str, ...] = ()
    at: float | None = None
    age: float | None = None
    watches: frozenset[str] = frozenset()
    dated: Dated = "stated"
    copy_of: str | None = None
    page: Literal["acceptance"] | None = None

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.at is None) == (self.age is None):
            raise ValueError(f"{self.slug}: expected either at or age")
        return self


class PressOutlet(BaseModel):
    """A fictional publisher with its source and its articles."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    country: str
    languages: tuple[str, ...]
    kind: Kind
    tier: Literal[1, 2, 3]
    timezone: str | None = None
    format: Literal["rss", "atom", "rdf", "section"]
    carries: Literal["content", "teaser"] = "teaser"
    full_text: Literal["always", "auto"] = "auto"
    every: str = "3s"
    selectors: dict[str, str] | None = None
    behaviours: frozenset[Behaviour] = frozenset()
    # Spans of seconds after the schedule began in which the source answers 500.
    outages: tuple[tuple[float, float], ...] = ()
    items: tuple[NewsItem, ...]

    @property
    def language(self) -> str:
        return self.languages[0]

    @property
    def source_path(self) -> str:
        """Where the outlet announces its articles."""
        return "/latest" if self.format == "section" else "/feed.xml"

    def source(self, base: str) -> dict[str, object]:
        """Its entry in `config/sources/*.yaml`, for an outlet that is reached at `base`."""
        entry: dict[str, object] = {
            "name": self.name,
            "title": self.title,
            "country": self.country,
            "languages": list(self.languages),
            "kind": self.kind,
            "tier": self.tier,
            "type": "section" if self.format == "section" else "feed",
            "url": base + self.source_path,
            "every": self.every,
            "full_text": self.full_text,
        }
        if self.timezone is not None:
            entry["timezone"] = self.timezone
        if self.selectors is not None:
            entry["selectors"] = dict(self.selectors)
        return entry


@cache
def load_outlets() -> tuple[PressOutlet, ...]:
    """All outlets of the package in the order of their files, copies filled in."""
    folder = files(__package__).joinpath("articles")
    reader = YAML(typ="safe", pure=True)
    written = [
        PressOutlet.model_validate(reader.load(file.read_text(encoding="utf-8")))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
    ]
    originals = {f"{outlet.name}/{item.slug}": item for outlet in written for item in outlet.items}
    return tuple(
        outlet.model_copy(update={"items": tuple(_filled(item, originals) for item in outlet.items)})
        for outlet in written
    )


def _filled(item: NewsItem, originals: dict[str, NewsItem]) -> NewsItem:
    if item.page == "acceptance":
        return item.model_copy(update={"title": acceptance.TITLE, "body": acceptance.BODY_PARAGRAPHS})
    if item.copy_of is None:
        return item
    original = originals[item.copy_of]
    taken = ("title", "summary", "body", "watches")
    return item.model_copy(update={key: getattr(original, key) for key in taken})
