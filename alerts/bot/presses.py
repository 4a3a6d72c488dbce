"""What does a pressed button do?

One transaction with the number of its update, so that a crash neither loses nor repeats it: mutes,
and what the message shows from then on, as a delivery of the outbox. Whether the button is ours is
`alerts/outbox/pressing.py`, who may press it `permission.py`, how presses come in `polling.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from alerts.messages.additions import Additions, Muted, Panel, additions_from
from alerts.messages.html import hashtag
from alerts.outbox.buttons import LENGTHS, MUTABLE
from archive import articles, chats, deliveries, mutes
from archive.articles import StoredArticle
from archive.deliveries import Delivery
from archive.mutes import Kind, NewMute

GONE = "This message belongs to another archive, or is too old."
NOT_YOURS = "Only admins of this chat can do that."
UNSURE = "Whether you may could not be learnt. Press again in a moment."
# Pressing twice is muting once.
_TWICE = timedelta(minutes=1)

# For each choice of the row of what can be muted: what to mute and for how long.
_CHOICES = {f"mute-{what}-{length}": (what, span) for what in MUTABLE for length, span in LENGTHS.items()}


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what. `may` is whether that one may change what all see, None where that could not
    be learnt; `lines` and `short` are what a panel says, in full and in the button's answer."""

    verb: str
    user: int
    name: str
    may: bool | None
    lines: tuple[str, ...] = ()
    short: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the one who pressed is told; as `popup` it has to be closed."""

    text: str = ""
    popup: bool = False


def act(conn: Connection, row: Delivery, press: Press, zone: tzinfo, now: datetime, *, twin: bool) -> Answer:
    """Do what was pressed below the message of `row`; under a `twin`, which is deleted, nothing that
    a second time would undo."""
    if press.verb in ("why", "story"):
        if not press.may or twin:
            return Answer(press.short, popup=True)
        _toggle(conn, row, press, now)
        return Answer()
    if press.verb not in ("mute", "back", "unmute", *_CHOICES):
        return Answer(GONE, popup=True)
    if not press.may:
        return Answer(UNSURE if press.may is None else NOT_YOURS, popup=True)
    added = additions_from(row.additions)
    match press.verb:
        case "mute" if not added.muted:
            _show(conn, row, replace(added, panel="mute", lines=()), now)
            return Answer()
        case "mute" | "back":
            _show(conn, row, replace(added, panel=None, lines=()), now)
            return Answer()
        case "unmute":
            return _unmute(conn, row, now)
        case choice:
            return _mute(conn, row, press, *_CHOICES[choice], zone, now)


def _toggle(conn: Connection, row: Delivery, press: Press, now: datetime) -> None:
    added = additions_from(row.additions)
    panel: Panel = "why" if press.verb == "why" else "story"
    if added.panel == panel:
        _show(conn, row, replace(added, panel=None, lines=()), now)
    else:
        _show(conn, row, replace(added, panel=panel, lines=press.lines), now)


def _show(conn: Connection, row: Delivery, additions: Additions, now: datetime) -> None:
    if additions != additions_from(row.additions):
        deliveries.add_to_message(conn, row, additions.to_json(), now)


def _mute(
    conn: Connection, row: Delivery, press: Press, what: str, span: timedelta, zone: tzinfo, now: datetime
) -> Answer:
    stored = shown_article(conn, row)
    if stored is None:
        return Answer(GONE, popup=True)
    kind, keys, name = _named(row, stored, what)
    until = now + span
    chat = chats.current(conn, row.chat)
    standing = {
        (mute.kind, mute.key): mute
        for mute in mutes.active(conn, now)
        if chats.known_as(conn, mute.chat) == chat
    }
    new = []
    for key in keys:
        before = standing.get((kind, key))
        if before is None or abs(before.until - until) > _TWICE:
            new.append(NewMute(kind, key, chat, until, press.name, press.user))
    mutes.add(conn, new, now)
    added = additions_from(row.additions)
    others = tuple(mute for mute in added.muted if mute.what != name)
    shown = Muted(name, until, press.name)
    if not new:
        # The same again: what the message says already is right.
        shown = next((mute for mute in added.muted if mute.what == name), shown)
    _show(conn, row, Additions(muted=(*others, shown)), now)
    local = shown.until.astimezone(zone)
    return Answer(f"Muted until {local.day} {local:%b %H:%M %Z}: {name}")


def _unmute(conn: Connection, row: Delivery, now: datetime) -> Answer:
    reports = _articles(conn, row)
    if not reports:
        return Answer(GONE, popup=True)
    choices = [_named(row, stored, what) for stored in reports for what in MUTABLE]
    named = {(kind, key) for kind, keys, _ in choices for key in keys}
    chat = chats.current(conn, row.chat)
    ids = [
        mute.id
        for mute in mutes.active(conn, now)
        if (mute.kind, mute.key) in named and chats.known_as(conn, mute.chat) == chat
    ]
    mutes.end(conn, ids, now)
    _show(conn, row, replace(additions_from(row.additions), panel=None, lines=(), muted=()), now)
    return Answer("Not muted any more.")


def shown_article(conn: Connection, row: Delivery) -> StoredArticle | None:
    """The article whose report the message of `row` shows, else the one it was made for."""
    return next(iter(_articles(conn, row)), None)


def _articles(conn: Connection, row: Delivery) -> list[StoredArticle]:
    """The article that is shown, then the one that the message was made for, as far as they are kept."""
    ids = dict.fromkeys(id_ for id_ in (row.content.get("article"), row.article) if id_ is not None)
    found = {one.id: one for one in articles.by_ids(conn, ids)}
    return [found[id_] for id_ in ids if id_ in found]


def _named(row: Delivery, stored: StoredArticle, what: str) -> tuple[Kind, list[str], str]:
    """What a choice means for this message: the mutes' kind and keys, and the words for it."""
    outlet = stored.article.outlet
    if what == "story":
        story = stored.story if stored.story is not None else row.story
        return "story", [] if story is None else [str(story)], "this story"
    if what == "source":
        name = outlet.name if outlet is not None else stored.article.source
        return "source", [name], outlet.title if outlet is not None else name
    watches = [str(watch) for watch in row.content.get("watches", ())]
    return "watch", watches, " ".join(hashtag(watch) for watch in watches) or "its watches"
