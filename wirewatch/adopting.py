"""What does the archive learn of a config that comes into force?

At start and after every edit: the outlets, which sources are active and when they are due, former
names, since when each watch counts, and the deliveries of a channel that has come back or goes to another
chat. One transaction, which may be repeated. A config that was kept, and that the archive adopted last,
teaches it nothing. Reading an edited config is `wirewatch/reloading.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Connection

from alerts.channels.senders import chat_key
from archive import articles, deliveries, facts, renames, sources
from archive.articles import StoredArticle
from crawler.entry import Entry
from crawler.polling import TOLD_AFTER, due_by_rhythm
from crawler.source import Source
from wirewatch.rooms import Rulebook
from wirewatch.settings import Settings

WATCHES_SINCE = "watches_since"
# As what the config that was adopted last is kept; None where it is not.
_ADOPTED = "config_adopted"
# The outlet of each source of the configs that were adopted.
_WHOSE = "outlets_of_sources"
# A feed lists hundreds of articles at most; older ones are not met again.
_KNOWN_AGAIN = 2000
# What a channel was to get before it went is sent when it is back within this.
_STILL_NEWS = timedelta(days=1)


def watches_since(conn: Connection) -> dict[str, datetime]:
    """Since when each watch of the config that stood last has counted."""
    kept: Mapping[str, str] = facts.get(conn, WATCHES_SINCE) or {}
    return {name: datetime.fromisoformat(at) for name, at in kept.items()}


def carried_on(settings: Settings, before: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """Since when each watch of `settings` counts: as before, by its former name too, or from now on.

    Never from a time to come: the clock may have been set back.
    """
    return {
        watch.name: min(before.get(watch.name) or before.get(watch.was or "") or now, now)
        for watch in settings.watches
    }


def adopt(conn: Connection, rules: Rulebook, now: datetime) -> None:
    """Let the archive know the config in force."""
    settings = rules.settings
    facts.put(conn, WATCHES_SINCE, {name: at.isoformat() for name, at in rules.watches_since.items()})
    if settings.kept_as is not None and facts.get(conn, _ADOPTED) == settings.kept_as:
        return
    facts.put(conn, _ADOPTED, settings.kept_as)
    sources.keep_outlets(conn, settings.outlets)
    for source in settings.sources:
        if source.was is not None and source.was not in rules.sources:
            _rename_source(conn, source, source.was)
    _keep_whose(conn, settings.sources)
    for watch in settings.watches:
        if watch.was is not None and watch.was not in rules.watches:
            renames.rename_watch(conn, watch.was, watch.name)
    sources.keep_sources(conn, list(rules.sources), now)
    keep_places(conn, rules.sources.values(), now)
    sources.reschedule(conn, _edited_rhythms(conn, rules, now))
    deliveries.revive(conn, list(rules.channels), now - _STILL_NEWS, now)
    deliveries.follow(conn, {name: chat_key(channel) for name, channel in rules.channels.items()}, now)


def keep_outlets(conn: Connection, settings: Settings) -> None:
    """Let the archive know the outlets of `settings` alone, for a command beside the daemon."""
    sources.keep_outlets(conn, settings.outlets)
    # Where the daemon's config calls them otherwise, its words are to count again.
    facts.put(conn, _ADOPTED, None)


def keep_places(conn: Connection, named: Iterable[Source], now: datetime) -> None:
    """Let these sources be met anew where the config asks them at another place than before.

    Not where that is the address to which they had moved for good: they are asked there already.
    """
    led = {state.source: state for state in sources.all_states(conn) if state.moved_from}
    places, former = {}, {}
    for source in named:
        places[source.name] = place_of(source)
        state = led.get(source.name)
        if state is not None and state.moved_to == source.url:
            former[source.name] = _place(source.type, state.moved_from or "")
    sources.keep_places(conn, places, now, TOLD_AFTER, former)


def place_of(source: Source) -> str:
    """Where a source is asked; a hash, since an address can be a secret."""
    return _place(source.type, source.url)


def _place(type_: str, url: str) -> str:
    return blake2b(f"{type_} {url}".encode(), digest_size=16).hexdigest()


def _rename_source(conn: Connection, source: Source, old: str) -> None:
    renames.rename_source(conn, old, source.name)
    if source.as_outlet() is not None and renames.rename_outlet(conn, old, source.name):
        _know_again(conn, source.name, articles.newest_of_outlet(conn, source.name, _KNOWN_AGAIN))


def _keep_whose(conn: Connection, named: Iterable[Source]) -> None:
    """Let the articles of sources that are another outlet's now be known as that outlet's too."""
    before: dict[str, str] = facts.get(conn, _WHOSE) or {}
    whose = dict(before)
    for source in named:
        # The entries of a search name their outlets themselves.
        if source.type != "google-news":
            former = before.get(source.name) or before.get(source.was or "")
            outlet = whose[source.name] = source.outlet or source.name
            if former is not None and former != outlet:
                _know_again(conn, outlet, articles.newest_of_source(conn, source.name, _KNOWN_AGAIN))
    facts.put(conn, _WHOSE, whose)


def _know_again(conn: Connection, outlet: str, known: Iterable[StoredArticle]) -> None:
    """Give these articles the keys that they have as those of `outlet`."""
    # With all that tells entries apart, and an outlet seldom gets another name.
    from crawler.identity import identify

    pairs = []
    for stored in known:
        one = stored.article
        # The body is the feed's text, or that of the page: then the summary was the feed's.
        for text in {"", one.body or ""}:
            entry = Entry(one.url, one.title, stored.guid, one.summary, text, one.published)
            pairs += [(key, stored.id) for key in identify(entry, outlet, stored.found_at).all()]
    articles.add_keys(conn, pairs)


def _edited_rhythms(conn: Connection, rules: Rulebook, now: datetime) -> dict[str, datetime]:
    """When each source is due that its rhythm in the config wants to be asked at another time."""
    settings = rules.settings
    wanted = {
        state.source: (
            state.due_at,
            due_by_rhythm(state, rules.sources[state.source], settings.fetch, settings.timezone, now),
        )
        for state in sources.all_states(conn)
    }
    return {name: due for name, (before, due) in wanted.items() if due != before}
