"""How does a batch of matched articles become matches, stories and deliveries?

One transaction: evidence is kept, each article joins its story or opens one, every channel's decision
is written as a delivery or a place in a digest, and the articles are told. The decisions themselves
are pure: `alerts/stories/` and `alerts/routing.py`. What messages say is `wirewatch/saying.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts import routing
from alerts.channel import Channel
from alerts.channels.senders import chat_key
from alerts.corrections import correction
from alerts.headline import USUAL_TIER
from alerts.muting import audible, hushed
from alerts.routing import Alert, Standing, ToDigest, Told
from alerts.watch import Match
from archive import articles, chats, deliveries, digests, matches, mutes
from archive.articles import StoredArticle
from archive.deliveries import Delivery, NewDelivery
from archive.members import Member, members_of
from archive.mutes import Mute
from archive.wake import wake
from wirewatch.live_stories import LiveStories
from wirewatch.rooms import Durations, Rulebook
from wirewatch.saying import Here, Report, Role, first_said, let_say, match_from_row, outlet_of, outlets_of

# The tier of weak outlets.
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
    fired = {stored.id: stored for stored, found in matched if found}
    new = matches.add(conn, {stored.id: _rows(found) for stored, found in matched if found}, now)
    kept = matches.of_articles(conn, fired) if fired else {}
    for id_, stored in fired.items():
        everything = [match_from_row(row, stored.article) for row in kept[id_]]
        joined = live.join(conn, stored, rules.watchlist, now)
        told = Told(stored.article, stored.contact, everything, frozenset(new[id_]), joined.action)
        tell_channels(conn, rules, stored, told, joined.story, now, durations, muted)
    articles.mark_told(conn, [stored.id for stored, _ in matched], now)


def _rows(found: Sequence[Match]) -> list[dict[str, Any]]:
    return [{"watch": m.watch, "urgency": m.urgency, "hits": [h._asdict() for h in m.hits]} for m in found]


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
    known = members_of(conn, [story]).get(story, [])
    standing = deliveries.standing(conn, stories=[story], articles=[stored.id])
    told = _grown(told, stored, known)
    subject = _Subject(stored, told, story, known, standing, _muted(conn, now) if muted is None else muted)
    for channel in rules.channels.values():
        _tell_channel(conn, rules, channel, subject, now, durations)


def _grown(told: Told, stored: StoredArticle, members: Sequence[Member]) -> Told:
    """The same with what it makes of its story."""
    before = [member for member in members if member.id != stored.id]
    tiers = [member.tier or USUAL_TIER for member in before]
    outlet = stored.article.outlet
    return replace(
        told,
        outlets=len(outlets_of(members)),
        another_outlet=outlet_of(stored) not in outlets_of(before),
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
            # What is not withheld is told whatever waits.
            story_in_digest=it.told.action == "withhold"
            and (channel.name, it.story) in digests.stories_waiting(conn, [it.story]),
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
    own = [one.article for one in here if one.article is not None]
    place = Here(it.story, it.members, here, [*own, it.stored.id] if isinstance(decision, Alert) else own)
    match decision:
        case Alert():
            reply_to = here[0].id if decision.reply and here else None
            role: Role = "story" if not decision.reply else "answer" if decision.silent else "anew"
            said = first_said(conn, rules, channel, place, Report(it.stored, heard), role)
            row = NewDelivery(
                channel.name, "alert", said, decision.silent, chat_key(channel), article=it.stored.id,
                story=it.story, reply_to=reply_to,
            )  # fmt: skip
            deliveries.add(conn, [row], now)
        case ToDigest():
            digests.add(conn, channel.name, it.stored.id, decision.reason, now, decision.due)
            wake(conn, "digest", channel.name, decision.due)
    # Whatever else it is, it is one more report, or a newer one, of what stands.
    let_say(
        conn,
        rules,
        channel,
        place,
        _touched(channel, it, place),
        now,
        {it.stored.id: Report(it.stored, heard)},
    )


def _touched(channel: Channel, it: _Subject, place: Here) -> list[Delivery]:
    """The messages that may have to say something else for this article: its own; the story's, and those
    of stories that were merged into it; that to which its text belongs; any, where it corrects something;
    and those that say so of its outlet, if it corrects no more."""
    if not channel.stories:
        return [one for one in place.standing if one.article == it.stored.id]
    mine = next(one for one in it.members if one.id == it.stored.id)
    corrects = correction(mine.title) is not None

    def is_touched(message: Delivery) -> bool:
        if corrects or message.reply_to is None or message.article in (mine.id, mine.copied, mine.beside):
            return True
        mark = message.content.get("mark")
        return mark is not None and bool(mark["outlet"] == mine.outlet)

    return [one for one in place.standing if is_touched(one)]


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
