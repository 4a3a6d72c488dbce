"""What would a source entry for this find say?

Only what the site or its address states; what is not known is left out, and a comment says so. Finding
is `crawler/discovery.py`; that a key is right is the model's to say (`crawler/source.py`).
"""

import re
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlsplit

from archive.rules import checked
from crawler.discovery import Discovery, Find, best_of
from crawler.source import Source
from wirewatch.settings import Settings

# Endings of two letters that are sold to everybody, and say nothing of a country.
_SOLD = frozenset(("co", "io", "me", "tv", "ai", "cc", "fm", "gg", "to", "ws", "eu", "su"))
_ENDINGS = {"uk": "GB"}
_GENERIC = frozenset(
    ("www", "co", "com", "org", "net", "gov", "go", "or", "ac", "news", "m", "en", "rss", "feeds")
)


def suggest(
    found: Discovery, settings: Settings, now: datetime
) -> tuple[dict[str, object], list[str]] | None:
    """An entry for the best find, its keys in the order of the reference, and remarks on it; None where
    nothing was found. The entry is a valid Source."""
    best = best_of(found, now)
    if best is None:
        return None
    remarks = []
    host = (urlsplit(found.url).hostname or "").removeprefix("www.")
    sources = (*settings.sources, *settings.disabled)
    same = next((s for s in sources if s.url == best.url), None)
    if same is not None:
        remarks.append(f"{same.name} asks this address already")
    owner = next((s for s in sources if _host(s) == host and s.as_outlet() is not None), None)
    entry: dict[str, object] = {"name": _free_name(host, {source.name for source in sources})}
    if owner is not None:
        remarks.append(f"{owner.name} is of this site: the entry is a further source of it")
        entry |= {"outlet": owner.name}
    else:
        entry |= _outlet(found, best, host, remarks)
    entry |= {"type": best.type, "url": best.url}
    full_text = _full_text(found, best, remarks)
    if full_text is not None:
        entry["full_text"] = full_text
    checked(Source, entry)
    return entry, remarks


def _host(source: Source) -> str:
    return (urlsplit(source.url).hostname or "").removeprefix("www.")


def _free_name(host: str, taken: set[str]) -> str:
    parts = [part for part in host.split(".")[:-1] if part not in _GENERIC] or host.split(".")
    name = re.sub(r"[^a-z0-9]+", "-", parts[-1].lower()).strip("-") or "site"
    name = name if name[0].isalpha() else f"site-{name}"
    numbered = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    return next(free for free in numbered if free not in taken)


def _outlet(found: Discovery, best: Find, host: str, remarks: list[str]) -> dict[str, object]:
    entry: dict[str, object] = {"title": found.title or host}
    country = _country(host)
    if country is not None:
        entry["country"] = country
    language = best.language or found.language
    if language is not None and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        entry["languages"] = [language.split("-")[0] if not language.startswith("zh") else language]
    zones = _zones(country) if country is not None else []
    if len(zones) == 1:
        entry["timezone"] = zones[0]
    unknown = [key for key in ("country", "languages", "timezone") if key not in entry]
    remarks.append(f"to be added: {', '.join([*unknown, 'kind'])}, and tier where it is not 2")
    return entry


def _country(host: str) -> str | None:
    ending = host.rpartition(".")[2]
    if len(ending) != 2 or ending in _SOLD:
        return None
    country = _ENDINGS.get(ending, ending.upper())
    return country if _zones(country) else None


def _zones(country: str) -> list[str]:
    """The time zones of a country, by IANA's own table."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return [row[2] for row in rows if row[0] == country]


def _full_text(found: Discovery, best: Find, remarks: list[str]) -> str | None:
    if found.page is not None and found.page.page is None:
        remarks.append(f"article pages are left alone: {found.page.note}")
        return "never"
    if best.type == "sitemap" and not best.titled:
        remarks.append("the sitemap has no titles: they come from the pages")
        return "always"
    return None
