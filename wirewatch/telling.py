"""How does a batch of matched articles become matches, stories and deliveries?

One transaction: evidence is kept, each article joins its story or opens one, every channel's decision
is written as a delivery or a place in a digest, and the articles are told. The decisions themselves
are pure: `alerts/stories/` and `alerts/routing.py`. What messages say is `wirewatch/saying.py`.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

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


class Judged(NamedTuple):
    """An article, the matches that count, and the term sets of which it has a term where any does."""

    stored: StoredArticle
    matches: Sequence[Match]
    sets: Set[str] = frozenset()


def tell(
    conn: Connection,
    rules: Rulebook,
    judged: Sequence[Judged],
    live: LiveStories,
    now: datetime,
    durations: Durations,
) -> None:
    """Tell a batch, in the order given."""
    fired = [one for one in judged if one.matches]
    if fired:
        kept = matches.add(conn, {one.stored.id: _rows(one.matches) for one in fired}, now)
        joined = live.join(conn, [(one.stored, one.sets) for one in fired], now)
        come = []
        for (stored, _, _), place in zip(fired, joined, strict=True):
            found = kept[stored.id]
            everything = [match_from_row(row, stored.article) for row in found.rows]
            told = Told(stored.article, stored.contact, everything, found.new, place.action)
            come.append(Come(stored, told, place.story))
        tell_channels(conn, rules, come, now, durations)
    articles.mark_told(conn, [one.stored.id for one in judged], now)


def _rows(found: Sequence[Match]) -> list[dict[str, Any]]:
    return [{"watch": m.watch, "urgency": m.urgency, "hits": [h._asdict() for h in m.hits]} for m in found]


@dataclass(frozen=True, slots=True)
class Come:
    """An article that has come to its story, with its matches."""

    stored: StoredArticle
    told: Told
    story: int


def tell_channels(
    conn: Connection, rules: Rulebook, come: Sequence[Come], now: datetime, durations: Durations
) -> None:
    """Let every channel hear, or not, of each of these articles, in order."""
    known = _Known(conn, rules, come, now)
    for one in come:
        subject = known.subject(conn, one)
        for channel in rules.channels.values():
            _tell_channel(conn, rules, channel, subject, known, now, durations)
    known.keep(conn, now)


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
    """One article on its way to the channels: its row, its matches, its story and what stands."""

    stored: StoredArticle
    told: Told
    story: int
    members: Sequence[Member]
    standing: Sequence[Delivery]


class _Known:
    """What the archive knows of the stories of a batch and of the channels, read once for all of them.

    Each article is told as if those behind it had not come yet. What it adds is remembered here, and read
    again only for a story of which something was sent in the batch.
    """

    def __init__(self, conn: Connection, rules: Rulebook, come: Sequence[Come], now: datetime) -> None:
        ids, stories = [one.stored.id for one in come], list({one.story for one in come})
        self._members = members_of(conn, stories)
        self._to_come = {one.stored.id for one in come if one.stored.story is None}
        self._standing = deliveries.standing(conn, stories=stories, articles=ids)
        self._sent: set[int | None] = set()
        # What is not withheld is told whatever else of its story waits.
        withheld = {one.story for one in come if one.told.action == "withhold"}
        beside = {member.id: story for story in withheld for member in self._members.get(story, ())}
        self._in_digest = digests.holding(conn, {*ids, *beside})
        waiting = [key for key, waits in self._in_digest.items() if waits and key[1] in beside]
        fired = matches.of_articles(conn, {article for _, article in waiting}) if waiting else {}
        self._waiting: dict[tuple[str, int], list[Match]] = {}
        for channel, article in waiting:
            found = [Match(row["watch"], row["urgency"], ()) for row in fired.get(article, ())]
            self._waiting.setdefault((channel, beside[article]), []).extend(found)
        self._put: list[digests.Item] = []
        self._chats: dict[str, str] = {}
        self.muted = _muted(conn, rules, now)

    def subject(self, conn: Connection, one: Come) -> _Subject:
        """The next of the batch, and what is known of its story by now."""
        stored, story = one.stored, one.story
        self._to_come.discard(stored.id)
        members = [member for member in self._members.get(story, ()) if member.id not in self._to_come]
        standing = [row for row in self._standing if row.story == story or row.article == stored.id]
        if not self._sent.isdisjoint((story, *(row.story for row in standing))):
            standing = deliveries.standing(conn, stories=[story], articles=[stored.id])
        return _Subject(stored, _grown(one.told, stored, members), story, members, standing)

    def is_in_digest(self, channel: Channel, it: _Subject) -> bool:
        """Whether the channel is, or was, told of the article in a digest."""
        return (channel.name, it.stored.id) in self._in_digest

    def waits(self, channel: Channel, it: _Subject) -> bool:
        """Whether the article waits for a digest that has not gone yet."""
        return self._in_digest.get((channel.name, it.stored.id), False)

    def of_story_in_digest(self, channel: Channel, it: _Subject) -> Sequence[Match] | None:
        """The matches of what waits for the channel's digest of the story of a withheld article; None
        where nothing does."""
        return self._waiting.get((channel.name, it.story)) if it.told.action == "withhold" else None

    def put_into_digest(self, channel: Channel, it: _Subject, decision: ToDigest) -> None:
        """The article goes with the channel's next digest."""
        self._put.append(digests.Item(channel.name, it.stored.id, decision.reason, decision.due))
        self._waiting.setdefault((channel.name, it.story), []).extend(it.told.matches)

    def is_in_chat_of(self, conn: Connection, channel: Channel, row: Delivery) -> bool:
        """Whether a message of the channel is where its readers are: it may have been given another chat."""
        key = chat_key(channel)
        if row.chat == key:
            return True
        here = self._chat(conn, key)
        # A public name that has never been asked for.
        return here.startswith("@") or self._chat(conn, row.chat) == here

    def _chat(self, conn: Connection, chat: str) -> str:
        if chat not in self._chats:
            self._chats[chat] = chats.known_as(conn, chat)
        return self._chats[chat]

    def is_sent(self, it: _Subject) -> None:
        """Something may have been sent for the article: what stands of its story is read again."""
        self._sent.update((it.story, *(row.story for row in it.standing)))

    def keep(self, conn: Connection, now: datetime) -> None:
        """Write what goes into digests, and wake them."""
        digests.add(conn, self._put, now)
        for channel in sorted({one.channel for one in self._put}):
            wake(conn, "digest", channel, min(one.due_at for one in self._put if one.channel == channel))


def _tell_channel(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    it: _Subject,
    known: _Known,
    now: datetime,
    durations: Durations,
) -> None:
    settings = rules.settings
    heard = routing.watches_for(channel.name, it.told.matches, rules.watches, settings.ops)
    had = [delivery for delivery in it.standing if delivery.channel == channel.name]
    here = [delivery for delivery in had if known.is_in_chat_of(conn, channel, delivery)]
    left, kept_by = audible(it.stored.article, it.story, heard, known.muted.get(channel.name, ()))
    decision = routing.route(
        it.told,
        left or heard,
        channel,
        _standing(conn, rules, channel, it, had, here, known, now),
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
    if here or isinstance(decision, Alert):
        known.is_sent(it)
    place = Here(it.story, it.members, here, [*own, it.stored.id] if isinstance(decision, Alert) else own)
    report = Report(it.stored, heard)
    match decision:
        case Alert():
            if known.waits(channel, it):
                digests.drop(conn, channel.name, [it.stored.id])
            _add_alert(conn, rules, channel, place, report, decision, now)
        case ToDigest():
            known.put_into_digest(channel, it, decision)
    # Whatever else it is, it is one more report, or a newer one, of what stands.
    let_say(conn, rules, channel, place, _touched(channel, it, place), now, {it.stored.id: report})


def _standing(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    it: _Subject,
    had: Sequence[Delivery],
    here: Sequence[Delivery],
    known: _Known,
    now: datetime,
) -> Standing:
    """What the channel has of the article and its story, of which it `had` these messages and `here` those
    that its readers see."""
    in_digest = known.of_story_in_digest(channel, it)
    waiting = routing.watches_for(channel.name, in_digest or (), rules.watches, rules.settings.ops)
    watches = [watch for one in here for watch in one.content["watches"]]
    urgencies = [one.content["urgency"] for one in here] + [match.urgency for match in waiting]
    return Standing(
        article=any(delivery.article == it.stored.id for delivery in had),
        in_digest=known.is_in_digest(channel, it),
        waits=known.waits(channel, it),
        story=bool(here),
        watches=frozenset([*watches, *(match.watch for match in waiting)]),
        urgency=routing.highest(urgencies or ["low"]),
        outlets=_outlets_told(it, here),
        story_in_digest=in_digest is not None,
        last_hour=_last_hour(conn, channel, now),
    )


def _outlets_told(it: _Subject, here: Sequence[Delivery]) -> int:
    """How many outlets had reported the story when the last of its messages here was made."""
    latest = max((one.article for one in here if one.article is not None), default=0)
    # The article itself may have been found before, and have waited for its page.
    return len(outlets_of([one for one in it.members if one.id <= latest and one.id != it.stored.id]))


def _add_alert(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    place: Here,
    report: Report,
    decision: Alert,
    now: datetime,
) -> None:
    reply_to = place.standing[0].id if decision.reply and place.standing else None
    role: Role = "story" if not decision.reply else "answer" if decision.silent else "anew"
    said = first_said(conn, rules, channel, place, report, role)
    row = NewDelivery(
        channel.name, "alert", said, decision.silent, chat_key(channel), article=report.stored.id,
        story=place.story, reply_to=reply_to,
    )  # fmt: skip
    deliveries.add(conn, [row], now)


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
    return deliveries.alerts_since(conn, channel.name, now - timedelta(hours=1), now)


def _muted(conn: Connection, rules: Rulebook, now: datetime) -> dict[str, list[Mute]]:
    """What is muted now in each channel, whose chat and that of the mute may have moved since."""
    by_chat: dict[str, list[Mute]] = {}
    for mute in mutes.active(conn, now):
        by_chat.setdefault(chats.known_as(conn, mute.chat), []).append(mute)
    if not by_chat:
        return {}
    return {
        name: by_chat.get(chats.known_as(conn, chat_key(channel)), [])
        for name, channel in rules.channels.items()
    }
