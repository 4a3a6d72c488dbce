"""What goes into a channel's digest, and when is it written?

The `digest` job: whatever waits and is due becomes one digest, split at items where it is long,
each part a delivery of its own, in one transaction with the taking of the items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import headline, routing
from alerts.channel import Channel
from alerts.channels.senders import chat_key
from alerts.headline import Coverage
from alerts.messages.content import DigestContent, DigestGroup, DigestItem, digest_item
from alerts.outbox.preparing import look
from alerts.watch import URGENCIES
from archive import articles, deliveries, digests, facts, matches, stories
from archive.articles import StoredArticle
from archive.deliveries import NewDelivery
from archive.members import Member, members_of
from archive.wake import defer
from wirewatch.rooms import Rooms, Rulebook
from wirewatch.saying import mark_of, outlet_of, reports_of, spoken_by


async def send_due_digest(rooms: Rooms, channel_name: str) -> None:
    """Write the digest of one channel, if anything is due; then wait for the next.

    In quiet hours it waits for their end: the program may have been down when it was due. What waits
    for a channel that is not in the config goes on waiting: the sweep asks again.
    """
    channel = rooms.rules.channels.get(channel_name)
    if channel is None:
        return
    now = rooms.clock()
    end = routing.awake(channel, channel.timezone or rooms.rules.settings.timezone, now)
    if end > now:
        await rooms.archive.write(lambda conn: defer(conn, "digest", channel_name, end))
        return
    await rooms.archive.write(lambda conn: write_digest(conn, rooms.rules, channel_name, rooms.clock()))
    later = (await rooms.archive.read(digests.next_due)).get(channel_name)
    if later is not None:
        await rooms.archive.write(lambda conn: _digest_later(conn, channel_name, later))


def _digest_later(conn: Connection, channel: str, later: datetime) -> None:
    defer(conn, "digest", channel, later)
    # What was committed just before is seen only now.
    sooner = digests.next_due(conn).get(channel, later)
    if sooner < later:
        defer(conn, "digest", channel, sooner)


def write_digest(conn: Connection, rules: Rulebook, channel_name: str, now: datetime) -> None:
    """Write the deliveries of a channel's digest and take its items, in this transaction.

    Of what no watch of the channel wants any more there is none.
    """
    channel = rules.channels.get(channel_name)
    items = digests.due(conn, channel_name, now)
    if channel is None or not items:
        return
    stored = articles.by_ids(conn, [article for article, _ in items])
    # Slow to load, and not at every look is something due.
    from alerts.messages import html

    said = _content(conn, rules, channel, stored, {reason for _, reason in items})
    if not said.groups:
        digests.drop(conn, channel.name, [article for article, _ in items])
        return
    if channel.stories:
        said = _with_hidden(conn, channel, said, {one.story for one in stored}, now)
    options = look(channel, rules.settings.timezone)
    parts = [
        NewDelivery(channel.name, "digest", part.to_json(), silent=False, chat=chat_key(channel))
        for part in html.split(said, options)
    ]
    first, *_ = deliveries.add(conn, parts, now)
    digests.take(conn, channel.name, [article for article, _ in items], first)


def _content(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    stored: Sequence[StoredArticle],
    reasons: set[str],
) -> DigestContent:
    """Each article once, under the loudest of its watches that this channel hears, by its best report."""
    known = reports_of(conn, rules, channel, [one.id for one in stored])
    told = {id_: report for id_, report in known.items() if report.heard}
    lines = [one for one in stored if one.id in told]
    members = members_of(conn, {one.story for one in lines if one.story is not None})
    covered = _covered(conn, channel, lines, members)
    best = spoken_by(conn, rules, channel, list(covered.values()), told)
    others = _others(lines, members) if channel.stories else {}
    groups: dict[str, list[DigestItem]] = {}
    for one in lines:
        loudest = max(told[one.id].heard, key=lambda match: URGENCIES.index(match.urgency))
        shown = best.get(one.id, told[one.id]).stored
        named = [title for title in others.get(one.id, ()) if title != outlet_of(shown)]
        mark = mark_of(conn, covered[one.id], shown.id) if one.id in covered else None
        groups.setdefault(loudest.watch, []).append(digest_item(shown.article, named, mark))
    total = sum(map(len, groups.values()))
    counted = f"{total} article{'s' if total != 1 else ''}"
    older = matches.count_old(conn, watches=groups) if "catch-up" in reasons else 0
    return DigestContent(
        header=f"{_HEADERS[min(reasons, key=list(_HEADERS).index)]} · {counted}",
        groups=tuple(DigestGroup(watch, tuple(items)) for watch, items in groups.items()),
        footer=f"{older} older articles that match are in the archive." if older else "",
    )


def _covered(
    conn: Connection,
    channel: Channel,
    lines: Sequence[StoredArticle],
    members: Mapping[int, Sequence[Member]],
) -> dict[int, Coverage]:
    """What stands behind each of these articles, of which a line is to be; nothing where a channel does not
    know of stories. What was withheld into a message that stands is that one's."""
    if not channel.stories:
        return {}
    own: dict[int, list[int]] = {}
    for message in deliveries.standing(conn, stories=members):
        if message.channel == channel.name and message.story is not None and message.article is not None:
            own.setdefault(message.story, []).append(message.article)
    for one in lines:
        if one.story is not None:
            own.setdefault(one.story, []).append(one.id)
    about = {member.id: member for some in members.values() for member in some}
    return {
        one.id: headline.coverage(about[one.id], members[one.story], own[one.story])
        for one in lines
        if one.story is not None
    }


def _others(lines: Sequence[StoredArticle], members: Mapping[int, Sequence[Member]]) -> dict[int, list[str]]:
    """The outlets of each article, and of what was withheld into its story by the first of its articles."""
    others = {one.id: [outlet_of(one)] for one in lines}
    for story, first in {one.story: one for one in reversed(lines) if one.story is not None}.items():
        withheld = [one.outlet for one in members[story] if one.action == "withhold"]
        others[first.id] = list(dict.fromkeys([*others[first.id], *withheld]))
    return others


def _with_hidden(
    conn: Connection, channel: Channel, said: DigestContent, shown: set[int | None], now: datetime
) -> DigestContent:
    """With what the channel did not hear of aloud since its last digest: what was withheld, but for the
    stories that are shown here, and how many silent replies there were."""
    listed: dict[str, str] = facts.get(conn, _LISTED) or {}
    since = datetime.fromisoformat(listed[channel.name]) if channel.name in listed else now - _FIRST
    if since > now:
        # The clock was set back.
        since = now - _FIRST
    facts.put(conn, _LISTED, listed | {channel.name: now.isoformat()})
    hidden = [one for one in stories.withheld_from(conn, channel.name, since) if one.story not in shown]
    lines = [
        digest_item(one.article) for one in articles.by_ids(conn, [h.article for h in hidden[:_MOST_HIDDEN]])
    ]
    groups = (*said.groups, DigestGroup("", tuple(lines), _WITHHELD)) if lines else said.groups
    more, replies = len(hidden) - len(lines), deliveries.replies_since(conn, channel.name, since, now)
    counted = [f"{more} more were withheld."] if more else []
    if replies:
        counted.append(
            f"{replies} {'replies' if replies != 1 else 'reply'} to standing messages since the last digest."
        )
    return replace(said, groups=groups, footer=" ".join(filter(None, [said.footer, *counted])))


# Until when each channel was told what was withheld from it; so far back goes the first time.
_LISTED = "withheld_listed"
_FIRST = timedelta(days=1)
_MOST_HIDDEN = 10
_WITHHELD = "Withheld, since their story was told:"
# By what the digest holds; of several the first in this list.
_HEADERS = {
    "catch-up": "Catching up",
    "held": "While it was quiet",
    "overflow": "More of the last hour",
    "low": "Digest",
}
