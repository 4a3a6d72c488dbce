"""Which article goes to which channel, how loudly, and now or in a digest?

Pure: what matched, what stands in the channel and `now` make one decision a channel. Writing the
deliveries is `wirewatch/telling.py`; sending them is `alerts/outbox/`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from alerts.channel import SETTLE, BaseChannel
from alerts.watch import URGENCIES, Match, Urgency, Watch
from archive.article import Article
from archive.articles import Contact
from archive.clocks import next_time
from archive.stories import Action

# From its midnight on intervals of any length are counted.
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)

DigestReason = Literal["catch-up", "low", "held", "overflow"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A message of its own."""

    silent: bool
    reply: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The standing message gets to say what is known now, if that is more or other than before."""


@dataclass(frozen=True, slots=True)
class ToDigest:
    """Waits for the digest that goes at `due`."""

    reason: DigestReason
    due: datetime


@dataclass(frozen=True, slots=True)
class Nothing:
    """This channel does not hear of it; `why` is for `explain`."""

    why: str


Decision: TypeAlias = Alert | Edit | ToDigest | Nothing


@dataclass(frozen=True, slots=True)
class Told:
    """An article as it comes to be told: all its matches, and which of them are new."""

    article: Article
    contact: Contact
    matches: Sequence[Match]
    new_watches: frozenset[str]
    # What is done with it in its story; how many outlets the story has with it, and whether it brought
    # the last of them; whether it is of the first tier where all before it were of the last.
    action: Action = "new"
    outlets: int = 1
    another_outlet: bool = False
    first_good: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the channel has already: this very article's alert, or its place in a digest, which may not
    have gone yet; the story's alert, or the story waiting in a digest, with the watches and the urgency that
    were told of the story or wait to be, and how many outlets the story had at its latest alert; and how many
    alerts it had in the last hour."""

    article: bool = False
    in_digest: bool = False
    waits: bool = False
    story: bool = False
    watches: frozenset[str] = frozenset()
    urgency: Urgency = "low"
    outlets: int = 0
    story_in_digest: bool = False
    last_hour: int = 0


def watches_for(
    channel: str, matches: Sequence[Match], watches: Mapping[str, Watch], ops: str | None
) -> list[Match]:
    """Those matches whose watch this channel hears.

    Where it hears none, those of watches that are no longer in the config: what they brought here still
    says so. Beside others they would be named in channels that were never theirs.
    """

    def hears(named: Sequence[str]) -> bool:
        return channel in named or (not named and channel != ops)

    heard = [match for match in matches if match.watch in watches and hears(watches[match.watch].channels)]
    return heard or [match for match in matches if match.watch not in watches and hears(())]


def route(
    told: Told,
    heard: Sequence[Match],
    channel: BaseChannel,
    standing: Standing,
    *,
    only: Callable[[Article], bool] | None,
    zone: ZoneInfo,
    now: datetime,
    settle: timedelta = SETTLE,
) -> Decision:
    """What `channel` hears of an article, of whose matches it hears `heard`.

    `only` is the channel's compiled filter; `zone` is where its quiet hours and digests run.
    """
    if not heard:
        return Nothing("no watch of this channel fired")
    if only is not None and not only(told.article):
        return Nothing("the channel's only: is not met")
    if told.contact == "old":
        return Nothing("met at first contact and too old")
    if standing.article:
        return Edit()
    if not any(match.watch in told.new_watches for match in heard):
        return Nothing("this channel was told of it")
    if standing.in_digest and not (standing.waits and _grew_louder(told, heard)):
        return Nothing("this channel was told of it")
    urgency = highest(match.urgency for match in heard)
    alone = _when(told.contact, urgency, channel, standing, zone, now, settle)
    if not channel.stories or told.action == "new":
        return alone
    if standing.story:
        if escalates(told, heard, channel, standing):
            return replace(alone, reply=True) if isinstance(alone, Alert) else alone
        if told.action == "withhold":
            return Edit()
        return Alert(silent=True, reply=True) if isinstance(alone, Alert) else alone
    if standing.story_in_digest and told.action == "withhold" and not _says_more(heard, standing):
        return Nothing("its story waits in a digest")
    return alone


def _grew_louder(told: Told, heard: Sequence[Match]) -> bool:
    """Whether its new watches make an article louder than those that fired on it before."""
    before = [match.urgency for match in heard if match.watch not in told.new_watches]
    return not before or _is_louder(highest(match.urgency for match in heard), highest(before))


def _says_more(heard: Sequence[Match], standing: Standing) -> bool:
    """Whether a story is of another watch, or of a higher urgency, than what the channel has of it."""
    urgency = highest(match.urgency for match in heard)
    return _is_louder(urgency, standing.urgency) or any(
        match.watch not in standing.watches for match in heard
    )


def _is_louder(one: Urgency, other: Urgency) -> bool:
    return URGENCIES.index(one) > URGENCIES.index(other)


def escalates(told: Told, heard: Sequence[Match], channel: BaseChannel, standing: Standing) -> bool:
    """Whether a story that the channel has is told anew: for another watch, a higher urgency, the
    first outlet of the first tier after weak ones, or because it has grown that far."""
    # Not only by the very outlet that is the last: the channel may not hear of that one.
    grown = standing.outlets < channel.realert_after <= told.outlets and not standing.story_in_digest
    return _says_more(heard, standing) or told.first_good or (told.another_outlet and grown)


def _when(
    contact: Contact,
    urgency: Urgency,
    channel: BaseChannel,
    standing: Standing,
    zone: ZoneInfo,
    now: datetime,
    settle: timedelta,
) -> Decision:
    if contact == "catch-up" and urgency != "breaking":
        return ToDigest("catch-up", awake(channel, zone, now + settle))
    quiet = channel.quiet_hours
    if quiet is not None and quiet.holds(now, zone, urgency):
        return ToDigest("held", quiet.ends(now, zone))
    if urgency == "low" and channel.digest is not None:
        return ToDigest("low", awake(channel, zone, _next_digest(channel.digest, zone, now)))
    full = channel.max_per_hour is not None and standing.last_hour >= channel.max_per_hour
    if full and urgency != "breaking":
        return ToDigest("overflow", awake(channel, zone, _next_hour(now)))
    return Alert(silent=urgency == "low")


def asked_again(reason: str, channel: BaseChannel, zone: ZoneInfo, now: datetime) -> datetime:
    """When what waits for a digest goes at the latest, if that is asked once more at `now`."""
    scheduled = channel.digest if reason == "low" else None
    return awake(channel, zone, now if scheduled is None else _next_digest(scheduled, zone, now))


def awake(channel: BaseChannel, zone: ZoneInfo, moment: datetime) -> datetime:
    """`moment`, or the end of the channel's quiet hours where it lies in them: a digest waits too."""
    quiet = channel.quiet_hours
    return quiet.ends(moment, zone) if quiet is not None and quiet.covers(moment, zone) else moment


def _next_hour(now: datetime) -> datetime:
    """The same for everything that is too much in one hour, so that it makes one digest."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _next_digest(digest: timedelta | str, zone: ZoneInfo, now: datetime) -> datetime:
    """When a channel's digest goes next; intervals count from one Monday, so they are steady."""
    if isinstance(digest, str):
        return next_time(digest, now, zone)
    return _MONDAY + digest * ((now - _MONDAY) // digest + 1)


def highest(urgencies: Iterable[Urgency]) -> Urgency:
    """The loudest of `urgencies`, of which there is at least one."""
    return max(urgencies, key=URGENCIES.index)
