"""What does the message that stands for an article say, now that its story has grown?

Its watches are those that alerted, its headline, link and quote those of the best report that it stands
for (`alerts/headline.py`), and its outlets those of the story in order of appearance. Where that is other
than before, an edit is written. When that is asked is `wirewatch/telling.py` and `wirewatch/mending.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection

from alerts import headline, routing
from alerts.channel import Channel
from alerts.channels.senders import chat_key
from alerts.headline import Coverage
from alerts.messages import content
from alerts.watch import Hit, Match
from archive import articles, deliveries, matches
from archive.article import EXACT, Article
from archive.articles import StoredArticle
from archive.deliveries import Delivery, NewDelivery
from archive.members import Member, members_of
from wirewatch.rooms import Rulebook

# So many better reports are looked at, the best first: nearly always the first one fits.
MOST_RIVALS = 8


@dataclass(frozen=True, slots=True)
class Report:
    """An article, and those of its matches that a channel hears."""

    stored: StoredArticle
    heard: Sequence[Match]


# What a message is in its story: its own one; an answer without a sound; one that tells it anew; or, after
# stories were merged, one that was another story's.
Role: TypeAlias = Literal["story", "answer", "anew", "part"]


@dataclass(frozen=True, slots=True)
class Here:
    """A story in one channel: its articles, what stands there of it, the story's own message first, and the
    articles that have messages of their own."""

    story: int
    members: Sequence[Member]
    standing: Sequence[Delivery]
    own: Sequence[int]


def first_said(
    conn: Connection, rules: Rulebook, channel: Channel, here: Here, new: Report, role: Role
) -> dict[str, Any]:
    """What the alert on an article says that has just been found."""
    covered = _coverage(channel, next(one for one in here.members if one.id == new.stored.id), here)
    outlets = _outlets(channel, here, covered, role)
    return _said(conn, rules, channel, covered, {new.stored.id: new}, outlets).to_json()


def let_say(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    here: Here,
    messages: Sequence[Delivery],
    now: datetime,
    known: Mapping[int, Report] | None = None,
) -> None:
    """Let these of the messages that stand here, in their order, say what is known now."""
    standing = {one.id: one for one in here.standing}
    for message in messages:
        about = next((one for one in here.members if one.id == message.article), None)
        if about is None:
            continue
        covered = _coverage(channel, about, here)
        role = _role(here, message)
        outlets = _outlets(channel, here, covered, role)
        # Of which it is part where stories were merged; an answer stands below what it is part of.
        first = next(iter(standing.values())) if role == "part" and channel.stories else None
        part_of = "" if first is None else str(first.content["title"])
        said = _said(conn, rules, channel, covered, known or {}, outlets, part_of)
        new = content.renewed(said, message.content).to_json()
        if new != message.content:
            # An answer makes no sound whatever it says; another message none as long as it is not urgent.
            silent = message.silent and (message.reply_to is not None or said.urgency == "low")
            row = NewDelivery(
                channel.name, "edit", new, silent, chat_key(channel), article=message.article,
                story=here.story, edits=message.id,
            )  # fmt: skip
            deliveries.add(conn, [row], now)
            standing[message.id] = replace(message, content=new)


def refresh(conn: Connection, rules: Rulebook, story: int, now: datetime) -> None:
    """Let every message that stands for a story say what is true of it now."""
    members = members_of(conn, [story]).get(story, [])
    standing = deliveries.standing(conn, stories=[story])
    for channel in rules.channels.values():
        messages = [one for one in standing if one.channel == channel.name]
        own = [one.article for one in messages if one.article is not None]
        let_say(conn, rules, channel, Here(story, members, messages, own), messages, now)


def spoken_by(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    covered: Sequence[Coverage],
    known: Mapping[int, Report],
) -> dict[int, Report]:
    """For each article that is covered, all of which are `known`, the report that speaks for it.

    Every watch fired on it that the message names, and the channel takes it: what is shown is what was
    asked for, and shows why.
    """
    rivals = {one.about.id: headline.better(one)[:MOST_RIVALS] for one in covered}
    read = reports_of(conn, rules, channel, {one.id for some in rivals.values() for one in some} - set(known))
    read |= known
    only = rules.filters.get(channel.name)

    def fits(report: Report, about: int) -> bool:
        wanted, fired = ({match.watch for match in one.heard} for one in (read[about], report))
        return wanted <= fired and (only is None or only(report.stored.article))

    return {
        about: next((read[one.id] for one in some if fits(read[one.id], about)), read[about])
        for about, some in rivals.items()
    }


def speaking(conn: Connection, stories: Collection[int]) -> dict[int, Member]:
    """Of each story the report that speaks for its first article, where a channel hears all of them."""
    members = members_of(conn, stories)
    covered = [headline.coverage(some[0], some, []) for some in members.values()]
    fired = matches.watches_of(conn, [report.id for one in covered for report in one.reports])

    def fits(report: Member, about: Member) -> bool:
        return fired.get(about.id, set()) <= fired.get(report.id, set())

    best = {one.about.id: headline.shown(one, partial(fits, about=one.about)) for one in covered}
    return {story: best[some[0].id] for story, some in members.items()}


def reports_of(
    conn: Connection, rules: Rulebook, channel: Channel, ids: Collection[int]
) -> dict[int, Report]:
    """These articles as the channel hears them."""
    if not ids:
        return {}
    rows = matches.of_articles(conn, ids)
    found = {}
    for stored in articles.by_ids(conn, ids):
        fired = [match_from_row(row, stored.article) for row in rows.get(stored.id, [])]
        heard = routing.watches_for(channel.name, fired, rules.watches, rules.settings.ops)
        found[stored.id] = Report(stored, heard)
    return found


def match_from_row(row: dict[str, Any], article: Article) -> Match:
    """The match that a row of the archive holds, without hits in text that `article` no longer has."""
    hits = (Hit(**hit) for hit in row["hits"])
    return Match(
        row["watch"],
        row["urgency"],
        tuple(hit for hit in hits if (getattr(article, hit.field) or "")[hit.start : hit.end] == hit.text),
    )


def outlets_of(members: Sequence[Member]) -> list[str]:
    """The titles of a story's outlets in order of appearance, each once."""
    return list(dict.fromkeys(member.outlet for member in members))


def outlet_of(stored: StoredArticle) -> str:
    """The title of an article's outlet."""
    outlet = stored.article.outlet
    return outlet.title if outlet is not None else stored.article.source


def mark_of(conn: Connection, covered: Coverage, shown: int) -> content.Mark | None:
    """What is to be said of a correction that the headline shown does not say itself."""
    found = headline.marked_by(covered, shown)
    if found is None:
        return None
    kind, member = found
    if member in covered.reports:
        # A report that reads otherwise by now: when it came to do so is not known.
        return content.Mark(kind, member.outlet)
    (stored,) = articles.by_ids(conn, [member.id])
    stated = stored.article.published if stored.article.trust in EXACT else None
    return content.Mark(kind, member.outlet, stated or stored.found_at)


def _coverage(channel: Channel, about: Member, here: Here) -> Coverage:
    if not channel.stories:
        return headline.coverage(about, [about], [])
    return headline.coverage(about, here.members, here.own)


def _outlets(channel: Channel, here: Here, covered: Coverage, role: Role) -> list[str]:
    """Whose reports the message names, in order of appearance.

    The story's own message names all. What silently answers it, or was a story of its own, says something
    of its own, and names those that say the same; what is told anew, those that had reported by then.
    """
    if not channel.stories or role in ("answer", "part"):
        return outlets_of(covered.reports)
    if role == "story":
        return outlets_of(here.members)
    same = {one.id for one in covered.reports}
    return outlets_of([one for one in here.members if one.id <= covered.about.id or one.id in same])


def _role(here: Here, message: Delivery) -> Role:
    if message.reply_to is not None:
        return "answer" if message.silent else "anew"
    first = next((one for one in here.standing if one.story == here.story), message)
    return "story" if first.id == message.id else "part"


def _said(
    conn: Connection,
    rules: Rulebook,
    channel: Channel,
    covered: Coverage,
    known: Mapping[int, Report],
    outlets: Sequence[str],
    part_of: str = "",
) -> content.AlertContent:
    about, read = covered.about.id, dict(known)
    if about not in read:
        read |= reports_of(conn, rules, channel, [about])
    own, best = read[about], spoken_by(conn, rules, channel, [covered], read)[about]
    watches = [match.watch for match in own.heard]
    shown = best.stored
    said = content.alert(
        shown.article,
        [match for match in best.heard if match.watch in watches],
        # When the message came: what it shows now may have been found later.
        found_at=own.stored.found_at,
        others=[title for title in outlets if title != outlet_of(shown)],
        paywalled=shown.paywalled,
        free=_free_copy(conn, covered) if shown.paywalled else None,
        part_of=part_of,
    )
    urgency = routing.highest([match.urgency for match in own.heard] or ["normal"])
    mark = mark_of(conn, covered, shown.id)
    return replace(said, watches=tuple(watches), urgency=urgency, article=shown.id, mark=mark)


def _free_copy(conn: Connection, covered: Coverage) -> Article | None:
    ids = [one.id for one in covered.reports if one.free and not covered.is_withdrawn(one)]
    return next((one.article for one in articles.by_ids(conn, ids[:1])), None) if ids else None
