"""How does a batch of matched articles become matches, stories and deliveries?

One transaction: evidence is kept, each article joins its story or opens one, every channel's decision
is written as a delivery or a place in a digest, and the articles are told. The decisions themselves
are pure: `alerts/stories/` and `alerts/routing.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts import routing
from alerts.channel import Channel
from alerts.channels.senders import chat_key
from alerts.messages import content
from alerts.muting import audible, hushed
from alerts.routing import Alert, Edit, Standing, ToDigest, Told
from alerts.watch import Hit, Match
from archive import articles, chats, deliveries, digests, matches, mutes
from archive.article import Article
from archive.articles import Member, StoredArticle
from archive.deliveries import Delivery, NewDelivery
from archive.mutes import Mute
from archive.wake import wake
from wirewatch.live_stories import LiveStories
from wirewatch.rooms import Durations, Rulebook

# The tier of an outlet that states none, and that of weak ones.
USUAL_TIER = 2
WEAK_TIER = 3

Matched = Sequence[tuple[StoredArticle, list[Match]]]


def tell(
    conn: Connection,
    rules: Rulebook,
    matched: Matched,
    live: LiveStories,
    now: datetime,
    durations: Durations,
) -> None:
    """Tell a batch, in the order given."""
    muted = _muted(conn, now)
    for stored, found in matched:
        if found:
            _tell_one(conn, rules, stored, found, live, muted, now, durations)
    articles.mark_told(conn, [stored.id for stored, _ in matched], now)


def _tell_one(
    conn: Connection,
    rules: Rulebook,
    stored: StoredArticle,
    found: Sequence[Match],
    live: LiveStories,
    muted: Mapping[str, Sequence[Mute]],
    now: datetime,
    durations: Durations,
) -> None:
    rows = [{"watch": m.watch, "urgency": m.urgency, "hits": [h._asdict() for h in m.hits]} for m in found]
    new = matches.add(conn, stored.id, rows, now)
    kept = matches.of_articles(conn, [stored.id])[stored.id]
    everything = [match_from_row(row, stored.article) for row in kept]
    joined = live.join(conn, stored, now)
    told = Told(stored.article, stored.contact, everything, frozenset(new), joined.action)
    tell_channels(conn, rules, stored, told, joined.story, now, durations, muted)


def tell_channels(
    conn: Connection,
    rules: Rulebook,
    stored: StoredArticle,
    told: Told,
    story: int,
    now: datetime,
    durations: Durations,
    muted: Mapping[str, Sequence[Mute]] | None = None,
) -> None:
    """Let every channel hear, or not, of an article of `story`; `muted` is read where it is not given."""
    members = articles.members(conn, story)
    standing = deliveries.standing(conn, stories=[story], articles=[stored.id])
    told = _grown(told, stored, members)
    subject = _Subject(stored, told, story, members, standing, _muted(conn, now) if muted is None else muted)
    for channel in rules.channels.values():
        _tell_channel(conn, rules, channel, subject, now, durations)


def _grown(told: Told, stored: StoredArticle, members: Sequence[Member]) -> Told:
    """The same with what it makes of its story."""
    before = [member for member in members if member.id != stored.id]
    tiers = [member.tier or USUAL_TIER for member in before]
    outlet = stored.article.outlet
    return replace(
        told,
        outlets=len(_outlets(members)),
        another_outlet=_outlet(stored) not in _outlets(before),
        first_good=outlet is not None and outlet.tier == 1 and bool(tiers) and min(tiers) == WEAK_TIER,
    )


@dataclass(frozen=True, slots=True)
class _Subject:
    """One article on its way to the channels: its row, its matches, its story, what stands, and what
    each chat has muted."""

    stored: StoredArticle
    told: Told
    story: int
    members: Sequence[Member]
    standing: Sequence[Delivery]
    muted: Mapping[str, Sequence[Mute]]


def _tell_channel(
    conn: Connection, rules: Rulebook, channel: Channel, it: _Subject, now: datetime, durations: Durations
) -> None:
    settings = rules.settings
    heard = routing.watches_for(channel.name, it.told.matches, rules.watches, settings.ops)
    here = [delivery for delivery in it.standing if delivery.channel == channel.name]
    mutes_here = it.muted.get(chats.current(conn, chat_key(channel)), ()) if it.muted else ()
    left, kept_by = audible(it.stored.article, it.story, heard, mutes_here)
    decision = routing.route(
        it.told,
        left or heard,
        channel,
        Standing(
            article=any(delivery.article == it.stored.id for delivery in here),
            in_digest=digests.has(conn, channel.name, it.stored.id),
            story=bool(here),
            watches=frozenset(watch for one in here for watch in one.content["watches"]),
            urgency=routing.highest([one.content["urgency"] for one in here] or ["low"]),
            story_in_digest=(channel.name, it.story) in digests.stories_waiting(conn, [it.story]),
            last_hour=_last_hour(conn, channel, now),
        ),
        only=rules.filters.get(channel.name),
        zone=channel.timezone or settings.timezone,
        now=now,
        settle=durations.settle,
    )
    if kept_by and not left:
        quiet = hushed(decision, kept_by)
        if quiet != decision:
            mutes.count_held(conn, [mute.id for mute in kept_by])
        decision = quiet
    match decision:
        case Alert():
            reply_to = here[0].id if decision.reply and here else None
            _add(conn, channel, it, heard, decision.silent, now, reply_to=reply_to)
        case Edit():
            # The story's message is its first; later ones answer it.
            own = next((delivery for delivery in here if delivery.article == it.stored.id), here[0])
            _edit(conn, rules, channel, it, own, now)
        case ToDigest():
            digests.add(conn, channel.name, it.stored.id, decision.reason, now, decision.due)
            wake(conn, "digest", channel.name, decision.due)


def _last_hour(conn: Connection, channel: Channel, now: datetime) -> int:
    """How many alerts the channel had in the last hour; 0 where it may have any number."""
    if channel.max_per_hour is None:
        return 0
    return deliveries.alerts_since(conn, channel.name, now - timedelta(hours=1))


def _muted(conn: Connection, now: datetime) -> dict[str, list[Mute]]:
    """What is muted now, by chat, under the id by which a chat goes now."""
    by_chat: dict[str, list[Mute]] = {}
    for mute in mutes.active(conn, now):
        by_chat.setdefault(chats.current(conn, mute.chat), []).append(mute)
    return by_chat


def _add(
    conn: Connection,
    channel: Channel,
    it: _Subject,
    heard: Sequence[Match],
    silent: bool,
    now: datetime,
    *,
    reply_to: int | None,
) -> None:
    said = _said(conn, it.stored, heard, it.members)
    row = NewDelivery(
        channel.name, "alert", said.to_json(), silent, chat_key(channel), article=it.stored.id,
        story=it.story, reply_to=reply_to,
    )  # fmt: skip
    deliveries.add(conn, [row], now)


def _said(
    conn: Connection,
    stored: StoredArticle,
    heard: Sequence[Match],
    members: Sequence[Member],
    part_of: str = "",
) -> content.AlertContent:
    """What an alert for `stored` says, whose story has these members."""
    free = None
    if stored.paywalled:
        ids = [one.id for one in members if one.free and one.language == stored.article.language]
        free = next((one.article for one in articles.by_ids(conn, ids[:1])), None)
    others = [title for title in _outlets(members) if title != _outlet(stored)]
    return content.alert(
        stored.article, heard, found_at=stored.found_at, others=others, paywalled=stored.paywalled, free=free,
        part_of=part_of,
    )  # fmt: skip


def _edit(
    conn: Connection, rules: Rulebook, channel: Channel, it: _Subject, standing: Delivery, now: datetime
) -> None:
    """Let the standing message say what is known now: all its watches, all outlets of the story."""
    first = it.stored
    told_of = next((member.id for member in it.members if member.id == standing.article), first.id)
    if told_of != first.id:
        (first,) = articles.by_ids(conn, [told_of])
    rows = matches.of_articles(conn, [first.id]).get(first.id, [])
    found = [match_from_row(row, first.article) for row in rows]
    shown = routing.watches_for(channel.name, found, rules.watches, rules.settings.ops)
    said = _said(conn, first, shown, it.members, _part_of(channel, it, standing)).to_json()
    if said != standing.content:
        row = NewDelivery(
            channel.name, "edit", said, True, chat_key(channel), article=it.stored.id, story=it.story,
            edits=standing.id,
        )  # fmt: skip
        deliveries.add(conn, [row], now)


def _part_of(channel: Channel, it: _Subject, standing: Delivery) -> str:
    """The headline of the story's message where `standing` is another one, and does not answer it: so it
    is where stories were merged."""
    if not channel.stories or standing.reply_to is not None:
        return ""
    here = (one for one in it.standing if one.channel == channel.name and one.story == it.story)
    first = next(here, standing)
    return "" if first.id == standing.id else str(first.content["title"])


def refresh(conn: Connection, rules: Rulebook, story: int, now: datetime) -> None:
    """Let the messages that stand for a story say what is true of it now."""
    members = articles.members(conn, story)
    ids = {member.id for member in members}
    standing = deliveries.standing(conn, stories=[story])
    for channel in rules.channels.values():
        for one in (one for one in standing if one.channel == channel.name and one.reply_to is None):
            if one.article in ids:
                (told_of,) = articles.by_ids(conn, [one.article])
                told = Told(told_of.article, told_of.contact, (), frozenset())
                _edit(conn, rules, channel, _Subject(told_of, told, story, members, standing, {}), one, now)


def match_from_row(row: dict[str, Any], article: Article) -> Match:
    """The match that a row of the archive holds, without hits in text that `article` no longer has."""
    hits = (Hit(**hit) for hit in row["hits"])
    return Match(
        row["watch"],
        row["urgency"],
        tuple(hit for hit in hits if (getattr(article, hit.field) or "")[hit.start : hit.end] == hit.text),
    )


def _outlets(members: Sequence[Member]) -> list[str]:
    """The titles of a story's outlets in order of appearance, each once."""
    return list(dict.fromkeys(member.outlet for member in members))


def _outlet(stored: StoredArticle) -> str:
    outlet = stored.article.outlet
    return outlet.title if outlet is not None else stored.article.source
