"""Do the entries of the config fit together?

Checks that need more than one entry: channels and outlets that are named must exist, and what
works but reaches nobody is warned of. What one entry may hold is its model's, queries are
`query_checks.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from alerts.channel import AppriseChannel, Channel
from alerts.matching import Watchlist
from alerts.query.terms import TermSet
from alerts.watch import Watch
from crawler.source import Source
from crawler.types import types
from wirewatch.config_errors import ConfigError, ConfigWarning, nearest, one_of
from wirewatch.layers import Layers
from wirewatch.query_checks import QueryCheck, companions, compile_watchlist
from wirewatch.yaml_positions import Mapping as MappingNode
from wirewatch.yaml_positions import Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Entries:
    """What the single checks let through: the valid entries, disabled ones included."""

    channels: Mapping[str, Channel]
    sources: Mapping[str, Source]
    watches: Mapping[str, Watch]
    sets: Mapping[str, TermSet]
    ops: str | None


def check(
    entries: Entries, layers: Layers, before: Watchlist | None = None, *, has_token: bool
) -> Watchlist | None:
    """Add what does not fit together to the layers' errors and warnings.

    Gives the compiled watches where there is no error at all; `before` are those of the config before.
    """
    layers.errors.extend(_type_errors(layers))
    layers.errors.extend(_outlet_errors(entries, layers))
    if not layers.main_unread:
        layers.errors.extend(_channel_errors(entries, layers))
        layers.errors.extend(_apprise_errors(entries, layers))
    queries = QueryCheck(layers)
    for name, node in layers.entries["watches"].items():
        queries.queries(node, f"watches.{name}", ("query", "unless"))
    for name, node in channel_nodes(layers):
        queries.queries(node, f"channels.{name}", ("only",))
    compiled = compile_watchlist(tuple(entries.watches.values()), entries.sets, layers, before)
    if compiled is not None:
        # Beside errors these would mostly follow from them.
        layers.warnings.extend(_unheard(entries, layers))
        layers.warnings.extend(_unused_sets(layers, queries.used | companions(entries.sets)))
        layers.warnings.extend(() if has_token else _without_token(layers))
        layers.warnings.extend(_without_apprise(layers))
        layers.warnings.extend(_daily_unheard(entries, layers))
    return compiled


def channel_nodes(layers: Layers) -> Iterator[tuple[str, MappingNode]]:
    """The channels of `wirewatch.yaml` that have a name, in their order."""
    listed = layers.main.items.get("channels")
    for node in listed.items if isinstance(listed, Sequence) else ():
        name = _text(node, "name")
        if isinstance(node, MappingNode) and name is not None:
            yield name, node


def _text(node: object, key: str) -> str | None:
    said = node.items.get(key) if isinstance(node, MappingNode) else None
    return said.value if isinstance(said, Scalar) and isinstance(said.value, str) else None


def _type_errors(layers: Layers) -> Iterator[ConfigError]:
    for name, node in layers.entries["sources"].items():
        named = _text(node, "type")
        if named is not None and named not in types():
            key = f"sources.{name}.type"
            yield ConfigError(node.keys["type"], key, named, one_of(types()), nearest(named, types()))


def _outlet_errors(entries: Entries, layers: Layers) -> Iterable[ConfigError]:
    known = layers.entries["sources"]
    for name, node in known.items():
        outlet = _text(node, "outlet")
        if outlet is None or outlet == name:
            continue
        key, place = f"sources.{name}.outlet", node.keys["outlet"]
        owner = entries.sources.get(outlet)
        if owner is not None and owner.as_outlet() is None:
            found = f"{outlet}, which is itself a further source of {owner.outlet}"
            yield ConfigError(place, key, found, "the name of an outlet", owner.outlet or "")
        elif outlet not in known and "sources" not in layers.unread:
            yield ConfigError(place, key, outlet, "the name of an outlet", nearest(outlet, known))


def _channel_errors(entries: Entries, layers: Layers) -> Iterable[ConfigError]:
    known = list(dict(channel_nodes(layers))) or ["console"]
    expected = f"a channel of wirewatch.yaml ({one_of(known)})"
    if entries.ops is not None and entries.ops not in known:
        place = layers.main.keys["ops"]
        yield ConfigError(place, "ops", entries.ops, expected, nearest(entries.ops, known))
    for name, node in layers.entries["watches"].items():
        listed = node.items.get("channels")
        for item in listed.items if isinstance(listed, Sequence) else ():
            channel = item.value if isinstance(item, Scalar) else None
            if isinstance(channel, str) and channel not in known:
                key = f"watches.{name}.channels"
                yield ConfigError(item.place, key, channel, expected, nearest(channel, known))


def _apprise_errors(entries: Entries, layers: Layers) -> Iterable[ConfigError]:
    """Addresses with which the daemon would not start."""
    for name, node in channel_nodes(layers):
        channel = entries.channels.get(name)
        if not isinstance(channel, AppriseChannel):
            continue
        # Slow to load, and for next to nobody.
        from alerts.channels.apprise import service_of

        try:
            service = service_of(channel.url)
        except ModuleNotFoundError:
            # Which is warned of.
            return
        if service is None:
            key = "url_file" if "url_file" in node.keys else "url"
            found = "an address that Apprise cannot use (not shown)"
            expected = "all parts of one of a service that it knows, and the package that the service needs"
            yield ConfigError(node.keys[key], f"channels.{name}.{key}", found, expected)


def _unheard(entries: Entries, layers: Layers) -> Iterable[ConfigWarning]:
    """Watches that no channel hears, and channels that no watch feeds."""
    channels = dict(channel_nodes(layers))
    readers = (set(channels) or {"console"}) - {entries.ops}
    fed: set[str] = set()
    for name, watch in entries.watches.items():
        heard = set(watch.channels) or readers
        if watch.enabled and not heard:
            place = layers.entries["watches"][name].place
            found = "a watch that no channel hears"
            yield ConfigWarning(place, f"watches.{name}", found, "a channel besides ops in wirewatch.yaml")
        fed |= heard if watch.enabled else set()
    for name, node in channels.items():
        if name not in fed and name != entries.ops:
            found, expected = "a channel that no watch feeds", "a watch that names it"
            yield ConfigWarning(node.keys["name"], f"channels.{name}", found, expected)


def _unused_sets(layers: Layers, used: set[str]) -> Iterable[ConfigWarning]:
    """Of the user's own sets only: the shipped ones are there to be chosen from."""
    for name, node in layers.entries["terms"].items():
        if ("terms", name) in layers.own and name not in used and not layers.is_one_folder:
            found = "a term set that no query names"
            yield ConfigWarning(node.place, f"sets.{name}", found, f"@{name} in a query")


def _without_token(layers: Layers) -> Iterable[ConfigWarning]:
    for name, node in channel_nodes(layers):
        if _text(node, "type") == "telegram":
            found = "no bot token: it will print to the console"
            yield ConfigWarning(node.keys["type"], f"channels.{name}.type", found, "telegram.token")


def _daily_unheard(entries: Entries, layers: Layers) -> Iterable[ConfigWarning]:
    daily = layers.main.items.get("daily")
    if isinstance(daily, Scalar) and daily.value is not None and entries.ops is None:
        found, expected = "a daily line that only the log gets", "a channel under `ops`"
        yield ConfigWarning(layers.main.keys["daily"], "daily", found, expected)


def _without_apprise(layers: Layers) -> Iterable[ConfigWarning]:
    for name, node in channel_nodes(layers):
        if _text(node, "type") == "apprise" and find_spec("apprise") is None:
            found, expected = "no Apprise: Wirewatch will not start", "install wirewatch[apprise]"
            yield ConfigWarning(node.keys["type"], f"channels.{name}.type", found, expected)
