"""Are the sources that ship with Wirewatch well formed, complete and well mannered?

Reads `config/` as it lies in the checkout. Whether an address answers is not asked: nothing here
leaves the machine.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML
from yarl import URL

from archive.article import Kind
from archive.rules import checked
from crawler.source import Source
from crawler.types import types

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "config" / "sources").glob("*.yaml"))
PUBLISHING = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
BORDERLESS = {"INT", "UN"}
KEY_ORDER = [
    *("name", "outlet", "title", "country", "languages", "kind", "tier", "timezone", "type", "url"),
    *("every", "cron", "full_text", "selectors", "checked", "enabled"),
]


def load(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file)


ENTRIES: list[dict[str, Any]] = [entry for file in FILES for entry in load(file)["sources"]]
SOURCES = [checked(Source, entry) for entry in ENTRIES]
BY_NAME = {source.name: source for source in SOURCES}
ENABLED = [source for source in SOURCES if source.enabled]


def comments_by_name() -> dict[str, str]:
    """The comment above each entry; entries are parted by blank lines."""
    blocks = [block for file in FILES for block in file.read_text(encoding="utf-8").split("\n\n")]
    found = {}
    for block in blocks:
        comment, _, entry = block.rpartition("  - name: ")
        found[entry.split("\n")[0]] = " ".join(re.findall(r"^  # (.*)$", comment, re.M))
    return found


COMMENTS = comments_by_name()


def names(sources: list[Source]) -> list[str]:
    return [source.name for source in sources]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_entry_is_a_source_with_its_keys_in_the_order_of_the_reference(file: Path) -> None:
    for entry in load(file)["sources"]:
        checked(Source, entry)
        assert list(entry) == sorted(entry, key=KEY_ORDER.index), entry["name"]


def test_names_are_unique_across_all_files() -> None:
    assert [name for name, times in Counter(names(SOURCES)).items() if times > 1] == []


def test_no_address_is_read_twice() -> None:
    assert [url for url, times in Counter(s.url for s in SOURCES).items() if times > 1] == []


def test_at_least_two_hundred_sources_are_enabled() -> None:
    assert len(ENABLED) >= 200


def test_every_source_tells_title_country_languages_kind_and_tier() -> None:
    for entry in ENTRIES:
        assert {"title", "country", "languages", "kind", "tier", "type"} <= set(entry), entry["name"]


def test_every_type_is_in_use() -> None:
    assert {source.type for source in SOURCES} == set(types())


def test_every_kind_of_the_watch_language_occurs() -> None:
    assert {source.kind for source in ENABLED} == set(get_args(Kind))


def test_an_outlet_named_by_a_source_exists_is_enabled_and_is_described_alike() -> None:
    for source in SOURCES:
        if source.outlet is None:
            continue
        outlet = BY_NAME[source.outlet]
        assert outlet.enabled or not source.enabled, source.name
        assert outlet.outlet is None, source.name
        same = (source.country, source.kind, source.tier) == (outlet.country, outlet.kind, outlet.tier)
        assert same, source.name


def test_an_outlet_writes_in_every_language_of_its_sources() -> None:
    for source in SOURCES:
        if source.outlet is not None:
            assert set(source.languages) <= set(BY_NAME[source.outlet].languages), source.name


def test_a_source_of_one_country_has_a_time_zone() -> None:
    assert [s.name for s in SOURCES if s.country not in BORDERLESS and s.timezone is None] == []


def test_a_section_has_selectors_for_its_list_or_says_that_heuristics_find_it() -> None:
    sections = [source for source in SOURCES if source.type == "section"]
    assert [
        s.name for s in sections if not s.selectors.articles and "heuristics" not in COMMENTS[s.name]
    ] == []


def test_nothing_hosted_in_north_korea_or_previewed_by_telegram_is_enabled() -> None:
    hosts = {source.name: URL(source.url).host or "" for source in ENABLED}
    assert [n for n, host in hosts.items() if host.endswith((".kp", "t.me"))] == []


def test_the_sources_hosted_in_north_korea_ship_with_a_warning() -> None:
    hosted = [s.name for s in SOURCES if (URL(s.url).host or "").endswith(".kp")]
    assert hosted == ["kcna", "rodong-sinmun"]
    assert all("Hosted in North Korea" in COMMENTS[name] for name in hosted)


def test_every_disabled_source_says_why() -> None:
    assert [s.name for s in SOURCES if not s.enabled and not COMMENTS[s.name]] == []


def test_every_source_whose_pages_are_left_alone_says_why() -> None:
    feeds = [s for s in SOURCES if s.full_text == "never" and s.type != "google-news"]
    assert [s.name for s in feeds if not (COMMENTS[s.name] or COMMENTS[s.outlet or s.name])] == []


def test_google_news_searches_are_written_out_fixed_in_rhythm_and_never_read_as_pages() -> None:
    searches = [source for source in SOURCES if source.type == "google-news"]
    for source in searches:
        query = URL(source.url, encoded=True).raw_query_string
        assert source.url.startswith("https://news.google.com/rss/search?q="), source.name
        assert not {" ", "+"} & set(query), source.name
        assert source.every is not None, source.name
        assert source.full_text == "never", source.name
    assert {s.name for s in SOURCES if "news.google.com" in s.url} == set(names(searches))


def test_google_news_ships_disabled_for_its_terms_and_the_page_on_manners_says_how_to_switch_it_on() -> None:
    searches = {s.name: s for s in SOURCES if s.type == "google-news"}
    assert [name for name, search in searches.items() if search.enabled] == []
    listed = re.findall(r"\{name: ([a-z0-9-]+), enabled: true\}", PUBLISHING.split("## Google News")[1])
    assert len(listed) >= 14
    assert set(listed) <= set(searches)
    assert [name for name in listed if "terms" not in COMMENTS[name]] == []


def test_every_source_that_the_page_on_manners_calls_disabled_is() -> None:
    table = PUBLISHING.split("| sources | why |")[1].split("| all others |")[0]
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    listed = [name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)]
    assert len(listed) >= 8
    assert [name for name in listed if BY_NAME[name].enabled] == []


def test_a_checked_date_is_a_day() -> None:
    dates = [source.checked for source in SOURCES if source.checked is not None]
    assert dates
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", date) for date in dates)


def test_the_three_shipped_watches_each_have_sources_that_are_always_read_in_full() -> None:
    read = {source.name for source in ENABLED if source.full_text == "always"}
    assert {"kpl-en", "pasaxon", "asean-org", "daily-nk-en", "yonhap-nk-ko"} <= read


def test_the_newcomers_file_is_valid_as_it_stands_and_with_its_suggestions_uncommented() -> None:
    file = ROOT / "config" / "wirewatch.yaml"
    if load(file) != {"version": 1}:
        pytest.skip("config/wirewatch.yaml is in use, not as it ships")
    shown = re.sub(r"^# (?=( *- |  | *[a-z_]+:))", "", file.read_text(encoding="utf-8"), flags=re.M)
    settings = YAML(typ="safe", pure=True).load(shown)
    assert set(settings) == {"version", "timezone", "contact", "channels", "ops", "retention"}
    assert [channel["name"] for channel in settings["channels"]] == ["desk", "ops"]
    assert settings["ops"] == "ops"


def test_every_source_of_the_catalogue_that_is_known_to_work_ships(shared: Path) -> None:
    catalogue = load(shared / "data" / "sources-catalogue.yaml")["sources"]
    by_confidence: dict[str, set[str]] = {}
    for entry in catalogue:
        by_confidence.setdefault(entry["confidence"], set()).add(entry["id"])
    # Answers of programs' interfaces, not pages or feeds: no type reads them.
    unread = {"hdx-laos", "gdelt-doc"}
    assert (by_confidence["A"] | by_confidence["B"]) - set(BY_NAME) == unread
    assert {name for name in by_confidence["C"] if name in BY_NAME and BY_NAME[name].enabled} == set()
    assert {name for name in by_confidence["D"] if name in BY_NAME and BY_NAME[name].enabled} == set()
